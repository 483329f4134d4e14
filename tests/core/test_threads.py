"""Two threads on one model, each with its own switches: neither may ever see anything of the other's run."""

import sys
import threading
from collections.abc import Iterator
from itertools import pairwise

import pytest
import torch

from core.decoding import Session, decode
from core.switches import BlockedCell, Switches
from core.taps import OverwriteWeight, SilenceHead
from core.trace import Trace, record
from tests.core import tiny
from tests.core.tiny import ids

RUNS = 1000
SWITCHES = (
    Switches(),
    Switches(silenced=frozenset({SilenceHead("decoder.0.cross_attn", 1)}), temperature=2.0),
    Switches(causal=False),
    Switches(position="off", overwritten=frozenset({OverwriteWeight("encoder.0.self_attn", 0, 1, 2, 0.5)})),
    Switches(skipped=frozenset({"decoder.0.ffn"}), blocked=frozenset({BlockedCell("cross", 1, 2)})),
)


@pytest.fixture
def eager_switching() -> Iterator[None]:
    """Let Python change threads about a thousand times as often as usual."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(usual)


def trace_of(built, source: torch.Tensor, switches: Switches) -> Trace:
    session = Session(built, source, switches)
    return record(session, decode(session, forced={0: 5, 1: 6}))


def same(one: Trace, other: Trace) -> bool:
    pairs = [
        (one.encoder_weights, other.encoder_weights),
        (one.self_weights(), other.self_weights()),
        (one.cross_weights(), other.cross_weights()),
        *((a.log_probs, b.log_probs) for a, b in zip(one.steps, other.steps, strict=True)),
    ]
    return one.tokens == other.tokens and all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.usefixtures("eager_switching")
def test_two_threads_never_see_each_others_run() -> None:
    built = tiny.model(dtype=torch.float32, num_encoder_layers=1, num_decoder_layers=1, max_target_len=3)
    sources = ids(4, seed=1), ids(4, seed=2)
    alone = [[trace_of(built, source, switches) for switches in SWITCHES] for source in sources]
    assert not any(same(alone[a][i], alone[b][j]) for a in (0, 1) for b in (0, 1) for i in range(5) for j in range(i))
    start, wrong, done = threading.Barrier(2), [], []

    def run(thread: int) -> None:
        start.wait()
        for number in range(RUNS // 2):
            which = (number * (thread + 1) + thread) % len(SWITCHES)
            if not same(trace_of(built, sources[thread], SWITCHES[which]), alone[thread][which]):
                wrong.append((thread, number))
            done.append(thread)

    threads = [threading.Thread(target=run, args=(thread,)) for thread in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == RUNS
    assert not wrong
    changes = sum(a != b for a, b in pairwise(done))
    assert changes > 10, "the threads should have taken turns"
