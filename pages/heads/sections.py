"""Below the heads: who agrees with whom, what the test set says, the formulas with numbers, the code, a question."""

from dataclasses import replace

import streamlit as st
import torch

from core.analysis.attention import head_agreement, head_contributions, head_statistics
from core.evaluation.ablation import read_ablations
from core.figures.board_events import Cell
from core.figures.boards import Board, Line
from core.figures.panels import Panel
from core.run.notebook import WEIGHTS, notebook_lines
from core.run.runs import RunSpec
from core.run.view import View
from core.taps import SilenceHead
from pages.heads.choices import Head, HeadsChoices
from pages.heads.formula import formula
from pages.heads.joined import joined
from pages.heads.measure import measurements
from pages.heads.report import HeadReport
from pages.heads.shipped_ablation import COMMAND, ENOUGH, layers
from pages.heads.words import number_text
from pages.shared import sections
from pages.shared.browser.components import board_view
from pages.shared.state import AppState
from pages.shared.text import as_code, t, table

MOST_NUMBERED = 12
MOST_LISTED = 6


def heads_sections(current: AppState, found: HeadReport, view: View, silenced: tuple[Head, ...]) -> None:
    """Draw the one of the six sections that is chosen."""
    drawn = {
        "agreement": lambda: agreement(current, found, view),
        "joined": lambda: joined(current, found, view),
        "measured": lambda: cost_section(current, silenced),
        "formula": lambda: formula(current.shown, found, view),
        "code": lambda: sections.code(
            head_statistics.head_statistics, head_statistics.distributions, head_agreement.divergences,
            head_contributions.contributions, SilenceHead, notebook=notebook(current.shown, view, silenced),
        ),
        "question": lambda: sections.question("heads_question"),
    }  # fmt: skip
    sections.sections(current, HeadsChoices, drawn)


def notebook(spec: RunSpec, view: View, silenced: tuple[Head, ...]) -> str:
    """Return the lines that run the model with these heads silenced, and read the weights of all heads."""
    switches = replace(spec.switches, silenced=frozenset(head.intervention for head in silenced))
    return notebook_lines(spec, f"heads = {WEIGHTS[view.attention]}", switches=switches)


def agreement(current: AppState, found: HeadReport, view: View) -> None:
    """Draw how differently every two heads of this attention attend, like beside like."""
    heads = found.rows.weights.shape[1]
    names = [f"{number // heads + 1}.{number % heads + 1}" for number in found.order]
    chosen = view.layer * heads + view.head

    def choose(cell: Cell) -> None:
        layer, head = divmod(found.order[cell.row], heads)
        current.look(layer=layer, head=head)

    matrix = Panel(
        id="divergence", title=t("heads.divergence_title"), note=t("heads.divergence_note"),
        values=found.agreement[found.order][:, found.order].float(), rows=names, columns=names,
        name=t("heads.divergence_name"), numbers=len(names) <= MOST_NUMBERED, clickable=True,
        mark=found.order.index(chosen),
    )  # fmt: skip
    left, right = st.columns([3, 2], gap="large")
    with left:
        board = Board([Line([matrix])], t("heads.divergence_hint"))
        board_view(board, current, key="agreement", on_click=choose)
    with right:
        st.markdown(t("heads.divergence_explained"))
        if len(names) > 1:
            st.markdown(pairs_table(found))


def pairs_table(found: HeadReport) -> str:
    """Write the pairs of heads that agree most, and the pair that agrees least."""
    count, heads = found.agreement.shape[0], found.rows.weights.shape[1]
    one, other = torch.triu_indices(count, count, 1)
    pairs = [
        (value, i, j)
        for value, i, j in zip(found.agreement[one, other].tolist(), one.tolist(), other.tolist(), strict=True)
        if value == value
    ]
    pairs.sort()
    shown = pairs[: MOST_LISTED - 1] + pairs[-1:] if len(pairs) >= MOST_LISTED else pairs

    def place(number: int) -> str:
        return f"{number // heads + 1}.{number % heads + 1}"

    rows = [[f"{place(i)} · {place(j)}", f"{value:.3f}"] for value, i, j in shown]
    return table([t("column.pair"), t("column.divergence")], rows)


def cost_section(current: AppState, silenced: tuple[Head, ...]) -> None:
    """Say what is kept of the test set, and let it be measured again on a sample."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        ablation_evidence(current.shown.model)
    with right:
        measurements(current, current.shown.model, silenced)


def ablation_evidence(model: str) -> None:
    """Compare, for each attention, its heads silenced one at a time with all of them gone, and name the command."""
    evidence = read_ablations(model)
    if evidence is None:
        st.markdown(t("heads.no_evidence"))
        st.code(f"{COMMAND.format(model=model, examples=ENOUGH)} --write", language="bash")
        return
    share = f"{evidence.results[0].exact_match:.2%}"
    st.markdown(t("heads.evidence", share=share, examples=f"{evidence.examples:,}"))
    rows = [
        [
            t("heads.named_layer", name=t(f"heads.group_{found.attention}"), layer=found.layer + 1),
            number_text("change", found.added_up),
            number_text("change", found.at_once),
        ]
        for found in layers(model)
    ]
    with st.container(key="names-table"):
        st.markdown(table([t(f"column.{name}") for name in ("attention_layer", "added_up", "at_once")], rows))
    st.caption(t("heads.evidence_command", command=as_code(evidence.command)))
