"""The attention of a run as a chart."""

from collections.abc import Sequence

import plotly.graph_objects as go
import torch

from core.figures.plain import LEAST, beside, label_axis, plain
from core.library import TextModel
from core.switches import AttentionKind
from core.trace import Cell, Trace


@torch.inference_mode()
def plot(
    model: TextModel, trace: Trace, attention: AttentionKind = "cross", *, layer: int = -1, head: int | None = None
) -> go.Figure:
    """Draw the attention of a run in one layer: of one head, or the mean of all; masked cells stay empty.

    Raises: IndexError if there is no such layer or head.
    """
    of_layer = {
        "encoder": lambda: trace.encoder_weights, "self": trace.self_weights, "cross": trace.cross_weights,
    }[attention]()[layer]  # fmt: skip
    cells = {"encoder": trace.encoder_cells, "self": trace.self_cells, "cross": trace.cross_cells}[attention]()
    shown = (of_layer.mean(0) if head is None else of_layer[head]).masked_fill(cells != Cell.OPEN, torch.nan)
    source, read = model.metadata.source_vocab, model.metadata.target_vocab
    sources = [source.name(number) for number in trace.source.tolist()]
    reads = [read.name(number) for number in trace.read().tolist()]
    queries, keys = {"encoder": (sources, sources), "self": (reads, reads), "cross": (reads, sources)}[attention]
    return attention_map(shown.tolist(), queries[: len(shown)], keys)


def attention_map(weights: Sequence[Sequence[float]], queries: Sequence[str], keys: Sequence[str]) -> go.Figure:
    """Draw weights as colours, a row for each query and a column for each key; NaN, which is masked, stays empty.

    Tokens that stand several times keep their places, since the axes are positions.

    Shapes: weights [Q,K]
    Raises: ValueError if labels and weights differ in number.
    """
    if len(queries) != len(weights) or any(len(row) != len(keys) for row in weights):
        raise ValueError(f"{len(queries)} queries and {len(keys)} keys for {[len(row) for row in weights]} weights")
    trace = {
        "type": "heatmap", "z": [list(row) for row in weights], "zmin": 0, "zmax": 1, "colorscale": "Blues",
        "xgap": 1, "ygap": 1, "hoverongaps": False, "hovertemplate": "%{y} → %{x}: %{z:.3f}<extra></extra>",
    }  # fmt: skip
    places = {"tickmode": "array", "showgrid": False, "zeroline": False}
    return plain(
        [trace], 80 + 24 * len(queries), {"l": beside(queries), "t": 40},
        xaxis=places | {"side": "top", "tickvals": list(range(len(keys))), "ticktext": list(keys),
                        "tickfont": {"size": LEAST}, "fixedrange": True},
        yaxis=label_axis(tickvals=list(range(len(queries))), ticktext=list(queries), **places),
    )  # fmt: skip
