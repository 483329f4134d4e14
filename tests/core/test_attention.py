"""What holds of every attention, whatever its weights."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from core.attention import NORMALIZERS, MultiHeadAttention, attend, relu_normalizer
from core.masks import causal_mask, combine, padding_mask
from core.taps import Recorder, VisitedTap
from core.vocab import PAD
from tests.core import tiny

normalizers = pytest.mark.parametrize("kind", NORMALIZERS)


def draw(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def random_mask(seed: int, *shape: int) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed)) > 0.5


@normalizers
@given(seed=st.integers(0, 10_000), masked=st.booleans(), scale=st.sampled_from([1e-3, 1.0, 100.0]))
def test_weights_are_never_negative_nor_nan_and_masked_keys_get_none(
    kind: str, seed: int, masked: bool, scale: float
) -> None:
    scores = draw(seed, 2, 3, 7, 5) * scale
    mask = random_mask(seed, 2, 1, 7, 5) if masked else None
    weights = NORMALIZERS[kind](scores, mask)
    assert bool((weights >= 0).all())
    if mask is not None:
        assert not weights.masked_select(~mask.expand_as(weights)).any()


@given(seed=st.integers(0, 10_000), masked=st.booleans(), scale=st.sampled_from([1e-6, 1.0, 100.0]))
def test_rows_sum_to_one(seed: int, masked: bool, scale: float) -> None:
    scores = draw(seed, 2, 3, 7, 5) * scale
    mask = random_mask(seed, 2, 1, 7, 5) if masked else torch.ones(2, 1, 7, 5, dtype=torch.bool)
    softmax = NORMALIZERS["softmax"](scores, mask).sum(-1)
    assert tiny.worst(softmax, mask.any(-1).to(scores.dtype).expand_as(softmax)) < 1e-12
    relu = NORMALIZERS["relu"](scores, mask).sum(-1)
    has_positive = ((scores > 0) & mask).any(-1).to(scores.dtype)
    assert tiny.worst(relu, has_positive) < 1e-12


def test_relu_gives_a_row_without_a_positive_score_no_weight() -> None:
    scores = -draw(1, 2, 3, 7, 5).abs()
    assert not relu_normalizer(scores, None).any()


@normalizers
def test_no_mask_is_the_mask_that_allows_everything(kind: str) -> None:
    scores = draw(1, 2, 3, 7, 5)
    for everything in (torch.ones(1, 1, 1, 5, dtype=torch.bool), torch.ones(2, 3, 7, 5, dtype=torch.bool)):
        assert tiny.worst(NORMALIZERS[kind](scores, None), NORMALIZERS[kind](scores, everything)) < 1e-15


@normalizers
def test_masked_scores_have_no_influence(kind: str) -> None:
    scores, mask = draw(1, 2, 3, 7, 5), random_mask(2, 2, 3, 7, 5)
    changed = torch.where(mask, scores, draw(3, 2, 3, 7, 5) * 50)
    assert torch.equal(NORMALIZERS[kind](scores, mask), NORMALIZERS[kind](changed, mask))


@normalizers
@pytest.mark.parametrize("dtype", (torch.float32, torch.float64, torch.bfloat16))
def test_a_query_that_may_attend_to_nothing_yields_zeros(kind: str, dtype: torch.dtype) -> None:
    query, key, value = (draw(seed, 2, 3, 7, 5).to(dtype).requires_grad_() for seed in range(3))
    mask = torch.ones(2, 1, 7, 7, dtype=torch.bool)
    mask[0, 0, 3] = False
    mask[1] = False
    mixed = attend(query, key, value, mask, normalizer=NORMALIZERS[kind])
    assert not mixed[0, :, 3].any()
    assert not mixed[1].any()
    assert mixed[0, :, [0, 1, 2, 4, 5, 6]].any()
    mixed.sum().backward()
    for leaf in (query, key, value):
        assert bool(leaf.grad.isfinite().all())
        assert not leaf.grad[1].any()
    assert value.grad[0].any()


@pytest.mark.parametrize(("dtype", "tolerance"), ((torch.float64, 1e-12), (torch.float32, 1e-5)))
@given(seed=st.integers(0, 10_000), masked=st.booleans())
def test_the_fused_product_is_the_equation(dtype: torch.dtype, tolerance: float, seed: int, masked: bool) -> None:
    """Where nobody watches, torch's fused kernel takes the place of `attend`; a query without keys yields zeros."""
    module = MultiHeadAttention(tiny.config())
    tiny.randomise(module, seed)
    module = module.to(dtype).eval().requires_grad_(False)
    assert module.fusible
    x, y = draw(seed, 2, 7, 14).to(dtype), draw(seed + 1, 2, 5, 14).to(dtype)
    mask = random_mask(seed, 2, 1, 7, 5) if masked else None
    if masked:
        mask[0, 0, 3] = False
    assert tiny.worst(module(x, y, mask), module(x, y, mask, VisitedTap([]))) < tolerance


@normalizers
@pytest.mark.parametrize("score", ("scaled_dot", "dot", "additive"))
def test_a_whole_model_survives_a_query_without_keys(kind: str, score: str) -> None:
    built = tiny.model(normalizer=kind, score=score).requires_grad_(True)
    source, read = tiny.ids(5, 7), tiny.ids(3, 3, seed=1)
    source[1] = PAD
    logits = built(source, read)
    assert bool(logits.isfinite().all())
    logits.sum().backward()
    assert all(bool(parameter.grad.isfinite().all()) for parameter in built.parameters() if parameter.grad is not None)


def test_head_width_is_free_of_the_model_width() -> None:
    config = tiny.config(d_model=14, num_heads=3, head_width=5)
    attention = MultiHeadAttention(config).double()
    tiny.randomise(attention, 1)
    recorder = Recorder()
    output = attention(draw(1, 2, 7, 14), draw(2, 2, 11, 14), None, VisitedTap([recorder]))
    assert attention.q_proj.weight.shape == (15, 14)
    assert attention.out_proj.weight.shape == (14, 15)
    assert recorder.records["query"].shape == (2, 3, 7, 5)
    assert output.shape == (2, 7, 14)
    assert tiny.config(d_model=14, num_heads=7, head_width=None).d_head == 2


def test_each_head_reads_its_own_part_of_the_projections() -> None:
    """Compute the second head by hand from rows 5 … 9 of the projections."""
    attention = MultiHeadAttention(tiny.config()).double().eval()
    tiny.randomise(attention, 1)
    x, y = draw(1, 2, 7, 14), draw(2, 2, 11, 14)
    recorder = Recorder()
    attention(x, y, None, VisitedTap([recorder]))
    rows = slice(5, 10)
    query, key, value = (
        z @ projection.weight[rows].T + projection.bias[rows]
        for z, projection in ((x, attention.q_proj), (y, attention.k_proj), (y, attention.v_proj))
    )
    weights = (query @ key.transpose(1, 2) / 5**0.5).softmax(-1)
    assert tiny.worst(recorder.records["weights"][:, 1], weights.detach()) < 1e-12
    assert tiny.worst(recorder.records["head_outputs"][:, 1], (weights @ value).detach()) < 1e-12


def test_weights_are_recorded_before_dropout_and_dropout_acts_after() -> None:
    attention = MultiHeadAttention(tiny.config(dropout=0.5)).double()
    tiny.randomise(attention, 1)
    x = draw(1, 2, 7, 14)
    noisy, calm = Recorder(), Recorder()
    attention.train()(x, x, None, VisitedTap([noisy]))
    attention.eval()(x, x, None, VisitedTap([calm]))
    assert torch.equal(noisy.records["weights"], calm.records["weights"])
    assert not torch.equal(noisy.records["head_outputs"], calm.records["head_outputs"])


def test_keys_without_values_are_an_error_that_counts_both() -> None:
    with pytest.raises(ValueError, match="11 keys but 7 values"):
        attend(draw(1, 2, 3, 5, 5), draw(2, 2, 3, 11, 5), draw(3, 2, 3, 7, 5))


def test_padding_mask_allows_what_is_not_padding() -> None:
    ids = torch.tensor([[5, 6, PAD], [7, PAD, PAD]])
    mask = padding_mask(ids, PAD)
    assert mask.shape == (2, 1, 1, 3)
    assert mask[:, 0, 0].tolist() == [[True, True, False], [True, False, False]]


@pytest.mark.parametrize("length", (1, 2, 7))
def test_causal_mask_allows_up_to_ones_own_position(length: int) -> None:
    mask = causal_mask(length)
    assert mask.shape == (1, 1, length, length)
    for query in range(length):
        assert mask[0, 0, query].tolist() == [key <= query for key in range(length)]


def test_combine_allows_what_every_mask_allows() -> None:
    one, other = random_mask(1, 2, 1, 1, 5), random_mask(2, 1, 1, 7, 5)
    assert combine() is None
    assert combine(None, None) is None
    assert combine(None, one) is one
    combined = combine(one, None, other)
    assert combined.shape == (2, 1, 7, 5)
    assert torch.equal(combined, one & other)
