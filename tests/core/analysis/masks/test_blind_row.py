"""A query that may attend to nothing: three ways of masking, counted again in NumPy and by other means."""

import numpy as np
import pytest

from core.analysis.masks.blind_row import WAYS, blind_row, ways_of, with_blind_row
from core.switches import OverwriteWeight, Switches, full_pass, site_of
from tests.core import tiny
from tests.core.runs import SITES, run

HEADS = tiny.SIZES["num_heads"]
LAYERS = {"encoder": tiny.SIZES["num_encoder_layers"], "self": 2, "cross": 2}


@pytest.mark.parametrize("attention", SITES)
def test_zeros_are_what_the_model_does_with_every_cell_of_the_row_blocked(attention: str) -> None:
    built, trace = run()
    found = blind_row(built, trace, attention, 1, 2, 2)
    keys = len(found.scores)
    switches = with_blind_row(trace.switches, attention, 2, keys)
    assert {(cell.attention, cell.query) for cell in switches.blocked} == {(attention, 2)}
    assert sorted(cell.key for cell in switches.blocked) == list(range(keys))
    expected = full_pass(built, trace.source[None], trace.read()[None], switches)[0]
    assert tiny.worst(found.logits["ours"], expected) < 1e-12
    assert not bool(found.weights["ours"].any())
    assert (
        tiny.worst(found.open_logits, full_pass(built, trace.source[None], trace.read()[None], Switches())[0]) < 1e-12
    )


@pytest.mark.parametrize("attention", SITES)
def test_a_large_number_is_as_if_every_weight_of_the_row_were_written_over_alike(attention: str) -> None:
    """No mask at all here: each weight of the row, in all layers and heads, is overwritten with 1 ÷ keys."""
    built, trace = run()
    found = blind_row(built, trace, attention, 0, 0, 2)
    keys = len(found.scores)
    assert np.abs(found.weights["large number"].numpy() - 1 / keys).max() < 1e-12
    alike = frozenset(
        OverwriteWeight(site_of(attention, layer), head, 2, key, 1 / keys)
        for layer in range(LAYERS[attention])
        for head in range(HEADS)
        for key in range(keys)
    )
    expected = full_pass(built, trace.source[None], trace.read()[None], Switches(overwritten=alike))[0]
    assert tiny.worst(found.logits["large number"], expected) < 1e-10


@pytest.mark.parametrize("attention", SITES)
def test_minus_infinity_spreads_also_to_rows_that_may_not_see_it(attention: str) -> None:
    built, trace = run()
    found = blind_row(built, trace, attention, 0, 0, 4)
    assert bool(found.weights["minus infinity"].isnan().all())
    assert bool(found.logits["minus infinity"].isnan().all()), "0 × NaN is NaN, in the second layer at the latest"
    assert not bool(found.logits["ours"].isnan().any())
    single, single_trace = run(num_decoder_layers=1)
    if attention != "encoder":  # with no layer after it, nobody reads the row: it alone is lost
        lost = blind_row(single, single_trace, attention, 0, 0, 4).logits["minus infinity"].isnan().all(-1)
        assert lost.nonzero().flatten().tolist() == [4]


def test_scores_and_weights_are_those_of_the_row_as_it_was() -> None:
    built, trace = run()
    for attention, weights in (("self", trace.self_weights()), ("cross", trace.cross_weights())):
        found = blind_row(built, trace, attention, 1, 1, 3)
        assert np.abs(found.open_weights.numpy() - weights[1, 1, 3].numpy()).max() < 1e-12
        seen = found.open_weights.numpy() > 0
        powers = np.where(seen, np.exp(found.scores.numpy()), 0)
        assert np.abs(powers / powers.sum() - found.open_weights.numpy()).max() < 1e-12


@pytest.mark.parametrize("normalizer", ("relu", "sigmoid"))
def test_without_a_softmax_there_is_one_way(normalizer: str) -> None:
    built, trace = run(normalizer=normalizer)
    assert ways_of(built) == WAYS[:1]
    found = blind_row(built, trace, "self", 0, 0, 2)
    assert list(found.logits) == ["ours"] and not bool(found.logits["ours"].isnan().any())


def test_what_is_not_there() -> None:
    built, trace = run()
    with pytest.raises(ValueError, match="rows 0 to 6 here, asked for 7"):
        blind_row(built, trace, "self", 0, 0, 7)
    for layer, head in ((2, 0), (0, 3)):
        with pytest.raises(ValueError, match=f"no layer {layer} with head {head} in its cross"):
            blind_row(built, trace, "cross", layer, head, 0)
