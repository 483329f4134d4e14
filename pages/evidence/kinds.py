"""How a model of dates fares with kinds that people type and CLDR does not list, as the command kept it."""

import pandas as pd
import streamlit as st

from core.evaluation.evidence import read_evidence
from pages.shared.run import models
from pages.shared.text import as_plain, t


def kinds_evidence(model: str) -> None:
    """Draw the share of each kind that is right; nothing if it was not measured with these weights."""
    found = read_evidence(f"date-kinds-{model}")
    if found is None:
        return
    st.markdown(f"##### {t('kinds.heading', model=as_plain(models.catalogue()[model].title))}")
    rows = [
        {
            t("kinds.kind"): t(f"kinds.{kind.replace('-', '_')}"),
            t("kinds.example"): t(f"kinds.example_{kind.replace('-', '_')}"),
            t("evidence.share"): share,
        }
        for kind, share in found["by_kind"].items()
    ]
    percent = {t("evidence.share"): st.column_config.NumberColumn(format="percent")}
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=percent)
    explained = "kinds.explained_trained" if found["trained"] else "kinds.explained_untrained"
    st.caption(t(explained, examples=f"{found['examples']:,}", command=found["command"]))
