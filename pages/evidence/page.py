"""Evidence: every measurement of the shipped models in one table, with the command that reproduces each row."""

from typing import Any

import pandas as pd
import streamlit as st

from core.figures.plain import breadth
from core.run import models
from core.run.titles import title_of
from core.tasks import kind_of
from pages.evidence.calibration import calibration_evidence
from pages.evidence.choices import EvidenceChoices
from pages.evidence.errors import errors_evidence
from pages.evidence.kinds import kinds_evidence
from pages.evidence.table import chosen_table, task_name
from pages.evidence.translations import translations_evidence
from pages.shared.messages import left_out_sentences, show_messages
from pages.shared.page import Page
from pages.shared.state import AppState
from pages.shared.text import as_plain, listed, t, t_or
from pages.shared.variants import variants_evidence
from pages.shared.widgets.controls import choice

PERCENT = st.column_config.NumberColumn(format="percent")
DECIMAL = st.column_config.NumberColumn(format="%.1f")
WHOLE = st.column_config.NumberColumn(format="localized")
LETTER, EDGES = 6.7, 20  # px: what a character of a table takes at most on the average, and what is around a cell


def measured_tasks() -> list[str]:
    """Return the tasks of the models that ship."""
    return sorted({metadata.task for metadata in models.catalogue().values()})


def leave_unmeasured(current: AppState) -> None:
    """Show all tasks in place of one for which no model ships, and say so."""
    task = current.chosen(EvidenceChoices).task
    if task not in ("all", *measured_tasks()):
        current.choose(EvidenceChoices, task="all")
        choices = listed(("all", *measured_tasks()))
        current.problems = (t("problem.url_choice", name="task", choices=choices, got=task),)


def filters(current: AppState) -> None:
    """Draw what narrows the table down."""
    with st.container(horizontal=True):
        choice(
            current, EvidenceChoices, "task", options=("all", *measured_tasks()),
            format_func=task_name,
        )  # fmt: skip
        choice(current, EvidenceChoices, "experiment")


def measurements(current: AppState) -> None:
    """Draw the table of all measurements that were asked for, and the button that takes it along."""
    filters(current)
    table = chosen_table(current.chosen(EvidenceChoices))
    st.caption(t("evidence.table_explained", rows=f"{len(table):,}"))
    percents = dict.fromkeys((t(f"evidence.{name}") for name in ("exact", "mean", "spread")), PERCENT)
    decimals = dict.fromkeys((t(f"evidence.{name}") for name in ("minutes", "megabytes")), DECIMAL)
    counts = dict.fromkeys((t(f"evidence.{name}") for name in ("examples", "parameters", "steps")), WHOLE)
    names = {t(f"evidence.{name}"): as_wide_as(table[t(f"evidence.{name}")]) for name in ("model", "part")}
    st.dataframe(
        table, hide_index=True, height=360, placeholder="–", column_config=names | percents | decimals | counts
    )  # fmt: skip
    st.download_button(
        t("control.download_csv"), table.to_csv(index=False).encode(), "seq2see-evidence.csv", "text/csv",
        help=t("help.download_csv"), key="download-csv",
    )  # fmt: skip


def as_wide_as(texts: pd.Series) -> dict[str, Any]:
    """Return a column in which every one of these texts has room: by itself it measures the first rows alone."""
    longest = max(map(breadth, texts.dropna()), default=0)  # no row may be left
    return st.column_config.TextColumn(width=round(LETTER * longest + EDGES))


def group_name(group: str) -> str:
    """Return what a group of held-out examples is called: a locale by its code, words by their length."""
    count, _, kind = group.rpartition(" ")
    return t("group.letters", count=count) if kind == "letters" else group


def groups_evidence(name: str) -> None:
    """Draw a model's score in every group of the held-out examples."""
    chosen = models.catalogue()[name]
    if not chosen.scores:
        return
    st.markdown(f"##### {t('evidence.by_group', model=as_plain(title_of(name)))}")
    grouped = t_or(f"evidence.group_{kind_of(models.task_of(name))}", "evidence.group")
    shares = {group_name(group): share for group, share in chosen.scores["by_group"].items()}
    groups = pd.DataFrame(shares.items(), columns=[grouped, t("evidence.share")])
    st.dataframe(groups, hide_index=True, height=420, column_config={t("evidence.share"): PERCENT})


page = Page("evidence", EvidenceChoices)
current = page.current
leave_unmeasured(current)
show_messages([*current.problems, *left_out_sentences(models.catalogue().left_out)])
page.fragment(measurements)
groups_place, variants_place = st.columns([2, 3], gap="large")
with variants_place:
    st.markdown(f"##### {t('variants.heading')}")
    variants_evidence()
with groups_place:
    groups_evidence(current.spec.model)
kinds_evidence(current.spec.model)
calibration_evidence(current.spec.model)
errors_evidence(current.spec.model)
translations_evidence(current.spec.model)
