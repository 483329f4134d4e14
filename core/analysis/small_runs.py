"""What small experiments share: a model trained within a command, described and scored."""

import os
import platform
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import torch

from core import checkpoint
from core.analysis.evaluate import BATCH
from core.decoding import decode_batch
from core.model import Transformer
from core.tasks import Example, Task
from core.tasks.edit_distance import ErrorRates, error_rates
from core.training.batches import pad
from core.training.recipe import Recipe
from core.training.state import TrainingState
from core.vocab import Vocabulary

Vocabs = tuple[Vocabulary, Vocabulary]


def vocabularies(task: Task) -> Vocabs:
    """Return what a task reads and what it writes."""
    return Vocabulary(task.source_symbols()), Vocabulary(task.target_symbols())


def encoded(task: Task, vocabs: Vocabs, example: Example) -> tuple[list[int], list[int]]:
    """Return an example as token ids."""
    return (
        vocabs[0].encode(task.source_tokens(example.source)),
        vocabs[1].encode(task.target_tokens(example.target)),
    )


def scored(model: Transformer, task: Task, vocabs: Vocabs, examples: Sequence[Example]) -> ErrorRates:
    """Decode examples greedily and count wrong outputs and wrong tokens, to the closest reference of each."""
    ordered = sorted(examples, key=lambda x: len(x.source))
    pairs = []
    for start in range(0, len(ordered), BATCH):
        batch = ordered[start : start + BATCH]
        written = decode_batch(model, pad([encoded(task, vocabs, x)[0] for x in batch]))
        for example, ids in zip(batch, written, strict=True):
            pairs.append((vocabs[1].decode(ids), [task.target_tokens(one) for one in example.references]))
    return error_rates(pairs)


def command(state: TrainingState, name: str, sizes: dict[str, Any]) -> str:
    """Return the training command that makes the same model; `sizes` are the options of its configuration."""
    usual = Recipe()
    asked = sizes | {
        field.name: getattr(state.recipe, field.name)
        for field in fields(Recipe)
        if field.name != "seed" and getattr(state.recipe, field.name) != getattr(usual, field.name)
    }
    told = " ".join(
        f"--{'' if value is not False else 'no-'}{option.replace('_', '-')}{'' if value is False else f' {value}'}"
        for option, value in asked.items()
    )
    return f"python -m core.training --task {state.task} --name {name} --seed {state.recipe.seed} --threads 1 {told}"


def describe(state: TrainingState, task: Task, vocabs: Vocabs, named: tuple[str, str], ran: str) -> checkpoint.Metadata:
    """Say what a trained model is, `named` (name, title), and how it came about: by the command that `ran`."""
    pairs = task.training_pairs(state.recipe.seed, 0)
    return checkpoint.Metadata(
        name=named[0], title=named[1], task=state.task, config=state.model.config,
        source_symbols=vocabs[0].symbols, target_symbols=vocabs[1].symbols,
        training={
            "command": ran, "seed": state.recipe.seed, "steps": state.step,
            "data": task.data_version(), "seconds": round(state.seconds),
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, torch {torch.__version__}, 1 threads",
            "parameters": sum(parameter.numel() for parameter in state.model.parameters()),
            "longest_source": max(len(task.source_tokens(x.source)) for x in pairs),
        },
    )  # fmt: skip
