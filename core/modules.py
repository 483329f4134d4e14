"""torch's modules without hooks: taps watch the layers here, and a call costs no more than its own work."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Module(nn.Module):
    """Call `forward` directly and keep parts as plain attributes.

    A decoded token makes a hundred calls and two hundred look-ups; torch's own would take a quarter of its time.
    Hooks registered on such a module never run.
    """

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        cls.__call__ = cls.forward

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if isinstance(value, nn.Module):
            self.__dict__[name] = value  # found before nn.Module.__getattr__ searches for it


class Linear(Module, nn.Linear):
    """x W + b, with torch's names and layout."""

    def forward(self, x: Tensor) -> Tensor:
        """Shapes: x […,in] → […,out]"""
        weight, bias = self._parameters.values()
        return F.linear(x, weight, bias)


class LayerNorm(Module, nn.LayerNorm):
    """Layer normalisation, with torch's names and ε. Source: Ba et al. 2016, eq. 4."""

    def forward(self, x: Tensor) -> Tensor:
        """Shapes: x […,D] → […,D]"""
        weight, bias = self._parameters.values()
        return torch.layer_norm(x, self.normalized_shape, weight, bias, self.eps)


def dropped(x: Tensor, share: float) -> Tensor:
    """Zero a share of the numbers, rounded to a 256th, and scale the rest up so that the mean stays.

    Each number is decided by one random byte, eight of them from one draw of the generator: torch's own dropout draws
    for each number and takes a third of the training time.

    Shapes: any
    Source: Srivastava et al. 2014, § 4.
    """
    threshold = round(share * 256)
    draws = torch.empty((x.numel() + 7) // 8, dtype=torch.int64, device=x.device).random_(-(2**63), None)
    draws = draws.view(torch.uint8)[: x.numel()].view(x.shape).to(x.dtype)  # exact: 8 bits are enough for 0 … 255
    kept = draws.sub_(threshold - 1).clamp_(0, 1)  # draws >= threshold, which torch is slow to make numbers of
    return x * kept.mul_(256 / (256 - threshold))


class Dropout(Module):
    """Zero a share of the numbers while training, and scale the rest up."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, x: Tensor) -> Tensor:
        """Shapes: any"""
        return dropped(x, self.share) if self.training and self.share else x
