"""Two processes train as one does."""

import os
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest
import torch

from core.training import TrainingState, __main__
from core.training.distributed import World
from core.training.loss import Term

ROOT = Path(__file__).parents[3]
OPTIONS = (
    "--task reverse --batch-tokens 300 --warmup 20 --no-bf16 --dropout 0 --d-model 16 --num-heads 2 "
    "--d-ff 32 --num-encoder-layers 1 --num-decoder-layers 1 --threads 1 --check-every 1000 --average 1"
)


def arguments(folder: Path, more: str) -> list[str]:
    """Return the training command's arguments for a run that is kept in a folder."""
    return ["--name", "run", "--runs", str(folder), "--out", str(folder), *OPTIONS.split(), *more.split()]


def losses(folder: Path) -> torch.Tensor:
    """Return a run's losses, one a step."""
    return torch.tensor(TrainingState.load(folder / "run.state").losses)


@pytest.mark.parametrize(("steps", "more"), [(200, ""), (25, "--decoder length --guide diagonal --guide-weight 5")])
def test_two_processes_have_the_losses_of_one(tmp_path: Path, monkeypatch, steps: int, more: str) -> None:
    more += f" --steps {steps}"
    monkeypatch.setattr("sys.argv", ["training", *arguments(tmp_path / "alone", more)])
    __main__.main()  # in this process, since one more would take seconds to start
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    done = subprocess.run(
        [*torchrun, "-m", "core.training", *arguments(tmp_path / "shared", more)], cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    alone, shared = losses(tmp_path / "alone"), losses(tmp_path / "shared")
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
