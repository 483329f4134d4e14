"""Training: it learns, it repeats itself to the bit, and it goes on where it stopped."""

import math
import os
import random
import signal
from argparse import Namespace
from collections import Counter
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from core.config import ModelConfig
from core.tasks import get_task
from core.training import Recipe, TrainingState, __main__, train
from core.training.batches import Batch, bucketed, make_batch, pad
from core.training.loop import epoch_pairs, update
from core.training.loss import batch_loss, cross_entropy
from core.training.masking import mask_some
from core.training.randomness import drawn_for
from core.training.schedule import learning_rate
from core.vocab import BEGIN, END, PAD
from tests.core import tiny
from tests.core.tiny_task import TASK, VOCABS

decoders = pytest.mark.parametrize("decoder", ("autoregressive", "length", "end"))


def config(**changes) -> ModelConfig:
    sizes = {
        "source_vocab_size": 11, "target_vocab_size": 11, "d_model": 16, "num_heads": 2, "d_ff": 24,
        "num_encoder_layers": 1, "num_decoder_layers": 1, "max_source_len": 5, "max_target_len": 6,
    }  # fmt: skip
    return ModelConfig(**{**sizes, **changes})


def recipe(**changes) -> Recipe:
    short = {
        "steps": 23, "batch_tokens": 60, "warmup": 4, "average": 3, "average_every": 5, "bf16": False,
        "learning_rate": 1e-2,
    }  # fmt: skip
    return Recipe(**{**short, **changes})


def begin(model_config: ModelConfig | None = None, **changes) -> TrainingState:
    return TrainingState.new("backwards", model_config or config(), recipe(**changes))


def run(state: TrainingState, steps: int | None = None) -> TrainingState:
    """Make so many steps, or all that are left."""
    for _ in islice(train(state, TASK, *VOCABS), steps):
        pass
    return state


def everything(state: TrainingState) -> dict[str, object]:
    """Lay open all that may matter to the rest of a run."""
    tensors = {f"model.{name}": tensor for name, tensor in state.model.named_parameters()}
    tensors |= {f"average.{name}": tensor for name, tensor in state.average.items()}
    for index, slots in state.optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": tensor for name, tensor in slots.items()}
    counted = "task", "recipe", "step", "epoch", "batch", "averaged", "losses"
    numbers = {name: getattr(state, name) for name in counted}
    return {**numbers, **{name: tensor.tolist() for name, tensor in tensors.items()}}


@decoders
def test_it_learns(decoder: str) -> None:
    losses = run(begin(config(decoder=decoder, dropout=0.0), steps=120, warmup=10, label_smoothing=0.0)).losses
    assert len(losses) == 120
    assert sum(losses[-10:]) < 0.65 * sum(losses[:10])


def test_the_seed_decides_everything() -> None:
    one, same, other = run(begin()), run(begin()), run(begin(seed=2))
    assert everything(one) == everything(same)
    assert one.losses[0] != other.losses[0]


@pytest.mark.parametrize(("stop", "bf16"), [(0, False), (7, False), (9, True), (23, False)])
def test_saved_and_resumed_is_uninterrupted(tmp_path: Path, stop: int, bf16: bool) -> None:
    whole = run(begin(bf16=bf16))
    state = run(begin(bf16=bf16), stop)
    before = everything(state)
    state.save(tmp_path / "run.state")
    torch.manual_seed(99)
    resumed = TrainingState.load(tmp_path / "run.state")
    assert everything(resumed) == before
    assert everything(run(resumed)) == everything(whole)
    averaged = resumed.averaged_model(), whole.averaged_model()
    assert all(torch.equal(a, b) for a, b in zip(*(m.state_dict().values() for m in averaged), strict=True))
    assert sorted(os.listdir(tmp_path)) == ["run.state"]


@pytest.mark.parametrize("decoder", ("length", "end"))
def test_mask_predict_training_resumed_is_uninterrupted(tmp_path: Path, decoder: str) -> None:
    whole = run(begin(config(decoder=decoder), mask_predict=True))
    run(begin(config(decoder=decoder), mask_predict=True), 9).save(tmp_path / "run.state")
    torch.manual_seed(5)  # what happens between the sittings does not matter
    assert everything(run(TrainingState.load(tmp_path / "run.state"))) == everything(whole)
    assert everything(run(begin(config(decoder=decoder)))) != everything(whole)


def test_mask_predict_training_hides_some_and_learns_those_alone() -> None:
    pairs = [([4, 5], [6, 7, 8, 9]), ([4], [5]), ([4, 4, 4], [7, 7])] * 40
    batch = make_batch(pairs, config(decoder="length"))
    masked = mask_some(batch, drawn_for("masks", 1, 0, 0))
    hidden = masked.labels != PAD
    assert torch.equal(masked.source, batch.source)
    assert torch.equal(masked.read, torch.where(hidden, BEGIN, batch.labels))
    assert torch.equal(masked.labels[hidden], batch.labels[hidden])
    for row, target in enumerate(length for _ in range(40) for length in (4, 1, 2)):
        assert 1 <= int(hidden[row].sum()) <= target
        assert not hidden[row, target:].any()
    counts = Counter(hidden[::3].sum(1).tolist())
    assert set(counts) == {1, 2, 3, 4}
    assert bool(hidden[::3].any(0).all()) and not bool(hidden[::3].all(0).any())


def test_what_is_hidden_depends_on_seed_epoch_and_batch() -> None:
    batch = make_batch([([4, 5], [6, 7, 8, 9])] * 30, config(decoder="length"))
    drawn = {
        place: mask_some(batch, drawn_for("masks", *place)).read
        for place in ((1, 0, 0), (2, 0, 0), (1, 1, 0), (1, 0, 1))
    }
    for one in drawn:
        for other in drawn:
            assert torch.equal(drawn[one], drawn[other]) == (one == other)
    assert torch.equal(mask_some(batch, drawn_for("masks", 1, 0, 0)).read, drawn[1, 0, 0])


def test_the_length_is_learnt_from_the_whole_target_though_part_of_it_is_hidden() -> None:
    built = tiny.model(decoder="length")
    batch = make_batch([([4, 5], [6, 7, 8, 9]), ([4], [5])], built.config)
    masked = mask_some(batch, drawn_for("masks", 1, 0, 0))
    assert not torch.equal(masked.labels, batch.labels)
    logits, lengths = built.with_length(masked.source, masked.read)
    length_loss = -sum(lengths.log_softmax(-1)[row, true] for row, true in ((0, 4), (1, 1))) / 2
    expected = cross_entropy(logits, masked.labels) + length_loss
    assert float(batch_loss(built, masked, Recipe(label_smoothing=0.0))) == pytest.approx(float(expected))


def test_mask_predict_is_refused_where_the_decoder_is_autoregressive() -> None:
    with pytest.raises(ValueError, match="decoder='length' or 'end'"):
        begin(config(), mask_predict=True)
    batch = make_batch([([4, 5], [6, 7, 8, 9])], config())
    with pytest.raises(ValueError, match="write all positions at once"):
        mask_some(batch, drawn_for("masks", 1, 0, 0))


def test_a_run_killed_between_saves_repeats_what_was_lost(tmp_path: Path) -> None:
    whole = run(begin())
    state = run(begin(), 8)
    state.save(tmp_path / "run.state")
    lost = run(state, 7).losses
    resumed = TrainingState.load(tmp_path / "run.state")
    assert resumed.step == 8
    assert run(resumed, 7).losses == lost
    assert everything(run(resumed)) == everything(whole)


def test_stopping_at_every_step_changes_nothing(tmp_path: Path) -> None:
    whole = run(begin())
    state = begin()
    for _ in range(23):
        run(state, 1).save(tmp_path / "run.state")
        state = TrainingState.load(tmp_path / "run.state")
    assert everything(state) == everything(whole)


def options(folder: Path, check_every: int) -> Namespace:
    """Return what the command line says of where a run is kept and how often it is looked at."""
    return Namespace(runs=folder, name="run", check_every=check_every, check_examples=8, write_every=0)


def test_looking_at_the_model_between_steps_changes_nothing(tmp_path: Path) -> None:
    """The command line decodes development examples between steps."""
    whole, state = run(begin()), begin()
    __main__.run(options(tmp_path, check_every=3), state, TASK, VOCABS)
    assert everything(state) == everything(whole)


@pytest.mark.parametrize("sent", (signal.SIGINT, signal.SIGTERM))
@pytest.mark.parametrize("where", ("forward", "optimizer"))
def test_stopping_by_hand_in_the_middle_of_a_step_loses_nothing(
    tmp_path: Path, where: str, sent: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, state, path = run(begin()), begin(), tmp_path / "run.state"
    original = type(state.model)._run if where == "forward" else state.optimizer.step
    calls = []

    def interrupted(*arguments):
        result = original(*arguments)
        calls.append(1)
        if len(calls) == 6:
            os.kill(os.getpid(), sent)
        return result

    if where == "forward":
        monkeypatch.setattr(type(state.model), "_run", interrupted)
    else:
        monkeypatch.setattr(state.optimizer, "step", interrupted)
    with pytest.raises((SystemExit, KeyboardInterrupt)):
        __main__.run(options(tmp_path, check_every=1000), state, TASK, VOCABS)
    monkeypatch.undo()
    assert state.step < 23
    resumed = TrainingState.load(path)
    assert everything(run(resumed)) == everything(whole)


# What is minimised


def smoothed(logits: Tensor, labels: Tensor, share: float) -> float:
    """Compute label smoothing with loops: the truth is (1 − ε) the label and ε uniform over the vocabulary."""
    losses = []
    for row, label in zip(logits.flatten(0, 1).tolist(), labels.flatten().tolist(), strict=True):
        if label == PAD:
            continue
        total = math.log(sum(math.exp(x) for x in row))
        truth = [share / len(row) + (1 - share) * (i == label) for i in range(len(row))]
        losses.append(-sum(p * (x - total) for p, x in zip(truth, row, strict=True)))
    return sum(losses) / len(losses)


@pytest.mark.parametrize("share", (0.0, 0.1, 0.5))
def test_label_smoothing(share: float) -> None:
    logits = torch.randn(2, 5, 11, generator=torch.Generator().manual_seed(1)) * 2
    labels = tiny.ids(5, 3, vocab_size=11)
    assert float(cross_entropy(logits, labels, share)) == pytest.approx(smoothed(logits, labels, share), rel=1e-5)


@decoders
def test_the_loss_of_a_batch(decoder: str) -> None:
    model = tiny.model(dtype=torch.float32, decoder=decoder)
    pairs = [([5, 6, 7], [4, 5]), ([8, 9], [6, 7, 8, 9])]
    batch = make_batch(pairs, model.config)
    expected = smoothed(model(batch.source, batch.read), batch.labels, 0.1)
    if decoder == "length":
        _, lengths = model.with_length(batch.source, batch.read)
        rows = lengths.log_softmax(-1).tolist()
        expected -= (rows[0][2] + rows[1][4]) / 2
    assert float(batch_loss(model, batch, Recipe(label_smoothing=0.1))) == pytest.approx(expected, rel=1e-5)


# How fast

DECAYS = ("cosine", "linear", "inverse_sqrt", "constant", "trapezoid")


def test_warm_up_is_a_straight_line_and_every_decay_begins_at_the_peak() -> None:
    for decay in DECAYS:
        plan = Recipe(steps=1000, warmup=100, learning_rate=0.5, decay=decay)
        assert [learning_rate(plan, step) for step in (1, 10, 50, 99)] == pytest.approx([0.005, 0.05, 0.25, 0.495])
        assert learning_rate(plan, 100) == pytest.approx(0.5)
        assert learning_rate(plan, 101) == pytest.approx(0.5, rel=0.01)


@given(step=st.integers(100, 1000))
def test_decays(step: int) -> None:
    done = (step - 100) / 900
    expected = {
        "cosine": 0.5 * (0.5 + 0.5 * math.cos(done * math.pi)),
        "linear": 0.5 * (1 - done),
        "constant": 0.5,
        "trapezoid": 0.5 * min(1, (1000 - step) / 250),
        # eq. 3 of the paper, D^-½ · min(step^-½, step · warmup^-1.5), scaled so that its peak is the given rate
        "inverse_sqrt": 0.5 * min(step**-0.5, step * 100**-1.5) / 100**-0.5,
    }
    for decay, rate in expected.items():
        plan = Recipe(steps=1000, warmup=100, learning_rate=0.5, decay=decay)
        assert learning_rate(plan, step) == pytest.approx(rate, abs=1e-12)


def test_a_warm_up_to_the_last_step_ends_at_the_peak() -> None:
    for decay in DECAYS:
        plan = Recipe(steps=100, warmup=100, learning_rate=0.5, decay=decay)
        assert [learning_rate(plan, step) for step in (1, 50, 99, 100)] == pytest.approx([0.005, 0.25, 0.495, 0.5])


def test_no_warm_up_begins_at_the_peak() -> None:
    for decay in DECAYS:
        plan = Recipe(steps=1000, warmup=0, learning_rate=0.5, decay=decay)
        assert learning_rate(plan, 1) == pytest.approx(0.5, rel=0.01)


def test_a_warm_up_of_which_nothing_is_said_is_400_steps_or_a_quarter_of_a_shorter_run() -> None:
    usual = {steps: Recipe(steps=steps).warmup for steps in (1, 50, 399, 400, 3000)}
    assert usual == {1: 0, 50: 12, 399: 99, 400: 400, 3000: 400} and Recipe().warmup == 400
    assert learning_rate(Recipe(steps=50), 12) == Recipe().learning_rate
    assert Recipe(**asdict(Recipe(steps=50))) == Recipe(steps=50)


def test_a_task_is_named_and_one_of_somebodys_pairs_is_with_its_model() -> None:
    with pytest.raises(ValueError, match="task must be a str, got a "):
        TrainingState.new(TASK, config(), recipe())
    with pytest.raises(ValueError, match=r"pairs-0123 is a task made of somebody’s own pairs.*load"):
        get_task("pairs-0123")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"batch_tokens": -1}, "batch_tokens .* got -1"),
        ({"decay": "sudden"}, "cosine, linear, inverse_sqrt, constant, trapezoid, got 'sudden'"),
        ({"warmup": 24}, "between 0 and steps=23, got 24"),
        ({"learning_rate": 0.0}, "got 0.0"),
        ({"clip": 0.0}, "0.0"),
        ({"label_smoothing": 1.0}, r"\[0, 1\), got 1.0"),
    ],
)
def test_a_recipe_that_does_not_work(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        recipe(**changes)


# Batches

words = st.tuples(st.integers(1, 12), st.integers(0, 12))


@given(lengths=st.lists(words, min_size=1, max_size=40), batch_tokens=st.integers(1, 60), seed=st.integers(0, 99))
def test_batches_cover_every_pair_once_and_are_not_too_large(
    lengths: list[tuple[int, int]], batch_tokens: int, seed: int
) -> None:
    pairs = [([number] * source_len, [number] * target_len) for number, (source_len, target_len) in enumerate(lengths)]
    groups = list(bucketed(pairs, batch_tokens, random.Random(seed)))
    assert Counter(id(pair) for group in groups for pair in group) == Counter(id(pair) for pair in pairs)
    for group in groups:
        widest = max(max(len(source), len(target) + 1) for source, target in group)
        assert len(group) == 1 or widest * len(group) <= batch_tokens
    assert list(bucketed(pairs, batch_tokens, random.Random(seed))) == groups


def test_batches_hold_about_equal_lengths_in_random_order() -> None:
    pairs = epoch_pairs(TASK, Recipe(seed=1), 0, *VOCABS)
    groups = list(bucketed(pairs, 60, random.Random(1)))
    assert len(groups) > 4
    spans = [max(len(source) for source, _ in group) - min(len(source) for source, _ in group) for group in groups]
    assert max(spans) <= 1
    lengths = [max(len(source) for source, _ in group) for group in groups]
    assert lengths != sorted(lengths)
    assert groups != list(bucketed(pairs, 60, random.Random(2)))


def test_a_run_sees_every_pair_of_an_epoch_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[int, list] = {}
    state = begin()

    def watched(pairs, model_config) -> Batch:
        seen.setdefault(state.epoch, []).extend(pairs)
        return make_batch(pairs, model_config)

    monkeypatch.setattr("core.training.loop.make_batch", watched)
    steps = list(train(state, TASK, *VOCABS))
    assert [step.step for step in steps] == list(range(1, 24))
    assert {step.epoch for step in steps} == set(seen) >= {0, 1}
    for epoch in range(max(seen)):
        assert sorted(seen[epoch]) == sorted(epoch_pairs(TASK, Recipe(seed=1), epoch, *VOCABS))
    assert sorted(seen[0]) != sorted(seen[1])


def test_a_task_without_pairs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TASK, "training_pairs", lambda seed, epoch: [], raising=False)
    with pytest.raises(ValueError, match="'backwards' has no training pairs in epoch 0"):
        next(train(begin(), TASK, *VOCABS))


PAIRS = [([5, 6, 7], [8, 9]), ([4], [10, 9, 8, 7])]


def test_batch_of_an_autoregressive_decoder() -> None:
    batch = make_batch(PAIRS, config())
    assert batch.source.tolist() == [[5, 6, 7], [4, PAD, PAD]]
    assert batch.read.tolist() == [[BEGIN, 8, 9, PAD, PAD], [BEGIN, 10, 9, 8, 7]]
    assert batch.labels.tolist() == [[8, 9, END, PAD, PAD], [10, 9, 8, 7, END]]
    assert batch.tokens == 8


def test_batch_of_a_decoder_with_a_length_classifier() -> None:
    batch = make_batch(PAIRS, config(decoder="length"))
    assert batch.read.tolist() == [[BEGIN, BEGIN, PAD, PAD], [BEGIN] * 4]
    assert batch.labels.tolist() == [[8, 9, PAD, PAD], [10, 9, 8, 7]]


def test_batch_of_a_decoder_that_cuts_at_END() -> None:
    batch = make_batch(PAIRS, config(decoder="end"))
    assert batch.read.tolist() == [[BEGIN] * 6] * 2
    assert batch.labels.tolist() == [[8, 9, END, END, END, END], [10, 9, 8, 7, END, END]]


@pytest.mark.parametrize(
    ("pair", "decoder", "numbers"),
    [
        (([4] * 6, [5]), "autoregressive", "5 source and 6 target tokens, a pair has 6 and 2"),
        (([4], [5] * 6), "autoregressive", "a pair has 1 and 7"),
        (([4], [5] * 6), "end", "a pair has 1 and 7"),
        (([4], [5] * 7), "length", "a pair has 1 and 7"),
    ],
)
def test_pairs_that_are_too_long(pair: tuple, decoder: str, numbers: str) -> None:
    with pytest.raises(ValueError, match=numbers):
        make_batch([pair], config(decoder=decoder))
    longest = [4] * 5, [5] * (6 if decoder == "length" else 5)
    assert make_batch([longest], config(decoder=decoder)).labels.shape == (1, 6)


def test_pad() -> None:
    assert pad([[1, 2], [3]]).tolist() == [[1, 2], [3, PAD]]
    assert pad([[1], [2]], 3, filler=END).tolist() == [[1, END, END], [2, END, END]]


# One update


def test_the_first_update_is_adamw_on_the_clipped_gradient() -> None:
    state = begin(config(dropout=0.0), clip=0.5, weight_decay=0.1)
    model = state.model
    batch = make_batch(PAIRS, model.config)
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    batch_loss(model, batch, Recipe(label_smoothing=0.1)).backward()
    gradients = {name: weight.grad.clone() for name, weight in model.named_parameters()}
    norm = math.sqrt(sum(float((gradient**2).sum()) for gradient in gradients.values()))
    step = update(state, batch)
    rate = 1e-2 * 1 / 4
    assert (step.step, step.tokens, step.learning_rate) == (1, 8, pytest.approx(rate))
    assert step.grad_norm == pytest.approx(norm, rel=1e-4) and norm > 0.5
    for name, weight in model.named_parameters():
        gradient = gradients[name] * 0.5 / norm
        expected = before[name] * (1 - rate * 0.1) - rate * gradient / (gradient.abs() + 1e-9)
        assert torch.allclose(state.optimizer.state[weight]["exp_avg"], 0.1 * gradient, atol=1e-6), name
        sure = gradient.abs() > 1e-6  # below, ε and rounding decide
        assert torch.allclose(weight.detach()[sure], expected[sure], atol=1e-5), name


@decoders
def test_every_weight_is_trained(decoder: str) -> None:
    settings = {"decoder": decoder, "score": "additive", "position": "learned", "tying": "none", "wiring": "mixed"}
    state = begin(config(**settings, num_encoder_layers=2, num_decoder_layers=2, final_norm=True), weight_decay=0.0)
    before = {name: weight.detach().clone() for name, weight in state.model.named_parameters()}
    run(state, 3)
    unmoved = [name for name, weight in state.model.named_parameters() if torch.equal(weight, before[name])]
    assert not unmoved


# The average


def test_the_average_is_the_mean_of_the_last_snapshots() -> None:
    state = begin()
    snapshots = {}
    for step in train(state, TASK, *VOCABS):
        snapshots[step.step] = {name: weight.detach().clone() for name, weight in state.model.named_parameters()}
    assert state.averaged == 3
    averaged = dict(state.averaged_model().named_parameters())
    for name, weight in averaged.items():
        mean = sum(snapshots[step][name].double() for step in (13, 18, 23)) / 3
        assert torch.allclose(weight.double(), mean, atol=1e-6), name
        assert torch.equal(dict(state.model.named_parameters())[name], snapshots[23][name])
    assert not state.averaged_model().training


@given(steps=st.integers(1, 60), average=st.integers(1, 6), every=st.integers(1, 9))
def test_which_steps_are_averaged(steps: int, average: int, every: int) -> None:
    plan = Recipe(steps=steps, warmup=0, average=average, average_every=every)
    chosen = [step for step in range(1, steps + 1) if plan.is_averaged(step)]
    expected = [steps - n * every for n in range(average) if steps - n * every >= 1]
    assert chosen == sorted(expected)


def test_without_a_snapshot_the_average_is_the_present_model() -> None:
    state = run(begin(), 2)
    assert state.averaged == 0
    averaged = state.averaged_model()
    assert all(torch.equal(a, b) for a, b in zip(averaged.parameters(), state.model.parameters(), strict=True))
    assert averaged is not state.model


def test_a_moving_average_keeps_its_share_of_itself() -> None:
    plan = Recipe(steps=9, warmup=0, ema=0.75, average_every=3)
    assert [step for step in range(1, 10) if plan.is_averaged(step)] == [3, 6, 9]
    state = TrainingState.new("x", begin().model.config, plan)
    seen = []
    for value in (1.0, 2.0, 4.0):
        state.model.output_bias.data.fill_(value)
        state.add_to_average()
        seen.append(float(state.averaged_model().output_bias.detach()[0]))
    assert seen == pytest.approx([1.0, 1.25, 0.75 * 1.25 + 1.0])


@pytest.mark.parametrize("name", ("ema", "subword_sampling"))
def test_shares_lie_between_none_and_all(name: str) -> None:
    for share in (-0.1, 1.0):
        with pytest.raises(ValueError, match=name):
            Recipe(**{name: share})
