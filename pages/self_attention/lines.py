"""The lines of the board on "Self-attention by hand": one query's walk, all queries as matrices, two layers."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from core.analysis.attention.by_hand import HandAttention, reach
from core.figures.boards import Line
from core.figures.panels import ALL, COLUMN, ROW, Derivation, Panel, Ref, product
from core.walk.walk import Walk, title
from pages.self_attention.choices import LIMIT, Hand, HandChoices
from pages.shared.text import t


def inputs_line(choices: HandChoices, hand: Hand, layer: int = 1) -> Line:
    """Show what can be edited: the inputs, the projections and, if it is used, the additive score's network."""
    numbers, features = hand.inputs.numbers, choices.features

    def editable(name: str, symbol: str, rows: Sequence[str], **more: Any) -> Panel:
        return Panel(
            id=name, **title(symbol), values=numbers[name], rows=rows, columns=features, editable=True, limit=LIMIT,
            **more,
        )  # fmt: skip

    items: list[Panel] = []
    said = t("hand.inputs") if layer == 1 else t("hand.inputs_two")
    if layer == 1:
        x = editable("x", "x", choices.names, clickable=True, mark=choices.row, note=t("hand.note_x"))
        items.append(x)
    for symbol in "qkvab" if choices.score == "additive" else "qkv":
        items.append(editable(f"{symbol}{layer}", f"w{symbol}", features, note=t(f"hand.note_w{symbol}")))
    if choices.score == "additive":
        items.append(editable(f"s{layer}", "s", ("",), row_labels=False))
        said += t("hand.inputs_additive", d=len(features))
    return Line(items, said)


def toy_walk(choices: HandChoices, hand: Hand) -> Walk:
    """Return the walk of the chosen query through the first layer."""
    row = choices.row
    made = {
        "q": Derivation("{$0×$1} = {=}", (Ref("x", row, ALL), Ref("q1", ALL, COLUMN))),
        "k": product("x", "k1"),
        "v": product("x", "v1"),
        "qa": Derivation("{$0×$1} = {=}", (Ref("q", 0, ALL), Ref("a1", ALL, COLUMN))),
        "kb": product("k", "b1"),
    }
    return Walk(
        found=hand.first, row=row, method=choices.method, query_name=choices.names[row], names=choices.names,
        features=choices.features, made=made,
    )  # fmt: skip


def matrices_line(choices: HandChoices, found: HandAttention, layer: int = 1, source: str = "x") -> Line:
    """Show all queries at once as matrices; `source` is the panel that holds the layer's inputs."""
    names, features, method = choices.names, choices.features, choices.method

    def panel(
        name: str, values: Tensor, made: Derivation, rows: Sequence[str], columns: Sequence[str], **more: Any
    ) -> Panel:
        return Panel(id=f"{name}{layer}", **title(name), values=values, made=made, rows=rows, columns=columns, **more)

    query = panel("Q", found.query, product(source, f"q{layer}"), names, features)
    turned = Derivation("{$0×$1} = {=}", (Ref(source, COLUMN, ALL), Ref(f"k{layer}", ALL, ROW)))
    key = panel("K", found.key.T, turned, features, names)
    asked, offered, term = [query], [key], "$0×$1"
    refs = [Ref(f"Q{layer}", ROW, ALL), Ref(f"K{layer}", ALL, COLUMN)]
    if method.score == "additive":
        asked.append(panel("Qa", found.compared_query, product(f"Q{layer}", f"a{layer}"), names, features))
        turned = Derivation("{$0×$1} = {=}", (Ref(f"K{layer}", ALL, COLUMN), Ref(f"b{layer}", ALL, ROW)))
        offered.append(panel("Kb", found.compared_key.T, turned, features, names))
        refs = [Ref(f"Qa{layer}", ROW, ALL), Ref(f"Kb{layer}", ALL, COLUMN), Ref(f"s{layer}", 0, ALL)]
        term = "$2×tanh($0 + $1)"
    quotient = f" ÷ √{found.query.shape[1]}" if method.score == "scaled_dot" else ""
    quotient += "" if method.temperature == 1 else f" ÷ {method.temperature:g}"
    scored = Derivation(f"({{{term}}}){quotient} = {{=}}" if quotient else f"{{{term}}} = {{=}}", tuple(refs))
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


def normalized(choices: HandChoices, scores: str) -> Derivation:
    """Make a weight of one row of scores."""
    refs = Ref(scores, ROW, COLUMN), Ref(scores, ROW, ALL)
    if choices.normalizer == "softmax":
        return Derivation("exp({$0}) ÷ ({exp($1)}) = {=}", refs)
    if choices.normalizer == "relu":
        return Derivation("max(0, {$0}) ÷ ({max(0, $1)}) = {=}", refs)
    return Derivation(f"1 ÷ (1 + exp(ln {len(choices.names)} − ({{$0}}))) = {{=}}", refs[:1])


def weights_panel(choices: HandChoices, name: str, weights: Tensor, made: Derivation | None) -> Panel:
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
        name=t("hand.reach_name"), note=t("hand.note_reach"), scale="sequential", mark=choices.row,
    )  # fmt: skip
    weights = weights_panel(choices, "A1", first.weights, None)
    inputs = inputs_line(choices, hand, layer=2)
    return [
        Line([x, "→", weights, "×", value, "=", output], t("hand.first_layer")),
        Line([*inputs.items, "  ", through], inputs.title),
        matrices_line(choices, second, layer=2, source="O1"),
    ]
