"""Errors of models of sounds, as `core.experiments.phone_errors` and the benchmark of peers kept it."""

from typing import Any

import pandas as pd
import streamlit as st

from core import paths
from core.evaluation.evidence import read_evidence
from core.figures.lines import share_lines
from pages.shared.text import listed, t


def errors_evidence(model: str) -> None:
    """Draw a model's error rates beside those of others, by length, among its n best, and its commonest confusions."""
    found = read_evidence(f"phone-errors-{model}")
    if found is None:
        return
    percent = st.column_config.NumberColumn(format="percent")
    heading = t("errors.heading", words=f"{found['beam']['words']:,}")
    st.markdown(f"##### {heading}\n\n{t('errors.rule', command=found['command'])}")
    systems = pd.DataFrame(systems_table(model, found))
    rates = {t("errors.wer"): percent, t("errors.per"): percent}
    megabytes = {t("errors.megabytes"): st.column_config.NumberColumn(format="%.1f")}
    st.dataframe(systems, hide_index=True, column_config=rates | megabytes)
    corrected_errors(model)
    left, middle, right = st.columns(3, gap="large")
    with left:
        st.markdown(f"**{t('errors.by_length')}**")
        rows = [row for row in found["by_length"] if row["words"] >= 20]
        series = {t(f"errors.{name}"): [row[name] for row in rows] for name in ("wer", "per")}
        st.plotly_chart(
            share_lines([row["letters"] for row in rows], series, t("errors.letters")),
            config={"displayModeBar": False},
        )
    with middle:
        st.markdown(f"**{t('errors.oracle')}**")
        places = range(1, len(found["oracle"]) + 1)
        st.plotly_chart(
            share_lines(places, {t("errors.oracle_series"): found["oracle"]}, "n"), config={"displayModeBar": False}
        )
    with right:
        st.markdown(f"**{t('errors.confusions')}**")
        pairs = [
            {t("errors.meant"): x["meant"] or "–", t("errors.wrote"): x["wrote"] or "–", t("errors.count"): x["count"]}
            for x in found["confusions"]
        ]
        st.dataframe(pd.DataFrame(pairs), hide_index=True, height=300)
    with st.expander(t("errors.development")):
        st.markdown(t("errors.development_explained"))
        columns = {t(f"errors.{name}"): [row[name] for row in found["development"]] for name in found["development"][0]}
        st.dataframe(pd.DataFrame(columns), hide_index=True, column_config=rates)


def corrected_errors(model: str) -> None:
    """Say how many words are wrong by the dictionary with its entries corrected; nothing if that was not measured."""
    found = read_evidence(f"dictionary-errors-{model}")
    if found is None:
        return
    words = listed(row["word"] for row in found["test_words"])
    counts = {name: f"{found[name]:,}" for name in ("corrections", "words", "wrong", "wrong_corrected")}
    st.caption(t("errors.corrected", listed=words, command=found["command"], **counts))


def systems_table(model: str, found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a row for each way in which this model answers, and one for each peer measured on the same words."""
    beam = t("errors.system_beam", width=found["width"], penalty=found["length_penalty"])
    size = paths.checkpoint_path(model).stat().st_size
    own = [
        (name, found[kind], size, t("errors.same_words"))
        for name, kind in ((t("errors.system_greedy"), "greedy"), (beam, "beam"))
    ]
    peers = [
        (row["system"], row["all_words"], row["model_bytes"], row["trained_on"])
        for row in (read_evidence("peers") or {"systems": ()})["systems"]
        if not row["system"].startswith("ours")
    ]
    return [
        {
            t("errors.system"): name,
            t("errors.wer"): scores["wer"],
            t("errors.per"): scores["per"],
            t("errors.megabytes"): size / 1e6,
            t("errors.trained_on"): trained_on,
        }
        for name, scores, size, trained_on in (*own, *peers)
    ]
