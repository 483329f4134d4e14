"""Batches of about equal length and equal number of tokens."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.config import ModelConfig
from core.sentences import Refusal
from core.vocab import BEGIN, END, PAD

Pair = tuple[list[int], list[int]]


@dataclass(frozen=True, eq=False)
class Batch:
    """Sources, what the decoder reads and what it should write.

    Shapes: source [B,S]; read, labels [B,T]; PAD where there is none
    """

    source: Tensor
    read: Tensor
    labels: Tensor

    @property
    def tokens(self) -> int:
        """Count the labels that are not padding."""
        return int((self.labels != PAD).sum())

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on a device."""
        return Batch(self.source.to(device), self.read.to(device), self.labels.to(device))

    @property
    def pairs(self) -> int:
        """Count the pairs."""
        return len(self.source)


def pad(rows: Sequence[Sequence[int]], length: int = 0, filler: int = PAD) -> Tensor:
    """Lay rows of different lengths into one tensor. Shapes: → [B, longest or length]"""
    length = max(length, *map(len, rows))
    return torch.tensor([[*row, *[filler] * (length - len(row))] for row in rows])


def make_batch(pairs: Sequence[Pair], config: ModelConfig) -> Batch:
    """Lay out pairs for a decoder of the model's kind.

    An autoregressive decoder reads BEGIN and the target, shifted; one that writes all at once reads BEGIN everywhere,
    and writes either just the target (its length comes from the classifier) or the target and then nothing but END.

    Raises: ValueError if a pair is longer than the model takes.
    """
    source = pad([source for source, _ in pairs])
    longest = max(len(target) for _, target in pairs) + (config.decoder != "length")
    if source.shape[1] > config.max_source_len or longest > config.max_target_len:
        raise Refusal(
            "refusal.pair_too_long", most_source=config.max_source_len, most_target=config.max_target_len,
            source=source.shape[1], target=longest,
        )  # fmt: skip
    if config.autoregressive:
        return Batch(
            source, pad([[BEGIN, *target] for _, target in pairs]), pad([[*target, END] for _, target in pairs])
        )
    if config.decoder == "end":
        labels = pad([target for _, target in pairs], config.max_target_len, filler=END)
    else:
        labels = pad([target for _, target in pairs])
    return Batch(source, torch.where(labels == PAD, PAD, BEGIN), labels)


def bucketed(pairs: Sequence[Pair], batch_tokens: int, rng: random.Random) -> Iterator[list[Pair]]:
    """Group pairs of about equal length into batches of about `batch_tokens` padded tokens, in random order."""
    keyed = sorted(((len(pair[0]), len(pair[1]), rng.random()), i) for i, pair in enumerate(pairs))
    groups: list[list[Pair]] = [[]]
    longest = 0
    for (source_len, target_len, _), i in keyed:
        longest = max(longest, source_len, target_len + 1)
        if groups[-1] and longest * (len(groups[-1]) + 1) > batch_tokens:
            groups.append([])
            longest = max(source_len, target_len + 1)
        groups[-1].append(pairs[i])
    rng.shuffle(groups)
    yield from (group for group in groups if group)
