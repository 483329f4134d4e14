"""Read a board as the browser does, and do again, apart from it, the arithmetic that it says its numbers come from."""

import base64
import math
import re
from typing import Any

import numpy as np

from core.figures.packing import unpacked

SIGNS = {"×": "*", "÷": "/", "−": "-"}
FUNCTIONS = {"exp": math.exp, "tanh": math.tanh, "max": max, "sqrt": math.sqrt, "log": math.log}


def values(panel: dict[str, Any]) -> np.ndarray:
    """Return a panel's numbers."""
    return unpacked(panel["values"]).reshape(panel["shape"])


def masked(panel: dict[str, Any]) -> np.ndarray:
    """Return which of a panel's cells are not there."""
    if panel["mask"] is None:
        return np.zeros(panel["shape"], dtype=bool)
    return np.frombuffer(base64.b64decode(panel["mask"]), "u1").reshape(panel["shape"]) != 0


def named_cells(panels: dict[str, Any], ref: list[Any], row: int, column: int) -> list[float]:
    """Return the numbers that a ref names, seen from a cell."""
    name, *places = ref
    own = {"row": row, "col": column}
    table = values(panels[name])
    chosen = [
        range(size) if place == "*" else [own.get(place, place)]
        for place, size in zip(places, table.shape, strict=True)
    ]
    return [float(table[i, j]) for i in chosen[0] for j in chosen[1]]


def worked_out(panels: dict[str, Any], made: dict[str, Any], row: int, column: int) -> float:
    """Work out a cell from what it says of itself."""
    numbers = [named_cells(panels, ref, row, column) for ref in made["of"]]

    def term(match: re.Match[str]) -> str:
        used = sorted({int(place) for place in re.findall(r"\$(\d)", match[1])})
        count = max(len(numbers[place]) for place in used)
        terms = [
            re.sub(r"\$(\d)", lambda ref, n=n: f"({numbers[int(ref[1])][n % len(numbers[int(ref[1])])]!r})", match[1])
            for n in range(count)
        ]
        return "(" + "+".join(terms) + ")"

    said = made["say"].removesuffix(" = {=}")
    said = re.sub(r"√(\d+)", r"sqrt(\1)", re.sub(r"ln (\d+)", r"log(\1)", re.sub(r"\{([^}]*)\}", term, said)))
    said = said.replace("√(", "sqrt(")
    for sign, operator in SIGNS.items():
        said = said.replace(sign, operator)
    return eval(said, {"__builtins__": {}}, FUNCTIONS)


def assert_made_as_said(panels: dict[str, Any], tolerance: float = 1e-4) -> int:
    """Work out every cell of every panel that says what it is made of; return how many there were."""
    count = 0
    for name, panel in panels.items():
        if panel["made"] is None or not panel["made"]["of"]:
            continue
        table, hidden = values(panel), masked(panel)
        for row, column in np.argwhere(~hidden):
            expected = worked_out(panels, panel["made"], int(row), int(column))
            assert math.isclose(table[row, column], expected, rel_tol=tolerance, abs_tol=tolerance), (
                f"{name}[{row},{column}] is {table[row, column]}, but {panel['made']['say']} gives {expected}"
            )
            count += 1
    return count
