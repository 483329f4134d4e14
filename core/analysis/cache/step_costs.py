"""The multiplications of one step of a decode: with keys and values kept, and with a pass over everything again."""

from dataclasses import dataclass

from core.analysis.block.part_costs import PartCost, layer_costs, memory_costs, output_cost
from core.config import ModelConfig

PARTS = ("encoder", "self_projections", "self_pairs", "memory", "cross_projections", "cross_pairs", "ffn", "output")


@dataclass(frozen=True)
class StepCost:
    """Count the multiply–accumulates of one part of a step, over all layers, as `part_costs` counts them.

    `cached` is with the cache; `recomputed` is one pass of encoder and decoder over all that was read so far.
    """

    part: str
    cached: int
    recomputed: int


def step_costs(config: ModelConfig, source_len: int, step: int) -> tuple[StepCost, ...]:
    """List the costs of the step that reads its `step`-th token, the first being 1, in the order of the run.

    With the cache only this token passes through the decoder: it makes one query, key and value in each layer, and is
    compared with all keys. What the encoder and the keys and values of the memory cost is spent before the first step.

    Raises: ValueError if a length is not positive, or if the model does not write step by step.
    """
    if not config.autoregressive:
        raise ValueError(f"only an autoregressive model has steps, this one has decoder={config.decoder!r}")
    if source_len < 1 or step < 1:
        raise ValueError(f"a source has 1 or more tokens and steps count from 1, got {source_len} and {step}")
    width, inner = config.d_model, config.num_heads * config.d_head
    layers, project = config.num_decoder_layers, width * inner
    cost = {
        "self_projections": (4 * project, 4 * project * step),
        "self_pairs": (2 * step * inner, 2 * step**2 * inner),
        "memory": (0, 2 * source_len * project),
        "cross_projections": (2 * project, 2 * project * step),
        "cross_pairs": (2 * source_len * inner, 2 * source_len * inner * step),
        "ffn": (2 * width * config.d_ff, 2 * width * config.d_ff * step),
    }
    found = {part: StepCost(part, layers * cached, layers * again) for part, (cached, again) in cost.items()}
    found["encoder"] = StepCost("encoder", 0, encoder_macs(config, source_len))
    found["output"] = StepCost("output", output_cost(config, 1).macs, output_cost(config, step).macs)
    return tuple(found[part] for part in PARTS)


def encoder_macs(config: ModelConfig, source_len: int) -> int:
    """Count what the encoder multiplies, up to the memory that each decoder layer reads."""
    return macs((*layer_costs(config, "encoder", source_len, source_len), *memory_costs(config, source_len)))


def macs(parts: tuple[PartCost, ...]) -> int:
    """Add up the multiplications of parts."""
    return sum(part.macs for part in parts)


def cost_before_first(config: ModelConfig, source_len: int) -> int:
    """Count what is spent once, before the first step: the encoder, and the keys and values of the memory.

    Raises: ValueError as `step_costs` does.
    """
    return sum(cost.recomputed for cost in step_costs(config, source_len, 1) if cost.part in ("encoder", "memory"))


def totals(costs: tuple[StepCost, ...]) -> tuple[int, int]:
    """Return the multiplications of a whole step, with the cache and without."""
    return sum(cost.cached for cost in costs), sum(cost.recomputed for cost in costs)
