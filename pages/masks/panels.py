"""Panels with a column a token, cut so that each fits on a small screen."""

from typing import Any

from torch import Tensor

from core.figures.panels import Panel
from core.run.tokens import disambiguate
from pages.shared.text import t


def chunks(count: int, most: int) -> list[slice]:
    """Cut a count of columns into parts of about equal size, none larger than `most`."""
    parts = max(1, -(-count // most))
    size = -(-count // parts)
    return [slice(start, min(start + size, count)) for start in range(0, max(count, 1), max(size, 1))]


def token_panels(
    kind: str, values: Tensor, tokens: list[str], rows: tuple[str, ...], most: int, **how: Any
) -> list[Panel]:
    """Return one number a token in each row, in panels of at most `most` tokens. Shapes: values [rows,T]"""
    names = disambiguate(tokens)
    return [
        Panel(
            id=f"{kind}{number}", title=t(f"masks.panel_{kind}") if number == 0 else "…",
            help=t(f"masks.explain_{kind}"), values=values[:, part], rows=rows,
            row_labels=number == 0 and len(rows) > 1, columns=names[part], column_heads=tokens[part],
            scale="sequential", **how,
        )
        for number, part in enumerate(chunks(len(tokens), most))
    ]  # fmt: skip
