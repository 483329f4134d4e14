"""The attention of a run as views need it: its weights, the cells that count, and what no trace keeps, recomputed."""

from collections.abc import Callable

import torch
from torch import Tensor

from core.model import Transformer
from core.switches import AttentionKind, full_pass
from core.taps import Recorder
from core.trace import Cell, Trace
from core.vocab import PAD


def weights_of(trace: Trace, attention: AttentionKind) -> Tensor:
    """Return all weights of one attention, as they stood after the last token. Shapes: → [L,H,Q,K]"""
    if attention == "encoder":
        return trace.encoder_weights
    return trace.self_weights() if attention == "self" else trace.cross_weights()


def allowed_of(trace: Trace, attention: AttentionKind) -> Tensor:
    """Say which cells of an attention count: those that no mask closed, in the rows of tokens (PAD is none).

    Shapes: → [Q,K], boolean
    """
    cells = {"encoder": trace.encoder_cells, "self": trace.self_cells, "cross": trace.cross_cells}[attention]()
    allowed = cells == Cell.OPEN
    if attention == "encoder":
        allowed[trace.source == PAD] = False
    return allowed


def real_keys_of(trace: Trace, attention: AttentionKind) -> Tensor:
    """Say which keys of an attention are tokens and not PAD. Shapes: → [K], boolean"""
    return (trace.read() if attention == "self" else trace.source) != PAD


@torch.inference_mode()
def recorded(model: Transformer, trace: Trace, wanted: Callable[[str], bool]) -> dict[str, Tensor]:
    """Run encoder and decoder once more over all that was read, and keep the sites wanted.

    Without the causal mask this is what the decoder made of everything when the last token was written.

    Shapes: as in `core.sites`, without B
    """
    recorder = Recorder(wanted)
    full_pass(model, trace.source[None], trace.read()[None], trace.switches, recorder)
    return {site: tensor[0] for site, tensor in recorder.records.items()}
