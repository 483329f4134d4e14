"""Their weights by the names of ours, and the other way round."""

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.config import ModelConfig
from core.interop.huggingface.families import LEARNED_OFFSET, RULES, Described, describe
from core.interop.huggingface.folder import Weights, find, read_json
from core.model import Transformer
from core.weight_shapes import compare_all_shapes, shapes_in

LONGEST = 64  # tokens of a source and of a target that a model is opened for, unless another number is asked for

# Ours → theirs, inside a layer.
PARTS = {
    "self_attn_add_norm.norm.layer_norm": "self_attn_layer_norm",
    "cross_attn_add_norm.norm.layer_norm": "encoder_attn_layer_norm",
    "ffn_add_norm.norm.layer_norm": "final_layer_norm",
    "self_attn": "self_attn",
    "cross_attn": "encoder_attn",
    "ffn.in_proj": "fc1",
    "ffn.out_proj": "fc2",
}
# And outside of the layers.
STACKS = {
    "encoder_norm.layer_norm": "model.encoder.layer_norm",
    "decoder_norm.layer_norm": "model.decoder.layer_norm",
    "source_embedding_norm.layer_norm": "model.encoder.layernorm_embedding",
    "target_embedding_norm.layer_norm": "model.decoder.layernorm_embedding",
}
SOURCE, TARGET = "model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight"
SHARED, OUTPUT, BIAS = "model.shared.weight", "lm_head.weight", "final_logits_bias"


def their_name(name: str) -> str | None:
    """Return their name of a weight of ours that is theirs as it is; None for tables, which are ordered anew."""
    part, _, kind = name.rpartition(".")
    if part in STACKS:
        return f"{STACKS[part]}.{kind}"
    side, number, inside = [*part.split(".", 2), "", ""][:3]
    if side not in ("encoder", "decoder") or not number.isdigit():
        return None
    ours = next((ours for ours in PARTS if inside == ours or inside.startswith(f"{ours}.")), None)
    return None if ours is None else f"model.{side}.layers.{number}.{PARTS[ours]}{inside[len(ours) :]}.{kind}"


def tables(weights: Weights, about: Described) -> Iterator[tuple[str, Tensor]]:
    """Yield the weights that have a row for each token or position, by our names."""
    config, tied = about.config, about.config.tying
    source = (SHARED, SOURCE, TARGET, OUTPUT) if tied == "all" else (SOURCE, SHARED)
    target = source if tied == "all" else (TARGET, OUTPUT, SHARED) if tied == "target" else (TARGET, SHARED)
    yield "source_embedding.weight", about.source.rows(weights(*source))
    if tied != "all":
        yield "target_embedding.weight", about.target.rows(weights(*target))
    if tied == "none":
        yield "output.weight", about.target.rows(weights(OUTPUT))
    size = max(number for number in about.target.theirs if number is not None) + 1
    yield "output_bias", about.target.bias(weights(BIAS)[0] if BIAS in weights else torch.zeros(size))
    if config.position == "learned":
        for ours, theirs, length in (
            ("source", "encoder", config.max_source_len), ("target", "decoder", config.max_target_len)
        ):  # fmt: skip
            table = weights(f"model.{theirs}.embed_positions.weight")
            yield f"{ours}_position.table", table[LEARNED_OFFSET : LEARNED_OFFSET + length]


def load_weights(
    name: str | PathLike[str], *, longest: int = LONGEST, unknown: int | None = None, **changes: object
) -> tuple[Transformer, Described]:
    """Read a model of theirs, in float32, ready to run and frozen, and how its tokens are numbered here.

    `unknown` is their id of an unknown token; `changes` go over their configuration, such as
    `forced_bos_token_id=…`. It reads and writes up to `longest` tokens.

    Raises: Refusal if it cannot be read, or is of a kind that this Transformer cannot express.
    """
    folder = find(name)
    about = describe(read_configuration(folder) | changes, longest, unknown)
    weights = Weights(folder)
    with torch.device("meta"):
        model = Transformer(about.config)
    with weights.stack:
        found = {name: weights(theirs) for name in shapes_in(model) if (theirs := their_name(name)) is not None}
        found |= dict(tables(weights, about))
    weights.check_layers()
    check(model, found)
    return assembled(about.config, found), about


def read_configuration(folder: Path) -> dict[str, Any]:
    """Read config.json, with what generation_config.json says over it; where that is there, it alone has the rules.

    Raises: Refusal if a file cannot be read.
    """
    theirs, rules = read_json(folder, "config.json"), read_json(folder, "generation_config.json", needed=False)
    if rules:
        theirs = {name: value for name, value in theirs.items() if name not in RULES}
    return theirs | {name: value for name, value in rules.items() if value is not None}


def check(model: Transformer, found: dict[str, Tensor]) -> None:
    """Check that the weights found fit the configuration.

    Raises: CheckpointError naming the first that does not.
    """
    compare_all_shapes(shapes_in(model), {name: tuple(tensor.shape) for name, tensor in found.items()})


def assembled(config: ModelConfig, found: dict[str, Tensor]) -> Transformer:
    """Return a model of these weights, frozen."""
    model = Transformer(config)
    model.load_state_dict(found, strict=False)
    return model.eval().requires_grad_(False)
