"""Scores of a model of sentences by language, as `core.evaluation.translate` kept them."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.evaluation.evidence import read_evidence
from pages.shared.text import as_plain, t, table

MEASURES = ("bleu", "chrf")


def translations_evidence(model: str) -> None:
    """Draw BLEU and chrF of each language, and the sentences that were drawn by a seed."""
    found = read_evidence(f"translations-{model}")
    if found is None:
        return
    explained = t("translations.rule", beam=found["beam"], command=found["command"])
    st.markdown(f"##### {t('translations.heading')}\n\n{explained}")
    st.markdown(scores_table(found))
    with st.expander(t("translations.drawn", count=str(len(found["shown"])))):
        for one in found["shown"]:
            references = as_plain(" / ".join(one["references"]))
            texts = {name: as_plain(one[name]) for name in ("source", "output")}
            st.markdown(t("translations.one", **texts, references=references))


def scores_table(found: Mapping[str, Any]) -> str:
    """Return a column for each language: of all sentences, then of the short ones, how many and every score."""
    scores = {(row["language"], row["kind"], row["how"]): row for row in found["scores"]}
    languages = list(dict.fromkeys(language for language, _, _ in scores))
    rows = []
    for kind in dict.fromkeys(kind for _, kind, _ in scores):
        counts = [scores.get((language, kind, "greedy")) for language in languages]
        rows.append([t(f"translations.{kind}"), *(f"{one['sentences']:,}" if one else "–" for one in counts)])
        for measure in MEASURES:
            for how in dict.fromkeys(how for _, _, how in scores):
                cells = [scores.get((language, kind, how)) for language in languages]
                shown = [f"{one[measure]:.1f}" if one else "–" for one in cells]
                rows.append([t(f"translations.{measure}_{how}"), *shown])
    return table([t("translations.measure"), *(t(f"translations.{language}") for language in languages)], rows)
