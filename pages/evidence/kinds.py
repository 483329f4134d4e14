"""How a model of dates fares with kinds that people type and CLDR does not list, as the command kept it."""

import streamlit as st

from core.evaluation.evidence import read_evidence
from core.run.titles import title_of
from core.tasks.date_kinds import KINDS
from pages.shared.text import as_plain, t, table


def kinds_evidence(model: str) -> None:
    """Draw the share of each kind that is right; nothing if it was not measured with these weights."""
    found = read_evidence(f"date-kinds-{model}")
    if found is None:
        return
    st.markdown(f"##### {t('kinds.heading', model=as_plain(title_of(model)))}")
    shares = [(kind.replace("-", "_"), found["by_kind"][kind]) for kind in KINDS if kind in found["by_kind"]]
    rows = [[t(f"kinds.{kind}"), as_plain(t(f"kinds.example_{kind}")), f"{share:.1%}"] for kind, share in shares]
    st.markdown(table([t("kinds.kind"), t("kinds.example"), t("evidence.share")], rows))
    explained = "kinds.explained_trained" if found["trained"] else "kinds.explained_untrained"
    st.caption(t(explained, examples=f"{found['examples']:,}", command=found["command"]))
