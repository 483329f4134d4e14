"""What a step multiplies, against torch's own count of a real step, and against every projection that it calls."""

import pytest
import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from core.analysis.block.part_costs import part_costs
from core.analysis.cache.step_costs import PARTS, cost_before_first, step_costs, totals
from core.decoding import Session
from core.model import Transformer
from core.modules import Module
from core.switches import Switches, full_pass, run_encoder
from core.taps import Recorder
from tests.core import tiny
from tests.core.runs import dates_run
from tests.core.tiny import VARIANTS, ids

PLAIN = Switches()
LENGTHS = ((6, 5), (1, 1), (9, 7))
variants = pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS.keys())


def flops(work) -> int:
    """Let torch count the operations of something, two for each multiply–accumulate."""
    with FlopCounterMode(display=False) as counter:
        work()
    return counter.get_total_flops()


def additive(built: Transformer, source_len: int, queries: int, keys: int, encoded: bool) -> int:
    """Count what torch does not: an additive score is no product of matrices, but multiplies and adds as one does."""
    config = built.config
    if config.score != "additive":
        return 0
    encoder = encoded * config.num_encoder_layers * source_len**2
    decoder = config.num_decoder_layers * (queries * keys + queries * source_len)
    return 2 * (encoder + decoder) * config.num_heads * config.d_head


@variants
@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
def test_the_sums_are_torchs_at_every_step(changes: dict, lengths: tuple[int, int]) -> None:
    """A session that records takes the explicit path, whose products torch counts; so does a pass with a recorder."""
    built, (source_len, steps) = tiny.model(**changes), lengths
    source, read = ids(source_len), ids(steps)
    session = Session(built, source, PLAIN)
    for step in range(1, steps + 1):
        cached, recomputed = totals(step_costs(built.config, source_len, step))
        newest, so_far = read[:, step - 1], read[:, :step]
        own = additive(built, source_len, 1, step, encoded=False)
        assert 2 * cached - own == flops(lambda newest=newest: session.advance(newest))
        whole = additive(built, source_len, step, step, encoded=True)
        assert 2 * recomputed - whole == flops(
            lambda so_far=so_far: full_pass(built, source, so_far, PLAIN, Recorder())
        )


@variants
def test_all_that_is_recomputed_is_one_pass_part_by_part(changes: dict) -> None:
    config = tiny.config(**changes)
    costs = {cost.part: cost.recomputed for cost in step_costs(config, 6, 5)}
    assert tuple(costs) == PARTS
    assert sum(costs.values()) == sum(part.macs for part in part_costs(config, 6, 5))
    pairs = sum(p.pairwise for p in part_costs(config, 6, 5) if p.part.startswith("decoder"))
    assert costs["self_pairs"] + costs["cross_pairs"] == pairs


class Counting(Module):
    """Do what a projection does, and count its multiplications."""

    def __init__(self, inner: Module) -> None:
        super().__init__()
        self.inner, self.macs = inner, 0

    def forward(self, x: Tensor) -> Tensor:
        self.macs += x.numel() * self.inner.out_features
        return self.inner(x)


def test_every_part_is_what_its_own_projections_multiply() -> None:
    """In a real step with the cache, and in a pass; the cache joins the three projections of self-attention in one."""
    built, source, read = tiny.model(), ids(6), ids(5)
    for layer in built.decoder:
        for name in ("q_proj", "out_proj"):
            setattr(layer.cross_attn, name, Counting(getattr(layer.cross_attn, name)))
        for name in ("in_proj", "out_proj"):
            setattr(layer.ffn, name, Counting(getattr(layer.ffn, name)))

    def counted(part: str) -> int:
        found = [each for layer in built.decoder for each in getattr(layer, part).modules()]
        macs = sum(each.macs for each in found if isinstance(each, Counting))
        for each in found:
            if isinstance(each, Counting):
                each.macs = 0
        return macs

    costs = {cost.part: cost for cost in step_costs(built.config, 6, 5)}
    session = Session(built, source, PLAIN)
    for tokens in read.unbind(1):
        counted("ffn"), counted("cross_attn")
        session.advance(tokens)
    assert counted("ffn") == costs["ffn"].cached and counted("cross_attn") == costs["cross_projections"].cached
    full_pass(built, source, read, PLAIN)
    assert counted("ffn") == costs["ffn"].recomputed
    assert counted("cross_attn") == costs["cross_projections"].recomputed


@variants
def test_what_is_spent_before_the_first_step_is_the_encoder_and_the_new_cache(changes: dict) -> None:
    built, source = tiny.model(**changes), ids(6)

    def begin() -> None:
        built.new_cache(run_encoder(built, source, PLAIN, PLAIN.tap(Recorder())), 7)

    own = additive(built, 6, 0, 0, encoded=True)
    assert 2 * cost_before_first(built.config, 6) - own == flops(torch.inference_mode()(begin))


def test_the_shipped_model_at_its_last_step() -> None:
    built, trace, _ = dates_run()
    source, read = trace.source[None], trace.read()[None]
    session = Session(built, source, PLAIN)
    counts = [flops(lambda tokens=tokens: session.advance(tokens)) for tokens in read.unbind(1)]
    assert [2 * totals(step_costs(built.config, 14, step))[0] for step in range(1, 12)] == counts
    _, recomputed = totals(step_costs(built.config, 14, 11))
    assert 2 * recomputed == flops(lambda: full_pass(built, source, read, PLAIN, Recorder()))


def test_steps_that_are_none() -> None:
    for wrong in ((0, 1), (1, 0)):
        with pytest.raises(ValueError, match="got {} and {}".format(*wrong)):
            step_costs(tiny.config(), *wrong)
    with pytest.raises(ValueError, match="decoder='length'"):
        step_costs(tiny.config(decoder="length"), 1, 1)
