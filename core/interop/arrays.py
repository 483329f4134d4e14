"""A run as a file for other programs: arrays by name, in JSON or as `.npz`."""

import io
import json
from typing import Any

import numpy as np
import torch

from core.trace import Trace
from core.vocab import Vocabulary


def trace_arrays(trace: Trace, source_vocab: Vocabulary, target_vocab: Vocabulary) -> dict[str, np.ndarray]:
    """Return all that a trace holds as arrays by name, tokens as numbers and as names.

    Without the causal mask earlier rows change with every step: then the weights of each step but the last are there
    too, as self_weights_3 and cross_weights_3 after three tokens. Masks hold values of `core.trace.Cell`.

    Shapes: source [S], written and read [T], encoder_weights [L,H,S,S], self_weights [L,H,T,K],
        cross_weights [L,H,T,S], masks without L and H, log_probs [T,V], vocabulary [V]
    Units: log_probs and entropy in nats
    """
    steps = trace.steps
    numbers = {
        "source": trace.source,
        "read": torch.tensor([step.read for step in steps]),
        "written": torch.tensor(trace.tokens),
        "forced": torch.tensor([step.chosen_by == "forced" for step in steps]),
        "entropy": torch.tensor([step.entropy for step in steps], dtype=torch.float64),
        "log_probs": torch.stack([step.log_probs for step in steps]),
        "encoder_weights": trace.encoder_weights,
        "self_weights": trace.self_weights(),
        "cross_weights": trace.cross_weights(),
        "encoder_mask": trace.encoder_cells(),
        "self_mask": trace.self_cells(),
        "cross_mask": trace.cross_cells(),
    }
    last = steps[-1].self_weights
    if last is not None and last.shape[2] > 1:
        for count in range(1, len(steps)):
            numbers[f"self_weights_{count}"] = trace.self_weights(count)
            numbers[f"cross_weights_{count}"] = trace.cross_weights(count)
    names = {
        "source_tokens": [source_vocab.name(token) for token in trace.source.tolist()],
        "read_tokens": [target_vocab.name(step.read) for step in steps],
        "written_tokens": [target_vocab.name(token) for token in trace.tokens],
        "vocabulary": [target_vocab.name(token) for token in range(len(target_vocab))],
    }
    return {name: values.numpy() for name, values in numbers.items()} | {
        name: np.array(tokens, dtype=np.str_) for name, tokens in names.items()
    }


def npz_bytes(arrays: dict[str, np.ndarray]) -> bytes:
    """Return arrays as the bytes of a compressed `.npz`, which `numpy.load` reads without pickles."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # NumPy's type reads each name as an option
    return file.getvalue()


def json_text(arrays: dict[str, np.ndarray], **about: Any) -> str:
    """Return arrays as JSON, after what is said `about` them: nested lists, null for what is not finite.

    Numbers have as many digits as their precision needs to come back the same.
    """
    return json.dumps(about | {name: nested(array) for name, array in arrays.items()}, ensure_ascii=False)


def nested(array: np.ndarray) -> Any:
    """Return an array as lists of plain values."""
    if array.dtype.kind != "f":
        return array.tolist()
    plain = np.array([float(str(value)) if np.isfinite(value) else None for value in array.ravel()], dtype=object)
    return plain.reshape(array.shape).tolist()
