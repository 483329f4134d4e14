"""Small models, trained within a command, with a record of how."""

import os
import platform
from dataclasses import fields
from typing import Any

import torch

from core import checkpoint
from core.tasks import Task
from core.training.encoding import Vocabs
from core.training.recipe import Recipe
from core.training.state import TrainingState


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
            **state.recipe.masks_off(),
        },
    )  # fmt: skip
