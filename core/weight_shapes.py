"""Whether a file's weights are of the shapes that its configuration names, found out before room is made for them."""

from collections.abc import Mapping
from functools import lru_cache

from core.config import ModelConfig
from core.model import Transformer
from core.sentences import Refusal, Sentence

LONGEST = 4096  # tokens: positions may be computed, so the stored weights do not bound how many a file asks for


class CheckpointError(Refusal):
    """Say why a file is not a checkpoint of ours."""


def shapes_in(model: Transformer) -> dict[str, tuple[int, ...]]:
    """Return the shapes of a model's weights, by name."""
    return {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}


@lru_cache(maxsize=64)
def shapes_of(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the weights that a model of this configuration has."""
    return shapes_in(Transformer(config))


def compare_all_shapes(expected: dict[str, tuple[int, ...]], found: dict[str, tuple[int, ...]]) -> None:
    """Check that the weights found are those expected, and no others.

    Raises: CheckpointError naming the first that is not.
    """
    compare_shapes(expected | dict.fromkeys(found.keys() - expected.keys()), found)


def compare_shapes(expected: Mapping[str, tuple[int, ...] | None], found: dict[str, tuple[int, ...]]) -> None:
    """Check that the weights expected are found, each in its shape.

    Raises: CheckpointError naming the first that is not.
    """
    odd = sorted(name for name, shape in expected.items() if found.get(name) != shape)
    if odd:
        name = odd[0]
        nothing = Sentence("refusal.nothing")
        raise CheckpointError(
            "refusal.weights_misfit", count=len(odd), first=name, expected=expected[name] or nothing,
            found=found.get(name, nothing),
        )  # fmt: skip


def telling_shapes(config: ModelConfig, count: int) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the few weights that give away every size, to be checked before room is made for all.

    Raises: CheckpointError if the configuration asks for more than a file of `count` weights can hold.
    """
    layers = {"encoder": config.num_encoder_layers, "decoder": config.num_decoder_layers}
    if sum(layers.values()) > count:
        raise CheckpointError("refusal.few_weights", count=count)
    longest = max(config.max_source_len, config.max_target_len)
    if longest > LONGEST:
        raise CheckpointError("refusal.long_model", most=LONGEST, got=longest)
    shapes: dict[str, tuple[int, ...]] = {"source_embedding.weight": (config.source_vocab_size, config.d_model)}
    if config.tying != "all":
        shapes["target_embedding.weight"] = (config.target_vocab_size, config.d_model)
    for side, number in layers.items():
        for layer in range(number):
            shapes[f"{side}.{layer}.ffn.in_proj.weight"] = (config.d_ff, config.d_model)
            shapes[f"{side}.{layer}.self_attn.q_proj.weight"] = (config.num_heads * config.d_head, config.d_model)
    return shapes
