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


class Dropout(Module):
    """Zero a share of the numbers while training, and scale the rest up. Source: Srivastava et al. 2014, § 4."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, x: Tensor) -> Tensor:
        """Shapes: any"""
        return F.dropout(x, self.share) if self.training else x
