"""Exports of a run, opened again, hold what the trace holds."""

import io
import json

import numpy as np
import pytest
import torch

from core.interop.arrays import json_text, npz_bytes, trace_arrays
from core.switches import Switches
from core.trace import Trace
from core.vocab import Vocabulary
from tests.core.runs import dates_run, run

LETTERS = Vocabulary(tuple("abcdefghijklmnopqrstuvwxyz"))
RUNS = {
    "causal": lambda: run()[1],
    "not causal": lambda: run(Switches(causal=False))[1],
    "parallel": lambda: run(decoder="length")[1],
    "a layer left out": lambda: run(Switches(skipped=frozenset({"encoder.0"})))[1],
}


def opened_npz(trace: Trace) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(npz_bytes(trace_arrays(trace, LETTERS, LETTERS))), allow_pickle=False) as file:
        return dict(file)


def opened_json(trace: Trace) -> dict[str, np.ndarray]:
    found = json.loads(json_text(trace_arrays(trace, LETTERS, LETTERS)), parse_constant=pytest.fail)

    def array(name: str) -> np.ndarray:
        return np.array(found[name], dtype=None if "tokens" in name or name == "vocabulary" else float)

    return {name: array(name) for name in found}


@pytest.mark.parametrize("trace", RUNS.values(), ids=RUNS.keys())
@pytest.mark.parametrize("opened", (opened_npz, opened_json))
def test_an_export_equals_the_trace(opened, trace) -> None:
    trace = trace()
    found = opened(trace)
    expected = {
        "source": trace.source, "written": torch.tensor(trace.tokens), "encoder_weights": trace.encoder_weights,
        "self_weights": trace.self_weights(), "cross_weights": trace.cross_weights(),
        "encoder_mask": trace.encoder_cells(), "self_mask": trace.self_cells(), "cross_mask": trace.cross_cells(),
        "log_probs": torch.stack([step.log_probs for step in trace.steps]),
        "entropy": torch.tensor([step.entropy for step in trace.steps], dtype=torch.float64),
    }  # fmt: skip
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values.numpy(), err_msg=name)
    changing = trace.steps[-1].self_weights.shape[2] > 1
    assert ("self_weights_3" in found) == changing
    if changing:
        np.testing.assert_array_equal(found["self_weights_3"], trace.self_weights(3).numpy())
        np.testing.assert_array_equal(found["cross_weights_1"], trace.cross_weights(1).numpy())
    assert [LETTERS.name(token) for token in trace.tokens] == found["written_tokens"].tolist()


def test_numbers_of_32_bits_come_back_from_json_as_they_were() -> None:
    _, trace, about = dates_run()
    arrays = trace_arrays(trace, about.source_vocab, about.target_vocab)
    found = json.loads(json_text(arrays, model="dates"))
    assert found["model"] == "dates"
    assert "".join(found["written_tokens"]) == "2001-03-03⟨END⟩"
    assert arrays["cross_weights"].dtype == np.float32
    np.testing.assert_array_equal(np.array(found["cross_weights"], np.float32), trace.cross_weights().numpy())
