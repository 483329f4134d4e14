"""Decoders that write all positions at once: one pass, handed out position by position and kept as a trace like any."""

from dataclasses import replace

import pytest
import torch

from core.decoding import ParallelSession, decode_batch, decode_parallel
from core.switches import BlockedCell, Switches, full_pass, run_encoder
from core.taps import Recorder
from core.trace import Cell, Trace, record
from core.vocab import BEGIN, END, PAD
from tests.core import tiny
from tests.core.test_switches import MANY
from tests.core.tiny import ids, weights_of, worst

decoders = pytest.mark.parametrize("decoder", ("length", "end"))
shown = {name: switches for name, switches in MANY.items() if "layer" not in name}
many = pytest.mark.parametrize("switches", shown.values(), ids=shown.keys())


def written(built, source: torch.Tensor, switches: Switches = MANY["nothing"], length: int | None = None) -> list[int]:
    return [step.token for step in decode_parallel(ParallelSession(built, source, switches, length))]


def traced(built, source: torch.Tensor, switches: Switches = MANY["nothing"]) -> Trace:
    session = ParallelSession(built, source, switches)
    return record(session, decode_parallel(session))


def cut_model():
    """Return a model that cuts at END, and does so before its last position on ids(6)."""
    for seed in range(20):
        built = tiny.stopping_model(seed, push=0.0, decoder="end", norm_order="pre")
        if 1 < len(written(built, ids(6))) < 7:
            return built
    raise AssertionError("no model of 20 cuts its output")


@many
@decoders
def test_what_is_handed_out_is_one_pass(decoder: str, switches: Switches) -> None:
    built, source = tiny.model(5, decoder=decoder), ids(6)
    steps = list(decode_parallel(ParallelSession(built, source, switches)))
    length = 7
    if decoder == "length":
        memory = run_encoder(built, source, switches)[-1]
        length = max(1, int(built.length_head(memory.mean(1)).argmax()))
        assert len(steps) == length
    logits = full_pass(built, source, torch.full((1, length), BEGIN), replace(switches, causal=False))[0]
    tokens = logits.argmax(-1).tolist()
    if decoder == "end" and END in tokens:
        tokens = tokens[: tokens.index(END) + 1]
    assert [step.token for step in steps] == tokens
    for index, step in enumerate(steps):
        assert (step.index, step.read, step.chosen_by) == (index, BEGIN, "model")
        assert worst(step.log_probs, logits[index].log_softmax(-1)) < 1e-10


@many
@decoders
def test_the_trace_shows_the_pass_up_to_the_step_and_every_key(decoder: str, switches: Switches) -> None:
    assert_shown(tiny.model(5, decoder=decoder), switches)


def test_the_trace_of_an_output_cut_at_END_shows_every_key() -> None:
    for causal in (True, False):
        assert_shown(cut_model(), Switches(causal=causal))


def assert_shown(built, switches: Switches) -> None:
    source = torch.cat((ids(6), torch.full((1, 2), PAD)), dim=1)
    trace = traced(built, source, switches)
    recorder = Recorder()
    full_pass(built, source, trace.read()[None], replace(switches, causal=False), recorder)
    own, cross = (weights_of(recorder, "decoder", name, 2)[:, 0] for name in ("self_attn", "cross_attn"))
    for count in (*range(1, len(trace.steps) + 1), None):
        assert worst(trace.self_weights(count), own[:, :, : count or len(trace.steps)]) < 1e-10
        assert worst(trace.cross_weights(count), cross[:, :, : count or len(trace.steps)]) < 1e-10
    assert worst(trace.encoder_weights, weights_of(recorder, "encoder", "self_attn", 3)[:, 0]) < 1e-10


def test_positions_cut_off_at_END_are_still_read_and_attended_to() -> None:
    trace = traced(cut_model(), ids(6))
    count = len(trace.steps)
    assert count < 7 and trace.tokens[-1] == END
    assert trace.read().tolist() == trace.read(1).tolist() == [BEGIN] * 7
    assert trace.self_weights().shape == (2, 3, count, 7)
    assert trace.self_weights(1).shape == (2, 3, 1, 7)
    assert trace.cross_weights().shape == (2, 3, count, 6)
    assert bool((trace.self_weights() > 0).all())


@decoders
def test_cells_are_never_causal(decoder: str) -> None:
    built = cut_model() if decoder == "end" else tiny.model(5, decoder=decoder)
    blocked = frozenset({BlockedCell("self", 0, 1), BlockedCell("cross", 0, 2), BlockedCell("self", 0, 99)})
    source = torch.cat((ids(6), torch.full((1, 2), PAD)), dim=1)
    trace = traced(built, source, Switches(blocked=blocked))
    assert not trace.switches.causal
    own, cross = trace.self_cells(), trace.cross_cells()
    assert own.shape == trace.self_weights().shape[2:] and cross.shape == trace.cross_weights().shape[2:]
    for query, row in enumerate(own.tolist()):
        assert row == [Cell.BY_HAND if (query, key) == (0, 1) else Cell.OPEN for key in range(own.shape[1])]
    assert torch.equal((trace.self_weights() > 0).all(0).all(0), own == Cell.OPEN)
    assert torch.equal((trace.cross_weights() > 0).all(0).all(0), cross == Cell.OPEN)


def test_a_skipped_layer_shows_as_nan() -> None:
    trace = traced(tiny.model(5, decoder="end"), ids(6), Switches(skipped=frozenset({"decoder.0"})))
    assert [bool(layer.isnan().all()) for layer in trace.self_weights()] == [True, False]
    assert not trace.cross_weights()[1].isnan().any()


def test_end_models_stop_at_the_first_END() -> None:
    seen = set()
    for seed in range(12):
        built = tiny.stopping_model(seed, decoder="end")
        tokens = written(built, ids(6))
        assert END not in tokens[:-1]
        assert tokens[-1] == END or len(tokens) == 7
        seen.add(len(tokens))
    assert len(seen) > 1


def test_the_length_can_be_chosen() -> None:
    built = tiny.model(decoder="length")
    for length in (1, 4, 7):
        assert len(written(built, ids(6), length=length)) == length
    for length in (0, 8, -1):
        with pytest.raises(ValueError, match=f"1 to 7 tokens, asked for {length}"):
            written(built, ids(6), length=length)


def test_blocking_a_cell_of_the_decoder_does_not_change_the_predicted_length() -> None:
    source = ids(6)
    for seed in range(5):
        built = tiny.model(seed, decoder="length")
        normal = len(written(built, source))
        for key in range(6):
            blocked = frozenset(BlockedCell("cross", 0, other) for other in range(6) if other != key)
            assert len(written(built, source, Switches(blocked=blocked))) == normal


def test_not_recording_changes_no_answer() -> None:
    built, source = tiny.model(5, decoder="end"), ids(6)
    session = ParallelSession(built, source, record=False)
    steps = list(decode_parallel(session))
    assert worst(session.log_probs, ParallelSession(built, source).log_probs) < 1e-12
    assert all(step.self_weights is None and step.cross_weights is None for step in steps)
    with pytest.raises(ValueError, match="record=True"):
        record(session, steps)


@decoders
def test_a_batch_is_decoded_as_each_source_alone(decoder: str) -> None:
    built, source = tiny.model(5, decoder=decoder), ids(6, 4, 9)
    for switches in (MANY["nothing"], MANY["silenced"]):
        alone = [written(built, row[row != PAD][None], switches) for row in source]
        assert decode_batch(built, source, switches) == alone


def test_what_a_parallel_session_refuses() -> None:
    with pytest.raises(ValueError, match=r"use Session and decode\(\)"):
        ParallelSession(tiny.model(), ids(6))
    built = tiny.model(decoder="end")
    with pytest.raises(ValueError, match=r"1 to 19 tokens .* 20"):
        ParallelSession(built, ids(20))
    with pytest.raises(ValueError, match="one source, got 2"):
        ParallelSession(built, ids(6, 6))
    with pytest.raises(ValueError, match="eval"):
        ParallelSession(tiny.model(decoder="end").train(), ids(6))
