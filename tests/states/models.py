"""Lay out a folder of models: those that ship, and tiny ones whose weights are degenerate in every way."""

from dataclasses import replace
from pathlib import Path

import torch

from core import checkpoint, paths
from core.checkpoint import Metadata
from core.config import ModelConfig
from core.model import Transformer
from core.tasks import Task, get_task
from core.vocab import SPECIALS

SHIPPED = paths.ASSETS / "checkpoints"
TASKS = "dates", "spelling", "reverse"
TINY = {
    "d_model": 16, "d_ff": 16, "num_heads": 2, "num_encoder_layers": 2, "num_decoder_layers": 2, "max_target_len": 8,
}  # fmt: skip
# What is done to each weight of a model, by what the model is called.
DEGENERATE = {
    "zero": torch.zeros_like,
    "equal": lambda weight: torch.full_like(weight, 0.25),
    "huge": lambda weight: weight * 1e4,
    "vast": lambda weight: weight * 1e30,
    "void": lambda weight: torch.full_like(weight, torch.nan),
    "endless": lambda weight: torch.full_like(weight, torch.inf),
}
# How the tiny models are built beside the usual way; each is made degenerate in turn.
BUILT = {
    "plain": {},
    "relu": {"normalizer": "relu", "score": "additive"},
    "sigmoid": {"normalizer": "sigmoid", "score": "dot", "norm_order": "pre", "final_norm": True},
    "bare": {"layer_norm": False, "residual": False, "position": "none"},
    "learned": {"position": "learned", "wiring": "mixed"},
    "length": {"decoder": "length"},
    "end": {"decoder": "end"},
}


def tiny(task: Task, seed: int = 0, **changes) -> tuple[Transformer, Metadata]:
    """Build a tiny model of a task, as it is before any training, with what it says of itself."""
    symbols = tuple(task.source_symbols()), tuple(task.target_symbols())
    sizes = [len(SPECIALS) + len(some) for some in symbols]
    config = ModelConfig(
        source_vocab_size=sizes[0], target_vocab_size=sizes[1], max_source_len=64, **{**TINY, **changes}
    )
    model = Transformer(config, torch.Generator().manual_seed(seed))
    about = Metadata(
        name="tiny", title="Tiny", task=task.name, config=config, source_symbols=symbols[0], target_symbols=symbols[1],
        training={"steps": 1},
    )  # fmt: skip
    return model, about


def lay_out(folder: Path) -> None:
    """Fill a folder with the models that ship and with degenerate ones."""
    for path in SHIPPED.glob("*.safetensors"):
        (folder / path.name).symlink_to(path)
    for place, (way, change) in enumerate(DEGENERATE.items()):
        for number, (built, changes) in enumerate(BUILT.items()):
            task = get_task(TASKS[(place + number) % len(TASKS)])
            model, about = tiny(task, **changes)
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter.copy_(change(parameter))
            name = f"{way}-{built}"
            checkpoint.save(
                folder / f"{name}.safetensors",
                model,
                replace(about, name=name, title=f"Tiny, {way}, {built}"),
                torch.float32,
            )
