"""The controls of "Non-autoregressive": the model, the length, the passes; and its known mistakes to look at."""

from typing import Any

import streamlit as st

from core.evaluation.evidence import read_evidence
from core.run.titles import title_of
from pages.non_autoregressive.choices import PASSES, AllAtOnceChoices
from pages.non_autoregressive.writing import Pair, Written, take_writer, writers
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.widgets.controls import choice, controlled


def evidence_of(writer: str) -> dict[str, Any] | None:
    """Return what was measured of a model, None if nothing was."""
    return read_evidence(f"all-at-once-{writer}")


def mistake_controls(current: AppState, writer: str) -> None:
    """Offer sources that the model got wrong in one pass, each with the kind of its mistake."""
    found = evidence_of(writer)
    if found is None:
        return
    mistakes = {each["source"]: each for each in reversed(found["shown"])}
    sources, kinds = list(reversed(mistakes)), {source: t(f"kind.{each['kind']}") for source, each in mistakes.items()}

    def take(source: str) -> None:
        current.read_source(source)
        current.change(reference=mistakes[source]["right"][0])
        current.choose(AllAtOnceChoices, longer=0, look=1)

    with st.container(key="examples-row-mistakes"):
        controlled(
            st.pills, "mistakes", current.spec.source if current.spec.source in sources else None, take,
            options=sources, required=True, label_visibility="collapsed",
            format_func=lambda source: f"{kinds[source]}{t('text.colon')}{source}",
        )  # fmt: skip


def pass_controls(current: AppState, pair: Pair, written: Written) -> None:
    """Draw the choice of the model, of the number of passes and of its output's length."""
    choices, names = current.chosen(AllAtOnceChoices), writers(current)
    left, middle, right = st.columns(3, gap="large")
    with left:
        choice(
            current, AllAtOnceChoices, "writer", lambda name: take_writer(current, name), value=pair.writer,
            options=names, format_func=lambda name: title_of(name),
        )  # fmt: skip
    with middle:
        passes = choices.passes if choices.passes in PASSES else None
        choice(current, AllAtOnceChoices, "passes", value=passes, options=PASSES)
    with right:
        if written.lengths is None:
            st.caption(t("non_autoregressive.cut_at_end"))
        else:
            controlled(
                st.slider, "target_length", written.length,
                lambda length: current.choose(AllAtOnceChoices, longer=length - written.foretold),
                min_value=1, max_value=len(written.lengths) - 1,
            )  # fmt: skip
