"""What a checkpoint says of a run of the training command."""

import os
import platform
from functools import lru_cache

import torch

from core.checkpoint import Metadata
from core.tasks import Sentences, Task
from core.training.encoding import Vocabs
from core.training.state import TrainingState


def description(
    state: TrainingState, task: Task, vocabs: Vocabs, *, name: str, title: str, command: str, threads: int
) -> Metadata:
    """Say what the model of a run is and how it came about."""
    source_vocab, target_vocab = vocabs
    device = state.model.device
    worker = torch.cuda.get_device_name(device) if device.type == "cuda" else f"{threads} threads"
    return Metadata(
        name=name,
        title=title,
        task=state.task,
        config=state.model.config,
        source_symbols=source_vocab.symbols,
        target_symbols=target_vocab.symbols,
        training={
            "command": command,
            "seed": state.recipe.seed,
            "steps": state.step,
            "data": task.data_version(),
            "seconds": round(state.seconds),
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, torch {torch.__version__}, {worker}",
            "parameters": sum(parameter.numel() for parameter in state.model.parameters()),
            "longest_source": longest_source(state, task),
            **state.recipe.masks_off(),
        },
        piece_scores=piece_scores(task),
    )


def piece_scores(task: Task) -> tuple[float | None, ...]:
    """Return a score for each symbol that is a piece of text, where tokens are subwords."""
    if not isinstance(task, Sentences):
        return ()
    scores = dict(zip(task.subwords.pieces, task.subwords.scores, strict=True))
    return tuple(map(scores.get, task.source_symbols()))


def longest_source(state: TrainingState, task: Task) -> int:
    """Return how many tokens the longest source had that the run has read."""
    if isinstance(task, Sentences):  # a few epochs come past every pair
        return longest_sentence(task)
    epochs = range(state.epoch + 1)
    return max(len(task.source_tokens(x.source)) for i in epochs for x in task.training_pairs(state.recipe.seed, i))


@lru_cache(maxsize=2)
def longest_sentence(task: Sentences) -> int:
    """Return how many tokens the longest source of all pairs has; the command asks whenever it writes the model."""
    return max(len(task.source_tokens(x.source)) for found in task.training.values() for x in found)
