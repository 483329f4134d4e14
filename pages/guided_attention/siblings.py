"""Three models that differ in their guide alone, on the source that was typed."""

from dataclasses import replace

import streamlit as st

from core.figures.boards import Board, Line
from core.figures.panels import Panel
from core.run import models, runs
from core.run.runs import RunSpec, runnable
from core.run.titles import task_title
from pages.guided_attention.alignment import Alignment, alignment_of
from pages.guided_attention.choices import fits_siblings, siblings
from pages.shared.browser.components import board_view
from pages.shared.first import first_spec
from pages.shared.state import AppState
from pages.shared.text import as_code, t, table
from pages.shared.widgets.controls import pressed

WIDEST_CELL, NARROWEST_CELL, WIDTH = 24, 12, 225


def siblings_view(current: AppState) -> Alignment | None:
    """Draw each model's map of the chosen head, and a table of what each writes; return what the first attends to."""
    names = siblings()
    if not names:
        st.text(t("guided.no_siblings"))
        return None
    spec = spec_for(current, next(iter(names.values())))
    found = {guide: alignment_of(replace(spec, model=name, forced=()), current.view) for guide, name in names.items()}
    first, panels = next(iter(found.values())), []
    for guide, each in found.items():
        panels += [*(["  "] if panels else []), sibling_panel(guide, each)]
    with st.container(key="top-aligned-siblings"):
        kind = "summary" if fits_siblings(current.spec) else "summary_elsewhere"
        summary = t(f"guided.siblings_{kind}", layer=first.layer + 1, head=first.head + 1)
        board_view(
            Board([Line(panels)], summary), current, key="guided-siblings",
            on_click=lambda cell: current.look(step=cell.row + 1),
        )  # fmt: skip
    head = [t(f"guided.column_{name}") for name in ("guide", "writes", "verdict", "head", "heads", "loss", "score")]
    st.markdown(table(head, [row_of(guide, each) for guide, each in found.items()]))
    st.caption(t("guided.siblings_caption"))
    return first


def spec_for(current: AppState, name: str) -> RunSpec:
    """Return what the siblings read: what is on screen, or their first example where that is of another task."""
    if fits_siblings(current.spec):
        return current.shown

    other = first_spec(name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(t("guided.other_task", task=task_title(other.task), source=other.source))
        pressed("take_guided", lambda: current.borrow(name))
    return runnable(other)[0] or other


def sibling_panel(guide: str, found: Alignment) -> Panel:
    """Show one model's weights in the chosen head."""
    cell = max(NARROWEST_CELL, min(WIDEST_CELL, WIDTH // len(found.keys)))
    return Panel(
        id=guide, title=t(f"guided.guide_{guide}"), note=t("guided.near", share=f"{found.share():.0%}"),
        values=found.weights, rows=found.queries, columns=found.keys, name=t("guided.weight_name"), numbers=False,
        scale="sequential", top=1.0, mark=min(found.row, len(found.queries) - 1), clickable=True,
        cell=cell, hint=t("guided.cell_hint"),
    )  # fmt: skip


def row_of(guide: str, found: Alignment) -> list[str]:
    """Return what one model wrote and where it looked, as a row of the table."""
    spec = found.spec
    metadata = models.catalogue()[spec.model]
    text = spec.task.target_text(metadata.target_vocab.decode(runs.trace(spec).tokens))
    right = {spec.reference.strip(), *(spec.known.references if spec.known else ())} - {""}
    verdict = "–" if not right else t("section.right") if text in right else "✗"
    score = metadata.scores.get("conditions", {}).get("as trained")
    return [
        t(f"guided.guide_{guide}"), as_code(text) if text else "–", verdict, f"{found.share():.1%}",
        f"{found.share(every=True):.1%}", f"{found.loss('diagonal', 0.2, every=True):.4f}",
        "–" if score is None else f"{score:.1%}",
    ]  # fmt: skip
