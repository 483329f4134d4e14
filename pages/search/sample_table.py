"""Samples against what they were drawn from, as HTML: to load Plotly would hold up the tree below for seconds."""

from html import escape
from typing import NamedTuple

from pages.shared.text import t

# As many rows at least, so that what stands below does not move.
ROWS = 6
STYLE = """<style>
.s2s-drawn { width: 100%; table-layout: fixed; border-collapse: collapse; font-size: 13px; line-height: 20px; }
.s2s-drawn caption { caption-side: top; text-align: right; padding: 0 0 2px; color: inherit; }
.s2s-drawn caption span { display: inline-block; margin-left: 14px; white-space: nowrap; }
.s2s-drawn :is(th, td) { padding: 0; border: 0; height: 20px; font-weight: 400; text-align: right; }
.s2s-drawn th { padding-right: 10px; }
.s2s-drawn bdi { display: block; overflow-wrap: anywhere; }
.s2s-drawn col:first-child { width: 42%; }
.s2s-drawn col.number { width: 52px; }
.s2s-drawn td { font-variant-numeric: tabular-nums; }
.s2s-drawn div { position: relative; height: 12px; margin-right: 8px; }
.s2s-drawn i { display: inline-block; width: 12px; height: 12px; background: #8fb4d9; vertical-align: -1px; }
.s2s-drawn b { display: inline-block; width: 9px; height: 9px; background: #d55e00; transform: rotate(45deg); }
.s2s-drawn caption :is(i, b) { margin-right: 6px; }
.s2s-drawn div i { position: absolute; left: 0; min-width: 1px; }
.s2s-drawn div b { position: absolute; top: 1.5px; margin-left: -4.5px; }
.s2s-drawn [data-right] i { background: #2a9d8f; }
</style>"""


class Row(NamedTuple):
    """Hold an output, the share of the samples that it had, its exact probability, and whether it is right."""

    output: str
    drawn: float
    exact: float
    right: bool


def sample_table(rows: list[Row], names: tuple[str, str]) -> str:
    """Draw a bar for the share that each output had of the samples, and a mark where its exact probability lies.

    `names` are those of the bars and of the marks; bars of right outputs have another colour. All are drawn to one
    scale, at whose end is the largest number.
    """
    most = max((share for row in rows for share in (row.drawn, row.exact)), default=1.0)
    body = "".join(row_of(row, most, names) for row in rows) + "<tr><th></th></tr>" * (ROWS - len(rows))
    colour = ' data-right=""' if any(row.right for row in rows) else ""
    caption = f"<span{colour}><i></i>{escape(names[0])}</span><span><b></b>{escape(names[1])}</span>"
    columns = '<col/><col/><col class="number"/><col class="number"/>'
    return f'{STYLE}<table class="s2s-drawn"><caption>{caption}</caption>{columns}<tbody>{body}</tbody></table>'


def row_of(row: Row, most: float, names: tuple[str, str]) -> str:
    """Return a row of the table; `most` is the share at the end of the scale."""
    output = row.output or "∅"
    drawn, exact = (f"{name}{t('text.colon')}" for name in names)
    title = escape(f"{output}\n{drawn}{row.drawn:.2%}\n{exact}{row.exact:.3%}")
    right = ' data-right=""' if row.right else ""
    bar, mark = (f"{100 * share / most:.2f}%" for share in (row.drawn, row.exact))
    return (
        f'<tr title="{title}"{right}><th scope="row"><bdi>{escape(output)}</bdi></th>'
        f'<td><div><i style="width:{bar}"></i><b style="left:{mark}"></b></div></td>'
        f"<td>{escape(percent(row.drawn))}</td><td>{escape(percent(row.exact))}</td></tr>"
    )


def percent(share: float) -> str:
    """Write a share with one digit, and one that would be rounded to nothing as what it is less than."""
    return "<0.1%" if 0 < share < 0.0005 else f"{share:.1%}"
