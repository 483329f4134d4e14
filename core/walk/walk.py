"""One query's way through attention, as a board draws it: q and every key, scores, weights, and their sum of values."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from core.analysis.attention.by_hand import HandAttention, Method
from core.figures.boards import Line
from core.figures.panels import ALL, COLUMN, ROW, Derivation, Panel, Ref, total
from core.screen.texts import t

MOSTLY = 0.5


def title(name: str, **values: object) -> dict[str, str]:
    """Return a panel's title, and its explanation for whoever points at it."""
    return {"title": t(f"hand.panel_{name}", **values), "help": t(f"hand.explain_{name}", **values)}


@dataclass(frozen=True, kw_only=True, eq=False)
class Walk:
    """Say what the walk of one query is drawn from: row `row` of an attention, the names of keys and columns, and how
    the query, keys and values were made, if that is on the page."""

    found: HandAttention
    row: int
    method: Method
    query_name: str
    names: Sequence[str]
    features: Sequence[str]
    made: dict[str, Derivation]
    mask: Tensor | None = None
    numbers: bool = True

    def by_key(
        self, name: str, values: Tensor, made: Derivation | None, symbol: str = "", row_labels: bool = False,
        scale: Literal["diverging", "sequential"] = "diverging", **words: str,
    ) -> Panel:  # fmt: skip
        """Return a panel with a row for each key; a vector becomes one column."""
        vector = values.dim() == 1
        values = values[:, None] if vector else values
        mask = None if self.mask is None else self.mask[:, None].expand_as(values)
        return Panel(
            id=name, values=values, rows=self.names, columns=() if vector else self.features, made=made, mask=mask,
            numbers=self.numbers or vector, row_labels=row_labels, **title(symbol or name, **words),
            scale=scale,
        )  # fmt: skip

    def by_column(self, name: str, values: Tensor, made: Derivation | None) -> Panel:
        """Return a panel of one row."""
        return Panel(
            id=name, **title(name, query=self.query_name), values=values[None], rows=(self.query_name,),
            columns=self.features, row_labels=False, column_labels=False, made=made, numbers=self.numbers, mark=0,
        )  # fmt: skip


def walk_line(walk: Walk) -> Line:
    """Show one query's way: q and every key, products, scores, the normaliser, the values and their weighted sum."""
    found, row, method = walk.found, walk.row, walk.method
    query = walk.by_column("q", found.query[row], walk.made.get("q"))
    key = walk.by_key("k", found.key, walk.made.get("k"), row_labels=True)
    items: list[Panel | list[Panel] | str] = [[query, key], "→"]
    if method.score == "additive":
        asked = walk.by_column("qa", found.compared_query[row], walk.made.get("qa"))
        offered = walk.by_key("kb", found.compared_key, walk.made.get("kb"))
        bent = Derivation(
            "{$2×tanh($0 + $1)} = {=}", (Ref("qa", 0, COLUMN), Ref("kb", ROW, COLUMN), Ref("s1", 0, COLUMN))
        )
        items += [[asked, offered], "→", walk.by_key("products", found.products[row], bent, "terms")]
    else:
        multiplied = Derivation("{$0×$1} = {=}", (Ref("q", 0, COLUMN), Ref("k", ROW, COLUMN)))
        items += [walk.by_key("products", found.products[row], multiplied)]
    items += ["→", *score_panels(walk), "→", *weight_panels(walk)]
    value = walk.by_key("v", found.value, walk.made.get("v"), row_labels=True)
    mixed = Derivation("{$0×$1} = {=}", (Ref("weights", ROW, 0), Ref("v", ROW, COLUMN)))
    output = walk.by_column("o", found.outputs[row], total("parts", ALL, COLUMN))
    items += ["×", value, "→", [output, walk.by_key("parts", found.parts[row], mixed)]]
    return Line(items, t("hand.walk", query=walk.query_name))


def score_panels(walk: Walk) -> list[Panel | str]:
    """Return the columns of scores: sums of products, scaled, divided by the temperature."""
    found, row, method = walk.found, walk.row, walk.method
    symbol = "score" if method.score == "additive" else "sums"
    items: list[Panel | str] = [walk.by_key("sums", found.sums[row], total("products"), symbol)]
    last = "sums"
    if method.score == "scaled_dot":
        root = f"√{found.query.shape[1]}"
        items += ["→", walk.by_key("scaled", found.scaled[row], divided(last, root), "quotient", by=root)]
        last = "scaled"
    if method.temperature != 1:
        warmth = f"{method.temperature:g}"
        items += ["→", walk.by_key("scores", found.scores[row], divided(last, warmth), "quotient", by=warmth)]
    return items


def divided(panel: str, by: str) -> Derivation:
    """Divide a column of another panel by a number."""
    return Derivation(f"{{$0}} ÷ {by} = {{=}}", (Ref(panel, ROW, 0),))


def weight_panels(walk: Walk) -> list[Panel | list[Panel] | str]:
    """Return the columns of the normaliser: what it makes of each score, their sum, the weights."""
    found, row, method = walk.found, walk.row, walk.method
    last = "scores" if method.temperature != 1 else "scaled" if method.score == "scaled_dot" else "sums"
    shift = found.shift[row].item()
    taken = f" − {shift:.2f}" if shift > 0 else f" + {-shift:.2f}" if shift < 0 else ""
    if method.normalizer == "sigmoid":
        taken = f" − ln {round(math.exp(shift))}"
    formula = {"softmax": f"exp({{$0}}{taken})", "relu": "max(0, {$0})", "sigmoid": f"{{$0}}{taken}"}
    made = Derivation(f"{formula[method.normalizer]} = {{=}}", (Ref(last, ROW, 0),))
    shifted = method.normalizer == "softmax" and shift != 0
    symbol = "strengths_shifted" if shifted else f"strengths_{method.normalizer}"
    strengths = walk.by_key("strengths", found.strengths[row], made, symbol, taken=taken.strip())
    if method.normalizer == "sigmoid":
        made = Derivation("1 ÷ (1 + exp(−({$0}))) = {=}", (Ref("strengths", ROW, 0),))
        return [strengths, "→", walk.by_key("weights", found.weights[row], made, scale="sequential")]
    whole = found.strengths[row].sum().reshape(1, 1)
    sum_of = Panel(id="total", **title("total"), values=whole, made=total("strengths", ALL, 0))
    made = Derivation("{$0} ÷ {$1} = {=}", (Ref("strengths", ROW, 0), Ref("total", 0, 0)))
    if whole.item() == 0:
        made = Derivation(t("hand.no_weight"), ())
    return [[sum_of, strengths], "→", walk.by_key("weights", found.weights[row], made, scale="sequential")]


def summary(walk: Walk) -> str:
    """Say to whom a query attends most."""
    weights = walk.found.weights[walk.row]
    best = int(weights.argmax())
    if float(weights[best]) == 0:
        return t("hand.summary_none", query=walk.query_name)
    mostly = float(weights[best]) > MOSTLY and walk.method.normalizer != "sigmoid"
    key = "hand.summary_one" if mostly else "hand.summary_even"
    weight = f"{100 * float(weights[best]):.0f} %" if mostly else f"{float(weights[best]):.2f}"
    return t(key, query=walk.query_name, weight=weight, key=walk.names[best])
