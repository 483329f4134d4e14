"""What the parts of "In and out" share: the embeddings of the source, strips of D numbers, outputs side by side."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import streamlit as st
from torch import Tensor

from core.analysis.in_and_out import in_halves, unscaled
from core.figures.panels import Derivation, Panel
from core.model import Transformer
from core.run import models, runs
from core.run.kept import kept
from core.run.runs import RunSpec
from core.run.tokens import disambiguate
from pages.position.compared import output_text, verdict
from pages.position.encoding import encoding_of
from pages.position.family import Written, as_written, tokens_without_pads, write
from pages.shared.text import t, table

STRIP = 512  # px, of D numbers
# More columns than this have no room for numbers.
MOST_NUMBERS = 16
CHANGES = {"unscaled": unscaled, "in_halves": in_halves}


def tokens_of(spec: RunSpec) -> tuple[str, ...]:
    """Return the tokens of the source as they look on screen, without padding."""
    return disambiguate(runs.source_names(spec)[: tokens_without_pads(spec)])


def embeddings_of(spec: RunSpec) -> Tensor:
    """Return the rows of the source's tokens in the embedding table, without padding. Shapes: → [S,D]"""
    ids = runs.source_ids(spec)[: tokens_without_pads(spec)]
    return models.model(spec.model).source_embedding.weight[ids].detach()


def encodings_of(spec: RunSpec) -> Tensor:
    """Return the encodings of the source's positions, the formula's where the model has none. Shapes: → [S,D]"""
    width = models.catalogue()[spec.model].config.d_model
    return encoding_of(spec.model).table[: tokens_without_pads(spec), :width]


def strip(name: str, values: Tensor, made: Derivation | None = None, room: int = STRIP, **words: object) -> Panel:
    """Return a vector as a strip of colours. Shapes: values [N]"""
    count = len(values)
    return Panel(
        id=name, title=t(f"in_out.strip_{name}", **words), values=values[None], rows=(t(f"in_out.row_{name}"),),
        columns=[str(i) for i in range(count)], row_labels=False, column_labels=False, numbers=False,
        name=t("in_out.strip_name"), cell=max(2, room // count), made=made, legend=t("in_out.legend"),
    )  # fmt: skip


def single(name: str, value: Tensor, made: Derivation | None = None) -> Panel:
    """Return one number as a panel of its own."""
    return Panel(id=name, title=t(f"in_out.single_{name}"), values=value.reshape(1, 1), made=made, digits=3)


@lru_cache(maxsize=16)
def changed_model(name: str, change: str) -> Transformer:
    """Return a model that reads its tokens or positions in another way, with the weights that it has."""
    return CHANGES[change](models.model(name))


@kept
def written_changed(spec: RunSpec, change: str) -> Written:
    """Return what a run's model writes for its source if it is changed.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    reference = runs.reference_ids(spec) if spec.teacher else None
    return as_written(spec, write(changed_model(spec.model, change), runs.source_ids(spec), spec.switches, reference))


def written_plain(spec: RunSpec) -> Written:
    """Return what a run's model writes for its source as it is, nothing forced.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    return as_written(spec, runs.trace(replace(spec, forced=())).tokens)


def outcome_table(spec: RunSpec, found: Mapping[str, Written]) -> None:
    """Draw outputs side by side, by what was done to the model, each with whether it is right."""
    rows = [[label, output_text(written), verdict(spec, written)] for label, written in found.items()]
    with st.container(key="dense-table-outcome"):
        st.markdown(table([t("in_out.column_model"), t("column.writes"), t("column.compared_verdict")], rows))
