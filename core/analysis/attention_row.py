"""One row of one head, taken apart: the numbers behind a line of the heatmap."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.model import Transformer
from core.taps import Recorder
from core.trace import Trace


@dataclass(frozen=True, eq=False)
class AttentionRow:
    """Hold what made one row of attention weights.

    Shapes: query [d], key [K,d], scores and weights [K], allowed [K] boolean
    """

    query: Tensor
    key: Tensor
    scores: Tensor
    weights: Tensor
    allowed: Tensor


@torch.inference_mode()
def attention_row(model: Transformer, trace: Trace, attention: str, layer: int, head: int, row: int) -> AttentionRow:
    """Run the model once more, up to the row asked for, and keep what one head computed there.

    `attention` is encoder, self or cross. Without the causal mask a decoder row depends on how much has been read: then `row` is
    the newest of the rows run.

    Raises: ValueError if the run has no such row.
    """
    rows = len(trace.source) if attention == "encoder" else len(trace.steps)
    if not 0 <= row < rows:
        raise ValueError(f"this run has rows 0 to {rows - 1} here, asked for {row}")
    side, module = ("encoder", "self_attn") if attention == "encoder" else ("decoder", f"{attention}_attn")
    prefix = f"{side}.{layer}.{module}."
    recorder = Recorder(lambda site: site.startswith(prefix))
    switches = trace.switches
    tap, source = switches.tap(recorder), trace.source[None]
    memories = model.encode(
        source, switches.encoder_mask(source), switches.source_positions(model, source.shape[1]), tap
    )
    if side == "decoder":
        read = torch.tensor([[step.read for step in trace.steps[: row + 1]]])
        length = read.shape[1]
        model.decode(
            read, memories, switches.self_mask(length), switches.cross_mask(source, length),
            switches.target_positions(model, length), tap,
        )  # fmt: skip
    found = {name: recorder.records[prefix + name][0, head] for name in ("query", "key", "scores", "weights")}
    cells = {"encoder": trace.encoder_cells, "self": trace.self_cells, "cross": trace.cross_cells}[attention]()
    keys = found["key"].shape[0]
    return AttentionRow(
        found["query"][row], found["key"], found["scores"][row], found["weights"][row], cells[row, :keys] == 0
    )
