"""Taps: how a run is watched and changed without touching the model.

A tap is an argument that travels down a call. At each named site it is handed the tensor there and returns the tensor
to go on with, so recording and intervening are one mechanism, and two threads on one model never meet.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor


class Tap:
    """Watch nothing and change nothing."""

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        """Return the tensor to go on with at this site."""
        return tensor

    def inside(self, name: str) -> "Tap":
        """Return the tap for a part of the model, whose sites are named relative to it."""
        return self

    def at(self, first_query: int) -> "Tap":
        """Return the tap for a run that begins at a later query (a cached decoding step)."""
        return self

    def skips(self, name: str) -> bool:
        """Tell whether the run leaves out this part."""
        return False

    def wants(self, name: str) -> bool:
        """Tell whether anybody looks at this site, for what would not be computed otherwise."""
        return False


NO_TAP = Tap()


class Visitor(Protocol):
    """Whoever is shown the tensors of a run: a recorder keeps them, an intervention replaces them."""

    def wants(self, site: str) -> bool:
        """Tell whether to be shown this site."""

    def visit(self, site: str, tensor: Tensor, first_query: int) -> Tensor:
        """Return the tensor to go on with; row 0 of a query axis stands at position `first_query`."""

    def skips(self, site: str) -> bool:
        """Tell whether to leave out this part."""


class VisitedTap(Tap):
    """Show every site to visitors, in their order."""

    def __init__(self, visitors: Iterable[Visitor], prefix: str = "", first_query: int = 0) -> None:
        self.visitors = tuple(visitors)
        self.prefix = prefix
        self.first_query = first_query

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        site = self.prefix + name
        for visitor in self.visitors:
            if visitor.wants(site):
                tensor = visitor.visit(site, tensor, self.first_query)
        return tensor

    def inside(self, name: str) -> "VisitedTap":
        return VisitedTap(self.visitors, f"{self.prefix}{name}.", self.first_query)

    def at(self, first_query: int) -> "VisitedTap":
        return VisitedTap(self.visitors, self.prefix, first_query)

    def skips(self, name: str) -> bool:
        return any(visitor.skips(self.prefix + name) for visitor in self.visitors)

    def wants(self, name: str) -> bool:
        return any(visitor.wants(self.prefix + name) for visitor in self.visitors)


class Recorder:
    """Keep the tensors of the sites that are wanted, detached, by name; the last run wins."""

    def __init__(self, wanted: Callable[[str], bool] = lambda site: True) -> None:
        self.wants = wanted
        self.records: dict[str, Tensor] = {}

    def visit(self, site: str, tensor: Tensor, first_query: int) -> Tensor:
        self.records[site] = tensor.detach()
        return tensor

    def skips(self, site: str) -> bool:
        return False


class Intervention:
    """Change one site of a run; the base of the three below."""

    def wants(self, site: str) -> bool:
        return False

    def visit(self, site: str, tensor: Tensor, first_query: int) -> Tensor:
        return tensor

    def skips(self, site: str) -> bool:
        return False


@dataclass(frozen=True)
class SilenceHead(Intervention):
    """Zero what one head adds, e.g. SilenceHead("decoder.0.cross_attn", 2)."""

    attention: str
    head: int

    def wants(self, site: str) -> bool:
        return site == f"{self.attention}.head_outputs"

    def visit(self, site: str, tensor: Tensor, first_query: int) -> Tensor:
        silenced = tensor.clone()
        silenced[:, self.head] = 0
        return silenced


@dataclass(frozen=True)
class OverwriteWeight(Intervention):
    """Put a number in place of one attention weight; the other weights of the row stay as they are."""

    attention: str
    head: int
    query: int
    key: int
    weight: float

    def wants(self, site: str) -> bool:
        return site == f"{self.attention}.weights"

    def visit(self, site: str, tensor: Tensor, first_query: int) -> Tensor:
        row = self.query - first_query
        if not 0 <= row < tensor.shape[-2] or not 0 <= self.key < tensor.shape[-1]:
            return tensor
        overwritten = tensor.clone()
        overwritten[:, self.head, row, self.key] = self.weight
        return overwritten


@dataclass(frozen=True)
class Temperature(Intervention):
    """Divide the scores of every attention by a temperature, before the normaliser."""

    temperature: float

    def wants(self, site: str) -> bool:
        return site.endswith("_attn.scores")

    def visit(self, site: str, tensor: Tensor, first_query: int) -> Tensor:
        return tensor / self.temperature


@dataclass(frozen=True)
class Skip(Intervention):
    """Leave out a part: a layer ("encoder.1"), a sub-layer ("decoder.0.ffn"), a residual or a norm
    ("decoder.0.ffn_add_norm.residual", "….norm")."""

    part: str

    def skips(self, site: str) -> bool:
        return site == self.part
