"""Evidence: all shipped models in one table, with the command that reproduces each row."""

from typing import Any

import pandas as pd
import streamlit as st

from core.checkpoint import Metadata
from pages.shared import frame, models
from pages.shared.evidence.errors import errors_evidence
from pages.shared.evidence.variants import variants_evidence
from pages.shared.guard import via_app
from pages.shared.state import AppState
from pages.shared.text import t


def draw(current: AppState) -> None:
    """Draw the table of models, and the chosen model's score in every group."""
    catalogue = models.catalogue()
    rows = [
        {
            t("evidence.model"): metadata.title,
            t("evidence.parameters"): metadata.training.get("parameters"),
            t("evidence.steps"): metadata.training.get("steps"),
            t("evidence.minutes"): metadata.training.get("seconds", 0) / 60,
            **metadata.scores.get("conditions", {}),
            t("evidence.train_command"): metadata.training.get("command"),
            t("evidence.score_command"): metadata.scores.get("command"),
        }
        for metadata in catalogue.values()
    ]
    conditions = {name for metadata in catalogue.values() for name in metadata.scores.get("conditions", {})}
    percent = st.column_config.NumberColumn(format="percent")
    minutes = st.column_config.NumberColumn(format="%.1f")
    columns = dict.fromkeys(conditions, percent) | {t("evidence.minutes"): minutes}
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns)
    st.markdown(t("evidence.table_explained"))

    groups_place, variants_place = st.columns([2, 3], gap="large")
    with variants_place:
        st.markdown(f"##### {t('variants.heading')}")
        variants_evidence()
    with groups_place:
        groups_evidence(catalogue[current.spec.model], percent)
    errors_evidence(current.spec.model)


def groups_evidence(chosen: Metadata, percent: Any) -> None:
    """Draw a model's score in every group of the held-out examples."""
    if not chosen.scores:
        return
    st.markdown(f"##### {t('evidence.by_group', model=chosen.title)}")
    groups = pd.DataFrame(
        chosen.scores["by_group"].items(), columns=[t(f"evidence.group_{chosen.task}"), t("evidence.share")]
    )
    st.dataframe(groups, hide_index=True, height=420, column_config={t("evidence.share"): percent})


via_app()
current, look_place, run_place = frame.begin("evidence")
draw(current)
with look_place:
    frame.look_controls(current)
with run_place:
    frame.run_controls(current)
frame.finish(current)
