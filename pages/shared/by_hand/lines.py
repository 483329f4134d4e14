"""The lines of the board on "Self-attention by hand": one query's walk, all queries as matrices, two layers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor

from core.analysis.by_hand import HandAttention, Method, reach
from pages.shared.board import Line
from pages.shared.by_hand.choices import LIMIT, Hand, HandChoices
from pages.shared.panel import ALL, COLUMN, ROW, Made, Panel, Ref, product, total
from pages.shared.text import t


def title(name: str, **values: object) -> dict[str, str]:
    """Return a panel's title, and its explanation for whoever points at it."""
    return {"title": t(f"hand.panel_{name}", **values), "help": t(f"hand.explain_{name}", **values)}


def inputs_line(choices: HandChoices, hand: Hand, layer: int = 1) -> Line:
    """Show what can be edited: the inputs, the projections and, if it is used, the additive score's network."""
    numbers, features = hand.inputs.numbers, choices.features

    def editable(name: str, symbol: str, rows: Sequence[str], **more: Any) -> Panel:
        return Panel(
            id=name, **title(symbol), values=numbers[name], rows=rows, columns=features, editable=True, limit=LIMIT,
            **more,
        )  # fmt: skip

    items: list[Panel] = []
    if layer == 1:
        x = editable("x", "x", choices.names, clickable=True, mark=choices.row, note=t("hand.note_x"))
        items.append(x)
    for symbol in "qkv":
        items.append(editable(f"{symbol}{layer}", f"w{symbol}", features, note=t(f"hand.note_w{symbol}")))
    if choices.score == "additive":
        items += [editable(f"a{layer}", "wa", features), editable(f"b{layer}", "wb", features)]
        items.append(editable(f"s{layer}", "s", ("",), row_labels=False))
    return Line(items, t("hand.inputs") if layer == 1 else t("hand.inputs_two"))


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
    made: dict[str, Made]
    mask: Tensor | None = None
    numbers: bool = True

    def by_key(
        self, name: str, values: Tensor, made: Made | None, symbol: str = "", row_labels: bool = False,
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

    def by_column(self, name: str, values: Tensor, made: Made | None) -> Panel:
        """Return a panel of one row."""
        return Panel(
            id=name, **title(name, query=self.query_name), values=values[None], rows=(self.query_name,),
            columns=self.features, row_labels=False, column_labels=False, made=made, numbers=self.numbers, mark=0,
        )  # fmt: skip


def toy_walk(choices: HandChoices, hand: Hand) -> Walk:
    """Return the walk of the chosen query through the first layer."""
    row = choices.row
    made = {
        "q": Made("{$0×$1} = {=}", (Ref("x", row, ALL), Ref("q1", ALL, COLUMN))),
        "k": product("x", "k1"),
        "v": product("x", "v1"),
        "qa": Made("{$0×$1} = {=}", (Ref("q", 0, ALL), Ref("a1", ALL, COLUMN))),
        "kb": product("k", "b1"),
    }
    return Walk(
        found=hand.first, row=row, method=choices.method, query_name=choices.names[row], names=choices.names,
        features=choices.features, made=made,
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
        bent = Made("{$2×tanh($0 + $1)} = {=}", (Ref("qa", 0, COLUMN), Ref("kb", ROW, COLUMN), Ref("s1", 0, COLUMN)))
        items += [[asked, offered], "→", walk.by_key("products", found.products[row], bent, "terms")]
    else:
        multiplied = Made("{$0×$1} = {=}", (Ref("q", 0, COLUMN), Ref("k", ROW, COLUMN)))
        items += [walk.by_key("products", found.products[row], multiplied)]
    items += ["→", *score_panels(walk), "→", *weight_panels(walk)]
    value = walk.by_key("v", found.value, walk.made.get("v"), row_labels=True)
    mixed = Made("{$0×$1} = {=}", (Ref("weights", ROW, 0), Ref("v", ROW, COLUMN)))
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


def divided(panel: str, by: str) -> Made:
    """Divide a column of another panel by a number."""
    return Made(f"{{$0}} ÷ {by} = {{=}}", (Ref(panel, ROW, 0),))


def weight_panels(walk: Walk) -> list[Panel | list[Panel] | str]:
    """Return the columns of the normaliser: what it makes of each score, their sum, the weights."""
    found, row, method = walk.found, walk.row, walk.method
    last = "scores" if method.temperature != 1 else "scaled" if method.score == "scaled_dot" else "sums"
    shift = found.shift[row].item()
    taken = f" − {shift:.2f}" if shift > 0 else f" + {-shift:.2f}" if shift < 0 else ""
    if method.normalizer == "sigmoid":
        taken = f" − ln {round(math.exp(shift))}"
    formula = {"softmax": f"exp({{$0}}{taken})", "relu": "max(0, {$0})", "sigmoid": f"{{$0}}{taken}"}
    made = Made(f"{formula[method.normalizer]} = {{=}}", (Ref(last, ROW, 0),))
    strengths = walk.by_key("strengths", found.strengths[row], made, f"strengths_{method.normalizer}")
    if method.normalizer == "sigmoid":
        made = Made("1 ÷ (1 + exp(−({$0}))) = {=}", (Ref("strengths", ROW, 0),))
        return [strengths, "→", walk.by_key("weights", found.weights[row], made, scale="sequential")]
    whole = found.strengths[row].sum().reshape(1, 1)
    sum_of = Panel(id="total", **title("total"), values=whole, made=total("strengths", ALL, 0))
    made = Made("{$0} ÷ {$1} = {=}", (Ref("strengths", ROW, 0), Ref("total", 0, 0)))
    if whole.item() == 0:
        made = Made(t("hand.no_weight"), ())
    return [[sum_of, strengths], "→", walk.by_key("weights", found.weights[row], made, scale="sequential")]


def matrices_line(choices: HandChoices, found: HandAttention, layer: int = 1, source: str = "x") -> Line:
    """Show all queries at once as matrices; `source` is the panel that holds the layer's inputs."""
    names, features, method = choices.names, choices.features, choices.method

    def panel(name: str, values: Tensor, made: Made, rows: Sequence[str], columns: Sequence[str], **more: Any) -> Panel:
        return Panel(id=f"{name}{layer}", **title(name), values=values, made=made, rows=rows, columns=columns, **more)

    query = panel("Q", found.query, product(source, f"q{layer}"), names, features)
    turned = Made("{$0×$1} = {=}", (Ref(source, COLUMN, ALL), Ref(f"k{layer}", ALL, ROW)))
    key = panel("K", found.key.T, turned, features, names)
    asked, offered, term = [query], [key], "$0×$1"
    refs = [Ref(f"Q{layer}", ROW, ALL), Ref(f"K{layer}", ALL, COLUMN)]
    if method.score == "additive":
        asked.append(panel("Qa", found.compared_query, product(f"Q{layer}", f"a{layer}"), names, features))
        turned = Made("{$0×$1} = {=}", (Ref(f"K{layer}", ALL, COLUMN), Ref(f"b{layer}", ALL, ROW)))
        offered.append(panel("Kb", found.compared_key.T, turned, features, names))
        refs = [Ref(f"Qa{layer}", ROW, ALL), Ref(f"Kb{layer}", ALL, COLUMN), Ref(f"s{layer}", 0, ALL)]
        term = "$2×tanh($0 + $1)"
    quotient = f" ÷ √{found.query.shape[1]}" if method.score == "scaled_dot" else ""
    quotient += "" if method.temperature == 1 else f" ÷ {method.temperature:g}"
    scored = Made(f"({{{term}}}){quotient} = {{=}}" if quotient else f"{{{term}}} = {{=}}", tuple(refs))
    weights = weights_panel(choices, f"A{layer}", found.weights, normalized(choices, f"S{layer}"))
    return Line(
        [
            asked, "×" if method.score != "additive" else ",", offered, "→",
            panel("S", found.scores, scored, names, names), "→", weights, "×",
            panel("V", found.value, product(source, f"v{layer}"), names, features), "=",
            panel("O", found.outputs, product(f"A{layer}", f"V{layer}"), names, features),
        ],
        t("hand.all_at_once") if layer == 1 else t("hand.second_layer"),
    )  # fmt: skip


def normalized(choices: HandChoices, scores: str) -> Made:
    """Make a weight of one row of scores."""
    refs = Ref(scores, ROW, COLUMN), Ref(scores, ROW, ALL)
    if choices.normalizer == "softmax":
        return Made("exp({$0}) ÷ ({exp($1)}) = {=}", refs)
    if choices.normalizer == "relu":
        return Made("max(0, {$0}) ÷ ({max(0, $1)}) = {=}", refs)
    return Made(f"1 ÷ (1 + exp(ln {len(choices.names)} − ({{$0}}))) = {{=}}", refs[:1])


def weights_panel(choices: HandChoices, name: str, weights: Tensor, made: Made | None) -> Panel:
    """Return a matrix of weights, whose rows choose the query."""
    return Panel(
        id=name, **title(name[0]), values=weights, rows=choices.names, columns=choices.names, made=made,
        name=t("hand.weight_name"), scale="sequential", clickable=True, mark=choices.row,
    )  # fmt: skip


def layers_lines(choices: HandChoices, hand: Hand) -> list[Line]:
    """Show two layers: what the first puts out, the second at work on it, and what reaches whom through both."""
    names, features = choices.names, choices.features
    first, second = hand.first, hand.second
    x = Panel(
        id="x", **title("x"), values=hand.inputs.numbers["x"], rows=names, columns=features, editable=True, limit=LIMIT
    )
    value = Panel(id="V1", **title("V"), values=first.value, rows=names, columns=features)
    made = product("A1", "V1")
    output = Panel(id="O1", **title("O1"), values=first.outputs, rows=names, columns=features, made=made)
    through = Panel(
        id="reach", **title("reach"), values=reach(first, second), rows=names, columns=names, made=product("A2", "A1"),
        name=t("hand.reach_name"), scale="sequential", mark=choices.row,
    )  # fmt: skip
    weights = weights_panel(choices, "A1", first.weights, None)
    inputs = inputs_line(choices, hand, layer=2)
    return [
        Line([x, "→", weights, "×", value, "=", output], t("hand.first_layer")),
        Line([*inputs.items, "  ", through], inputs.title),
        matrices_line(choices, second, layer=2, source="O1"),
    ]
