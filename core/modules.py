"""torch's modules without hooks: taps watch the layers here, and a call costs no more than its own work."""

from typing import Any, NoReturn

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.sentences import Refusal


class Module(nn.Module):
    """Call `forward` directly and keep parts as plain attributes.

    A decoded token makes a hundred calls and two hundred look-ups; torch's own would take a quarter of its time.
    A hook on such a module would never run, so it is refused.
    """

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        cls.__call__ = cls.forward  # type: ignore[method-assign]

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if isinstance(value, nn.Module):
            self.__dict__[name] = value  # found before nn.Module.__getattr__ searches for it

    def refuse_hook(self, *_: object, **__: object) -> NoReturn:
        """Say what to use in place of a hook.

        Raises: ValueError, always.
        """
        raise Refusal("refusal.hook", layer=type(self).__name__)

    register_forward_hook = register_forward_pre_hook = refuse_hook
    register_full_backward_hook = register_full_backward_pre_hook = register_backward_hook = refuse_hook


class Linear(Module, nn.Linear):
    """x W + b, with torch's names and layout."""

    def forward(self, x: Tensor) -> Tensor:
        """Shapes: x […,in] → […,out]"""
        weight, bias = self._parameters.values()
        return F.linear(x, weight, bias)  # type: ignore[arg-type]  # there is a weight


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
