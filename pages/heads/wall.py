"""Views of the heads in the browser: the map of all, the effect of silencing, and the heads of an attention."""

from typing import Any

from core.evaluation.ablation import read_ablations
from core.figures.packing import identified, many
from core.figures.panels import Panel
from core.run import models
from core.run.rows import row_of
from core.run.view import View
from pages.heads.choices import KINDS, Head, HeadsChoices, all_heads, layers_of, toggle
from pages.heads.effect import Effect, Written, effect_of
from pages.heads.report import HeadReport, report_of, sorted_heads
from pages.heads.shipped_ablation import ablation_by_head
from pages.heads.words import cost_sentence, effect_sentence, number_text, share_text, statistics
from pages.shared.browser.callbacks import mount
from pages.shared.state import AppState
from pages.shared.text import t, under
from pages.shared.widgets.options import PressOptions

# A loss of so much, from 0 to 1, has the strongest colour, or the largest loss if that is larger.
FULL_COLOUR = 0.05
# Of so many cards the browser is sent ahead what silencing each one does: every one takes two runs of the model.
MOST_PREFETCHED = 8


def wall_payload(current: AppState) -> dict[str, Any]:
    """Return what the browser draws; what looks the same has the same id."""
    choices, config = current.chosen(HeadsChoices), models.catalogue()[current.shown.model].config
    view, silenced = current.view.within(config), choices.silenced_in(config)
    data = {
        "map": map_payload(current.shown.model, view, silenced),
        "effect": effect_payload(current.shown.model, effect_of(current.shown, silenced), silenced),
        "cards": cards_payload(report_of(current.shown, view.attention), view, choices, silenced),
    }
    return identified(data)


def head_wall(current: AppState, found: HeadReport) -> None:
    """Mount the view; a click on a head, a row or a button goes into the state."""
    config = models.catalogue()[current.shown.model].config
    view, payload = current.view.within(config), wall_payload(current)
    data = payload | {
        "hint": t("head_wall.hint"),
        "text": under("head_wall") | {name: text for name, text in under("board").items() if name.startswith("mask")},
        "presses": current.presses,
    }
    heads = {head.name: head for head in all_heads(config)}

    def silence(asked: dict[str, Any]) -> None:
        current.presses += 1
        if (head := heads.get(asked.get("name"))) is not None:
            toggle(current, head)

    def choose(asked: dict[str, Any]) -> None:
        head, row = heads.get(asked.get("name")), asked.get("row")
        if head is None or head.attention != view.attention:
            return
        place = {}
        if isinstance(row, int) and 0 <= row < len(found.rows.queries):
            place = {"row": row} if view.attention == "encoder" else {"step": row + 1}
        current.look(layer=head.layer, head=head.head, **place)

    near = [card["id"] for card in payload["cards"][:MOST_PREFETCHED]]
    current.press_options["silence"] = PressOptions(
        {name: heads[name] for name in near}, lambda head: toggle(current, head)
    )
    mount(
        "head_wall", "head-wall", data,
        {"silence": silence, "choose": choose, "clear": lambda _: current.choose(HeadsChoices, silenced=())},
    )  # fmt: skip


def map_payload(model: str, view: View, silenced: tuple[Head, ...]) -> dict[str, Any]:
    """Return every head of the model, with what the test set loses without it; chance alone gets no colour."""
    config, evidence, found = models.catalogue()[model].config, read_ablations(model), ablation_by_head(model)
    worst = max((abs(result.change) for result in found.values()), default=0.0)

    def cell(head: Head) -> dict[str, Any]:
        place = {"attention": t(f"view.name_{head.attention}"), "layer": head.layer + 1, "head": head.head + 1}
        shown = {"text": "", "level": None, "title": t("heads.map_unmeasured", **place)}
        if evidence is not None:
            result = found[head]
            shown = {
                "text": number_text("change", result.change),
                "level": result.change / max(worst, FULL_COLOUR) if result.beyond_chance else None,
                "title": t("heads.map_measured", **place, measured=cost_sentence(evidence, result)),
            }
        return shown | {
            "name": head.name,
            "silenced": head in silenced,
            "chosen": head == Head(view.attention, view.layer, view.head),
        }

    groups = [
        {
            "title": t(f"heads.group_{attention}"),
            "rows": [
                [cell(Head(attention, layer, head)) for head in range(config.num_heads)]
                for layer in range(layers_of(config, attention))
            ],
        }
        for attention in KINDS
    ]
    if evidence is None:
        return {"groups": groups, "caption": t("heads.map_caption_unmeasured")}
    return {"groups": groups, "caption": t("heads.map_caption", examples=f"{evidence.examples:,}")}


def effect_payload(model: str, effect: Effect, silenced: tuple[Head, ...]) -> dict[str, Any]:
    """Return the example's output with all heads and without some, step by step."""

    def cell(written: Written, named: bool) -> dict[str, Any]:
        gone = written.probability != written.probability
        return {
            "text": written.text if named else "",
            "share": None if gone else written.probability,
            "percent": "–" if gone else share_text(written.probability),
            "differs": written.differs,
            "title": t("heads.no_step") if gone else f"{written.text}: {written.probability:.6f}",
        }

    shown = {"before": effect.before, "fed": effect.fed, "free": effect.free}
    rows = [
        {
            "name": name,
            "label": t(f"heads.run_{name}"),
            "title": t(f"heads.run_{name}_help"),
            "cells": [cell(written, name != "fed") for written in steps],
        }
        for name, steps in shown.items()
        if steps
    ]
    evidence = read_ablations(model)
    measured = t("heads.measure_below") if silenced else ""
    if evidence is not None and len(silenced) == 1:
        measured = cost_sentence(evidence, ablation_by_head(model)[silenced[0]])
    return {"said": effect_sentence(effect, silenced), "measured": measured, "rows": rows, "any": bool(silenced)}


def cards_payload(
    found: HeadReport, view: View, choices: HeadsChoices, silenced: tuple[Head, ...]
) -> list[dict[str, Any]]:
    """Return the heads side by side, in their order, each with its numbers."""
    rows, chosen = found.rows, (view.layer, view.head)
    layers = range(rows.weights.shape[0]) if choices.across == "all" else range(view.layer, view.layer + 1)

    is_long = many(2 * len(layers) * rows.weights[0].numel())  # the names of each map take about as much as its cells

    def card(layer: int, number: int) -> dict[str, Any]:
        head = Head(view.attention, layer, number)
        title = t("heads.card_layer" if choices.across == "all" else "heads.card", layer=layer + 1, head=number + 1)
        panel = Panel(
            id=head.name, title=title, values=rows.weights[layer, number], mask=rows.cells, rows=rows.queries,
            columns=rows.keys, numbers=False, scale="sequential", clickable=True, mark=row_of(view, len(rows.queries)),
        )  # fmt: skip
        return {
            "id": head.name,
            "title": title,
            "silenced": head in silenced,
            "chosen": (layer, number) == chosen,
            "numbers": statistics(found, layer, number, chosen, choices.sort),
            "panel": panel.payload(is_long) | {"cols": found.keys},
        }

    return [card(*head) for head in sorted_heads(found, choices.sort, chosen, layers)]
