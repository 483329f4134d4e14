"""Scheduled sampling: the share that decays, what is read in place of the reference, and runs that are gone on with."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.training import Recipe, TrainingState, __main__
from core.training.batches import make_batch
from core.training.loop import update
from core.training.scheduled_sampling import batch_as_read, mix_tokens, reference_share
from core.vocab import BEGIN, END, PAD, SPECIALS
from tests.core import tiny
from tests.core.training.test_training import begin, config, everything, recipe, run

LINEAR = {"sampling": "linear", "sampling_k": 0.9, "sampling_slope": 0.03, "sampling_floor": 0.25}
ALL = (LINEAR, {"sampling": "exponential", "sampling_k": 0.93}, {"sampling": "inverse_sigmoid", "sampling_k": 4.0})
schedules = pytest.mark.parametrize("changes", ALL, ids=lambda changes: changes["sampling"])
PAIRS = [([5, 6, 7], [8, 9, 10]), ([4], [10, 9, 8, 7])]


# The share of reference tokens


@given(step=st.integers(0, 5000), k=st.floats(0.01, 0.9999))
def test_exponential_decay_multiplies_by_k_at_every_step(step: int, k: float) -> None:
    plan = Recipe(sampling="exponential", sampling_k=k)
    assert reference_share(plan, 0) == 1
    assert reference_share(plan, step + 1) == pytest.approx(k * reference_share(plan, step), rel=1e-9, abs=1e-300)


@given(step=st.integers(0, 2000), k=st.floats(1.0, 500.0))
def test_inverse_sigmoid_decay(step: int, k: float) -> None:
    plan = Recipe(sampling="inverse_sigmoid", sampling_k=k)
    expected = 1 / (1 + np.exp(np.longdouble(step) / np.longdouble(k) - np.log(np.longdouble(k))))
    assert reference_share(plan, step) == pytest.approx(float(expected), rel=1e-9, abs=1e-200)


def test_inverse_sigmoid_decay_never_overflows() -> None:
    assert reference_share(Recipe(sampling="inverse_sigmoid", sampling_k=1.0), 10**6) == pytest.approx(0, abs=1e-300)


def test_linear_decay_goes_down_by_its_slope_to_its_floor_and_begins_at_most_at_one() -> None:
    plan = Recipe(sampling="linear", sampling_k=1.2, sampling_slope=0.1, sampling_floor=0.25)
    shares = [reference_share(plan, step) for step in range(12)]
    assert shares == pytest.approx([1, 1, 1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.25, 0.25])


def test_without_sampling_the_reference_is_always_read() -> None:
    assert {reference_share(Recipe(), step) for step in (0, 1, 3000)} == {1.0}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sampling": "sudden"}, "none, linear, exponential, inverse_sigmoid, got 'sudden'"),
        ({"sampling_draw": "best"}, "argmax, sampled, got 'best'"),
        ({"sampling": "linear"}, r"sampling_slope above 0 .* got 1.0, 0.0 and 0.0"),
        ({**LINEAR, "sampling_floor": 1.0}, r"sampling_floor in \[0, 1\), got 0.9, 0.03 and 1.0"),
        ({"sampling": "exponential", "sampling_k": 1.0}, "between 0 and 1, got 1.0"),
        ({"sampling": "inverse_sigmoid", "sampling_k": 0.5}, "at least 1, got 0.5"),
        ({"sampling": "inverse_sigmoid", "sampling_k": math.nan}, "at least 1, got nan"),
    ],
)
def test_a_schedule_that_does_not_work(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        recipe(**changes)


@pytest.mark.parametrize("decoder", ("length", "end"))
def test_a_decoder_that_reads_nothing_cannot_be_trained_so(decoder: str) -> None:
    with pytest.raises(ValueError, match=f"needs a decoder that reads what it wrote, not decoder='{decoder}'"):
        begin(config(decoder=decoder), **LINEAR)


# What is read


def drawn(
    share: float, sampled: bool = False, seed: int = 1, rows: int = 2, length: int = 6
) -> tuple[torch.Tensor, ...]:
    """Mix random tokens with random logits; the second row is two tokens shorter."""
    read = torch.cat((torch.full((rows, 1), BEGIN), tiny.ids(*[length - 1] * (rows - 1), length - 3)), dim=1)
    logits = torch.randn(rows, length, 13, generator=torch.Generator().manual_seed(1))
    return read, logits, mix_tokens(read, logits, share, sampled, torch.Generator().manual_seed(1))


def test_a_share_of_nothing_reads_the_likeliest_of_the_place_before_and_leaves_BEGIN_and_PAD() -> None:
    read, logits, found = drawn(share=0.0)
    for row in range(2):
        for place in range(read.shape[1]):
            if place == 0 or read[row, place] == PAD:
                assert found[row, place] == read[row, place]
                continue
            ordinary = logits[row, place - 1].tolist()[len(SPECIALS) :]
            assert found[row, place] == len(SPECIALS) + ordinary.index(max(ordinary))
    assert (read == PAD).any()


def test_a_share_of_one_reads_the_reference() -> None:
    read, _, found = drawn(share=1.0)
    assert torch.equal(read, found)


@pytest.mark.parametrize("sampled", (False, True))
def test_about_the_share_is_kept_and_no_special_symbol_is_read(sampled: bool) -> None:
    read, logits, found = drawn(share=0.7, sampled=sampled, rows=400, length=10)
    changeable = read[:, 1:] != PAD
    by_chance = 1 / (13 - len(SPECIALS))  # a random prediction equals the random reference this often
    kept = (found[:, 1:] == read[:, 1:])[changeable].double().mean()
    assert float(kept) == pytest.approx(0.7 + 0.3 * by_chance, abs=0.03)
    assert bool((found[:, 1:][changeable] >= len(SPECIALS)).all())
    assert logits[..., END].max() > 0  # END was a candidate


def test_sampling_draws_each_token_as_often_as_it_is_likely() -> None:
    logits = torch.linspace(-1, 2, 13).expand(500, 21, 13)
    read = torch.cat((torch.full((500, 1), BEGIN), torch.full((500, 20), 5)), dim=1)
    found = mix_tokens(read, logits, 0.0, True, torch.Generator().manual_seed(3))[:, 1:]
    ordinary = np.exp(np.linspace(-1, 2, 13)[len(SPECIALS) :])
    counts = np.bincount(found.flatten().numpy(), minlength=13)[len(SPECIALS) :] / found.numel()
    np.testing.assert_allclose(counts, ordinary / ordinary.sum(), atol=0.02)


@schedules
def test_the_batch_is_that_of_two_passes(changes: dict) -> None:
    """Redo both passes: what is read second is either the reference or what the first pass predicted for the place."""
    model = tiny.model(dtype=torch.float32)
    plan = recipe(**changes)
    batch = make_batch(PAIRS, model.config)
    found = batch_as_read(model, batch, plan, step=20)
    logits = model(batch.source, batch.read)
    own = logits[..., len(SPECIALS) :].argmax(-1) + len(SPECIALS)
    shifted = torch.cat((batch.read[:, :1], own[:, :-1]), dim=1)
    assert bool(((found.read == batch.read) | (found.read == shifted)).all())
    assert not torch.equal(found.read, batch.read)
    assert torch.equal(found.labels, batch.labels) and torch.equal(found.source, batch.source)


def test_what_is_read_depends_on_seed_and_step_alone() -> None:
    model, batch = tiny.model(dtype=torch.float32), make_batch(PAIRS * 8, tiny.config())
    plan = recipe(sampling="exponential", sampling_k=0.9, sampling_draw="sampled")
    first = batch_as_read(model, batch, plan, 9).read
    torch.manual_seed(77)
    assert torch.equal(batch_as_read(model, batch, plan, 9).read, first)
    assert not torch.equal(batch_as_read(model, batch, plan, 10).read, first)
    other = recipe(sampling="exponential", sampling_k=0.9, sampling_draw="sampled", seed=2)
    assert not torch.equal(batch_as_read(model, batch, other, 9).read, first)


# Whole runs


@schedules
@pytest.mark.parametrize("bf16", (False, True))
def test_saved_and_resumed_is_uninterrupted(tmp_path: Path, changes: dict, bf16: bool) -> None:
    whole = run(begin(bf16=bf16, sampling_draw="sampled", **changes))
    state = run(begin(bf16=bf16, sampling_draw="sampled", **changes), 9)
    state.save(tmp_path / "run.state")
    torch.manual_seed(99)
    assert everything(run(TrainingState.load(tmp_path / "run.state"))) == everything(whole)


def test_until_something_is_replaced_training_is_teacher_forcing() -> None:
    plain, late = run(begin()), run(begin(sampling="linear", sampling_k=1.4, sampling_slope=0.02))
    assert late.losses[:20] == plain.losses[:20]
    assert late.losses[22] != plain.losses[22]


@pytest.mark.parametrize("bf16", (False, True))
def test_the_first_pass_leaves_no_mark_but_what_is_read(bf16: bool) -> None:
    """With a share of nearly one nothing is replaced, and the update is that of teacher forcing, gradient included."""
    batch = make_batch(PAIRS, config())
    plain, looked = begin(bf16=bf16), begin(bf16=bf16, sampling="exponential", sampling_k=1 - 1e-12)
    looked.step = plain.step = 1
    assert batch_as_read(looked.model, batch, looked.recipe, 1) is not batch
    for state in (plain, looked):
        torch.manual_seed(5)  # for dropout; the first pass draws nothing from it
        update(state, batch)
    for (name, one), other in zip(plain.model.named_parameters(), looked.model.parameters(), strict=True):
        assert torch.equal(one, other), name
    assert looked.model.training


def test_it_learns_with_scheduled_sampling() -> None:
    sampled = {**LINEAR, "sampling_slope": 0.005, "sampling_draw": "sampled"}
    losses = run(begin(config(dropout=0.0), steps=120, warmup=10, label_smoothing=0.0, **sampled)).losses
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])


def test_every_field_is_an_option_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    options = "--sampling linear --sampling-k 0.9 --sampling-slope 0.03 --sampling-floor 0.25 --sampling-draw sampled"
    monkeypatch.setattr("sys.argv", ["training", "--name", "x", *options.split()])
    plan = Recipe(**__main__.given(__main__.parse(), Recipe))
    assert (plan.sampling_slope, plan.sampling_floor, plan.sampling_draw) == (0.03, 0.25, "sampled")
