"""What came out, each way, in how many passes, and whether that is right."""

import streamlit as st

from core.trace import Trace
from pages.shared import models
from pages.shared.all_at_once.written import Pair, Written
from pages.shared.runs import RunSpec
from pages.shared.text import as_code, t, table


def answers(spec: RunSpec, pair: Pair, written: Written, beside: Trace | None) -> None:
    """Draw a table of the outputs: after the first and after the last pass, and step by step."""
    first, last = written.steps[0], written.steps[-1]
    rows = [row(spec, t("all_at_once.way_one_pass"), pair.writer, first.text, 1)]
    if last is not first:
        passes = len(written.steps)
        rows.append(row(spec, t("all_at_once.way_refined", passes=passes), pair.writer, last.text, passes))
    if beside is not None:
        name = t("all_at_once.way_steps", model=models.catalogue()[pair.beside].title)
        rows.append(row(spec, name, pair.beside, beside.tokens, len(beside.tokens)))
    st.markdown(table([t(f"column.{name}") for name in ("way", "output", "sequential", "verdict")], rows))


def row(spec: RunSpec, way: str, model: str, ids: list[int], passes: int) -> list[str]:
    """Return one row: the way, what it wrote, its passes, and whether that is a known answer."""
    about = models.catalogue()[model]
    text = spec.task.target_text(about.target_vocab.decode(ids))
    return [way, as_code(text), str(passes), verdict(spec, text)]


def verdict(spec: RunSpec, text: str) -> str:
    """Say whether an output is right, nothing where no answer is known."""
    right = {*(spec.known.references if spec.known else ()), spec.reference.strip()} - {""}
    if not right:
        return ""
    return t("section.right") if text in right else t("all_at_once.wrong", right=as_code(" / ".join(sorted(right))))
