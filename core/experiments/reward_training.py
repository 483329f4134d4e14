"""The runs behind `core.experiments.policy_gradient`: trained by cross-entropy first, then on in one way, and counted.

What is finished is kept in a folder and not done again.
"""

import json
import operator
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core import checkpoint
from core.config import ModelConfig
from core.evaluation.token_errors import token_error_rates
from core.experiments.guided_attention import SIZES
from core.experiments.small_models import command, describe
from core.files import write_whole
from core.model import Transformer
from core.tasks import Example, get_task
from core.training.batches import make_batch
from core.training.distributed import ALONE, World
from core.training.encoding import encode_example, vocabularies
from core.training.loop import train
from core.training.randomness import drawn_for
from core.training.recipe import Recipe
from core.training.rewards import draw_samples
from core.training.state import TrainingState
from core.vocab import END, Vocabulary

TASK, START = "spelling", "rewarded-start"
LAYERS: dict[str, Any] = {"num_encoder_layers": 2, "num_decoder_layers": 2}
WAYS: dict[str, dict[str, Any]] = {"edit": {"reward": "edit"}, "control": {}}
RATES = {"edit": (3e-5, 1e-4, 3e-4), "control": (1e-4, 3e-4)}
STEPS, EVERY = 600, 60
DEV, SPREAD, DRAWS = 100, 50, 4
SHARED: dict[str, Any] = {"batch_tokens": 2000, "average": 1, "bf16": False, "label_smoothing": 0.0}
FIRST: dict[str, Any] = {"steps": 3000, "learning_rate": 3e-3, "warmup": 100}


def begin(seed: int) -> TrainingState:
    """Begin the training by cross-entropy that comes before any reward."""
    task = get_task(TASK)
    symbols = {"source_vocab_size": task.source_symbols(), "target_vocab_size": task.target_symbols()}
    sizes: dict[str, Any] = {side: len(Vocabulary(each)) for side, each in symbols.items()}
    return TrainingState.new(TASK, ModelConfig(**sizes, **SIZES, **LAYERS), Recipe(seed=seed, **FIRST, **SHARED))


def before(seed: int, runs: Path, place: World = ALONE) -> Path:
    """Return where the model is kept that a seed's runs begin with, trained if it is not there yet."""
    path = runs / f"start-seed{seed}.safetensors"
    if not path.exists():
        task, state = get_task(TASK), begin(seed)
        vocabs = vocabularies(task)
        for _ in train(state, task, *vocabs, place):
            pass
        runs.mkdir(parents=True, exist_ok=True)
        line = command(state, START, SIZES | LAYERS)
        checkpoint.save(path, state.model, describe(state, task, vocabs, (START, "Before rewards"), line))
        print(f"trained {path.stem}", flush=True)
    return path


def recipe_of(way: str, seed: int, rate: float) -> Recipe:
    """Return how a model goes on: by a reward, or by cross-entropy as before."""
    return Recipe(steps=STEPS, learning_rate=rate, warmup=EVERY // 2, seed=seed + 100, **WAYS[way], **SHARED)


def error_row(model: Transformer, metadata: checkpoint.Metadata, examples: Sequence[Example]) -> dict[str, Any]:
    """Return the share of words that are right and the phone error rate."""
    found = token_error_rates(model, get_task(TASK), (metadata.source_vocab, metadata.target_vocab), examples)
    return {"words": found.words, "exact": round(1 - found.wer, 6), "per": round(found.per, 6)}


def spread(model: Transformer, metadata: checkpoint.Metadata) -> dict[str, float]:
    """Return mean and variance of the edit reward over outputs drawn for development words, DRAWS for each.

    The variance is that of the rewards, and that of the rewards less those of the greedy outputs; `same` is the share
    of drawn outputs that are the greedy one, `endless` that of greedy outputs without an END.
    """
    task, vocabs = get_task(TASK), (metadata.source_vocab, metadata.target_vocab)
    words = [word for word in task.held_out("dev", SPREAD) for _ in range(DRAWS)]
    batch = make_batch([encode_example(task, vocabs, word) for word in words], metadata.config).to(model.device)
    samples = draw_samples(model, batch, "edit", "greedy", drawn_for("spread", 0))
    greedy = samples.greedy or []
    return {
        "reward": round(float(samples.rewards.mean()), 6), "baseline": round(float(samples.baselines.mean()), 6),
        "variance": round(float(samples.rewards.var(correction=0)), 6),
        "variance_less_baseline": round(float(samples.advantages.var(correction=0)), 6),
        "same": round(sum(map(operator.eq, samples.outputs, greedy)) / len(words), 6),
        "endless": round(sum(END not in output for output in greedy) / len(words), 6),
    }  # fmt: skip


def go_on(
    state: TrainingState, metadata: checkpoint.Metadata, dev: Sequence[Example], place: World = ALONE
) -> dict[str, Any]:
    """Train to the end, look at the development set on the way, and tell the tale."""
    state.move_to(place.device)
    task, model = get_task(TASK), state.model.eval()
    looks, steps = [{"step": 0, **error_row(model, metadata, dev)}], []
    for step in train(state, task, metadata.source_vocab, metadata.target_vocab, place):
        if step.rewarded is not None:
            seen = step.rewarded
            steps.append([round(x, 5) for x in (seen.reward, seen.baseline, seen.variance)])
        if step.step % EVERY == 0:
            model.eval()
            looks.append({"step": step.step, **error_row(model, metadata, dev)})
            model.train()
    model.eval()
    return {"dev": looks, "steps": steps}


def run(way: str, seed: int, rate: float, runs: Path, place: World = ALONE) -> dict[str, Any]:
    """Go on from a seed's model in one way, unless that is done already; return what was found.

    The test set is not looked at here: learning rates are still to be chosen.
    """
    path = runs / f"{way}-{rate:g}-seed{seed}.safetensors"
    kept = path.with_suffix(".json")
    if not kept.exists():
        start = before(seed, runs, place)
        started, metadata = checkpoint.load(start)
        task, vocabs = get_task(TASK), (metadata.source_vocab, metadata.target_vocab)
        state = TrainingState.new(TASK, metadata.config, recipe_of(way, seed, rate), started.state_dict())
        found = go_on(state, metadata, task.held_out("dev", DEV), place)
        line = f"{command(state, f'rewarded-{way}', {})} --start-from {start}"
        checkpoint.save(path, state.model, describe(state, task, vocabs, (f"rewarded-{way}", f"Rewarded: {way}"), line))
        write_whole(kept, json.dumps(found))
        print(f"went on by {path.stem}: dev {found['dev'][0]['per']:.2%} → {found['dev'][-1]['per']:.2%}", flush=True)
    return json.loads(kept.read_text(encoding="utf-8"))


def counted(path: Path, place: World = ALONE) -> dict[str, Any]:
    """Return what a finished model scores on the test set, and how its drawn outputs spread; kept once measured."""
    kept = path.with_suffix(".test.json")
    if not kept.exists():
        model, metadata = checkpoint.load(path)
        model.to(place.device)
        found = error_row(model, metadata, get_task(TASK).held_out("test")) | spread(model, metadata)
        write_whole(kept, json.dumps(found))
    return json.loads(kept.read_text(encoding="utf-8"))


def tried_rate(way: str, rate: float, seed: int, runs: Path, place: World = ALONE) -> dict[str, float]:
    """Return the phone error rate on the development set that a learning rate ends with."""
    return {"rate": rate, "per": run(way, seed, rate, runs, place)["dev"][-1]["per"]}
