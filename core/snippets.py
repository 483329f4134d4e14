"""Lines of Python that do again what a page shows, in a notebook: with this library, or with torch alone."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from torch import Tensor

from core.switches import Switches
from core.trace import Cell

USUAL = Switches()
NOTHING_FORCED: Mapping[int, int] = {}


def run_lines(
    model: str,
    source: str,
    *,
    pads: int = 0,
    reference: str = "",
    forced: Mapping[int, int] = NOTHING_FORCED,
    switches: Switches = USUAL,
    languages: Mapping[str, str] | None = None,
) -> str:
    """Return lines that load a model and run it so, as `trace`.

    With `languages`, even none, it is a folder of Hugging Face's that is opened for these.
    """
    options = {"pads": pads or "", "reference": repr(reference) if reference else ""}
    options |= {"forced": repr(dict(forced)) if forced else "", "switches": switches_code(switches)}
    given = "".join(f", {name}={code}" for name, code in options.items() if code)
    theirs = languages is not None
    names = sorted({*([] if theirs else ["load"]), *names_in(switches)}, key=str.lower)
    imports = [f"from core import {', '.join(names)}\n"] if names else []
    imports += ["from core.interop.huggingface import load\n"] if theirs else []
    chosen = "".join(f", {name}={code!r}" for name, code in (languages or {}).items() if code)
    return (
        f"{''.join(imports)}\nmodel = load({model!r}{chosen})\n"
        f"trace = model.trace({source!r}{given})\nprint(model.text(trace))\n"
    )


def switches_code(switches: Switches) -> str:
    """Write switches as the call that makes them, without what is as usual; nothing if all is."""
    changed = {each.name: getattr(switches, each.name) for each in fields(Switches)}
    changed = {name: value for name, value in changed.items() if value != getattr(USUAL, name)}
    return f"Switches({', '.join(f'{name}={as_code(value)}' for name, value in changed.items())})" if changed else ""


def as_code(value: Any) -> str:
    """Write a value as Python reads it; a set in the order of its parts, so that equal runs give equal lines."""
    return f"frozenset({{{', '.join(sorted(map(repr, value)))}}})" if isinstance(value, frozenset) else repr(value)


def names_in(switches: Switches) -> set[str]:
    """Return which names of core the code of these switches needs."""
    parts = [each for each in (switches.silenced, switches.overwritten, switches.blocked) if each]
    named = {type(part).__name__ for found in parts for part in found}
    return named | ({"Switches"} if switches != USUAL else set())


SCORE_LINES = {
    "dot": "scores = q @ k.T",
    "scaled_dot": "scores = q @ k.T / q.shape[1] ** 0.5",
    "additive": "scores = torch.tanh((q @ W_a)[:, None] + (k @ W_b)[None]) @ vector",
}
NORMALIZER_LINES = {
    "softmax": "weights = scores.softmax(-1)",
    "relu": "weights = scores.relu() / scores.relu().sum(-1, keepdim=True).clamp(min=1e-30)",
    "sigmoid": "weights = torch.sigmoid(scores - torch.tensor(len(k)).log())",
}


def hand_lines(numbers: Mapping[str, Tensor], score: str, normalizer: str, temperature: float = 1.0) -> str:
    """Return lines of torch that attend with these numbers, as one head without masks: `weights` and `outputs`.

    Shapes: x [n,D]; q1, k1, v1 [D,D]; with the additive score a1, b1 [D,D] and s1 [1,D]
    """
    matrices = {"x": numbers["x"]} | {f"W_{name}": numbers[f"{name}1"] for name in "qkv"}
    if score == "additive":
        matrices |= {"W_a": numbers["a1"], "W_b": numbers["b1"], "vector": numbers["s1"][0]}
    lines = [f"{name} = torch.tensor({rounded(matrix)})" for name, matrix in matrices.items()]
    lines += ["q, k, v = x @ W_q, x @ W_k, x @ W_v", SCORE_LINES[score]]
    lines += [f"scores = scores / {temperature}"] if temperature != 1 else []
    lines += [NORMALIZER_LINES[normalizer], "outputs = weights @ v"]
    if (score, normalizer, temperature) == ("scaled_dot", "softmax", 1):
        lines.append("outputs = torch.nn.functional.scaled_dot_product_attention(q, k, v)  # the same")
    return "import torch\n\n" + "".join(f"{line}\n" for line in lines)


def rounded(matrix: Tensor) -> list[Any]:
    """Return numbers as they are read, without what a 32-bit number adds to them."""
    return [rounded(row) if row.dim() else float(f"{float(row):.7g}") for row in matrix]


def mask_lines(cells: Tensor) -> str:
    """Return lines of torch that make the masks of an attention, for nn.MultiheadAttention and for the function.

    Shapes: cells [Q,K], values of Cell
    """
    queries, keys = cells.shape
    causal, padding = bool((cells == Cell.CAUSAL).any()), (cells == Cell.PADDING).all(0)
    first = f"torch.ones({queries}, {keys}, dtype=torch.bool).triu(1)"
    lines = ["# nn.MultiheadAttention and nn.Transformer: True where a query may NOT attend"]
    lines += [f"attn_mask = {first if causal else f'torch.zeros({queries}, {keys}, dtype=torch.bool)'}"]
    for row in range(queries):
        if drawn := (cells[row] == Cell.BY_HAND).nonzero().flatten().tolist():
            lines.append(f"attn_mask[{row}, {drawn}] = True")
    lines.append(f"key_padding_mask = torch.tensor([{padding.tolist()}])")
    lines += [
        "# output, weights = attention(query, key, value, key_padding_mask=key_padding_mask, attn_mask=attn_mask)", "",
        "# F.scaled_dot_product_attention: True where a query MAY attend",
        "allowed = ~(attn_mask | key_padding_mask)",
        "# output = F.scaled_dot_product_attention(q, k, v, attn_mask=allowed)",
    ]  # fmt: skip
    if causal and not bool((cells == Cell.BY_HAND).any()) and not bool(padding.any()):
        lines.append("# or, since the mask is causal alone: F.scaled_dot_product_attention(q, k, v, is_causal=True)")
    return "import torch\n\n" + "".join(f"{line}\n" for line in lines)
