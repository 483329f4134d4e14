"""One row of one head, taken apart: the numbers behind a line of the heatmap."""

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from core.model import Transformer
from core.switches import AttentionKind, full_pass, run_encoder, site_of
from core.taps import Recorder
from core.trace import Cell, Trace

NAMES = ("query", "key", "value", "scores", "weights", "head_outputs")


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
    # Under the causal mask no row changes once it is there, so one pass over all that was read has every row.
    whole = attention == "encoder" or trace.switches.causal
    recorded = records(model, trace, attention, layer, rows if whole else row + 1)
    if not recorded:
        raise ValueError(f"nothing was computed at {site_of(attention, layer)} in this run")
    found = {name: values[head] for name, values in recorded.items()}
    keys = len(trace.read(row + 1) if attention == "self" else found["key"])
    cells = {"encoder": trace.encoder_cells, "self": trace.self_cells, "cross": trace.cross_cells}[attention]()
    return AttentionRow(
        found["query"][row],
        found["key"][:keys],
        found["value"][:keys],
        found["scores"][row, :keys],
        found["weights"][row, :keys],
        found["head_outputs"][row],
        cells[row, :keys] == Cell.OPEN,
    )


@lru_cache(maxsize=64)
@torch.inference_mode()
def records(model: Transformer, trace: Trace, attention: AttentionKind, layer: int, steps: int) -> dict[str, Tensor]:
    """Run the model once more, on what had been read when so many tokens were written, and keep what one layer did.

    Shapes: → query, key, value and head_outputs [H,·,d], scores and weights [H,Q,K]; nothing if the layer was left out
    """
    prefix = f"{site_of(attention, layer)}."
    recorder = Recorder(lambda site: site.startswith(prefix))
    source, switches = trace.source[None], trace.switches
    if attention == "encoder":
        run_encoder(model, source, switches, switches.tap(recorder))
    else:
        full_pass(model, source, trace.read(steps)[None], switches, recorder)
    return {name: recorder.records[prefix + name][0] for name in NAMES} if recorder.records else {}
