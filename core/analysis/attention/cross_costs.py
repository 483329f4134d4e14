"""The cost of cross-attention in a decode, with the keys and values of the memory kept, and with nothing kept."""

from dataclasses import dataclass

from core.config import ModelConfig


@dataclass(frozen=True)
class CrossCost:
    """Count one product of cross-attention over all decoder layers of a decode.

    `made` is how many vectors (or rows of pairs) are computed with keys, values and earlier rows kept, `made_anew`
    with nothing kept; `macs` and `macs_anew` are the multiplications of both.
    """

    part: str
    made: int
    made_anew: int
    macs: int
    macs_anew: int


def cross_costs(config: ModelConfig, source_len: int, steps: int) -> tuple[CrossCost, ...]:
    """List the products of cross-attention in a decode of so many steps.

    Keys and values depend on the memory alone: kept, they are made once for each source token. A query depends on what
    the decoder has read: one a step. With nothing kept, step t makes all keys and values and t queries again.

    Raises: ValueError if the source has no token, or there is less than no step.
    """
    if source_len < 1 or steps < 0:
        raise ValueError(f"a decode has a source and 0 or more steps, got {source_len} tokens and {steps} steps")
    layers, inner = config.num_decoder_layers, config.num_heads * config.d_head
    project, rows = config.d_model * inner, steps * (steps + 1) // 2

    def cost(part: str, kept: int, anew: int, each: int) -> CrossCost:
        return CrossCost(part, layers * kept, layers * anew, layers * kept * each, layers * anew * each)

    return (
        cost("keys", source_len, steps * source_len, project),
        cost("values", source_len, steps * source_len, project),
        cost("queries", steps, rows, project),
        cost("scores", steps, rows, source_len * inner),
        cost("sums", steps, rows, source_len * inner),
        cost("output", steps, rows, project),
    )
