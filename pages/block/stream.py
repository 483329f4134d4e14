"""The stream through one layer as strips of numbers, and its lengths through all layers."""

from collections.abc import Sequence

from torch import Tensor

from core.analysis.block.residual_stream import StreamStep
from core.checkpoint import Metadata
from core.config import ModelConfig
from core.figures.boards import Line
from core.figures.panels import ALL, COLUMN, Derivation, Panel, Ref
from core.figures.stream import Lengths
from core.run import models
from core.run.runs import RunSpec, runnable
from core.run.view import View
from pages.block.place import Place, is_final, place_of, short_place, sublayer_of
from pages.shared.text import t

# A board's colours begin at this share of `top`; a column of bare numbers has none.
COLOURLESS = 1e9


def strip(
    name: str, values: Tensor, label: str, title: str, made: Derivation | None = None, mark: bool = False
) -> Panel:
    """Return a vector as a strip of colours, with its name before it and, to mark it, a frame around it."""
    return Panel(
        id=name, title=title, values=values[None], rows=(label,), columns=features(len(values)), column_labels=False,
        name=t("block.cell", what=title, feature="{column}"), numbers=False, made=made, clickable=True,
        captioned=False, aligned=True, mark=0 if mark else None, hint=t("block.hint_feature"), legend=t("block.legend"),
    )  # fmt: skip


def features(count: int) -> tuple[str, ...]:
    """Number the features of a vector."""
    return tuple(str(number + 1) for number in range(count))


def length_of(panel: Panel) -> Panel:
    """Return the 2-norm of a strip as a number beside it."""
    made = Derivation("√({$0×$0}) = {=}", (Ref(panel.id, 0, ALL),))
    return Panel(
        id=f"{panel.id}.length", title=t("block.length"), values=panel.values.norm(dim=-1, keepdim=True), made=made,
        name=t("block.length_of", what=panel.title), top=COLOURLESS, captioned=False,
    )  # fmt: skip


def stream_lines(place: Place) -> list[Line]:
    """Return the token's vectors through the layer, each with its length, and the hidden numbers of the FFN."""
    strips = list(strips_of(place))
    lines = [Line([strips, [length_of(panel) for panel in strips]], equation(place.config))]
    hidden = place.hidden
    return lines if hidden is None else [*lines, hidden_line(place, hidden)]


def strips_of(place: Place) -> Sequence[Panel]:
    """Return a strip for every vector on the token's way, each made of those before it.

    Where the model has no residual, nothing is added, and what a sub-layer gives goes on.
    """
    steps, residual = place.walk, place.config.residual
    if not steps:
        return []
    panels = [strip("x", steps[0].input, "x", t("block.said_input"), mark=True)]
    stream = "x"
    for step in steps:
        for name, values in step.vectors.items():
            if name not in ("input", "output") and (residual or name != "sum"):
                panels.append(vector_strip(step, name, values, stream, residual))
        stream = f"{step.part}.{goes_on(step, residual)}"
    return panels


def goes_on(step: StreamStep, residual: bool) -> str:
    """Return which of a step's vectors goes on to the next."""
    if step.sum is None or (step.norm_order == "post" and step.normed is not None):
        return "normed"
    return "sum" if residual else "added"


def vector_strip(step: StreamStep, name: str, values: Tensor, stream: str, residual: bool) -> Panel:
    """Return the strip of one vector: what a sub-layer gives, the sum with the stream, or what a norm gives."""
    made, sublayer = None, sublayer_of(step.part)
    if name == "sum":
        made = Derivation("{$0 + $1} = {=}", (Ref(stream, 0, COLUMN), Ref(f"{step.part}.added", 0, COLUMN)))
        label, title = t("block.strip_sum"), t("block.said_sum")
    elif name == "normed":
        label = t("block.strip_final") if is_final(step.part) else t("block.strip_normed")
        title = t("block.said_final") if is_final(step.part) else t("block.said_normed", part=part_name(sublayer))
    else:
        label = t(f"block.strip_{sublayer}") if residual else t(f"block.alone_{sublayer}")
        title = t("block.said_added", part=part_name(sublayer))
    return strip(f"{step.part}.{name}", values, label, title, made, mark=name == goes_on(step, residual))


def part_name(sublayer: str) -> str:
    """Return what a sub-layer, or the final norm, is called."""
    return t(f"block.part_{sublayer}")


def hidden_line(place: Place, hidden: Tensor) -> Line:
    """Return the FFN's hidden numbers, in rows as wide as the stream, and how many of them are not off."""
    width = place.config.d_model if len(hidden) % place.config.d_model == 0 else len(hidden)
    rows = hidden.view(-1, width)
    units = [f"{first + 1}–{first + width}" for first in range(0, len(hidden), width)]
    panel = Panel(
        id="hidden", title=t("block.hidden_title"), captioned=False, values=rows, rows=units, columns=features(width),
        column_labels=False, numbers=False, name=t("block.cell_hidden", row="{row}", column="{column}"),
    )  # fmt: skip
    active = int((hidden > 0).sum())
    bend = t(f"block.activation_{place.config.activation}")
    title = t(
        "block.hidden", f=len(hidden), d=place.config.d_model, activation=bend, active=active,
        share=f"{active / len(hidden):.0%}",
    )  # fmt: skip
    return Line([panel], title)


def equation(config: ModelConfig) -> str:
    """Write the layer as the paper does, in words."""
    add = "x + {}" if config.residual else "{}"
    if not config.layer_norm:
        wrap = add.format("f(x)")
    elif config.norm_order == "post":
        wrap = f"LayerNorm({add.format('f(x)')})"
    else:
        wrap = add.format("f(LayerNorm(x))")
    order = t(f"block.order_{order_of(config)}") + ("" if config.residual else t("block.order_no_residual"))
    return t("block.equation", order=order, equation=wrap)


def order_of(config: ModelConfig) -> str:
    """Name how a model's sub-layers are wrapped."""
    return config.norm_order if config.layer_norm else "none"


def lengths(place: Place, title: str) -> Lengths:
    """Return the lengths of the token's vectors through all layers of its side."""
    steps = place.all_steps
    within = [
        number for number, step in enumerate(steps, start=1) if step.part.startswith(f"{place.side}.{place.layer}.")
    ]

    def series(name: str) -> list[float | None]:
        found = (getattr(step, name) for step in steps)
        return [None, *(None if vector is None else float(vector.norm()) for vector in found)]

    return Lengths(
        title=title, places=[t("block.axis_embedding"), *(short_place(step.part) for step in steps)],
        goes_on=[float(steps[0].input.norm()), *(float(step.output.norm()) for step in steps)] if steps else [0.0],
        series={t(f"block.series_{name}"): series(name) for name in ("sum", "added", "normed")},
        here=(within[0], within[-1]) if within else None,
    )  # fmt: skip


def counterpart(name: str) -> str | None:
    """Return the model of the same task whose norms stand elsewhere, most like it in all else, its training too."""
    mine, alike = models.catalogue()[name], models.siblings(name)
    others = {
        key: unlike(mine, other)
        for key, other in models.catalogue().items()
        if (other.task, other.config.decoder) == (mine.task, mine.config.decoder)
        and order_of(other.config) == {"pre": "post", "post": "pre"}.get(order_of(mine.config))
    }  # fmt: skip
    return min(others, key=lambda key: (others[key], key not in alike, key)) if others else None


def same_but_for_the_norm(name: str, other: str) -> bool:
    """Tell whether two models differ in where their norms stand alone, and were trained equally long."""
    return other in models.siblings(name) and unlike(models.catalogue()[name], models.catalogue()[other]) == 0


def unlike(one: Metadata, other: Metadata) -> int:
    """Count what two models differ in besides where their norms stand."""
    a, b = one.config.to_dict(), other.config.to_dict()
    return sum(a[key] != b[key] for key in a if key not in ("norm_order", "final_norm"))


def counterpart_place(place: Place, view: View) -> Place | None:
    """Return the same token's place in the model whose norms stand elsewhere, if there is one that reads the source."""
    other = counterpart(place.spec.model)
    if other is None:
        return None
    spec = RunSpec(**{**{field: getattr(place.spec, field) for field in COMMON}, "model": other})
    spec, _ = runnable(spec)
    return None if spec is None else place_of(spec, view)


COMMON = ("source", "reference", "teacher", "causal", "padding", "position", "pads")
