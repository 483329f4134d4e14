"""Measure what the causal mask keeps out, on held-out examples.

    python -m core.experiments.causal_mask dates spelling small --write

Two experiments. The mask taken from models that were trained with it: how far a later token moves earlier positions,
and what becomes of the answers. And a model trained without it, by the recipe of the small models: the token that it
shall predict is among those that it reads.
"""

import argparse
import random
from collections.abc import Sequence
from statistics import fmean
from typing import Any

import torch
from tqdm import tqdm

from core import checkpoint
from core.analysis.masks.leak import leak_test
from core.checkpoint import Metadata
from core.evaluation.evidence import fingerprints_of, write_evidence
from core.evaluation.exact_match import exact_match
from core.evaluation.held_out import held_out_examples
from core.evaluation.loaded_model import load_model
from core.model import Transformer
from core.paths import checkpoint_path
from core.switches import Switches, full_pass
from core.tasks import Example, Task, get_task
from core.training.loop import train
from core.training.recipe import Recipe
from core.training.state import TrainingState
from core.vocab import BEGIN, END, SPECIALS

LIKE = "small"
RECIPE: dict[str, Any] = {"batch_tokens": 3000, "learning_rate": 2e-3, "warmup": 300, "label_smoothing": 0.0, "seed": 1}
STEPS = 1200


def other_place(rng: random.Random, read: Sequence[int], vocab_size: int) -> tuple[int, int]:
    """Draw a position after the first and an ordinary symbol that does not stand there."""
    place = rng.randrange(1, len(read))
    symbols = [symbol for symbol in range(len(SPECIALS), vocab_size) if symbol != read[place]]
    return place, rng.choice(symbols)


def measure(
    model: Transformer, about: Metadata, task: Task, examples: Sequence[Example], causal: bool
) -> dict[str, float]:
    """Measure with the causal mask on or off, the same tokens changed in the same places every time.

    `move`, `divergence`: means over the examples of the mean over the positions before the changed one (the largest
    change of any logit, and KL in nats). `fed_tokens`, `fed`: with the reference fed, the share of tokens and of whole
    targets that are right; `free`: of whole targets when the model reads what it wrote.
    """
    switches, rng = Switches(causal=causal), random.Random(0)
    moves, divergences, right = [], [], []
    for example in tqdm(examples, desc=f"{about.name}, causal mask {'on' if causal else 'off'}", leave=False):
        source = torch.tensor(about.source_vocab.encode(task.source_tokens(example.source)))
        target = about.target_vocab.encode(task.target_tokens(example.target))
        read = torch.tensor([BEGIN, *target])
        place, token = other_place(rng, read.tolist(), len(about.target_vocab))
        found = leak_test(model, source, read, place, token, switches)
        moves.append(found.logits[:place].mean().item())
        divergences.append(found.divergence[:place].mean().item())
        with torch.inference_mode():
            predicted = full_pass(model, source[None], read[None], switches)[0].argmax(-1)
        right.append((predicted == torch.tensor([*target, END])).tolist())
    free = exact_match(model, task, about.source_vocab, about.target_vocab, examples, switches).total
    return {
        "move": fmean(moves), "divergence": fmean(divergences),
        "fed_tokens": fmean(token for row in right for token in row), "fed": fmean(all(row) for row in right),
        "free": free,
    }  # fmt: skip


def trained_without(about: Metadata, steps: int) -> Transformer:
    """Train a model of the same sizes without the causal mask."""
    warmup = min(RECIPE["warmup"], max(1, steps // 4))
    recipe = Recipe(**RECIPE | {"steps": steps, "warmup": warmup}, causal_mask=False)
    state = TrainingState.new(about.task, about.config, recipe)
    for _ in tqdm(train(state, get_task(about.task), about.source_vocab, about.target_vocab), total=steps):
        pass
    return state.averaged_model().requires_grad_(False)


def row(name: str, title: str, trained: str, causal: bool, found: dict[str, float]) -> dict[str, Any]:
    """Return a row of the table."""
    numbers = {key: round(value, 6) for key, value in found.items()}
    return {"model": name, "title": title, "trained": trained, "causal": causal, **numbers}


def report(each: dict[str, Any]) -> None:
    """Print a row of the table."""
    print(
        f"{each['title']:26} trained {each['trained']:8} mask {'on' if each['causal'] else 'off':3} "
        f"earlier logits move {each['move']:9.6f}, KL {each['divergence']:9.6f} nats; reference fed: "
        f"{each['fed_tokens']:7.2%} of tokens, {each['fed']:7.2%} of targets; free-running {each['free']:7.2%}",
        flush=True,
    )


def main() -> None:
    """Print the table and, with --write, keep it in assets/evidence."""
    parser = argparse.ArgumentParser(prog="python -m core.experiments.causal_mask", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="+", help="models in assets/checkpoints")
    parser.add_argument("--examples", type=int, default=500, help="held-out test examples of each model's task")
    parser.add_argument("--steps", type=int, default=STEPS, help="of the model trained without the mask; 0: none")
    parser.add_argument("--write", action="store_true", help="keep the table")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    rows = []

    def add(model: Transformer, about: Metadata, task: Task, trained: str, switches: Sequence[bool]) -> None:
        examples = held_out_examples(task, options.examples)
        for causal in switches:
            found = measure(model, about, task, examples, causal)
            rows.append(row(about.name, about.title, trained, causal, found) | {"examples": len(examples)})
            report(rows[-1])

    for name in options.names:
        loaded = load_model(name)
        add(loaded.model, loaded.metadata, loaded.task, "with", (True, False))
    if options.steps:
        about = checkpoint.read_metadata(checkpoint_path(LIKE))
        add(trained_without(about, options.steps), about, get_task(about.task), "without", (False, True))
    if options.write:
        command = f"python -m core.experiments.causal_mask {' '.join(options.names)}"
        command += "" if options.examples == 500 else f" --examples {options.examples}"
        found = {"steps": options.steps, "rows": rows}
        write_evidence("causal-mask", command, fingerprints_of(options.names), found)


if __name__ == "__main__":
    main()
