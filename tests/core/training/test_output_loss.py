"""The loss that comes with its gradient equals torch's own, which makes all scores first."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from core.training import output_loss as under_test
from core.training.output_loss import output_loss
from core.vocab import PAD


def tensors(dtype: torch.dtype, vocab_size: int = 13) -> tuple[list[Tensor], Tensor]:
    """Draw hidden [2,7,3], weight, bias, and labels with padding."""
    generator = torch.Generator().manual_seed(2)
    shapes = (2, 7, 3), (vocab_size, 3), (vocab_size,)
    drawn = [torch.randn(shape, generator=generator, dtype=dtype, requires_grad=True) for shape in shapes]
    labels = torch.randint(1, vocab_size, (2, 7), generator=generator)
    labels[1, 4:] = PAD
    return drawn, labels


def torch_loss(hidden: Tensor, weight: Tensor, bias: Tensor, labels: Tensor, label_smoothing: float) -> Tensor:
    """Make all scores, then the loss of them."""
    scores = F.linear(hidden, weight, bias).flatten(0, 1)
    return F.cross_entropy(scores, labels.flatten(), ignore_index=PAD, label_smoothing=label_smoothing)


@pytest.mark.parametrize(("dtype", "close"), [(torch.float64, 1e-12), (torch.float32, 1e-6)])
@pytest.mark.parametrize("label_smoothing", (0.0, 0.1, 0.5))
@pytest.mark.parametrize("cells", (1, 40, 1 << 18))  # a row, three rows, and all rows at a time
def test_value_and_gradients_equal_torchs(
    dtype: torch.dtype, close: float, label_smoothing: float, cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(under_test, "CELLS", cells)
    given, labels = tensors(dtype)
    expected, found = torch_loss(*given, labels, label_smoothing), output_loss(*given, labels, label_smoothing)
    assert found.item() == pytest.approx(expected.item(), rel=close)
    for one, other in zip(torch.autograd.grad(3 * found, given), torch.autograd.grad(3 * expected, given), strict=True):
        assert torch.allclose(one, other, rtol=close, atol=close)


def test_scores_far_apart_stay_finite() -> None:
    given, labels = tensors(torch.float32)
    apart = [given[0] * 500, *given[1:]]
    found = output_loss(*apart, labels, 0.1)
    assert found.item() == pytest.approx(torch_loss(*apart, labels, 0.1).item(), rel=1e-5)
    assert all(bool(gradient.isfinite().all()) for gradient in torch.autograd.grad(found, given))


def test_in_bf16_it_differs_from_float32_no_more_than_torchs_own_does() -> None:
    given, labels = tensors(torch.float32, vocab_size=300)
    exact = torch_loss(*given, labels, 0.1)
    gradients = torch.autograd.grad(exact, given)
    with torch.autocast("cpu", torch.bfloat16):
        usual, found = torch_loss(*given, labels, 0.1), output_loss(*given, labels, 0.1)
    assert abs(found.item() - exact.item()) <= abs(usual.item() - exact.item()) + 1e-3
    for one, other in zip(torch.autograd.grad(found, given), gradients, strict=True):
        assert (one - other).norm() <= 0.02 * other.norm()
