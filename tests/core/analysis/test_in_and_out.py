"""Copies of a model that read tokens or positions in another way, and the states that the output layer reads."""

import pytest
import torch
from torch import Tensor

from core.analysis.in_and_out import final_states, halves_order, in_halves, unscaled
from core.model import Transformer
from core.positions import sinusoidal_encoding
from core.switches import Switches, full_pass
from core.taps import Intervention
from tests.core import tiny
from tests.core.tiny import VARIANTS, ids, worst

PLAIN = Switches()
variants = pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS.keys())


class PlainEmbedding(Intervention):
    """Put embedding + encoding in place of what a model reads, without the root of D."""

    def __init__(self, model: Transformer, source: Tensor, read: Tensor) -> None:
        places = PLAIN.source_positions(model, source.shape[1]), PLAIN.target_positions(model, read.shape[1])
        tables = model.source_embedding.weight[source], model.target_embedding.weight[read]
        added = [rows if where is None else rows + where for rows, where in zip(tables, places, strict=True)]
        norms = model.source_embedding_norm, model.target_embedding_norm
        added = [rows if norm is None else norm(rows) for rows, norm in zip(added, norms, strict=True)]
        self.sites = {"encoder.embedding": added[0], "decoder.embedding": added[1]}

    def wants(self, site: str) -> bool:
        return site in self.sites

    def visit(self, site: str, tensor: Tensor, first_query: int) -> Tensor:
        return self.sites[site]


@variants
def test_without_the_root_a_model_reads_its_tables_as_they_are(changes: dict) -> None:
    built, source, read = tiny.model(**changes), ids(6, 4), ids(5, 5, seed=1)
    found = full_pass(unscaled(built), source, read, PLAIN)
    assert worst(found, full_pass(built, source, read, PLAIN, PlainEmbedding(built, source, read))) < 1e-11
    assert (worst(found, full_pass(built, source, read, PLAIN)) > 1e-3) is built.config.scale_embedding


def test_halves_are_all_sines_before_all_cosines() -> None:
    places, order = torch.arange(9), halves_order(14)
    found = sinusoidal_encoding(places, 14)[:, order]
    angles = places[:, None].double() / 10_000 ** (torch.arange(0, 14, 2).double() / 14)
    assert worst(found, torch.cat((angles.sin(), angles.cos()), dim=1)) < 1e-12
    assert order.tolist()[:3] == [0, 2, 4] and sorted(order.tolist()) == list(range(14))


@pytest.mark.parametrize("changes", [{}, {"position": "learned"}], ids=str)
def test_a_model_in_halves_is_a_copy_with_its_encodings_in_another_order(changes: dict) -> None:
    built = tiny.model(**changes)
    before, order = built.source_positions(9).clone(), halves_order(14)
    other = in_halves(built)
    assert worst(other.source_positions(9), before[:, order]) == worst(built.source_positions(9), before) == 0
    assert worst(other.target_positions(7), built.target_positions(7)[:, order]) == 0


def test_a_model_without_positions_has_none_in_halves() -> None:
    with pytest.raises(ValueError, match="no encodings to reorder"):
        in_halves(tiny.model(position="none"))


@variants
def test_logits_are_made_of_the_final_states(changes: dict) -> None:
    built, source, read = tiny.model(**changes), ids(6, 4), ids(5, 5, seed=1)
    for switches in (PLAIN, Switches(causal=False, padding=False)):
        states = final_states(built, source, read, switches)
        assert states.shape == (2, 5, 14)
        assert worst(built.logits(states), full_pass(built, source, read, switches)) < 1e-11
