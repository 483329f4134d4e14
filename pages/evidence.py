"""Evidence: all shipped models in one table, with the command that reproduces each row."""

import pandas as pd
import streamlit as st

from pages.shared import frame, models
from pages.shared.guard import via_app
from pages.shared.text import t

via_app()
current = frame.begin("evidence")

rows = [
    {
        t("evidence.model"): metadata.title,
        t("evidence.parameters"): metadata.training.get("parameters"),
        t("evidence.steps"): metadata.training.get("steps"),
        t("evidence.minutes"): metadata.training.get("seconds", 0) / 60,
        **{condition: share for condition, share in metadata.scores.get("conditions", {}).items()},
        t("evidence.train_command"): metadata.training.get("command"),
        t("evidence.score_command"): metadata.scores.get("command"),
    }
    for metadata in models.catalogue().values()
]
conditions = {key for metadata in models.catalogue().values() for key in metadata.scores.get("conditions", {})}
percent = st.column_config.NumberColumn(format="percent")
st.dataframe(
    pd.DataFrame(rows),
    hide_index=True,
    column_config={
        **dict.fromkeys(conditions, percent),
        t("evidence.minutes"): st.column_config.NumberColumn(format="%.1f"),
    },
)
st.markdown(t("evidence.table_explained"))

scored = models.catalogue()[current.spec.model].scores
if scored:
    st.markdown(f"##### {t('evidence.by_group', model=models.catalogue()[current.spec.model].title)}")
    groups = pd.DataFrame(sorted(scored["by_group"].items()), columns=[t("evidence.group"), t("evidence.share")])
    st.dataframe(groups, hide_index=True, height=420, column_config={t("evidence.share"): percent})
frame.finish(current)
