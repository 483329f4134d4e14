"""The time of one step as the target grows: with the cache, and with a pass over everything again."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.decoding import Session
from core.model import Transformer
from core.switches import Switches, full_pass


@dataclass(frozen=True)
class StepTimes:
    """Hold how long the step at each length took in one round.

    Units: seconds of processor time of one thread
    """

    lengths: tuple[int, ...]
    cached: tuple[float, ...]
    recomputed: tuple[float, ...]


def time_steps(
    model: Transformer, source: Tensor, read: Tensor, lengths: Sequence[int], switches: Switches, rounds: int
) -> Iterator[StepTimes]:
    """Time the step at each of some lengths in rounds, both ways in each, nothing recorded.

    Shapes: source [1,S], read [1,T], T at least the longest length
    Raises: ValueError if `read` is shorter than the longest length.
    """
    if read.shape[1] < max(lengths):
        raise ValueError(f"{max(lengths)} tokens are to be read, there are {read.shape[1]}")
    for number in range(rounds + 1):  # the first runs of a process are slow for reasons of their own
        cached = cached_times(model, source, read, lengths, switches)
        recomputed = tuple(recomputed_time(model, source, read[:, :length], switches) for length in lengths)
        if number:
            yield StepTimes(tuple(lengths), cached, recomputed)


@torch.inference_mode()
def cached_times(
    model: Transformer, source: Tensor, read: Tensor, lengths: Sequence[int], switches: Switches
) -> tuple[float, ...]:
    """Time single steps of one decode with a cache."""
    session = Session(model, source, switches, max_len=max(lengths), record=False)
    spent = []
    for tokens in read[:, : max(lengths)].unbind(1):
        began = time.thread_time()
        session.advance(tokens)
        spent.append(time.thread_time() - began)
    return tuple(spent[length - 1] for length in lengths)


@torch.inference_mode()
def recomputed_time(model: Transformer, source: Tensor, read: Tensor, switches: Switches) -> float:
    """Time the same step as one pass of encoder and decoder over all that was read."""
    began = time.thread_time()
    full_pass(model, source, read, switches)
    return time.thread_time() - began
