"""Links and their agreement, recounted row by row; the four maps are what their parts give."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.analysis.attention.alignment import METHODS, NO_LINK, agreement, alignments, argmax_links
from core.analysis.attention.rollout import rollout_of
from core.analysis.attention.weight_gradients import weight_gradients
from core.switches import Switches
from core.vocab import PAD
from tests.core.runs import run

NUMBERS = st.floats(-3, 3, width=32)


@given(arrays.arrays(np.float32, (4, 5), elements=NUMBERS), arrays.arrays(bool, (4, 5)))
def test_links_are_the_first_largest_of_those_allowed(values: np.ndarray, allowed: np.ndarray) -> None:
    found = argmax_links(torch.from_numpy(values), torch.from_numpy(allowed)).tolist()
    for row, may, link in zip(values.tolist(), allowed.tolist(), found, strict=True):
        open_keys = [key for key in range(5) if may[key]]
        assert link == (max(open_keys, key=lambda key: (row[key], -key)) if open_keys else NO_LINK)


@given(st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=2, max_size=4))
def test_agreement_counts_equal_rows(links: list[list[int]]) -> None:
    found = agreement([torch.tensor(each) for each in links])
    for one, here in enumerate(links):
        for other, there in enumerate(links):
            assert found[one, other].item() == pytest.approx(sum(map(int.__eq__, here, there)) / 6)


def test_rows_that_do_not_count() -> None:
    links = torch.tensor([[1, 2], [3, 9]]), torch.tensor([[1, 0], [3, 0]])
    counted = torch.tensor([[True, False], [True, False]])
    assert agreement(links, counted)[0, 1] == 1 and agreement(links)[0, 1] == 0.5


@pytest.mark.parametrize("changes", ({}, {"wiring": "mixed", "normalizer": "sigmoid"}), ids=str)
def test_the_four_maps_are_what_their_parts_give(changes: dict) -> None:
    built, trace = run(Switches(), **changes)
    gradients, rolled = weight_gradients(built, trace), rollout_of(built, trace)
    found = alignments(trace, gradients, rolled, layer=1, head=2)
    weights, gradients = trace.cross_weights()[1].numpy(), gradients.gradients[1].numpy()
    assert tuple(found.maps) == METHODS
    assert np.abs(found.head.numpy() - weights[2]).max() < 1e-12
    assert np.abs(found.mean.numpy() - weights.sum(0) / 3).max() < 1e-12
    assert torch.equal(found.rollout, rolled.source)
    assert np.abs(found.products.numpy() - (weights * gradients).sum(0)).max() < 1e-12
    assert torch.equal(found.allowed, (trace.source != PAD).expand(len(trace.steps), -1))
    for name, links in found.links.items():
        for row, link in enumerate(links.tolist()):
            open_values = np.where(found.allowed[row].numpy(), found.maps[name][row].numpy(), -np.inf)
            assert link == int(open_values.argmax())
