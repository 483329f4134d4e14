"""Guided attention: losses that ask cross-attention to keep to the diagonal, or to move from left to right."""

from collections.abc import Sequence

import torch
from torch import Tensor

from core.taps import Tap, VisitedTap, Visitor
from core.training.batches import Batch
from core.vocab import PAD


class CrossWeights(Visitor):
    """Keep each layer's cross-attention weights of a run, as part of the graph that gradients flow back through."""

    def __init__(self) -> None:
        self.layers: list[Tensor] = []

    def wants(self, site: str) -> bool:
        return site.endswith("cross_attn.weights")

    def visit(self, site: str, tensor: Tensor, first_query: int) -> Tensor:
        self.layers.append(tensor)
        return tensor

    def skips(self, site: str) -> bool:
        return False

    def tap(self) -> Tap:
        """Return the tap that shows a run to this visitor."""
        return VisitedTap((self,))


def diagonal_penalty(target_lens: Tensor, source_lens: Tensor, shape: Sequence[int], width: float) -> Tensor:
    """Say how far each cell of an alignment lies from the diagonal: 0 on it, towards 1 away from it.

    W[t,s] = 1 − exp(−(s/S − t/T)² / 2g²), with t and s counted from 0, T and S each pair's own lengths.

    Shapes: target_lens, source_lens [B]; shape (T,S) → [B,T,S]
    Raises: ValueError if the width is not positive.
    Source: Tachibana et al. 2018, § 4.1; our `width` is their g.
    """
    if not width > 0:
        raise ValueError(f"the width of the diagonal must be above 0, got {width}")
    rows = torch.arange(shape[0], device=target_lens.device)[None, :, None] / target_lens[:, None, None]
    columns = torch.arange(shape[1], device=source_lens.device)[None, None, :] / source_lens[:, None, None]
    return 1 - torch.exp(-((columns - rows) ** 2) / (2 * width**2))


def diagonal_loss(weights: Tensor, target_lens: Tensor, source_lens: Tensor, width: float) -> Tensor:
    """Average W · A over the cells of each pair, and that over heads and pairs.

    Shapes: weights [B,H,T,S]; lengths [B] → scalar
    Source: Tachibana et al. 2018, § 4.1, L_att.
    """
    penalty = diagonal_penalty(target_lens, source_lens, weights.shape[-2:], width)
    cells = real_cells(target_lens, source_lens, weights.shape[-2:])
    per_pair = (weights * (penalty * cells)[:, None]).sum((-2, -1)) / (target_lens * source_lens)[:, None]
    return per_pair.mean()


def monotonic_loss(weights: Tensor, target_lens: Tensor, source_lens: Tensor) -> Tensor:
    """Average by how much the centre of a row lies to the left of that of the row before, in lengths of the source.

    The loss is the mean over t ≥ 1 of max(0, c[t−1] − c[t]), c the centres of the rows, over heads and pairs. It
    asks for left to right, whatever the slope. It is our own, for comparison with the diagonal.

    Shapes: weights [B,H,T,S]; lengths [B] → scalar
    """
    centres = row_centres(weights, source_lens)
    back = (centres[..., :-1] - centres[..., 1:]).relu()
    counted = torch.arange(1, weights.shape[-2], device=weights.device)[None] < target_lens[:, None]
    return ((back * counted[:, None]).sum(-1) / (target_lens - 1).clamp(min=1)[:, None]).mean()


def row_centres(weights: Tensor, source_lens: Tensor) -> Tensor:
    """Return where each row looks on average, in lengths of the source: c[t] = Σ_s A[t,s] s / S.

    Shapes: weights [B,H,T,S]; lengths [B] → [B,H,T], from 0 to below 1
    """
    places = torch.arange(weights.shape[-1], device=weights.device) / source_lens[:, None]
    return (weights * places[:, None, None]).sum(-1)


def guide_loss(layers: Sequence[Tensor], batch: Batch, guide: str, width: float) -> Tensor:
    """Average the loss of the cross-attention of all layers and heads; `guide` is diagonal or monotonic.

    Shapes: layers [B,H,T,S] each → scalar
    """
    target_lens, source_lens = (batch.read != PAD).sum(1), (batch.source != PAD).sum(1)
    if guide == "diagonal":
        found = [diagonal_loss(weights, target_lens, source_lens, width) for weights in layers]
    else:
        found = [monotonic_loss(weights, target_lens, source_lens) for weights in layers]
    return torch.stack(found).mean()


def real_cells(target_lens: Tensor, source_lens: Tensor, shape: Sequence[int]) -> Tensor:
    """Tell which cells stand for tokens. Shapes: lengths [B] → [B,T,S], boolean"""
    rows, columns = (torch.arange(length, device=target_lens.device) for length in shape)
    return (rows[None] < target_lens[:, None])[:, :, None] & (columns[None] < source_lens[:, None])[:, None]


def diagonal_share(weights: Tensor, target_lens: Tensor, source_lens: Tensor, cells: int = 2) -> Tensor:
    """Return the share of the weights that lies within some cells of the diagonal, over all heads and pairs.

    Row t of a pair meets the diagonal at s = t · S / T.

    Shapes: weights [B,H,T,S]; lengths [B] → scalar, from 0 to 1
    """
    rows, columns = (torch.arange(length, device=weights.device) for length in weights.shape[-2:])
    met = rows[None] * (source_lens / target_lens)[:, None]
    near = (columns[None, None] - met[:, :, None]).abs() <= cells
    real = real_cells(target_lens, source_lens, weights.shape[-2:])
    return (weights * (near & real)[:, None]).sum() / (weights * real[:, None]).sum()
