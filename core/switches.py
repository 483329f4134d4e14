"""The switches of a run, as a value: the model stays as it is."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from core.masks import causal_mask, combine, padding_mask
from core.model import Transformer
from core.taps import NO_TAP, Intervention, OverwriteWeight, SilenceHead, Skip, Tap, Temperature, VisitedTap, Visitor
from core.vocab import PAD

PositionSwitch = Literal["on", "off", "shuffled", "shifted", "source_shifted"]
AttentionKind = Literal["encoder", "self", "cross"]


def site_of(attention: AttentionKind, layer: int) -> str:
    """Return the name of an attention in the registry of sites, such as decoder.0.cross_attn."""
    return f"encoder.{layer}.self_attn" if attention == "encoder" else f"decoder.{layer}.{attention}_attn"


@dataclass(frozen=True)
class BlockedCell:
    """One cell of a mask drawn by hand: in every layer and head, this query may not attend to this key."""

    attention: AttentionKind
    query: int
    key: int


@dataclass(frozen=True, kw_only=True)
class Switches:
    """Say how a run differs from the model's normal one. Hashable, so it can be part of a cache's key.

    `shuffled` gives the source's tokens each other's positions; `shifted` moves all positions by `position_shift`
    tokens, `source_shifted` those of the source alone.

    Raises: ValueError if the temperature is not positive.
    """

    causal: bool = True
    padding: bool = True
    position: PositionSwitch = "on"
    position_seed: int = 0
    position_shift: int = 0
    temperature: float = 1.0
    silenced: frozenset[SilenceHead] = frozenset()
    overwritten: frozenset[OverwriteWeight] = frozenset()
    skipped: frozenset[str] = frozenset()
    blocked: frozenset[BlockedCell] = frozenset()

    def __post_init__(self) -> None:
        if not self.temperature > 0:
            raise ValueError(f"the temperature of attention must be above 0, got {self.temperature}")

    def tap(self, *recorders: Visitor) -> Tap:
        """Return the tap that carries these switches and the recorders, which see what the switches made of the run."""
        visitors = (*self.interventions(), *recorders)
        return VisitedTap(visitors) if visitors else NO_TAP

    def interventions(self) -> tuple[Intervention, ...]:
        """List the changes that are not masks or positions."""
        temperature = () if self.temperature == 1.0 else (Temperature(self.temperature),)
        return (*temperature, *self.overwritten, *self.silenced, *(Skip(part) for part in sorted(self.skipped)))

    def source_positions(self, model: Transformer, length: int) -> Tensor | None:
        """Encode the source's positions as switched. Shapes: → [S,D] or None"""
        if self.position == "off":
            return None
        positions = torch.arange(length)
        if self.position == "shuffled":
            positions = torch.randperm(length, generator=torch.Generator().manual_seed(self.position_seed))
        return model.source_position(positions + (self.position_shift if self._moved else 0))

    def target_positions(self, model: Transformer, length: int) -> Tensor | None:
        """Encode the target's positions as switched. Shapes: → [T,D] or None"""
        return None if self.position == "off" else model.target_position(torch.arange(length) + self._target_shift)

    def longest_target(self, model: Transformer) -> int:
        """Return how many tokens a run may write: a table of learned positions that is shifted ends sooner.

        Raises: ValueError if it has no position left to write at.
        """
        config, shift = model.config, self._target_shift
        if config.position != "learned" or shift <= 0:
            return config.max_target_len
        if shift >= config.max_target_len:
            raise ValueError(f"learned positions end at {config.max_target_len - 1}, a shift of {shift} leaves none")
        return config.max_target_len - shift

    @property
    def _moved(self) -> bool:
        return self.position in ("shifted", "source_shifted")

    @property
    def _target_shift(self) -> int:
        return self.position_shift if self.position == "shifted" else 0

    def encoder_mask(self, source: Tensor) -> Tensor | None:
        """Mask the encoder's self-attention. Shapes: source [B,S] → to [B,1,S,S] or None"""
        pads = padding_mask(source, PAD) if self.padding else None
        return combine(pads, self._by_hand("encoder", source.shape[1], source.shape[1], source.device))

    def self_mask(self, target_len: int, device: torch.device | None = None) -> Tensor | None:
        """Mask the decoder's self-attention. Shapes: → [1,1,T,T] or None"""
        causal = causal_mask(target_len, device) if self.causal else None
        return combine(causal, self._by_hand("self", target_len, target_len, device))

    def cross_mask(self, source: Tensor, target_len: int) -> Tensor | None:
        """Mask the cross-attention. Shapes: source [B,S] → to [B,1,T,S] or None"""
        pads = padding_mask(source, PAD) if self.padding else None
        return combine(pads, self._by_hand("cross", target_len, source.shape[1], source.device))

    def _by_hand(
        self, attention: AttentionKind, query_len: int, key_len: int, device: torch.device | None
    ) -> Tensor | None:
        cells = [(cell.query, cell.key) for cell in self.blocked if cell.attention == attention]
        if not cells:
            return None
        allowed = torch.ones(query_len, key_len, dtype=torch.bool)
        for query, key in cells:
            if query < query_len and key < key_len:
                allowed[query, key] = False
        return allowed[None, None].to(device)


def run_encoder(model: Transformer, source: Tensor, switches: Switches, tap: Tap = NO_TAP) -> list[Tensor]:
    """Run the encoder as switched. Shapes: source [B,S] → one [B,S,D] a decoder layer"""
    positions = switches.source_positions(model, source.shape[1])
    return model.encode(source, switches.encoder_mask(source), positions, tap)


def run_decoder(
    model: Transformer, source: Tensor, read: Tensor, memories: list[Tensor], switches: Switches, tap: Tap = NO_TAP
) -> Tensor:
    """Run the decoder as switched, once over all of `read`, nothing cached.

    Shapes: source [B,S], read [B,T], memories [B,S,D] each → [B,T,D]
    """
    target_len = read.shape[1]
    self_mask, cross_mask = switches.self_mask(target_len, source.device), switches.cross_mask(source, target_len)
    return model.decode(read, memories, self_mask, cross_mask, switches.target_positions(model, target_len), tap)


def full_pass(model: Transformer, source: Tensor, read: Tensor, switches: Switches, *visitors: Visitor) -> Tensor:
    """Run encoder and decoder as switched, once over all of `read`: what every cached run must equal.

    Shapes: source [B,S], read [B,T] → logits [B,T,V]
    """
    tap = switches.tap(*visitors)
    memories = run_encoder(model, source, switches, tap)
    return model.logits(run_decoder(model, source, read, memories, switches, tap), tap)
