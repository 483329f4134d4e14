"""Short names for weights and for examples, which no others have: what a measurement was made with."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from torch import Tensor

from core import checkpoint
from core.checkpoint import CheckpointError
from core.model import Transformer
from core.tasks import Example


def weights_fingerprint(model: Transformer) -> str:
    """Return the fingerprint of a model's weights, as float32."""
    return _digest((name, parameter.detach()) for name, parameter in model.named_parameters())


def file_fingerprint(path: Path) -> str:
    """Return the fingerprint that the model of a checkpoint has; it is computed once, until the file changes.

    Raises: CheckpointError if the file cannot be read.
    """
    if not path.is_file():  # a pipe would be waited for
        raise CheckpointError("refusal.no_file", name=path.name)
    found = path.stat()
    return _file_fingerprint(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=256)
def _file_fingerprint(path: Path, changed: int, size: int) -> str:
    return _digest(checkpoint.read_tensors(path).items())


def examples_fingerprint(examples: Sequence[Example]) -> str:
    """Return the fingerprint of examples in this order."""
    lines = "\n".join(f"{example.source}\t{example.target}" for example in examples)
    return hashlib.blake2s(lines.encode(), digest_size=16).hexdigest()


def _digest(tensors: Iterable[tuple[str, Tensor]]) -> str:
    digest = hashlib.blake2s(digest_size=16)
    for name, tensor in sorted(tensors, key=lambda item: item[0]):
        digest.update(name.encode() + tensor.float().numpy().tobytes())
    return digest.hexdigest()
