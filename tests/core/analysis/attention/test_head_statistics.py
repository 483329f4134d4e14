"""Each head in numbers: every one of them counted again, cell by cell, in plain Python and NumPy."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.analysis.attention.head_statistics import LANDMARKS, head_statistics, landmarks, statistics_of
from core.switches import BlockedCell, Switches
from core.trace import Cell
from core.vocab import PAD
from tests.core.runs import SITES, run


def counted_again(weights: np.ndarray, allowed: np.ndarray, real: np.ndarray) -> dict[str, float]:
    """Go through one head's cells one by one."""
    found: dict[str, list[float]] = {name: [] for name in ("total", "entropy", "distance", "direction", *LANDMARKS)}
    for i, (row, open_cells) in enumerate(zip(weights, allowed, strict=True)):
        keys = [j for j in range(len(row)) if open_cells[j]]
        total = sum(row[j] for j in keys)
        if keys:
            found["total"].append(total)
        if total == 0:
            continue
        p = {j: row[j] / total for j in keys}
        found["entropy"].append(-sum(x * math.log(x) for x in p.values() if x > 0))
        found["distance"].append(sum(x * abs(i - j) for j, x in p.items()))
        found["direction"].append(sum(x * (j - i) for j, x in p.items()))
        ends = [j for j in keys if real[j]]
        named = {"diagonal": i, "previous": i - 1, "next": i + 1}
        named |= {"first": ends[0], "last": ends[-1]} if ends else {}
        for name, j in named.items():
            if j in p:
                found[name].append(p[j])
    return {name: float(np.mean(values)) if values else math.nan for name, values in found.items()}


def assert_counted(found, weights: np.ndarray, allowed: np.ndarray, real: np.ndarray) -> None:
    for layer, head in np.ndindex(*weights.shape[:2]):
        expected = counted_again(weights[layer, head], allowed, real)
        for name, value in expected.items():
            table = found.shares[name] if name in LANDMARKS else getattr(found, name)
            assert float(table[layer, head]) == pytest.approx(value, abs=1e-9, nan_ok=True), name


SWITCHES = {
    "nothing": Switches(),
    "causal off": Switches(causal=False),
    "padding off": Switches(padding=False),
    "blocked": Switches(
        blocked=frozenset({*(BlockedCell("self", 3, key) for key in range(4)), BlockedCell("cross", 2, 4)})
    ),
}


@pytest.mark.parametrize("attention", SITES)
@pytest.mark.parametrize("switches", SWITCHES.values(), ids=SWITCHES.keys())
@pytest.mark.parametrize("normalizer", ("softmax", "relu", "sigmoid"))
def test_every_number_of_a_run_counted_again(attention: str, switches: Switches, normalizer: str) -> None:
    _, trace = run(switches, normalizer=normalizer)
    name = "encoder_weights" if attention == "encoder" else f"{attention}_weights"
    weights = trace.encoder_weights if attention == "encoder" else getattr(trace, name)()
    allowed = getattr(trace, f"{attention}_cells")().numpy() == Cell.OPEN
    source = trace.source.numpy() != PAD
    if attention == "encoder":
        allowed = allowed & source[:, None]
    real = np.ones(allowed.shape[1], dtype=bool) if attention == "self" else source
    found = statistics_of(trace, attention)
    assert_counted(found, weights.double().numpy(), allowed, real)
    assert found.entropy.shape == (2 if attention != "encoder" else 3, 3)


@given(st.data())
def test_what_holds_of_any_weights(data: st.DataObject) -> None:
    query_len, key_len = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 6))
    shape = (1, 2, query_len, key_len)
    weights = data.draw(arrays.arrays(float, shape, elements=st.sampled_from((0.0, 0.1, 0.5, 1.0))))
    allowed = data.draw(arrays.arrays(bool, (query_len, key_len)))
    real = data.draw(arrays.arrays(bool, key_len))
    found = head_statistics(torch.tensor(weights), torch.tensor(allowed), torch.tensor(real))
    assert_counted(found, np.where(allowed, weights, 0), allowed, real)
    scaled = head_statistics(torch.tensor(weights * 3), torch.tensor(allowed), torch.tensor(real))
    assert torch.allclose(found.entropy, scaled.entropy, atol=1e-12, equal_nan=True)
    kept = ~found.entropy.isnan()
    most = math.log(max(1, allowed.sum(1).max()))
    assert bool((found.entropy[kept] >= 0).all()) and bool((found.entropy[kept] <= most + 1e-9).all())
    assert bool((found.direction[kept].abs() <= found.distance[kept] + 1e-9).all())


def test_heads_that_do_one_thing() -> None:
    """A uniform head has the entropy of its number of keys, one that looks back by one stands one away."""
    keys = 5
    uniform = torch.tril(torch.ones(keys, keys)) / torch.arange(1, keys + 1)[:, None]
    previous = torch.diag(torch.ones(keys - 1), -1)
    previous[0, 0] = 1
    found = head_statistics(torch.stack((uniform, previous))[None], torch.ones(keys, keys).tril().bool())
    assert found.entropy[0].tolist() == pytest.approx([math.log(math.factorial(keys)) / keys, 0])
    assert found.distance[0].tolist() == pytest.approx([1.0, 0.8])  # the means of (0, ½, 1, 1½, 2) and (0, 1, 1, 1, 1)
    assert found.direction[0].tolist() == pytest.approx([-1.0, -0.8])
    assert float(found.shares["previous"][0, 1]) == 1
    assert torch.equal(found.shares["last"], found.shares["diagonal"])
    assert bool(found.shares["next"].isnan().all())


def test_landmarks_mark_one_key_a_row_at_most() -> None:
    allowed = torch.tensor([[0, 1, 1, 1], [1, 1, 0, 1], [0, 0, 0, 0]]).bool()
    marked = landmarks(allowed, torch.tensor([1, 1, 1, 0]).bool())
    where = {name: [row.nonzero().flatten().tolist() for row in cells] for name, cells in marked.items()}
    assert where == {
        "diagonal": [[], [1], []],
        "previous": [[], [0], []],
        "next": [[1], [], []],
        "first": [[1], [0], []],
        "last": [[2], [1], []],
    }


def test_a_layer_that_was_left_out_has_no_numbers() -> None:
    _, trace = run(Switches(skipped=frozenset({"encoder.1"})))
    found = statistics_of(trace, "encoder")
    for table in (found.total, found.entropy, found.distance, found.direction, *found.shares.values()):
        assert table.isnan().any(1).tolist() == [False, True, False]


def test_shapes_that_do_not_belong_together() -> None:
    with pytest.raises(ValueError, match=r"weights \(1, 2, 3, 4\) and allowed cells \(4, 3\) differ in Q or K"):
        head_statistics(torch.ones(1, 2, 3, 4), torch.ones(4, 3).bool())
