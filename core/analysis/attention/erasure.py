"""The effect on each token of setting weights of its cross-attention to zero: the largest, another, the one that
gradient × attention names."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from core.analysis.attention.alignment import METHODS, argmax_links
from core.analysis.attention.batch_weights import BatchWeights, method_agreement, run_batch
from core.decoding import Session
from core.model import Transformer
from core.taps import Intervention, VisitedTap
from core.vocab import BEGIN

CHOICES = ("largest", "random", "products")


@dataclass(frozen=True)
class Scope:
    """Say in which heads a source token loses its weight: one, all of a layer (`head` None), or all (`layer` None)."""

    layer: int | None = None
    head: int | None = None

    @property
    def kind(self) -> str:
        """Return head, layer or all."""
        return "all" if self.layer is None else "layer" if self.head is None else "head"

    def heads(self, layers: int, heads: int) -> Tensor:
        """Say which heads these are. Shapes: → [L,H], boolean"""
        chosen = torch.zeros(layers, heads, dtype=torch.bool)
        chosen[slice(None) if self.layer is None else self.layer, slice(None) if self.head is None else self.head] = (
            True
        )
        return chosen


def scopes(layers: int, heads: int) -> tuple[Scope, ...]:
    """List every head, every layer, and all of them."""
    each = [Scope(layer, head) for layer in range(layers) for head in range(heads)]
    return *each, *(Scope(layer) for layer in range(layers)), Scope()


@dataclass(frozen=True, eq=False)
class Erase(Intervention):
    """Zero weights of the newest row, of each source its own. Shapes: cells [L,B,H,S] boolean"""

    cells: Tensor

    def wants(self, site: str) -> bool:
        return site.endswith("cross_attn.weights")

    def visit(self, site: str, tensor: Tensor, first_query: int) -> Tensor:
        return tensor.masked_fill(self.cells[int(site.split(".")[1])][:, :, None], 0)


def chosen_keys(batch: BatchWeights, row: int, heads: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
    """Name the source token that each way of choosing takes, over some heads together.

    `random` is any other than the largest, if there is another.

    Shapes: heads [L,H] boolean → [B] each
    """
    taken = heads[:, None, :, None]
    weights, gradients = batch.weights[:, :, :, row], batch.gradients[:, :, :, row]
    largest = argmax_links((weights * taken).sum((0, 2)), batch.allowed)
    products = argmax_links((weights * gradients * taken).sum((0, 2)), batch.allowed)
    others = batch.allowed.float()
    others = torch.where(others.sum(-1, keepdim=True) > 1, others.scatter(1, largest[:, None], 0), others)
    return {
        "largest": largest, "random": torch.multinomial(others, 1, generator=generator)[:, 0], "products": products
    }  # fmt: skip


@dataclass(frozen=True, eq=False)
class ErasureCounts:
    """Add up what erasing did, for every scope and every way of choosing the token.

    `changed` counts steps whose likeliest token became another, `weight` adds up the weight taken from a head, `lost`
    the probability that the token lost; `agree` counts steps in which two methods of alignment name the same token,
    averaged over layers and heads. Tallies of several batches can be added.

    Shapes: changed, weight, lost [scopes,3]; agree [4,4]
    """

    examples: int
    steps: int
    changed: Tensor
    weight: Tensor
    lost: Tensor
    agree: Tensor = field(default_factory=lambda: torch.zeros(len(METHODS), len(METHODS), dtype=torch.float64))

    def __add__(self, other: "ErasureCounts") -> "ErasureCounts":
        return ErasureCounts(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


@torch.inference_mode()
def peek(session: Session, tokens: Tensor, erase: Erase) -> Tensor:
    """Read one more token with weights erased, and forget it again. Shapes: tokens [B] → log_probs [B,V]"""
    model, step = session.model, session.read.shape[1]
    tap = VisitedTap((erase,)).at(step)
    positions = None if session.positions is None else session.positions[step : step + 1]
    mask = None if session.cross_mask is None else session.cross_mask[:, :, step : step + 1]
    hidden = model.decode(tokens[:, None], session.memories, None, mask, positions, tap, session.cache)
    for layer in session.cache or ():
        layer.length -= 1
    return model.logits(hidden, tap)[:, 0].log_softmax(-1)


def try_erasures(model: Transformer, source: Tensor, generator: torch.Generator) -> ErasureCounts:
    """Try every scope and every way of choosing on every step of a batch, one change at a time.

    Shapes: source [B,S]
    """
    batch = run_batch(model, source)
    layers, heads = batch.weights.shape[0], batch.weights.shape[2]
    tried = [(scope, scope.heads(layers, heads)) for scope in scopes(layers, heads)]
    changed, weight, lost = (torch.zeros(len(tried), len(CHOICES), dtype=torch.float64) for _ in range(3))
    session = Session(model, source, record=False)
    read = torch.full((len(source),), BEGIN)
    for row in range(batch.tokens.shape[1]):
        counted = batch.counted[:, row]
        trials = list(row_trials(batch, row, tried, generator))
        after = [peek(session, read, Erase(cells)) for _, _, cells in trials]
        plain = session.advance(read).log_probs
        token = plain.argmax(-1, keepdim=True)
        for (place, choice, cells), found in zip(trials, after, strict=True):
            taken = (batch.weights[:, :, :, row] * cells).sum((0, 2, 3)) / tried[place][1].sum()
            drop = (plain.exp() - found.exp()).gather(1, token)[:, 0]
            changed[place, choice] += (found.argmax(-1) != token[:, 0])[counted].sum()
            weight[place, choice] += taken[counted].sum()
            lost[place, choice] += drop[counted].sum()
        read = batch.tokens[:, row]
    steps = int(batch.counted.sum())
    return ErasureCounts(len(source), steps, changed, weight, lost, method_agreement(batch) * steps)


def row_trials(
    batch: BatchWeights, row: int, tried: list[tuple[Scope, Tensor]], generator: torch.Generator
) -> Iterator[tuple[int, int, Tensor]]:
    """List the cells of a row to erase, with the places of scope and choice. Shapes: → [L,B,H,S] boolean"""
    keys = torch.arange(batch.allowed.shape[1])
    for place, (_, heads) in enumerate(tried):
        named = chosen_keys(batch, row, heads, generator)
        for choice, name in enumerate(CHOICES):
            yield place, choice, heads[:, None, :, None] & (named[name][:, None] == keys)[None, :, None]
