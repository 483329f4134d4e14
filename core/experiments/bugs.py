"""Train small models with a famous mistake, and the same models without it.

    python -m core.experiments.bugs --write

All reverse strings. The page 'Find the bug' shows them; the mistakes that need no training are made there, while a
model runs. What is finished is kept in `runs/bugs`, so the same command goes on where the last one stopped.
"""

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import torch
from torch import nn
from tqdm import tqdm

from core import checkpoint, paths
from core.analysis.bugs.counting import Counting, counted_loss, fill_up
from core.config import ModelConfig
from core.evaluation.evidence import fingerprints_of, write_evidence
from core.evaluation.exact_match import exact_match
from core.experiments.small_models import describe
from core.files import write_whole
from core.tasks import Task, get_task
from core.training.batches import Batch, bucketed, make_batch
from core.training.encoding import Vocabs, vocabularies
from core.training.loop import TrainStep, epoch_pairs, update
from core.training.loss import Term
from core.training.recipe import Recipe
from core.training.state import TrainingState

COMMAND = "python -m core.experiments.bugs"
FOLDER = "bugs"
TASK = "reverse"
SIZES: dict[str, Any] = {
    "d_model": 64, "d_ff": 128, "num_encoder_layers": 2, "num_decoder_layers": 2, "norm_order": "pre",
    "final_norm": True, "dropout": 0.0,
}  # fmt: skip
RECIPE: dict[str, Any] = {
    "batch_tokens": 600, "learning_rate": 4e-3, "warmup": 80, "average": 1, "bf16": False,
    "seed": 1,
}  # fmt: skip
STEPS, EARLY = 1200, 150
LAST = 50  # steps over which the training loss is averaged


@dataclass(frozen=True)
class Trained:
    """Name a model and say how its training counts the loss; `padded` fills all targets up to the longest possible."""

    name: str
    title: str
    steps: int = STEPS
    causal_mask: bool = True
    label_smoothing: float = 0.0
    counting: Counting = "tokens"
    padded: bool = False

    def begin(self, task: Task) -> TrainingState:
        """Begin the run; nothing else differs between two models."""
        source, target = vocabularies(task)
        config = ModelConfig(source_vocab_size=len(source), target_vocab_size=len(target), **SIZES)
        recipe = RECIPE | {"steps": self.steps, "warmup": min(RECIPE["warmup"], self.steps)}
        own: dict[str, Any] = {"causal_mask": self.causal_mask, "label_smoothing": self.label_smoothing}
        return TrainingState.new(task.name, config, Recipe(**recipe, **own))


MODELS = (
    Trained("usual", "Reverse: no mistake"),
    Trained("no-causal-mask", "Reverse: trained without the causal mask", causal_mask=False),
    Trained("not-shifted", "Reverse: target not shifted", counting="not_shifted"),
    Trained("pad-counted", "Reverse: PAD counted in the loss", EARLY, counting="pads", padded=True),
    Trained("pad-ignored", "Reverse: PAD ignored in the loss", EARLY, padded=True),
    Trained("smoothed", "Reverse: label smoothing 0.2", label_smoothing=0.2),
)


class CountedObjective(nn.Module):
    """The loss of a model as a mistaken training counts it."""

    def __init__(self, state: TrainingState, counting: Counting) -> None:
        super().__init__()
        self.model, self.recipe, self.counting = state.model, state.recipe, counting

    def forward(self, batch: Batch, samples: None = None) -> dict[str, Term]:
        """Return the one term of a batch's loss."""
        logits = self.model(batch.source, batch.read, **self.recipe.masking())
        loss = counted_loss(logits, batch, self.counting, self.recipe.label_smoothing)
        return {"cross_entropy": Term(loss, batch.tokens)}


def train(trained: Trained, state: TrainingState, task: Task, vocabs: Vocabs) -> Iterator[TrainStep]:
    """Train to the end, one update at a time, in the batches that `core.training` would make."""
    state.model.train()
    recipe, config, objective = state.recipe, state.model.config, CountedObjective(state, trained.counting)
    while True:
        pairs = epoch_pairs(task, recipe, state.epoch, *vocabs)
        rng = random.Random(f"batches-{recipe.seed}-{state.epoch}")
        for group in bucketed(pairs, recipe.batch_tokens, rng):
            batch = make_batch(group, config)
            yield update(state, fill_up(batch, config.max_target_len) if trained.padded else batch, objective)
            if state.step >= recipe.steps:
                return
        state.epoch += 1


def run(trained: Trained, task: Task, runs: Path, per_group: int | None) -> dict[str, Any]:
    """Train one model and measure it, unless that is done already; return what was found."""
    path = runs / f"{trained.name}.safetensors"
    kept = path.with_suffix(".json")
    if not kept.exists():
        vocabs, state = vocabularies(task), trained.begin(task)
        losses = [step.loss for step in tqdm(train(trained, state, task, vocabs), total=trained.steps)]
        model = state.averaged_model()
        found = exact_match(model, task, *vocabs, task.held_out("test", per_group))
        runs.mkdir(parents=True, exist_ok=True)
        about = describe(state, task, vocabs, (trained.name, trained.title), COMMAND)
        checkpoint.save(path, model, about)
        numbers = {"loss": fmean(losses[-LAST:]), "exact": found.total}
        row = asdict(trained) | {name: round(number, 6) for name, number in numbers.items()}
        write_whole(kept, json.dumps(row | {"examples": found.seen.total()}))
    return json.loads(kept.read_text(encoding="utf-8"))


def main() -> None:
    """Train what is missing, measure it, print the table; with --write keep models and table."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=Path, default=Path("runs/bugs"), help="where finished models are kept")
    parser.add_argument("--per-group", type=int, help="held-out examples of each length (default: the whole test set)")
    parser.add_argument("--write", action="store_true", help="ship the models and the table")
    options = parser.parse_args()
    torch.set_num_threads(1)
    task = get_task(TASK)
    rows = [run(trained, task, options.runs, options.per_group) for trained in MODELS]
    for row in rows:
        print(f"{row['title']:46} {row['steps']:5} steps  loss {row['loss']:.4f}  exact {row['exact']:7.2%}")
    if options.write:
        folder = paths.CHECKPOINTS / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        for row in rows:
            model, about = checkpoint.load(options.runs / f"{row['name']}.safetensors")
            checkpoint.save(folder / f"{row['name']}.safetensors", model, about)
        weights = fingerprints_of(f"{FOLDER}/{row['name']}" for row in rows)
        write_evidence("bugs", COMMAND, weights, {"recipe": RECIPE | SIZES, "rows": rows})


if __name__ == "__main__":
    main()
