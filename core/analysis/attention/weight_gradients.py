"""By how much a token's log probability grows with each weight of the cross-attention."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.model import Transformer
from core.switches import run_decoder, run_encoder
from core.trace import Trace


class Nudge:
    """Add a zero to the weights of every cross-attention, by which a gradient can be taken.

    The weights stay what they are and go on depending on what made them, so the gradient is that of changing one weight
    alone and letting everything after it follow. Nothing of the model is touched.
    """

    def __init__(self) -> None:
        self.zeros: dict[str, Tensor] = {}
        self.weights: dict[str, Tensor] = {}

    def wants(self, site: str) -> bool:
        return site.endswith("cross_attn.weights")

    def visit(self, site: str, tensor: Tensor, first_query: int) -> Tensor:
        self.weights[site] = tensor.detach()
        self.zeros[site] = torch.zeros_like(tensor, requires_grad=True)
        return tensor + self.zeros[site]

    def skips(self, site: str) -> bool:
        return False

    def gradients(self, of: Tensor, keep: bool = False) -> Tensor:
        """Differentiate a number by the weights of every layer. Shapes: of [] → [L,B,H,T,S]"""
        return torch.stack(torch.autograd.grad(of, list(self.zeros.values()), retain_graph=keep))


@dataclass(frozen=True, eq=False)
class WeightGradients:
    """Hold the cross-attention's weights and by how much the log probability of each row's token grows with each.

    Shapes: weights, gradients [L,H,T,S]
    Units: gradients in nats per unit of weight
    """

    weights: Tensor
    gradients: Tensor

    def products(self, layer: int) -> Tensor:
        """Multiply gradient and weight in one layer and add up the heads. Shapes: → [T,S], nats"""
        return (self.weights[layer] * self.gradients[layer]).sum(0)


def weight_gradients(model: Transformer, trace: Trace) -> WeightGradients:
    """Differentiate the log probability of each row's likeliest token by that row's own cross-attention weights.

    Every row is computed as it was when it was the newest.

    Raises: ValueError if the run left a decoder layer or its cross-attention out.
    Source: Serrano & Smith 2019 (gradient × attention), carried over from a classifier to every step of a decoder.
    """
    with torch.inference_mode(False), torch.enable_grad():
        source, switches = trace.source.clone()[None], trace.switches
        memories = [memory.detach() for memory in run_encoder(model, source, switches, switches.tap())]
        rows = [_row_gradients(model, trace, source, memories, step.index, step.predicted) for step in trace.steps]
    weights, gradients = (torch.stack([row[part] for row in rows], dim=2) for part in (0, 1))
    return WeightGradients(weights, gradients)


def _row_gradients(
    model: Transformer, trace: Trace, source: Tensor, memories: list[Tensor], row: int, token: int
) -> tuple[Tensor, Tensor]:
    """Return weights and gradients of one row. Shapes: each [L,H,S]"""
    nudge, switches = Nudge(), trace.switches
    tap = switches.tap(nudge)
    hidden = run_decoder(model, source, trace.read(row + 1)[None], memories, switches, tap)
    if len(nudge.zeros) < model.config.num_decoder_layers:
        raise ValueError("this run left a cross-attention out: there is no weight to differentiate by")
    gradients = nudge.gradients(model.logits(hidden[:, row], tap).log_softmax(-1)[0, token])
    weights = torch.stack(list(nudge.weights.values()))
    return weights[:, 0, :, row], gradients[:, 0, :, row]
