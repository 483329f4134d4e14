"""One step of cross-attention: the decoder's query against keys and values that were made once."""

from dataclasses import replace

import streamlit as st

from core.analysis.attention.cross_costs import CrossCost, cross_costs
from core.figures.boards import Board, Line
from core.figures.panels import ALL, COLUMN, ROW, Derivation, Panel, Ref
from core.walk.model import ModelWalk, model_walk
from core.walk.walk import summary
from pages.cross_attention.choices import Place, place_of
from pages.cross_attention.controls import step_control
from pages.shared.browser.components import board_view
from pages.shared.state import AppState
from pages.shared.text import t, table

LOCATED = ("q", "k", "v", "map")
SCORED = Derivation("{$0×$1} = {=}", (Ref("q", 0, ALL), Ref("k", ROW, ALL)))
MIXED = Derivation("{$0×$1} = {=}", (Ref("weights", ALL, 0), Ref("v", ALL, COLUMN)))


def step_view(current: AppState) -> None:
    """Draw the walk of the chosen step, and what was computed for it and for all steps so far."""
    place = place_of(current)
    above = st.container()
    board_view(step_board, current, key="cross-step", on_click=lambda cell: current.look(step=cell.row + 1))
    with above:
        step_control(current, place)
        st.markdown(so_far(place))
    if place.spec.config.autoregressive:
        cost_table(place)


def step_board(current: AppState) -> Board:
    """Return the walk of the chosen step."""
    place = place_of(current)
    walked = model_walk(place.spec, place.view)
    kept = place.spec.causal or not place.spec.config.autoregressive
    return Board([compact(walked, kept)], summary(walked.walk), "cross_step")


def compact(walked: ModelWalk, kept: bool) -> Line:
    """Return the walk without the tables of products, so that it fits: a score is made of q and k at once, and the
    output, above the values, of α and v. The additive score needs its terms. `kept` tells whether keys and values were.

    Panels say where they come from: here keys and values belong to another text than the query.
    """
    line = walked.line()
    panels = {panel.id: located(panel, kept) for panel in line.panels()}
    items: list[Panel | list[Panel] | str] = [panels["map"], "  "]
    items += [panels["s1"]] if "s1" in panels else []
    items.append([panels["q"], panels["k"]])
    if walked.walk.method.score == "additive":
        between = line.items[list(line.items).index("→") + 1 : -1]
        until = next(place for place, item in enumerate(between) if isinstance(item, Panel) and item.id == "sums")
        items += ["→", *between[: until - 1]]
    else:
        panels["sums"] = replace(panels["sums"], made=SCORED)
    for name in ("sums", "scaled", "scores"):
        items += ["→", panels[name]] if name in panels else []
    strengths = [panels[name] for name in ("total", "strengths") if name in panels]
    items += ["→", strengths, "→", panels["weights"], "×", [replace(panels["o"], made=MIXED), panels["v"]]]
    return Line(items, line.title)


def located(panel: Panel, kept: bool) -> Panel:
    """Say of a panel where it comes from, and of keys and values whether they were kept."""
    if panel.id not in LOCATED:
        return panel
    note = t("cross.note_anew") if panel.id in "kv" and not kept else t(f"cross.note_{panel.id}")
    return replace(panel, note=note, help=t(f"cross.explain_{panel.id}"))


def costs_of(place: Place, steps: int) -> dict[str, CrossCost]:
    """Count what cross-attention computed in so many steps of the run, by part."""
    config = place.spec.config
    return {cost.part: cost for cost in cross_costs(config, len(place.trace.source), steps)}


def so_far(place: Place) -> str:
    """Say in a sentence what was made once and what in every step, up to the chosen one."""
    config = place.spec.config
    steps = place.row + 1 if config.autoregressive else len(place.trace.read())
    costs = costs_of(place, steps)
    kept = place.spec.causal or not config.autoregressive
    words = {
        "step": place.row + 1, "steps": len(place.trace.steps), "source": len(place.trace.source),
        "layers": config.num_decoder_layers,
        "keys": f"{costs['keys'].made if kept else costs['keys'].made_anew:,}",
        "queries": f"{costs['queries'].made if kept else costs['queries'].made_anew:,}",
    }  # fmt: skip
    if not config.autoregressive:
        return t("cross.so_far_parallel", **words)
    return t("cross.so_far_kept" if kept else "cross.so_far_anew", **words)


def cost_table(place: Place) -> None:
    """Draw what the whole run multiplies, with keys and values kept and with nothing kept, and why that may be done."""
    costs = costs_of(place, len(place.trace.steps))
    rows = [
        [t(f"cross.part_{cost.part}"), f"{cost.made:,}", f"{cost.macs:,}", f"{cost.made_anew:,}", f"{cost.macs_anew:,}"]
        for cost in costs.values()
    ]
    kept, anew = (sum(getattr(cost, name) for cost in costs.values()) for name in ("macs", "macs_anew"))
    rows.append([t("cross.part_total"), "", f"**{kept:,}**", "", f"**{anew:,}**"])
    left, right = st.columns([2, 1], gap="large")
    with left:
        columns = ("product", "made", "multiplied", "made_anew", "multiplied_anew")
        st.markdown(table([t(f"cross.column_{name}") for name in columns], rows))
    with right:
        st.markdown(t("cross.why_once", steps=len(place.trace.steps), times=f"{anew / kept:.1f}"))
