"""The shipped models: loaded once, shared by all visitors, never changed."""

import gc
import os
from functools import cache
from pathlib import Path

import torch

from core import checkpoint
from core.checkpoint import Metadata
from core.model import Transformer

CHECKPOINTS = Path(os.environ.get("SEQ2SEE_CHECKPOINTS", Path(__file__).parents[2] / "assets" / "checkpoints"))
FIRST = "dates"


@cache
def catalogue() -> dict[str, Metadata]:
    """Return the metadata of every model in the folder, the default first, then wide models before narrow ones.

    Raises: FileNotFoundError if there is none.
    """
    found = {path.stem: checkpoint.read_metadata(path) for path in CHECKPOINTS.glob("*.safetensors")}
    if not found:
        raise FileNotFoundError(f"there is no model (*.safetensors) in {CHECKPOINTS}")
    return dict(sorted(found.items(), key=lambda item: (item[0] != FIRST, -item[1].config.d_model, item[0])))


def siblings(name: str) -> dict[str, Metadata]:
    """Return the other models of the same task, sizes and number of steps: those that differ in a part alone."""

    def recipe(metadata: Metadata) -> tuple[object, ...]:
        config = metadata.config
        sizes = config.d_model, config.d_ff, config.num_encoder_layers, config.num_decoder_layers
        return metadata.task, *sizes, metadata.training.get("steps")

    mine = recipe(catalogue()[name])
    return {other: metadata for other, metadata in catalogue().items() if other != name and recipe(metadata) == mine}


def default_model() -> str:
    """Return the name of the model that a first visit shows."""
    return next(iter(catalogue()))


@cache
def model(name: str) -> Transformer:
    """Load a model, ready to run.

    Raises: CheckpointError if the file cannot be used.
    """
    prepare_process()
    loaded, _ = checkpoint.load(CHECKPOINTS / f"{name}.safetensors")
    return loaded


@cache
def prepare_process() -> None:
    """Fit this process to many short runs: one thread each, and no garbage sought among what lives for ever."""
    torch.set_num_threads(1)
    gc.freeze()
