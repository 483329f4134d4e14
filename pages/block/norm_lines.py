"""Both norms on the board: one feature's way through them as numbers, and every step of all features as strips."""

from collections.abc import Sequence

from torch import Tensor

from core.analysis.block.norm_steps import NormSteps
from core.figures.boards import Line
from core.figures.panels import ALL, COLUMN, Derivation, Panel, Ref
from pages.block.norm import NormPlace
from pages.block.stream import COLOURLESS, strip
from pages.shared.text import t

DIGITS = 3


def norm_lines(found: NormPlace, feature: int, others: int) -> list[Line]:
    """Return one feature's way through both norms as numbers, then every step of both as strips."""
    layer, batch, width, eps = found.layer, found.batch(others), len(found.x), found.norm.eps
    root = f"√({{$1}} + {eps:g})"
    own = [
        of("x", found.x),
        of("centred", layer.centred, Derivation("{$0 − $1} = {=}", (Ref("x", 0, COLUMN), Ref("mean", 0, 0)))),
        of(
            "standardised", layer.standardised,
            Derivation(f"{{$0}} ÷ {root} = {{=}}", (Ref("centred", 0, COLUMN), Ref("variance", 0, 0))),
        ),
        of("gamma", found.norm.weight.detach()),
        of("beta", found.norm.bias.detach()),
        of("result", layer.result, scaled("standardised")),
    ]  # fmt: skip
    refs = Ref("x", 0, COLUMN), Ref("batch_variance", 0, COLUMN), Ref("batch_mean", 0, COLUMN)
    theirs = [
        of("batch_mean", batch.mean),
        of("batch_variance", batch.variance),
        of("batch_standardised", batch.standardised, Derivation(f"({{$0 − $2}}) ÷ {root} = {{=}}", refs)),
        of("batch_result", batch.result, scaled("batch_standardised")),
    ]
    tokens = len(found.tokens(others))
    return [
        Line(number_panels(found, layer, batch, feature), t("block.feature_line", feature=feature)),
        Line([own], t("block.layer_line", d=width)),
        Line([theirs], t("block.batch_line", tokens=tokens, others=others, own=len(found.own))),
    ]


def of(name: str, values: Tensor, made: Derivation | None = None) -> Panel:
    """Return a strip of the norm's walk, whose columns choose the feature."""
    return strip(name, values, t(f"block.strip_{name}"), t(f"block.said_{name}"), made)


def scaled(name: str) -> Derivation:
    """Make a result: a standardised number times γ plus β."""
    return Derivation("{$0×$1 + $2} = {=}", tuple(Ref(panel, 0, COLUMN) for panel in (name, "gamma", "beta")))


def number_panels(found: NormPlace, layer: NormSteps, batch: NormSteps, feature: int) -> list[Sequence[Panel] | str]:
    """Return one feature's way through both norms: LayerNorm in the first row, BatchNorm in the second."""
    at, width = feature - 1, len(found.x)
    gamma, beta = found.norm.weight[at].detach(), found.norm.bias[at].detach()
    columns = {
        "x": (found.x[at], found.x[at]),
        "mean": (layer.mean[0], batch.mean[at]),
        "variance": (layer.variance[0], batch.variance[at]),
        "standardised": (layer.standardised[at], batch.standardised[at]),
        "gamma": (gamma, gamma),
        "beta": (beta, beta),
        "result": (layer.result[at], batch.result[at]),
    }
    over = {
        "mean": Derivation(f"({{$0}}) ÷ {width} = {{=}}", (Ref("x", 0, ALL),)),
        "variance": Derivation(f"({{$0×$0}}) ÷ {width} = {{=}}", (Ref("centred", 0, ALL),)),
    }
    signs = {"x": "−", "mean": "÷ √", "variance": "→", "standardised": "×", "gamma": "+", "beta": "="}
    items: list[Sequence[Panel] | str] = []
    for name, (own, theirs) in columns.items():
        strips = {"layer": name, "batch": name if name in ("x", "gamma", "beta") else f"batch_{name}"}
        items.append(
            [
                one_number("layer", name, own, over.get(name, same_as(strips["layer"], at))),
                one_number("batch", name, theirs, same_as(strips["batch"], at)),
            ]
        )
        items += [signs[name]] if name in signs else []
    return items


def same_as(panel: str, at: int) -> Derivation:
    """Take a number from a strip."""
    return Derivation("{$0}", (Ref(panel, 0, at),))


def one_number(norm: str, name: str, value: Tensor, made: Derivation) -> Panel:
    """Return one number of one norm; LayerNorm's, in the first row, carry the columns' titles."""
    shared = norm == "layer" and name in ("mean", "variance")
    return Panel(
        id=name if shared else f"{norm}.{name}", title=t(f"block.one_{name}"), captioned=norm == "layer", digits=DIGITS,
        help=t(f"block.one_help_{name}"), values=value.reshape(1, 1), rows=(t(f"block.by_{norm}_norm"),),
        row_labels=name == "x", made=made, top=COLOURLESS,
    )  # fmt: skip
