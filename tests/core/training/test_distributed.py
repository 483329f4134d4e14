"""Two processes train as one does."""

import os
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest
import torch

from core.training import TrainingState
from core.training.distributed import World
from core.training.loss import Term

ROOT = Path(__file__).parents[3]
OPTIONS = (
    "--task reverse --batch-tokens 300 --warmup 20 --no-bf16 --dropout 0 --d-model 16 --num-heads 2 "
    "--d-ff 32 --num-encoder-layers 1 --num-decoder-layers 1 --threads 1 --check-every 1000 --average 1"
)


def losses(folder: Path, *launcher: str, more: str = "") -> torch.Tensor:
    """Run the training command and return its losses, one a step."""
    command = [*launcher, "-m", "core.training", "--name", "run", "--runs", str(folder), "--out", str(folder)]
    done = subprocess.run(
        [*command, *OPTIONS.split(), *more.split()], cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return torch.tensor(TrainingState.load(folder / "run.state").losses)


@pytest.mark.parametrize(("steps", "more"), [(200, ""), (25, "--decoder length --guide diagonal --guide-weight 5")])
def test_two_processes_have_the_losses_of_one(tmp_path: Path, steps: int, more: str) -> None:
    more += f" --steps {steps}"
    alone = losses(tmp_path / "alone", sys.executable, more=more)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    shared = losses(tmp_path / "shared", *torchrun, more=more)
    assert len(alone) == len(shared) == steps
    assert float((alone - shared).abs().max()) < 1e-4
    assert float(alone[-5:].mean()) < float(alone[:5].mean())


def test_every_item_is_somebodys_share() -> None:
    items = list(range(7))
    shares = [World(rank, 3).share(items) for rank in range(3)]
    assert sorted(chain.from_iterable(shares)) == items
    assert World(1, 2).share([1]) == []


def test_alone_the_terms_are_summed() -> None:
    loss, parts = World().total({"a": Term(torch.tensor(2.0), 3), "b": Term(torch.tensor(0.5), 1)}, idle=False)
    assert float(loss) == 2.5 and parts == {"a": 2.0, "b": 0.5}
