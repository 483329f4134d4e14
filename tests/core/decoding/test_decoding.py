"""Decoding one token a step: cached equals uncached, and each way of choosing tokens does what it says."""

import pytest
import torch
from torch import Tensor

from core.decoding import Session, argmax, decode, decode_batch, sampler
from core.decoding.session import Advance
from core.switches import Switches, full_pass
from core.taps import Recorder
from core.vocab import BEGIN, END, PAD, SPECIALS
from tests.core import tiny
from tests.core.test_switches import MANY
from tests.core.tiny import VARIANTS, ids, worst

variants = pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS.keys())
many = pytest.mark.parametrize("switches", MANY.values(), ids=MANY.keys())


def assert_cached_is_uncached(built, source: Tensor, switches: Switches, skipped: tuple[int, ...] = ()) -> None:
    """Advance a session over random tokens; at every prefix compare with one pass over all of it."""
    batch, layers = source.shape[0], [i for i in range(built.config.num_decoder_layers) if i not in skipped]
    read = ids(*[7] * batch, seed=2)
    read[:, 0] = BEGIN
    session = Session(built, source, switches)
    for end in range(1, 8):
        advance = session.advance(read[:, end - 1])
        recorder = Recorder()
        logits = full_pass(built, source, read[:, :end], switches, recorder)
        assert worst(advance.log_probs, logits[:, -1].log_softmax(-1)) < 1e-10
        for attention, weights in (("self_attn", advance.self_weights), ("cross_attn", advance.cross_weights)):
            full = torch.stack([recorder.records[f"decoder.{layer}.{attention}.weights"] for layer in layers])
            assert worst(weights[layers], full[:, :, :, -1:] if switches.causal else full) < 1e-10
    assert torch.equal(session.read, read)


@variants
def test_cached_is_uncached_for_every_kind_of_model(changes: dict) -> None:
    assert_cached_is_uncached(tiny.model(**changes), ids(5, 7, 3), Switches())


@many
def test_cached_is_uncached_under_every_switch(switches: Switches) -> None:
    skipped = (0,) if "decoder.0" in switches.skipped else ()
    assert_cached_is_uncached(tiny.model(), ids(5, 7, 3), switches, skipped)


@variants
def test_a_session_agrees_with_forward(changes: dict) -> None:
    built = tiny.model(**changes)
    source, read = ids(5, 7), ids(7, 7, seed=2)
    session = Session(built, source, record=False)
    stepped = torch.stack([session.advance(tokens).log_probs for tokens in read.T], dim=1)
    assert worst(stepped, built(source, read).log_softmax(-1)) < 1e-10


def test_selected_rows_go_on_as_if_they_had_always_stood_there() -> None:
    for causal in (True, False):
        built, switches = tiny.model(), Switches(causal=causal)
        source, read = ids(5, 7, 3), ids(7, 7, 7, seed=2)
        rows = torch.tensor([2, 0, 0, 1])
        session, expected = Session(built, source, switches), Session(built, source[rows], switches)
        for tokens in read.T[:3]:
            session.advance(tokens)
            expected.advance(tokens[rows])
        session.select(rows)
        assert torch.equal(session.read, expected.read)
        for tokens in read.T[3:]:
            one, other = session.advance(tokens[rows]), expected.advance(tokens[rows])
            assert worst(one.log_probs, other.log_probs) < 1e-12
            assert worst(one.cross_weights, other.cross_weights) < 1e-12


def test_not_recording_changes_no_answer() -> None:
    built, source = tiny.model(), ids(5, 7)
    loud, quiet = Session(built, source), Session(built, source, record=False)
    for tokens in ids(7, 7, seed=2).T:
        one, other = loud.advance(tokens), quiet.advance(tokens)
        assert worst(one.log_probs, other.log_probs) < 1e-12
        assert other.self_weights is None and other.cross_weights is None
    assert quiet.encoder_weights is None


def greedy(built, source: Tensor, max_len: int = 7) -> list[int]:
    """Write greedily with a full pass for every token."""
    read = [BEGIN]
    while len(read) <= max_len and read[-1] != END:
        read.append(int(built(source, torch.tensor([read]))[0, -1].argmax()))
    return read[1:]


def test_greedy_decoding_writes_the_likeliest_token_until_END() -> None:
    lengths = set()
    for seed in range(8):
        built, source = tiny.stopping_model(seed), ids(6, seed=seed)
        steps = list(decode(Session(built, source)))
        assert [step.token for step in steps] == greedy(built, source)
        assert [step.read for step in steps] == [BEGIN, *(step.token for step in steps)][:-1]
        assert [step.index for step in steps] == list(range(len(steps)))
        assert all(step.token == step.predicted and step.chosen_by == "model" for step in steps)
        assert all(step.token != END for step in steps[:-1])
        assert steps[-1].token == END or len(steps) == 7
        lengths.add(len(steps))
    assert len(lengths) > 1, "the test should see short and long outputs"


def test_a_batch_is_decoded_as_each_source_alone() -> None:
    built = tiny.stopping_model(2)
    source = ids(6, 4, 9, 5, 7)
    together = decode_batch(built, source)
    alone = [greedy(built, row[row != PAD][None]) for row in source]
    assert together == alone
    assert len({len(row) for row in alone}) > 1


def test_a_batch_is_over_when_every_row_has_ended_at_some_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows write END at different steps, and something else after it."""
    script = torch.tensor([[5, END, 7, 8, 9, 10, 11], [END, 4, 5, 6, 7, 8, 9], [6, 7, END, 9, 10, 11, 12]])
    steps, advance = [], Session.advance

    def scripted(session: Session, tokens: Tensor) -> Advance:
        advance(session, tokens)
        steps.append(tokens.tolist())
        one_hot = torch.nn.functional.one_hot(script[:, len(steps) - 1], 13).double()
        return Advance(one_hot, one_hot, None, None)

    monkeypatch.setattr(Session, "advance", scripted)
    assert decode_batch(tiny.model(), ids(6, 4, 5)) == [[5, END], [END], [6, 7, END]]
    assert steps == [[BEGIN] * 3, [5, END, 6], [END, 4, 7]]


def test_steps_report_probability_and_entropy() -> None:
    for step in decode(Session(tiny.model(), ids(6))):
        probs = step.log_probs.exp()
        assert float(probs.sum()) == pytest.approx(1)
        assert step.probability == pytest.approx(float(probs[step.token]))
        by_hand = -sum(float(p) * float(torch.log(p)) for p in probs)
        assert step.entropy == pytest.approx(by_hand)


def test_forced_tokens_are_written_and_read_whatever_the_model_thinks() -> None:
    built, source = tiny.model(), ids(6)
    steps = list(decode(Session(built, source), forced={0: 7, 2: 9, 5: END}))
    assert [step.chosen_by for step in steps] == ["forced", "model", "forced", "model", "model", "forced"]
    assert (steps[0].token, steps[2].token, steps[5].token) == (7, 9, END)
    assert steps[1].read == 7 and steps[3].read == 9
    for end, step in enumerate(steps, start=1):
        read = torch.tensor([[step.read for step in steps[:end]]])
        assert worst(step.log_probs, built(source, read)[0, -1].log_softmax(-1)) < 1e-10


def test_a_forced_prefix_branches_off_a_run() -> None:
    built, source = tiny.model(4), ids(6)
    first = [step.token for step in decode(Session(built, source))]
    other = next(token for token in range(len(SPECIALS), 13) if token != first[2])
    branch = list(decode(Session(built, source), forced={0: first[0], 1: first[1], 2: other}))
    again = list(decode(Session(built, source), forced=dict(enumerate(step.token for step in branch))))
    assert [step.token for step in branch][:3] == [first[0], first[1], other]
    assert all(torch.equal(one.log_probs, two.log_probs) for one, two in zip(branch, again, strict=True))
    assert {step.chosen_by for step in again} == {"forced"}


def test_teacher_forcing_reads_the_reference_and_writes_what_the_model_thinks() -> None:
    built, source = tiny.model(), ids(6)
    reference = [5, 7, 6, 4, END]
    steps = list(decode(Session(built, source), reference=reference))
    assert [step.read for step in steps] == [BEGIN, *reference[:-1]]
    logits = built(source, torch.tensor([[BEGIN, *reference[:-1]]]))[0]
    assert [step.token for step in steps] == logits.argmax(-1).tolist()
    for step, row in zip(steps, logits, strict=True):
        assert worst(step.log_probs, row.log_softmax(-1)) < 1e-10


def test_teacher_forcing_does_not_stop_when_the_model_writes_END() -> None:
    built = tiny.stopping_model(push=100.0)
    steps = list(decode(Session(built, ids(6)), reference=[5, 7, 6, END]))
    assert [step.token for step in steps] == [END] * 4


def test_a_run_can_be_stopped_and_taken_up_again() -> None:
    built, source = tiny.model(), ids(6)
    whole = list(decode(Session(built, source)))
    run = decode(Session(built, source))
    some = [next(run) for _ in range(3)]
    other = list(decode(Session(built, ids(6, seed=9))))
    rest = list(run)
    assert [step.token for step in (*some, *rest)] == [step.token for step in whole]
    assert len(other) > 0


def test_sampled_runs_repeat_with_their_generator() -> None:
    built, source = tiny.model(), ids(6)

    def tokens(seed: int) -> list[int]:
        return [step.token for step in decode(Session(built, source), sampler(torch.Generator().manual_seed(seed)))]

    assert tokens(1) == tokens(1)
    assert len({tuple(tokens(seed)) for seed in range(6)}) > 1
    before = torch.get_rng_state()
    tokens(2)
    assert torch.equal(before, torch.get_rng_state()), "the global generator belongs to nobody"


def test_max_len_ends_a_run_and_a_session() -> None:
    built = tiny.stopping_model(push=-100.0)
    assert len(list(decode(Session(built, ids(6))))) == 7
    session = Session(built, ids(6), max_len=3)
    assert len(list(decode(session))) == 3
    with pytest.raises(ValueError, match="at most 3 tokens"):
        session.advance(torch.tensor([BEGIN]))


def test_what_a_session_refuses() -> None:
    built = tiny.model()
    with pytest.raises(ValueError, match=r"1 to 19 tokens .* 20"):
        Session(built, ids(20))
    with pytest.raises(ValueError, match=r"1 to 19 tokens .* 0"):
        Session(built, torch.zeros(1, 0, dtype=torch.long))
    with pytest.raises(ValueError, match="use ParallelSession"):
        Session(tiny.model(decoder="length"), ids(6))
    with pytest.raises(ValueError, match="eval"):
        Session(tiny.model().train(), ids(6))
    with pytest.raises(ValueError, match="holds 2"):
        next(decode(Session(built, ids(6, 6))))


def test_argmax_takes_the_first_of_equals() -> None:
    assert argmax(torch.tensor([-2.0, -1.0, -3.0, -1.0])) == 1


def test_the_first_token_and_the_forbidden_ones_of_a_configuration() -> None:
    """Logits are the model's own; what may be chosen of them is the configuration's."""
    plain, source = tiny.model(), ids(5, 7)
    likeliest = tuple({token for row in decode_batch(plain, source) for token in row[1:]})
    ruled = tiny.model(first_token=9, never_written=likeliest)
    assert all(row[0] == 9 and not {*row[1:]} & {*likeliest} for row in decode_batch(ruled, source))
    one, other = Session(plain, source), Session(ruled, source)
    for step, read in enumerate((BEGIN, 9)):
        free, bound = (each.advance(torch.full((2,), read)) for each in (one, other))
        assert torch.equal(free.logits, bound.logits)
        allowed = [i for i in range(13) if (i == 9 if step == 0 else i not in likeliest)]
        assert bound.log_probs.isfinite().all(0).nonzero()[:, 0].tolist() == allowed
    assert bound.log_probs[:, allowed].equal(free.log_probs[:, allowed])
    steps = list(decode(Session(ruled, source[:1])))
    assert steps[0].probability == 1 and steps[0].entropy == 0
    assert sorted({step.token for step in steps} & {*likeliest}) == []
    sampled = decode(Session(ruled, source[:1]), sampler(torch.Generator().manual_seed(1)))
    assert not {step.token for step in sampled if step.index} & {*likeliest}
