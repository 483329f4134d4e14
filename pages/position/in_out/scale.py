"""Embedding × √D: the lengths of embeddings and encodings, and what the model writes without the root."""

from collections.abc import Iterator, Sequence

import streamlit as st
from torch import Tensor

from core.evaluation.exact_match import exact_match
from core.evaluation.held_out import held_out_examples
from core.figures.boards import Board, Line
from core.figures.panels import COLUMN, Derivation, Panel, Ref
from core.run import models
from core.run.runs import RunSpec
from pages.position.encoding import encoding_of
from pages.position.in_out.common import (
    MOST_NUMBERS,
    changed_model,
    embeddings_of,
    encodings_of,
    outcome_table,
    tokens_of,
    written_changed,
    written_plain,
)
from pages.shared import jobs
from pages.shared.browser.components import board_view
from pages.shared.state import AppState
from pages.shared.text import t

CHUNK, MEASURED = 25, 200
WIDEST = 640  # px


def scale_view(current: AppState, spec: RunSpec) -> None:
    """Draw the length of each token's embedding, scaled and not, beside that of its position, and both outputs."""
    lengths, width = lengths_of(spec), spec.config.d_model
    words = {name: f"{float(values.mean()):.1f}" for name, values in lengths.items()}
    st.markdown(t(f"in_out.scale_claim_{kind_of(lengths)}", width=width, root=f"{width**0.5:.1f}", **words))
    board_view(Board([Line([length_panels(spec, lengths)])], t("in_out.scale_summary")), current, key="in-out-scale")
    plain, without = written_plain(spec), written_changed(spec, "unscaled")
    outcome_table(spec, {t("in_out.as_trained"): plain, t("in_out.unscaled"): without})
    st.markdown(t("in_out.scale_same" if plain == without else "in_out.scale_differs"))


def lengths_of(spec: RunSpec) -> dict[str, Tensor]:
    """Return the lengths of the source's embeddings, scaled and not, and of its encodings. Shapes: → each [S]"""
    embedded = embeddings_of(spec).norm(dim=-1)
    found = {"table": embedded, "scaled": embedded * spec.config.d_model**0.5}
    return found | ({"encoding": encodings_of(spec).norm(dim=-1)} if encoding_of(spec.model).own else {})


def kind_of(lengths: dict[str, Tensor]) -> str:
    """Say how long embeddings are in their table beside the encodings: none, short or long."""
    if "encoding" not in lengths:
        return "none"
    return "short" if float(lengths["table"].mean()) < float(lengths["encoding"].mean()) else "long"


def length_panels(spec: RunSpec, lengths: dict[str, Tensor]) -> list[Panel]:
    """Return a row of lengths for each kind of vector, one above the other, by the tokens of the source."""
    names, top = tokens_of(spec), max(float(values.max()) for values in lengths.values())
    made = Derivation(f"{{$0}} × √{spec.config.d_model} = {{=}}", (Ref("table", 0, COLUMN),))
    numbers = len(names) <= MOST_NUMBERS
    return [
        Panel(
            id=name, title=t(f"in_out.length_{name}"), values=values[None], rows=(t(f"in_out.row_{name}"),),
            row_labels=False, columns=names, scale="sequential", top=top, digits=1, numbers=numbers, aligned=True,
            name=t("in_out.length_name"), legend=t("in_out.legend_lengths"), made=made if name == "scaled" else None,
            cell=None if numbers else max(8, WIDEST // len(names)),
        )
        for name, values in lengths.items()
    ]  # fmt: skip


def measure(spec: RunSpec) -> Iterator[tuple[int, int, int]]:
    """Count right outputs of held-out examples, a few at a time: as trained, without the root, and of how many.

    Raises: ImportError if what generates the task's examples is not installed.
    """
    metadata, examples = models.catalogue()[spec.model], held_out_examples(spec.task, MEASURED)
    both = models.model(spec.model), changed_model(spec.model, "unscaled")
    for start in range(0, len(examples), CHUNK):
        chunk = examples[start : start + CHUNK]
        vocabularies = metadata.source_vocab, metadata.target_vocab
        right = [exact_match(model, spec.task, *vocabularies, chunk, spec.switches).right.total() for model in both]
        yield *right, len(chunk)


def scale_evidence(current: AppState, spec: RunSpec) -> None:
    """Draw the button that measures what the root of D is worth to the loaded model, and what came of it so far."""
    st.caption(t("in_out.measure_explained", count=MEASURED))
    jobs.panel(
        current, "measure_scale", key=(spec.model, spec.switches), total=MEASURED // CHUNK,
        work=lambda: measure(spec), draw=draw_counts,
    )  # fmt: skip


def draw_counts(counts: Sequence[tuple[int, int, int]]) -> None:
    """Say what has been counted so far."""
    if counts:
        plain, without, seen = (sum(column) for column in zip(*counts, strict=True))
        st.markdown(t("in_out.measured", seen=seen, plain=f"{plain / seen:.1%}", without=f"{without / seen:.1%}"))
