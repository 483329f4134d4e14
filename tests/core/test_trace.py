"""The trace shows at every step what a fresh pass over the prefix would show."""

import pytest
import torch

from core.decoding import Session, decode
from core.switches import BlockedCell, Switches, full_pass
from core.taps import Recorder
from core.trace import Cell, Trace, record
from core.vocab import BEGIN, PAD
from tests.core import tiny
from tests.core.test_switches import MANY
from tests.core.tiny import VARIANTS, ids, weights_of, worst

FORCED = {index: 5 + index for index in range(6)}
kept = {name: switches for name, switches in MANY.items() if "layer" not in name}
SHOWN = {**kept, "causal off, blocked": Switches(causal=False, blocked=frozenset({BlockedCell("self", 0, 3)}))}


def traced(built, source: torch.Tensor, switches: Switches) -> Trace:
    session = Session(built, source, switches)
    return record(session, decode(session, forced=FORCED))


def assert_fresh(built, source: torch.Tensor, switches: Switches) -> None:
    trace = traced(built, source, switches)
    assert len(trace.steps) == 7
    read = torch.tensor([[step.read for step in trace.steps]])
    for count in (*range(1, 8), None):
        recorder = Recorder()
        full_pass(built, source, read[:, :count], switches, recorder)
        layers = built.config.num_decoder_layers
        assert worst(trace.self_weights(count), weights_of(recorder, "decoder", "self_attn", layers)[:, 0]) < 1e-10
        assert worst(trace.cross_weights(count), weights_of(recorder, "decoder", "cross_attn", layers)[:, 0]) < 1e-10
        encoder = weights_of(recorder, "encoder", "self_attn", built.config.num_encoder_layers)[:, 0]
        assert worst(trace.encoder_weights, encoder) < 1e-10


@pytest.mark.parametrize("switches", SHOWN.values(), ids=SHOWN.keys())
def test_every_step_equals_a_fresh_pass_over_its_prefix(switches: Switches) -> None:
    source = torch.cat((ids(6), torch.full((1, 2), PAD)), dim=1)
    assert_fresh(tiny.model(), source, switches)


@pytest.mark.parametrize("causal", (True, False))
@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS.keys())
def test_it_does_so_for_every_kind_of_model(changes: dict, causal: bool) -> None:
    assert_fresh(tiny.model(**changes), ids(6), Switches(causal=causal))


def test_earlier_rows_change_without_the_causal_mask_and_only_then() -> None:
    for causal in (True, False):
        trace = traced(tiny.model(), ids(6), Switches(causal=causal))
        early, late = trace.cross_weights(3), trace.cross_weights(7)[:, :, :3]
        assert torch.equal(early, late) == causal


def test_a_trace_holds_what_was_read_and_written() -> None:
    source, switches = ids(6), Switches(temperature=2.0)
    trace = traced(tiny.model(), source, switches)
    assert torch.equal(trace.source, source[0])
    assert trace.tokens[:6] == list(FORCED.values())
    assert trace.switches is switches
    assert trace.encoder_weights.shape == (3, 3, 6, 6)
    assert trace.self_weights(4).shape == (2, 3, 4, 4)
    assert trace.cross_weights().shape == (2, 3, 7, 6)


def test_a_skipped_layer_shows_as_nan_and_no_other_does() -> None:
    skipped = frozenset({"decoder.0", "encoder.1", "decoder.1.cross_attn"})
    built = tiny.model(num_decoder_layers=3)
    for causal in (True, False):
        trace = traced(built, ids(6), Switches(skipped=skipped, causal=causal))
        last_row_nan = {
            "encoder": [bool(layer.isnan().all()) for layer in trace.encoder_weights],
            "self": [bool(layer[:, -1].isnan().all()) for layer in trace.self_weights()],
            "cross": [bool(layer.isnan().all()) for layer in trace.cross_weights()],
        }
        assert last_row_nan == {
            "encoder": [False, True, False],
            "self": [True, False, False],
            "cross": [True, True, False],
        }
        assert not trace.encoder_weights[[0, 2]].isnan().any()
        assert not trace.self_weights()[1:].isnan().any()
        assert not trace.cross_weights()[2].isnan().any()
        assert not torch.stack([step.log_probs for step in trace.steps]).isnan().any()


@pytest.mark.parametrize("skipped", [{"encoder.0"}, {"decoder.0"}, {"decoder.0.self_attn"}, {"decoder.0.cross_attn"}])
@pytest.mark.parametrize("causal", (True, False))
def test_a_model_of_one_layer_can_be_traced_without_it(skipped: set[str], causal: bool) -> None:
    built = tiny.model(num_encoder_layers=1, num_decoder_layers=1)
    trace = traced(built, ids(6), Switches(skipped=frozenset(skipped), causal=causal))
    assert trace.encoder_weights.shape == (1, 3, 6, 6)
    assert trace.self_weights().shape == (1, 3, 7, 7)
    assert trace.cross_weights().shape == (1, 3, 7, 6)
    newest = trace.encoder_weights, trace.self_weights()[:, :, -1], trace.cross_weights()
    assert [bool(weights.isnan().all()) for weights in newest] == [
        "encoder.0" in skipped,
        bool(skipped & {"decoder.0", "decoder.0.self_attn"}),
        bool(skipped & {"decoder.0", "decoder.0.cross_attn"}),
    ]
    assert not torch.stack([step.log_probs for step in trace.steps]).isnan().any()


@pytest.mark.parametrize("causal", (True, False))
def test_what_had_been_read_at_each_step(causal: bool) -> None:
    trace = traced(tiny.model(), ids(6), Switches(causal=causal))
    read = [BEGIN, *FORCED.values()]
    for count in range(1, 8):
        assert trace.read(count).tolist() == read[:count]
    assert trace.read().tolist() == read


def test_cells_say_why_there_is_no_weight() -> None:
    source = torch.cat((ids(4), torch.full((1, 2), PAD)), dim=1)
    blocked = frozenset(
        {
            BlockedCell("self", 5, 2), BlockedCell("self", 1, 4), BlockedCell("cross", 3, 0),
            BlockedCell("cross", 3, 5), BlockedCell("encoder", 2, 1), BlockedCell("encoder", 99, 1),
        }
    )  # fmt: skip
    trace = traced(tiny.model(), source, Switches(blocked=blocked))
    own, cross, encoder = trace.self_cells(), trace.cross_cells(), trace.encoder_cells()
    assert (own.shape, cross.shape, encoder.shape) == ((7, 7), (7, 6), (6, 6))
    for query in range(7):
        for key in range(7):
            expected = Cell.CAUSAL if key > query else Cell.BY_HAND if (query, key) == (5, 2) else Cell.OPEN
            assert own[query, key] == expected
        for key in range(6):
            expected = Cell.PADDING if key > 3 else Cell.BY_HAND if (query, key) == (3, 0) else Cell.OPEN
            assert cross[query, key] == expected
    for query in range(6):
        for key in range(6):
            expected = Cell.PADDING if key > 3 else Cell.BY_HAND if (query, key) == (2, 1) else Cell.OPEN
            assert encoder[query, key] == expected


@pytest.mark.parametrize("causal", (True, False))
@pytest.mark.parametrize("padding", (True, False))
def test_the_cells_without_weight_are_those_that_are_not_open(causal: bool, padding: bool) -> None:
    source = torch.cat((ids(4), torch.full((1, 2), PAD)), dim=1)
    blocked = frozenset({BlockedCell("self", 5, 2), BlockedCell("cross", 3, 0), BlockedCell("encoder", 2, 1)})
    trace = traced(tiny.model(), source, Switches(blocked=blocked, causal=causal, padding=padding))
    for weights, cells in (
        (trace.encoder_weights, trace.encoder_cells()),
        (trace.self_weights(), trace.self_cells()),
        (trace.cross_weights(), trace.cross_cells()),
    ):
        assert torch.equal((weights > 0).all(0).all(0), cells == Cell.OPEN)


def test_what_cannot_be_traced_or_shown() -> None:
    session = Session(tiny.model(), ids(6), record=False)
    with pytest.raises(ValueError, match="record=True"):
        record(session, decode(session))
    trace = traced(tiny.model(), ids(6), Switches())
    for step in (0, 8, -1):
        with pytest.raises(ValueError, match=f"steps 1 to 7, asked for {step}"):
            trace.self_weights(step)
