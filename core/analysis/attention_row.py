"""One row of one head, taken apart: the numbers behind a line of the heatmap."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.model import Transformer
from core.switches import AttentionKind, full_pass, run_encoder, site_of
from core.taps import Recorder
from core.trace import Cell, Trace


@dataclass(frozen=True, eq=False)
class AttentionRow:
    """Hold what made one row of attention weights.

    Shapes: query and output [d], key and value [K,d], scores and weights [K], allowed [K] boolean
    """

    query: Tensor
    key: Tensor
    value: Tensor
    scores: Tensor
    weights: Tensor
    output: Tensor
    allowed: Tensor


@torch.inference_mode()
def attention_row(
    model: Transformer, trace: Trace, attention: AttentionKind, layer: int, head: int, row: int
) -> AttentionRow:
    """Run the model once more, on what had been read when the row was computed, and keep what one head did there.

    Without the causal mask an autoregressive decoder computes its earlier rows anew at every step: `row` is then shown
    as it was when it was the newest.

    Raises: ValueError if the run has no such row, head or layer, or left the layer out.
    """
    rows = len(trace.source) if attention == "encoder" else len(trace.steps)
    if not 0 <= row < rows:
        raise ValueError(f"this run has rows 0 to {rows - 1} here, asked for {row}")
    if not 0 <= head < model.config.num_heads:
        raise ValueError(f"this model has heads 0 to {model.config.num_heads - 1}, asked for {head}")
    prefix = f"{site_of(attention, layer)}."
    recorder = Recorder(lambda site: site.startswith(prefix))
    source, switches = trace.source[None], trace.switches
    if attention == "encoder":
        run_encoder(model, source, switches, switches.tap(recorder))
    else:
        full_pass(model, source, trace.read(row + 1)[None], switches, recorder)
    if not recorder.records:
        raise ValueError(f"nothing was computed at {site_of(attention, layer)} in this run")
    names = ("query", "key", "value", "scores", "weights", "head_outputs")
    found = {name: recorder.records[prefix + name][0, head] for name in names}
    cells = {"encoder": trace.encoder_cells, "self": trace.self_cells, "cross": trace.cross_cells}[attention]()
    return AttentionRow(
        found["query"][row],
        found["key"],
        found["value"],
        found["scores"][row],
        found["weights"][row],
        found["head_outputs"][row],
        cells[row, : len(found["key"])] == Cell.OPEN,
    )
