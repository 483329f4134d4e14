"""Scores of a model of sentences by language, as `core.evaluation.translate` kept them."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.evaluation.evidence import read_evidence
from pages.shared.text import t

SCORE = st.column_config.NumberColumn(format="%.1f")


def translations_evidence(model: str) -> None:
    """Draw BLEU and chrF of each language, and the sentences that were drawn by a seed."""
    found = read_evidence(f"translations-{model}")
    if found is None:
        return
    st.markdown(f"##### {t('translations.heading')}\n\n{t('translations.rule', command=found['command'])}")
    table = scores_table(found)
    scores = dict.fromkeys((name for name in table.columns if table[name].dtype == float), SCORE)
    st.dataframe(table, hide_index=True, column_config=scores)
    with st.expander(t("translations.drawn", count=str(len(found["shown"])))):
        shown = {
            t("translations.source"): [one["source"] for one in found["shown"]],
            t("translations.output"): [one["output"] for one in found["shown"]],
            t("translations.reference"): [" / ".join(one["references"]) for one in found["shown"]],
        }
        st.dataframe(pd.DataFrame(shown), hide_index=True)


def scores_table(found: Mapping[str, Any]) -> pd.DataFrame:
    """Return a row for each language: how many sentences, how cut into words, every score, then the short ones'."""
    rows: dict[str, dict[str, Any]] = {}
    for row in found["scores"]:
        place = rows.setdefault(row["language"], {t("translations.language"): t(f"translations.{row['language']}")})
        kept = {} if row["kind"] == "short" else {"sentences": row["sentences"], "word_cutter": row["word_cutter"]}
        place |= {t(f"translations.{name}"): value for name, value in kept.items()}
        for measure in ("bleu", "chrf"):
            place[t(f"translations.{measure}_{row['how']}_{row['kind']}")] = round(row[measure], 2)
    return pd.DataFrame(rows.values())
