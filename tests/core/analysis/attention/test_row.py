"""One row taken apart is the row on screen, and its numbers add up to it."""

import numpy as np
import pytest
import torch

from core.analysis.attention.row import attention_row
from core.decoding import ParallelSession, Session, decode, decode_parallel
from core.model import Transformer
from core.switches import BlockedCell, Switches
from core.trace import Trace, record
from core.vocab import PAD
from tests.core import tiny
from tests.core.tiny import ids, worst

BLOCKED = frozenset({BlockedCell("self", 5, 2), BlockedCell("cross", 3, 0), BlockedCell("encoder", 2, 1)})
SWITCHES = {
    "nothing": Switches(),
    "causal off": Switches(causal=False),
    "padding off": Switches(padding=False),
    "blocked": Switches(blocked=BLOCKED),
    "blocked, causal off": Switches(blocked=BLOCKED, causal=False),
    "temperature": Switches(temperature=2.0),
}
ATTENTIONS = ("encoder", "self", "cross")
many = pytest.mark.parametrize("switches", SWITCHES.values(), ids=SWITCHES.keys())
attentions = pytest.mark.parametrize("attention", ATTENTIONS)


def run(switches: Switches = SWITCHES["nothing"], decoder: str = "autoregressive") -> tuple[Transformer, Trace]:
    """Return a model and the trace of a run on a padded source."""
    built, source = tiny.model(5, decoder=decoder), torch.cat((ids(5), torch.full((1, 2), PAD)), dim=1)
    if decoder != "autoregressive":
        session = ParallelSession(built, source, switches)
        return built, record(session, decode_parallel(session))
    session = Session(built, source, switches)
    return built, record(session, decode(session, forced={index: 5 + index for index in range(6)}))


def shown(trace: Trace, attention: str, row: int) -> torch.Tensor:
    """Return the row that the trace shows, without the causal mask when it was the newest. Shapes: → [L,H,K]"""
    if attention == "encoder":
        return trace.encoder_weights[:, :, row]
    weights = {"self": trace.self_weights, "cross": trace.cross_weights}[attention]
    return weights(row + 1)[:, :, row]


def softmax(scores: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Normalise the scores of the allowed keys, with plain NumPy."""
    powers = np.where(allowed, np.exp(scores - scores[allowed].max()), 0)
    return powers / powers.sum()


@many
@attentions
@pytest.mark.parametrize("decoder", ("autoregressive", "end"))
def test_a_row_is_the_one_in_the_trace_and_its_softmax(attention: str, switches: Switches, decoder: str) -> None:
    built, trace = run(switches, decoder)
    for row in range(len(trace.source) if attention == "encoder" else len(trace.steps)):
        weights = shown(trace, attention, row)
        for layer in range(weights.shape[0]):
            head = (row + layer) % 3
            found = attention_row(built, trace, attention, layer, head, row)
            assert worst(found.weights, weights[layer, head]) < 1e-10
            assert found.query.shape == (5,) and found.key.shape == (len(found.weights), 5)
            scores = found.key.numpy() @ found.query.numpy() / 5**0.5 / switches.temperature
            assert np.abs(found.scores.numpy() - scores).max() < 1e-10
            expected = softmax(found.scores.numpy(), found.allowed.numpy())
            assert np.abs(found.weights.numpy() - expected).max() < 1e-10


def test_allowed_are_the_keys_with_weight() -> None:
    built, trace = run(Switches(blocked=BLOCKED))
    assert attention_row(built, trace, "encoder", 0, 0, 2).allowed.tolist() == [1, 0, 1, 1, 1, 0, 0]
    assert attention_row(built, trace, "self", 0, 0, 5).allowed.tolist() == [1, 1, 0, 1, 1, 1]
    assert attention_row(built, trace, "cross", 0, 0, 3).allowed.tolist() == [0, 1, 1, 1, 1, 0, 0]


@attentions
def test_what_a_run_does_not_have(attention: str) -> None:
    built, trace = run(Switches(skipped=frozenset({"decoder.0", "encoder.0.self_attn"})))
    for row in (-1, 7):
        with pytest.raises(ValueError, match=f"rows 0 to 6 here, asked for {row}"):
            attention_row(built, trace, attention, 1, 0, row)
    for head in (-1, 3):
        with pytest.raises(ValueError, match=f"heads 0 to 2, asked for {head}"):
            attention_row(built, trace, attention, 1, head, 0)
    for layer in (0, 3):
        with pytest.raises(ValueError, match=rf"nothing was computed at (en|de)coder\.{layer}\.(self|cross)_attn"):
            attention_row(built, trace, attention, layer, 0, 0)
