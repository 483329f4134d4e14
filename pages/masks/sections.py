"""Below the views of the Masks page: the formula with these numbers, the code that ran, the evidence, a question."""

from dataclasses import replace
from typing import Any

import streamlit as st
from torch import Tensor

from core import attention as attention_code
from core import masks as mask_code
from core.analysis.masks import leak as leak_code
from core.evaluation.evidence import read_evidence
from core.figures.bars import share_bars
from core.run import models, runs
from core.run.notebook import notebook_lines, weights_line
from core.run.titles import title_of
from core.snippets import mask_lines
from core.switches import Switches
from pages.masks.choices import MasksChoices
from pages.masks.formula import formula
from pages.shared import sections
from pages.shared.state import AppState
from pages.shared.text import as_plain, called, t, table

CONDITIONS = ("as trained", "causal mask off", "padding mask off")


def masks_sections(current: AppState) -> None:
    """Draw the chosen section of the view that is shown."""
    drawn = {
        "formula": lambda: formula(current),
        "code": lambda: code(current),
        "evidence": lambda: evidence(current.shown.model),
        "question": lambda: sections.question("masks_question"),
    }
    sections.sections(current, MasksChoices, drawn)


def code(current: AppState) -> None:
    """Show the functions that made the masks and used them."""
    show, config = current.chosen(MasksChoices).show, models.catalogue()[current.shown.model].config
    explicit = attention_code.NORMALIZERS[config.normalizer], attention_code.attend
    mixed = attention_code.MultiHeadAttention.mix_query  # runs that nobody watches take its fused path
    ran = {
        "draw": (mask_code.combine, mask_code.causal_mask, mask_code.padding_mask, *explicit),
        "causal": (mask_code.causal_mask, leak_code.leak_logits, leak_code.change_between, mixed),
        "padding": (mask_code.padding_mask, leak_code.padding_test, leak_code.run_padded, mixed),
        "nothing": (leak_code.masked_softmaxes, *explicit),
    }[show]
    sections.code(*ran, notebook=notebook(current), torch_lines=mask_lines(shown_cells(current)))


def shown_cells(current: AppState) -> Tensor:
    """Return the mask that is shown: of the attention that is looked at, drawn on where that is shown."""
    spec, view = current.shown, current.view.within(current.shown.config)
    trace = runs.trace(spec, drawn_switches(current))
    return {"encoder": trace.encoder_cells, "self": trace.self_cells, "cross": trace.cross_cells}[view.attention]()


def drawn_switches(current: AppState) -> Switches:
    """Return the run's switches, with the mask that is drawn where that is shown."""
    choices = current.chosen(MasksChoices)
    return replace(current.shown.switches, blocked=choices.drawn if choices.show == "draw" else frozenset())


def notebook(current: AppState) -> str:
    """Return the lines that do the run, with the mask that is drawn where that is shown."""
    spec = current.shown
    view = current.view.within(spec.config)
    return notebook_lines(spec, weights_line(view), switches=drawn_switches(current))


def evidence(name: str) -> None:
    """Show what the masks are worth to this model, and what a model sees and learns without the causal one."""
    mine, found = models.catalogue()[name], read_evidence("causal-mask")
    if mine.scores:
        bars, text_place = st.columns([2, 3], gap="large")
        with bars:
            scores = [(c, mine.scores["conditions"][c]) for c in CONDITIONS if c in mine.scores["conditions"]]
            labels, shares = [called("condition", c, c) for c, _ in scores], [share for _, share in scores]
            st.plotly_chart(share_bars(labels, shares, [False] * len(labels)), config={"displayModeBar": False})
        sentence = t("masks.evidence_scores", model=as_plain(title_of(name)), examples=f"{mine.scores['examples']:,}")
        text_place.caption(f"{sentence} `{mine.scores['command']}`")
    else:
        st.text(t("section.no_scores", model=title_of(name)))
    if found is not None:
        head = [t(f"masks.evidence_{x}") for x in ("model", "mask", "move", "kl", "fed_tokens", "fed", "free")]
        with st.container(key="names-table"):
            st.markdown(table(head, [leak_row(row) for row in found["rows"]]))
        st.markdown(t("masks.evidence_explained", examples=found["rows"][0]["examples"], command=found["command"]))


def leak_row(row: dict[str, Any]) -> list[str]:
    """Return a row of the evidence as text."""
    title = called("model", row["model"], row["title"])
    name = title if row["trained"] == "with" else t("masks.evidence_without", title=title)
    shares = [f"{row[key]:.1%}" for key in ("fed_tokens", "fed", "free")]
    moves = [f"{row[key]:.3f}" if row[key] else "0" for key in ("move", "divergence")]
    return [name, t("masks.evidence_on") if row["causal"] else t("masks.evidence_off"), *moves, *shares]
