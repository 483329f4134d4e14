"""Costs of parts against torch's own counts: of parameters, and of the operations of a real pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from core.analysis.block.part_costs import part_costs
from core.model import Transformer
from core.taps import VisitedTap
from tests.core import tiny
from tests.core.runs import dates_run
from tests.core.tiny import VARIANTS, ids

MODELS = {**VARIANTS, "length": {"decoder": "length"}, "end": {"decoder": "end", "position": "learned"}}


def counted(built: Transformer, source_len: int, target_len: int) -> int:
    """Let torch count the operations of a pass, two for each multiply–accumulate."""
    source, read = ids(source_len), ids(target_len)
    with FlopCounterMode(display=False) as counter:
        if built.config.decoder == "length":
            built.with_length(source, read, VisitedTap([]))
        else:
            built(source, read, tap=VisitedTap([]))
    return counter.get_total_flops()


def additive_scores(built: Transformer, source_len: int, target_len: int) -> int:
    """Count what torch does not: an additive score is no product of matrices, but multiplies and adds as one does."""
    if built.config.score != "additive":
        return 0
    encoder = built.config.num_encoder_layers * source_len**2
    decoder = built.config.num_decoder_layers * (target_len**2 + target_len * source_len)
    return (encoder + decoder) * built.config.num_heads * built.config.d_head


@pytest.mark.parametrize("changes", MODELS.values(), ids=MODELS.keys())
@pytest.mark.parametrize("lengths", ((6, 5), (1, 1), (9, 7)), ids=str)
def test_the_sums_are_torchs(changes: dict, lengths: tuple[int, int]) -> None:
    built = tiny.model(**changes)
    costs = part_costs(built.config, *lengths)
    assert sum(cost.parameters for cost in costs) == sum(parameter.numel() for parameter in built.parameters())
    assert 2 * (sum(cost.macs for cost in costs) - additive_scores(built, *lengths)) == counted(built, *lengths)


@pytest.mark.parametrize("changes", MODELS.values(), ids=MODELS.keys())
def test_every_part_has_the_parameters_of_its_module(changes: dict) -> None:
    """Go by the names of the parameters; each is counted under the part that its name begins with."""
    built = tiny.model(**changes)
    costs = {cost.part: cost.parameters for cost in part_costs(built.config, 4, 3)}
    owners = {"encoder_norm": "encoder.final_norm", "decoder_norm": "decoder.final_norm", "output_bias": "output"}
    found = dict.fromkeys(costs, 0)
    for name, parameter in built.named_parameters():
        pieces = name.split(".")
        part = ".".join(pieces[:3]) if pieces[0] in ("encoder", "decoder") else pieces[0]
        found[owners.get(part, part)] += parameter.numel()
    assert found == costs


@given(st.integers(1, 30), st.integers(1, 30), st.sampled_from(sorted(MODELS)))
def test_pairs_grow_with_the_square_and_the_rest_with_the_length(source_len: int, target_len: int, name: str) -> None:
    config = tiny.config(**MODELS[name])
    one, two = (part_costs(config, k * source_len, k * target_len) for k in (1, 2))
    for cost, doubled in zip(one, two, strict=True):
        assert doubled.pairwise == 4 * cost.pairwise and doubled.parameters == cost.parameters
        linear = cost.macs - cost.pairwise
        assert doubled.macs - doubled.pairwise == (linear if cost.part == "length_head" else 2 * linear)


def test_lengths_that_are_none() -> None:
    for lengths in ((0, 1), (1, 0)):
        with pytest.raises(ValueError, match="got {} and {}".format(*lengths)):
            part_costs(tiny.config(), *lengths)


def test_the_shipped_model() -> None:
    built, trace, about = dates_run()
    costs = part_costs(built.config, 14, 11)
    assert sum(cost.parameters for cost in costs) == about.training["parameters"]
    with FlopCounterMode(display=False) as counter:
        built(trace.source[None], trace.read()[None], tap=VisitedTap([]))
    assert 2 * sum(cost.macs for cost in costs) == counter.get_total_flops()
