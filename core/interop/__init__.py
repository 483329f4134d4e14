"""Other libraries' models, in and out."""

from core.interop.torch_nn import TorchTransformer, from_torch, inexpressible, to_torch

__all__ = ["TorchTransformer", "from_torch", "inexpressible", "to_torch"]
