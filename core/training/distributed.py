"""Training in several processes at once: each takes its share of every batch, and all take the same step.

Started by `torchrun --nproc-per-node N -m core.training …`, which tells each process its place.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from core.training.loss import Term

Item = TypeVar("Item")
CPU = torch.device("cpu")


@dataclass(frozen=True)
class World:
    """Say which of how many processes this one is, counted from 0, and what it computes on."""

    rank: int = 0
    size: int = 1
    device: torch.device = CPU

    def share(self, items: Sequence[Item]) -> list[Item]:
        """Return every size-th item, this process's own; nothing if there are fewer items than processes."""
        return list(items[self.rank :: self.size])

    def wrap(self, module: nn.Module) -> nn.Module:
        """Return the module, averaging its gradients over all processes if there are several.

        Source: Li et al. 2020, “PyTorch Distributed”.
        """
        return module if self.size == 1 else DistributedDataParallel(module)

    def total(self, terms: Mapping[str, Term], idle: bool) -> tuple[Tensor, dict[str, float]]:
        """Return the loss whose gradients average to those of the whole batch, and the whole batch's terms.

        A term is a mean over this process's tokens or pairs, of which others may have more; `idle` is a process that
        has none and only keeps step.
        """
        if self.size == 1:
            first, *others = (term.mean for term in terms.values())
            return sum(others, start=first), {name: term.mean.item() for name, term in terms.items()}
        mine = torch.tensor([0.0 if idle else float(term.over) for term in terms.values()], device=self.device)
        whole = mine.clone()
        distributed.all_reduce(whole)
        shares = mine / whole
        loss = sum(share * term.mean for share, term in zip(shares, terms.values(), strict=True)) * self.size
        means = torch.stack([term.mean.detach().float() for term in terms.values()]) * shares
        distributed.all_reduce(means)
        return loss, dict(zip(terms, means.tolist(), strict=True))

    def any(self, asked: bool) -> bool:
        """Tell whether any process is asked to stop, so that all stop at the same step."""
        if self.size == 1:
            return asked
        flag = torch.tensor(float(asked), device=self.device)
        distributed.all_reduce(flag)
        return bool(flag > 0)


ALONE = World()


@contextmanager
def world(device: torch.device = CPU) -> Iterator[World]:
    """Join the processes that torchrun started, or be alone: gloo between processors, nccl between GPUs."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield World(device=device)
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield World(distributed.get_rank(), size, device)
    finally:
        distributed.destroy_process_group()
