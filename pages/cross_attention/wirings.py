"""The wirings: three models that differ in what each decoder layer reads of the encoder, on this very source."""

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st
from torch import Tensor

from core.analysis.attention.rollout import memory_shares
from core.evaluation.evidence import read_evidence
from core.figures.boards import Board, Line
from core.figures.panels import Panel
from core.figures.stacks import wirings_figure
from core.run import models, runs
from core.run.rows import rows_of
from core.run.runs import RunSpec, runnable
from core.run.titles import title_of
from pages.cross_attention.choices import Place, place_of
from pages.shared.browser.callbacks import rerun_own_fragment
from pages.shared.browser.components import board_view
from pages.shared.first import first_spec
from pages.shared.state import AppState
from pages.shared.text import as_output, listed, t

STYLE = """<style>[class*="st-key-cross-maps-"] .s2s-b-legend { display: none; }</style>"""
NAMES = ("small", "small-layerwise", "small-mixed")


@dataclass(frozen=True, eq=False)
class WiredModel:
    """Hold one of the three models at work: what it was run on, and what came of it.

    `right` is None where no right answer is known.
    """

    spec: RunSpec
    output: str
    right: bool | None

    @property
    def wiring(self) -> str:
        """Return the wiring that the model was trained with."""
        return self.spec.config.wiring

    @property
    def shares(self) -> Tensor:
        """Return how much of each encoder layer every decoder layer reads."""
        return memory_shares(models.model(self.spec.model))


def run_wired(name: str, shown: RunSpec) -> WiredModel:
    """Run a model on what is shown, or, if it reads something else, on its task's first example."""
    spec = replace(shown, model=name, forced=())
    if models.catalogue()[name].task != shown.task.name:
        first = first_spec(name)
        spec = replace(spec, source=first.source, reference=first.reference, teacher=False)
    spec = runnable(spec)[0] or first_spec(name)
    tokens = models.catalogue()[name].target_vocab.decode(runs.trace(spec).tokens)
    output, reference = spec.task.target_text(tokens), spec.reference.strip()
    right = output == spec.task.target_text(spec.task.target_tokens(reference)) if reference else None
    return WiredModel(spec, output, right)


def wirings_view(current: AppState) -> None:
    """Draw the three wirings as diagrams, and under each what its model makes of the source."""
    place = place_of(current)
    three = [run_wired(name, place.spec) for name in NAMES if name in models.catalogue()]
    if not three:
        st.text(t("cross.no_wirings", names=listed(NAMES)))
        return
    loaded = [each.spec.model for each in three]
    marked = loaded.index(place.spec.model) if place.spec.model in loaded else None
    figure = wirings_figure(
        [t(f"cross.wiring_{each.wiring}") for each in three], [each.shares.numpy() for each in three], marked,
        (t("cross.encoder_layer"), t("cross.decoder_layer")),
    )  # fmt: skip
    with st.container(key="wide-chart-wirings"):
        st.plotly_chart(figure, config={"displayModeBar": False}, key="cross-wirings")
    st.html(STYLE)
    kept = {row["name"]: row for row in (read_evidence("variants") or {"variants": ()})["variants"]}
    for column, each in zip(st.columns(len(three), gap="medium"), three, strict=True):
        with column:
            outcome(current, place, each, kept.get(each.spec.model))
    if three[0].spec.source != place.spec.source:
        st.text(t("cross.other_source", model=title_of(place.spec.model), source=three[0].spec.source))
    elif marked is None:
        wiring = t(f"cross.wiring_{place.spec.config.wiring}")
        st.text(t("cross.loaded_wiring", model=title_of(place.spec.model), wiring=wiring))


def outcome(current: AppState, place: Place, each: WiredModel, score: dict[str, Any] | None) -> None:
    """Draw what one model writes, what it scores, the button that loads it, and its cross-attention."""
    mine = each.spec.model == place.spec.model
    verdict = "" if each.right is None else t("cross.right") if each.right else t("cross.wrong")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{as_output(each.output)}** {verdict}")
        st.button(
            t("control.cross_loaded") if mine else t("control.cross_load"), help=t("help.cross_load"),
            on_click=rerun_own_fragment(lambda: current.choose_model(each.spec.model)), disabled=mine,
            key=f"control-cross-load-{each.spec.model}",
        )  # fmt: skip
    if score is not None and score["spread"] is not None:
        shares = {"mean": f"{score['mean']:.1%}", "spread": f"{score['spread']:.1%}", "seeds": len(score["seeds"])}
        st.caption(t("cross.held_out", **shares))
    with st.container(key=f"cross-maps-{each.spec.model}"):
        board_view(Board([maps(each)], t("cross.maps_summary")), current, key=f"cross-map-{each.spec.model}")


def maps(each: WiredModel) -> Line:
    """Return each layer's cross-attention, averaged over the heads."""
    rows = rows_of(each.spec, runs.trace(each.spec), "cross")
    return Line(
        [
            Panel(
                id=f"layer{layer}", title=t("cross.layer", layer=layer + 1), values=weights.mean(0), mask=rows.cells,
                rows=rows.queries, columns=rows.keys, numbers=False, scale="sequential", row_labels=layer == 0,
                name=t("cross.mean_weight_name"), help=t("cross.explain_mean"), top=1.0,
            )
            for layer, weights in enumerate(rows.weights)
        ]
    )  # fmt: skip
