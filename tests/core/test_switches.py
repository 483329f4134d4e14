"""Switches: masks and positions as switched, and a model that stays as it is."""

import dataclasses

import pytest
import torch

from core.decoding import Session, decode
from core.switches import BlockedCell, Switches, full_pass
from core.taps import NO_TAP, OverwriteWeight, SilenceHead
from core.vocab import PAD
from tests.core import tiny
from tests.core.tiny import ids

MANY = {
    "nothing": Switches(),
    "causal off": Switches(causal=False),
    "padding off": Switches(padding=False),
    "position off": Switches(position="off"),
    "shuffled": Switches(position="shuffled", position_seed=3),
    "shifted": Switches(position="shifted", position_shift=5),
    "source shifted": Switches(position="source_shifted", position_shift=5),
    "temperature": Switches(temperature=2.0),
    "silenced": Switches(silenced=frozenset({SilenceHead("decoder.0.cross_attn", 1)})),
    "overwritten": Switches(overwritten=frozenset({OverwriteWeight("decoder.1.self_attn", 1, 2, 1, 0.9)})),
    "skipped layer": Switches(skipped=frozenset({"decoder.0", "encoder.1"})),
    "skipped parts": Switches(skipped=frozenset({"decoder.0.ffn", "encoder.1.self_attn_add_norm.norm"})),
    "blocked self": Switches(blocked=frozenset({BlockedCell("self", 2, 1), BlockedCell("self", 0, 0)})),
    "blocked elsewhere": Switches(blocked=frozenset({BlockedCell("cross", 1, 3), BlockedCell("encoder", 4, 2)})),
}
many = pytest.mark.parametrize("switches", MANY.values(), ids=MANY.keys())


@many
def test_switches_never_change_the_model(switches: Switches) -> None:
    built = tiny.model(dtype=torch.float32)
    before = {name: tensor.clone() for name, tensor in built.state_dict().items()}
    buffers = {name: tensor.clone() for name, tensor in built.named_buffers()}
    modules = {name: dict(vars(module)) for name, module in built.named_modules()}
    plain = built(ids(5, 7), ids(6, 6, seed=1))
    for _ in decode(Session(built, ids(5), switches)):
        pass
    after = built.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert all(torch.equal(buffers[name], tensor) for name, tensor in built.named_buffers())
    assert modules == {name: dict(vars(module)) for name, module in built.named_modules()}
    assert torch.equal(plain, built(ids(5, 7), ids(6, 6, seed=1)))


@many
def test_each_switch_but_none_changes_the_answer(switches: Switches) -> None:
    built = tiny.model()
    source = ids(5, 7)
    read = ids(6, 6, seed=1)
    moved = tiny.worst(full_pass(built, source, read, switches), built(source, read))
    assert (moved > 1e-6) == (switches != Switches())


def test_switches_are_values_that_can_be_part_of_a_caches_key() -> None:
    assert len({*MANY.values(), *(dataclasses.replace(switches) for switches in MANY.values())}) == len(MANY)
    with pytest.raises(dataclasses.FrozenInstanceError):
        Switches().causal = False  # type: ignore[misc]


@pytest.mark.parametrize("degree", (0.0, -1.0, float("nan")))
def test_a_temperature_that_is_not_positive_is_refused(degree: float) -> None:
    with pytest.raises(ValueError, match=f"above 0, got {degree}"):
        Switches(temperature=degree)


def test_nothing_switched_costs_no_tap() -> None:
    assert Switches().tap() is NO_TAP


def test_positions_as_switched() -> None:
    built = tiny.model()
    table = built.source_positions(7)
    assert torch.equal(Switches().source_positions(built, 7), table)
    assert Switches(position="off").source_positions(built, 7) is None
    assert Switches(position="off").target_positions(built, 5) is None
    shuffled = Switches(position="shuffled", position_seed=3).source_positions(built, 7)
    assert not torch.equal(shuffled, table)
    rows = [next(i for i in range(7) if torch.equal(row, table[i])) for row in shuffled]
    assert sorted(rows) == list(range(7))
    assert torch.equal(shuffled, Switches(position="shuffled", position_seed=3).source_positions(built, 7))
    assert not torch.equal(shuffled, Switches(position="shuffled", position_seed=4).source_positions(built, 7))
    assert torch.equal(Switches(position="shuffled").target_positions(built, 5), built.target_positions(5))
    shifted = Switches(position="shifted", position_shift=3)
    assert torch.equal(shifted.source_positions(built, 4), table[3:])
    assert torch.equal(shifted.target_positions(built, 4), built.target_positions(7)[3:])
    assert torch.equal(Switches(position_shift=3).source_positions(built, 7), table)
    source_alone = Switches(position="source_shifted", position_shift=3)
    assert torch.equal(source_alone.source_positions(built, 4), table[3:])
    assert torch.equal(source_alone.target_positions(built, 5), built.target_positions(5))


def test_a_shifted_table_of_learned_positions_writes_as_much_as_it_has_rows_for() -> None:
    """Seven target positions moved on by three leave four, which a run reads; seven leave none."""
    learned = tiny.model(position="learned")
    shifted = Switches(position="shifted", position_shift=3)
    session = Session(learned, ids(5), shifted)
    steps = list(decode(session, forced=dict.fromkeys(range(7), 5)))
    assert len(steps) == session.max_len == 4
    assert torch.equal(session.positions, learned.target_position.table[3:])
    read = torch.tensor([[step.read for step in steps]])
    logits = full_pass(learned, ids(5), read, shifted)[0, -1]
    assert tiny.worst(logits.log_softmax(-1), steps[-1].log_probs) < 1e-9
    with pytest.raises(ValueError, match="a shift of 7 leaves none"):
        Session(learned, ids(5), Switches(position="shifted", position_shift=7))
    with pytest.raises(ValueError, match="reach from 0 to 18, asked for 15 to 19"):
        Session(learned, ids(5), Switches(position="source_shifted", position_shift=15))
    for kind in ("sinusoidal", "none"):
        assert Session(tiny.model(position=kind), ids(5), Switches(position="shifted", position_shift=99)).max_len == 7
    assert Session(learned, ids(5), Switches(position="source_shifted", position_shift=3)).max_len == 7


def test_masks_as_switched() -> None:
    source = ids(2, 4)
    blocked = frozenset({BlockedCell("self", 2, 1), BlockedCell("cross", 0, 3), BlockedCell("encoder", 3, 0)})
    switches = Switches(blocked=blocked | {BlockedCell("self", 9, 9), BlockedCell("cross", 0, 9)})
    kept = (source != PAD).tolist()
    encoder, own = switches.encoder_mask(source), switches.self_mask(3)
    cross = switches.cross_mask(source, 3)
    assert (encoder.shape, own.shape, cross.shape) == ((2, 1, 4, 4), (1, 1, 3, 3), (2, 1, 3, 4))
    for b in range(2):
        for q in range(4):
            for k in range(4):
                assert bool(encoder[b, 0, q, k]) == (kept[b][k] and (q, k) != (3, 0))
        for q in range(3):
            for k in range(4):
                assert bool(cross[b, 0, q, k]) == (kept[b][k] and (q, k) != (0, 3))
    assert own[0, 0].tolist() == [[True, False, False], [True, True, False], [True, False, True]]
    free = Switches(causal=False, padding=False)
    assert (free.encoder_mask(source), free.self_mask(3), free.cross_mask(source, 3)) == (None, None, None)
