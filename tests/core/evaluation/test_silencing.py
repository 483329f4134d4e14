"""Silencing several heads: every count and probability again, one source at a time."""

import numpy as np
import pytest
import torch

from core.decoding import Session, decode
from core.evaluation.silencing import AT_A_TIME, Comparison, compare_outputs, in_all
from core.switches import Switches
from core.taps import SilenceHead
from core.tasks import Example
from core.trace import record, token_probabilities
from tests.core.evaluation.test_ablation import built, says
from tests.core.runs import run
from tests.core.tiny_task import TASK, VOCABS

SILENCED = Switches(silenced=frozenset({SilenceHead("encoder.0.self_attn", 1), SilenceHead("decoder.1.cross_attn", 0)}))


def test_every_count_counted_again() -> None:
    model = built()
    drawn = TASK.held_out("test", 2 * AT_A_TIME + 7)
    # Half of the references are what the whole model says, half what it says when silenced.
    how = (Switches(), SILENCED)
    asked = [Example(x.source, says(model, x.source, how[n % 2]), x.group) for n, x in enumerate(drawn)]
    parts = list(compare_outputs(model, TASK, *VOCABS, asked, SILENCED))
    assert [part.seen for part in parts] == [AT_A_TIME, AT_A_TIME, 7]
    before = [says(model, x.source, Switches()) == x.target for x in asked]
    after = [says(model, x.source, SILENCED) == x.target for x in asked]
    pairs = list(zip(before, after, strict=True))
    expected = Comparison(
        len(asked), sum(before), sum(after), pairs.count((True, False)), pairs.count((False, True))
    )  # fmt: skip
    assert in_all(parts) == expected and expected.lost > 0 < expected.gained
    assert expected.after - expected.before == expected.gained - expected.lost


def test_silencing_nothing_changes_no_answer() -> None:
    model = built()
    found = in_all(compare_outputs(model, TASK, *VOCABS, TASK.held_out("test", 30), Switches()))
    assert found.before == found.after and (found.lost, found.gained) == (0, 0)


def test_nothing_to_measure_with() -> None:
    with pytest.raises(ValueError, match="no examples"):
        next(compare_outputs(built(), TASK, *VOCABS, [], SILENCED))
    assert in_all([]) == Comparison()


def test_probabilities_of_other_tokens_than_the_written_ones() -> None:
    _, trace = run()
    tokens = [5, 6, 7, 8, 9, 10, 11, 12]
    found = token_probabilities(trace, tokens).numpy()
    for place, step in enumerate(trace.steps):
        probs = np.exp(step.log_probs.numpy() - step.log_probs.numpy().max())
        assert found[place] == pytest.approx((probs / probs.sum())[tokens[place]], rel=1e-5)
    assert np.isnan(found[len(trace.steps) :]).all() and len(found) == len(tokens)


def test_forcing_a_runs_own_tokens_on_a_silenced_run_reads_what_that_run_read() -> None:
    model = built()
    source = torch.tensor([VOCABS[0].encode(list("abcde"))])
    session = Session(model, source)
    plain = record(session, decode(session))
    session = Session(model, source, SILENCED)
    fed = record(session, decode(session, forced=dict(enumerate(plain.tokens))))
    assert [step.read for step in fed.steps] == [step.read for step in plain.steps]
    assert fed.tokens == plain.tokens
    assert not torch.allclose(token_probabilities(fed, plain.tokens), token_probabilities(plain, plain.tokens))
