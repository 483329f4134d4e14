"""Below the view of "Position": formulas with this example's numbers, the code that ran, the evidence, a question."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from core.analysis import in_and_out, position
from core.evaluation.evidence import read_evidence
from core.evaluation.exact_match import exact_match
from core.model import Transformer
from core.positions import PositionalEncoding, sinusoidal_encoding
from core.run import models
from core.run.notebook import notebook_lines
from core.run.runs import RunSpec
from core.run.titles import title_of, variant_title
from core.switches import Switches
from pages.position.beyond import rows_by_shift
from pages.position.choices import SIDES, PositionChoices
from pages.position.family import name_in_catalogue, nearest_family
from pages.position.formulas import formula
from pages.position.in_out import added, softmax
from pages.position.in_out.scale import scale_evidence
from pages.position.shuffle import Shuffle
from pages.shared import sections
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.variants import variants_evidence

RAN: dict[str, tuple[Callable, ...]] = {
    "encoding": (
        sinusoidal_encoding, PositionalEncoding.forward, position.rotation,
        position.rotation_residual, position.similarity, position.by_distance,
    ),
    "shuffle": (position.permutation_residual, position.layer_outputs, Switches.source_positions),
    "models": (PositionalEncoding.forward, exact_match),
    "beyond": (Switches.source_positions, Switches.target_positions, PositionalEncoding.forward),
}  # fmt: skip
RAN_IN_OUT: dict[str, tuple[Callable, ...]] = {
    "scale": (Transformer.embed, in_and_out.unscaled),
    "tied": (Transformer.embed, in_and_out.final_states, Transformer.logits),
    "add": (Transformer.embed, added.both_queries),
    "order": (sinusoidal_encoding, in_and_out.halves_order, in_and_out.in_halves),
    "softmax": (Transformer.logits, softmax.probabilities),
}
# The encodings of the source's places, before they are added to the embeddings.
POSITIONS = ("encodings = model.transformer.source_positions(len(trace.source))",)
SEEDS = ("small", "small-learned-position", "small-no-position")


def position_sections(current: AppState, spec: RunSpec, found: list[Shuffle]) -> None:
    """Draw the chosen section; `found` is what the shuffle showed, where it is shown."""
    choices = current.chosen(PositionChoices)
    drawn = {
        "formula": lambda: formula(choices, spec, found, current.view.step),
        "code": lambda: sections.code(
            *(RAN_IN_OUT[choices.part] if choices.show == "in_out" else RAN[choices.show]),
            notebook=notebook_lines(spec, *POSITIONS),
        ),
        "evidence": lambda: evidence(current, spec),
        "question": lambda: sections.question(f"position_question_{choices.show}"),
    }
    sections.sections(current, PositionChoices, drawn)


def evidence(current: AppState, spec: RunSpec) -> None:
    """Show what was measured, or is measured here and now, of the chosen view."""
    show = current.chosen(PositionChoices).show
    if show == "in_out":
        scale_evidence(current, spec)
    elif show == "beyond":
        beyond_evidence(spec)
    else:
        trained_evidence(spec)


def trained_evidence(spec: RunSpec) -> None:
    """Show every kind's score, as trained and with its position switched off, and the seeds of the small models."""
    left, right = st.columns(2, gap="large")
    members = {kind: metadata for kind, metadata in nearest_family(spec.model).items() if metadata.scores}
    percent = st.column_config.NumberColumn(format="percent")
    with left:
        rows = [
            {
                t("column.compared_model"): title_of(models.name_of(metadata)),
                t("position.trained_so"): conditions["as trained"],
                t("position.switched_off"): None if kind == "none" else conditions.get("position off"),
            }
            for kind, metadata in members.items()
            for conditions in (metadata.scores["conditions"],)
        ]
        shares = dict.fromkeys((t("position.trained_so"), t("position.switched_off")), percent)
        st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=shares)
        commands = " ".join(name_in_catalogue(metadata) for metadata in members.values())
        if not models.is_own(spec.model):  # no command measures again what was measured as a training ended
            st.caption(t("position.two_experiments", command=f"python -m core.experiments.evaluate {commands}"))
    with right:
        variants_evidence(SEEDS)


def beyond_evidence(spec: RunSpec) -> None:
    """Show the numbers behind the lines: what is right at each shift, or wrong at each length."""
    found = read_evidence("unseen-positions")
    if found is None:
        return
    percent = st.column_config.NumberColumn(format="percent")
    rows = rows_by_shift({kind: name_in_catalogue(metadata) for kind, metadata in nearest_family(spec.model).items()})
    lengths = next((row for row in found["lengths"] if row["name"] == spec.model), None)
    left, right = st.columns(2, gap="large")
    for place, side in zip((left, right), SIDES, strict=True):
        with place:
            if rows:
                shares = {variant_title(row): row["exact"][side] for row in rows.values()}
                st.caption(t(f"position.shift_heading_{side}"))
                columns = dict.fromkeys(shares, percent)
                st.dataframe(
                    pd.DataFrame({t("column.shift"): found["shifts"]} | shares), hide_index=True, height=300,
                    column_config=columns, placeholder="–",
                )  # fmt: skip
    if lengths is not None:
        for place, kind in zip((left, right), ("words", "joined"), strict=True):
            with place:
                st.caption(t(f"position.{kind}"))
                table = pd.DataFrame(lengths[kind])[["letters", "words", "per", "wer"]]
                names = {name: t(f"column.length_{name}") for name in table.columns}
                shares = dict.fromkeys((names["per"], names["wer"]), percent)
                st.dataframe(table.rename(columns=names), hide_index=True, height=300, column_config=shares)
    st.caption(t("position.beyond_command", command=found["command"]))
