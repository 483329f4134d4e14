"""How far a model's probabilities can be believed, as `core.experiments.calibration` kept it."""

from typing import Any

import pandas as pd
import streamlit as st

from core.evaluation.evidence import read_evidence
from core.figures.reliability import FEW, reliability_curve
from core.run.titles import title_of
from pages.shared.text import as_plain, t


def calibration_evidence(model: str) -> None:
    """Draw a model's reliability curve beside its ten bins; nothing if it was not measured with these weights."""
    found = read_evidence(f"calibration-{model}")
    if found is None:
        return
    title, last = as_plain(title_of(model)), found["bins"][-1]
    st.markdown(f"##### {t('calibration.heading', model=title)}\n\n{sentence(last)}")
    left, right = st.columns([3, 2], gap="large")
    kept = [row for row in found["bins"] if row["count"]]
    with left:
        figure = reliability_curve(
            [row["probability"] for row in kept],
            [row["right"] / row["count"] for row in kept],
            [row["count"] for row in kept],
            (t("calibration.curve"), t("calibration.few", least=FEW), t("calibration.diagonal")),
            (t("calibration.probability"), t("calibration.right")),
        )
        st.plotly_chart(figure, config={"displayModeBar": False})
    with right:
        st.dataframe(
            pd.DataFrame(table_rows(found["bins"])), hide_index=True, placeholder="–",
            column_config={t("calibration.right"): st.column_config.NumberColumn(format="percent")},
        )  # fmt: skip
    st.caption(explained(found))


def sentence(last: dict[str, Any]) -> str:
    """Say how often the answers of the last bin are right, the ones that the model is sure of."""
    if not last["count"]:
        return t("calibration.never_sure")
    return t("calibration.sure", count=f"{last['count']:,}", share=f"{last['right'] / last['count']:.1%}")


def explained(found: dict[str, Any]) -> str:
    """Say what was measured, on how many examples, and by which command."""
    measured = {"examples": f"{found['examples']:,}", "of": f"{found['of']:,}", "command": found["command"]}
    measured["error"] = f"{100 * found['error']:.1f}"
    whole = found["examples"] == found["of"]
    return t("calibration.explained_whole" if whole else "calibration.explained_drawn", **measured)


def table_rows(bins: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a row for each bin: its range, its answers, and the share that is right, where they are not too few."""
    width = 100 // len(bins)
    return [
        {
            t("calibration.probability"): t("calibration.range", low=place * width, high=(place + 1) * width),
            t("calibration.answers"): row["count"],
            t("calibration.right"): row["right"] / row["count"] if row["count"] >= FEW else None,
        }
        for place, row in enumerate(bins)
    ]
