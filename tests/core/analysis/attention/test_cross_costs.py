"""What cross-attention costs, counted where it happens: every projection that a real decode calls."""

import pytest
from torch import Tensor

from core.analysis.attention.cross_costs import cross_costs
from core.analysis.block.part_costs import part_costs
from core.decoding import Session, decode
from core.modules import Module
from core.switches import Switches
from tests.core import tiny
from tests.core.tiny import VARIANTS, ids


class Counting(Module):
    """Do what a projection does, and count the vectors that it makes."""

    def __init__(self, inner: Module) -> None:
        super().__init__()
        self.inner, self.rows = inner, 0

    def forward(self, x: Tensor) -> Tensor:
        self.rows += x.shape[0] * x.shape[1]
        return self.inner(x)


@pytest.mark.parametrize("causal", (True, False))
@pytest.mark.parametrize("length", (1, 6))
def test_a_real_decode_makes_as_many_vectors(causal: bool, length: int) -> None:
    built, steps = tiny.model(), 5
    for layer in built.decoder:
        for name in ("k_proj", "v_proj", "q_proj", "out_proj"):
            setattr(layer.cross_attn, name, Counting(getattr(layer.cross_attn, name)))
    session = Session(built, ids(length), Switches(causal=causal))
    list(decode(session, forced=dict.fromkeys(range(7), 5), reference=[5] * steps))
    costs = {cost.part: cost for cost in cross_costs(built.config, length, steps)}
    for part, name in (("keys", "k_proj"), ("values", "v_proj"), ("queries", "q_proj"), ("output", "out_proj")):
        made = sum(getattr(layer.cross_attn, name).rows for layer in built.decoder)
        assert made == (costs[part].made if causal else costs[part].made_anew), part


@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS.keys())
@pytest.mark.parametrize(("length", "steps"), ((6, 5), (1, 1), (9, 7)))
def test_the_sums_are_those_of_whole_passes(changes: dict, length: int, steps: int) -> None:
    """Kept, a decode costs what one pass over the whole target does; with nothing kept, one over every prefix."""
    config = tiny.config(**changes)

    def passed(target_len: int) -> int:
        return sum(c.macs for c in part_costs(config, length, target_len) if c.part.endswith("cross_attn"))

    costs = cross_costs(config, length, steps)
    assert sum(cost.macs for cost in costs) == passed(steps)
    assert sum(cost.macs_anew for cost in costs) == sum(passed(step) for step in range(1, steps + 1))


def test_nothing_written_and_nothing_read() -> None:
    costs = {cost.part: cost for cost in cross_costs(tiny.config(), 4, 0)}
    assert costs["keys"].made == 8 and costs["queries"].made == costs["queries"].macs == 0
    for wrong in ((0, 3), (3, -1)):
        with pytest.raises(ValueError, match=rf"got {wrong[0]} tokens and {wrong[1]} steps"):
            cross_costs(tiny.config(), *wrong)
