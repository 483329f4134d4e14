"""How tokens come in and go out: the root of D, the order of an encoding's dimensions, and the final states."""

from copy import deepcopy
from dataclasses import replace

import torch
from torch import Tensor

from core.model import Transformer
from core.positions import FORMULAS
from core.switches import Switches, run_decoder, run_encoder


def unscaled(model: Transformer) -> Transformer:
    """Return a model of the same weights that reads its embeddings as they stand in their tables, not × √D."""
    built = Transformer(replace(model.config, scale_embedding=False)).to(model.output_bias.dtype)
    built.load_state_dict(model.state_dict())
    for kept, side in ((model.source_position, built.source_position), (model.target_position, built.target_position)):
        if kept.kind in FORMULAS:  # a buffer that no checkpoint holds, since the formula makes it
            side.table = kept.table
    return built.eval().requires_grad_(False)


def halves_order(width: int) -> Tensor:
    """Return which dimension of an interleaved encoding stands where in halves: all sines, then all cosines.

    Shapes: → [D], for an even D
    """
    return torch.cat((torch.arange(0, width, 2), torch.arange(1, width, 2)))


@torch.no_grad()
def in_halves(model: Transformer) -> Transformer:
    """Return a model of the same weights whose encodings have their dimensions in halves.

    Raises: ValueError if it has no positions.
    """
    if model.config.position == "none":
        raise ValueError("a model without positions has no encodings to reorder")
    built, order = deepcopy(model), halves_order(model.config.d_model)
    for side in (built.source_position, built.target_position):
        side.table.copy_(side.table[:, order])
    return built


@torch.inference_mode()
def final_states(model: Transformer, source: Tensor, read: Tensor, switches: Switches) -> Tensor:
    """Return what the output layer reads of each position. Shapes: source [B,S], read [B,T] → [B,T,D]"""
    tap = switches.tap()
    return run_decoder(model, source, read, run_encoder(model, source, switches, tap), switches, tap)
