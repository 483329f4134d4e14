"""Guided attention: its formulas against plain loops, its gradients against differences, and that it guides."""

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from core.training import Recipe, TrainingState, train
from core.training.batches import Batch, make_batch
from core.training.guided import (
    CrossWeights,
    diagonal_loss,
    diagonal_penalty,
    diagonal_share,
    guide_loss,
    monotonic_loss,
)
from core.training.loss import supervised_terms
from tests.core import tiny
from tests.core.tiny_task import TASK, VOCABS

LENGTHS = torch.tensor([4, 2]), torch.tensor([5, 3])


def weights(rows: int = 4, columns: int = 5, seed: int = 0) -> Tensor:
    """Return attention weights of two pairs of different lengths, padding included. Shapes: → [2,3,T,S]"""
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randn(2, 3, rows, columns, generator=generator, dtype=torch.float64)
    beyond = torch.arange(columns)[None] >= LENGTHS[1][:, None]
    return scores.masked_fill(beyond[:, None, None], -torch.inf).softmax(-1)


def by_loops(table: Tensor, width: float) -> float:
    """Compute the diagonal loss from the paper's formula, cell by cell."""
    total = 0.0
    for pair, (rows, columns) in enumerate(zip(*(lens.tolist() for lens in LENGTHS), strict=True)):
        for head in range(table.shape[1]):
            cells = [
                float(table[pair, head, t, n]) * (1 - math.exp(-((n / columns - t / rows) ** 2) / (2 * width**2)))
                for t in range(rows)
                for n in range(columns)
            ]
            total += sum(cells) / len(cells)
    return total / (table.shape[0] * table.shape[1])


@pytest.mark.parametrize("width", [0.05, 0.2, 1.0])
def test_the_diagonal_loss_is_the_papers(width: float) -> None:
    assert float(diagonal_loss(weights(), *LENGTHS, width)) == pytest.approx(by_loops(weights(), width))


def test_the_monotonic_loss_is_how_far_centres_go_back() -> None:
    table, total = weights(), 0.0
    for pair, (rows, columns) in enumerate(zip(*(lens.tolist() for lens in LENGTHS), strict=True)):
        for head in range(table.shape[1]):
            centres = [sum(float(table[pair, head, t, n]) * n / columns for n in range(columns)) for t in range(rows)]
            back = [max(0.0, one - two) for one, two in pairwise(centres)]
            total += sum(back) / (rows - 1)
    assert float(monotonic_loss(table, *LENGTHS)) == pytest.approx(total / 6)


@given(length=st.integers(2, 12), head=st.integers(1, 3))
def test_a_diagonal_costs_nothing_and_a_reversed_one_does(length: int, head: int) -> None:
    straight = torch.eye(length).expand(1, head, -1, -1)
    lens = torch.tensor([length]), torch.tensor([length])
    assert float(diagonal_loss(straight, *lens, 0.2)) == 0 and float(monotonic_loss(straight, *lens)) == 0
    assert float(diagonal_share(straight, *lens)) == 1
    turned = straight.flip(-1)
    assert float(diagonal_loss(turned, *lens, 0.2)) > 0 and float(monotonic_loss(turned, *lens)) > 0


def test_left_to_right_is_free_of_charge_off_the_diagonal() -> None:
    late = torch.zeros(1, 1, 4, 8)
    late[0, 0, range(4), [4, 5, 6, 7]] = 1
    lens = torch.tensor([4]), torch.tensor([8])
    assert float(monotonic_loss(late, *lens)) == 0 and float(diagonal_loss(late, *lens, 0.2)) > 0.05


def test_the_share_near_the_diagonal_counts_cells() -> None:
    even = torch.full((1, 1, 6, 6), 1 / 6)
    lens = torch.tensor([6]), torch.tensor([6])
    near = sum(abs(t - s) <= 1 for t in range(6) for s in range(6))
    assert float(diagonal_share(even, *lens, cells=1)) == pytest.approx(near / 36)


@pytest.mark.parametrize("loss", [lambda a: diagonal_loss(a, *LENGTHS, 0.2), lambda a: monotonic_loss(a, *LENGTHS)])
def test_the_gradients_are_those_of_small_differences(loss) -> None:
    assert torch.autograd.gradcheck(loss, weights().requires_grad_())


@pytest.mark.parametrize("guide", ["diagonal", "monotonic"])
def test_the_models_gradient_is_that_of_small_differences(guide: str) -> None:
    model = tiny.model().requires_grad_()
    batch = make_batch([([5, 6, 7], [4, 5]), ([8, 9], [6, 7, 8])], model.config)

    def measured() -> Tensor:
        keeper = CrossWeights()
        model(batch.source, batch.read, tap=keeper.tap())
        return guide_loss(keeper.layers, batch, guide, 0.2)

    weight = model.decoder[0].cross_attn.q_proj.weight
    (gradient,) = torch.autograd.grad(measured(), weight)
    with torch.no_grad():
        for row, column in ((0, 0), (3, 1), (5, 2)):
            before = float(weight[row, column])
            found = []
            for sign in (1, -1):
                weight[row, column] = before + sign * 1e-6
                found.append(float(measured()))
            weight[row, column] = before
            assert float(gradient[row, column]) == pytest.approx((found[0] - found[1]) / 2e-6, rel=1e-4, abs=1e-9)


def test_padding_changes_nothing() -> None:
    model = tiny.model()
    pair = ([5, 6, 7], [4, 5])
    alone = make_batch([pair], model.config)
    wide = Batch(*(torch.cat((part, part.new_zeros(1, 2)), dim=1) for part in (alone.source, alone.read, alone.labels)))
    found = []
    for batch in (alone, wide):
        keeper = CrossWeights()
        model(batch.source, batch.read, tap=keeper.tap())
        found.append([float(guide_loss(keeper.layers, batch, guide, 0.2)) for guide in ("diagonal", "monotonic")])
    assert found[0] == pytest.approx(found[1])


def test_the_guide_is_a_weighted_part_of_the_loss() -> None:
    model = tiny.model()
    batch = make_batch([([5, 6, 7], [4, 5])], model.config)
    plain = supervised_terms(model, batch, Recipe())
    guided = supervised_terms(model, batch, Recipe(guide="diagonal", guide_weight=3.0))
    double = supervised_terms(model, batch, Recipe(guide="diagonal", guide_weight=6.0))
    assert set(plain) == {"cross_entropy"} and set(guided) == {"cross_entropy", "guide"}
    assert float(double["guide"].mean) == pytest.approx(2 * float(guided["guide"].mean))
    assert float(plain["cross_entropy"].mean) == pytest.approx(float(guided["cross_entropy"].mean))


def test_training_with_the_guide_brings_attention_to_the_diagonal() -> None:
    config = tiny.model(dtype=torch.float32).config
    found = {}
    for guide in ("none", "diagonal"):
        recipe = Recipe(
            steps=60, batch_tokens=60, warmup=4, learning_rate=1e-2, bf16=False, guide=guide, guide_weight=20.0,
            label_smoothing=0.0,
        )  # fmt: skip
        sized = {"source_vocab_size": len(VOCABS[0]), "target_vocab_size": len(VOCABS[1]), "max_target_len": 16}
        state = TrainingState.new(
            "backwards", type(config)(**config.to_dict() | sized | {"max_source_len": 16, "dropout": 0.0}), recipe
        )
        losses = [step.parts for step in train(state, TASK, *VOCABS)]
        expected = {"cross_entropy"} | ({"guide"} if guide == "diagonal" else set())
        assert all(set(parts) == expected for parts in losses)
        keeper = CrossWeights()
        batch = make_batch([([5, 6, 7, 8], [4, 5, 6, 7])], state.model.config)
        with torch.no_grad():
            state.model.eval()(batch.source, batch.read, tap=keeper.tap())
        found[guide] = float(guide_loss(keeper.layers, batch, "diagonal", 0.2))
    assert found["diagonal"] < 0.85 * found["none"]


def test_a_width_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="width of the diagonal must be above 0, got 0"):
        diagonal_penalty(*LENGTHS, (4, 5), 0)
