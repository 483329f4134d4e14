"""Diagrams of both stacks: an arrow for each share that is read, as wide as the share."""

import numpy as np
import pytest

from core.figures.stacks import APART, EVERY, RISE, WIDE, wirings_figure

LAST, LAYERWISE = np.array([[0.0, 1.0], [0.0, 1.0]]), np.eye(2)
MIXED = np.array([[0.25, 0.75, 0.0], [0.5, 0.3, 0.2]])
LABELS = ("encoder", "decoder")


def drawn(*tables: np.ndarray, marked: int | None = None):
    return wirings_figure([f"wiring {n}" for n in range(len(tables))], tables, marked, LABELS)


def arrows(figure) -> dict[tuple[int, int, int], float]:
    """Return each arrow's width by its diagram, decoder layer and encoder layer."""
    found = {}
    for note in figure.layout.annotations:
        if note.showarrow:
            place = round((note.ax - WIDE) / EVERY)
            assert note.x == pytest.approx(EVERY * place + APART)
            found[place, round(note.y / RISE), round(note.ay / RISE)] = note.arrowwidth
    return found


def texts(figure) -> list[str]:
    return [note.text for note in figure.layout.annotations if note.text]


def test_every_decoder_layer_is_met_by_the_layers_that_it_reads() -> None:
    assert set(arrows(drawn(LAST, LAYERWISE))) == {(0, 0, 1), (0, 1, 1), (1, 0, 0), (1, 1, 1)}


def test_a_mix_has_arrows_as_wide_as_its_shares_and_says_them() -> None:
    figure = drawn(MIXED)
    found = arrows(figure)
    assert set(found) == {(0, d, e) for d, e in zip(*MIXED.nonzero(), strict=True)}
    order = sorted(found, key=lambda key: MIXED[key[1:]])
    assert [found[key] for key in order] == sorted(found.values())
    slopes = np.diff(sorted(found.values())) / np.diff(sorted(MIXED[MIXED > 0]))
    assert np.allclose(slopes, slopes[0], atol=0.15)
    assert {"25%", "75%", "50%", "30%", "20%"} <= set(texts(figure))


def test_a_whole_share_needs_no_number() -> None:
    assert not any("%" in text for text in texts(drawn(LAST, LAYERWISE)))


def test_every_layer_has_a_box_and_a_name_and_the_marked_wiring_is_bold() -> None:
    figure = drawn(LAST, MIXED, marked=1)
    assert sum(shape.type == "rect" for shape in figure.layout.shapes) == (2 + 2) + (3 + 2)
    assert texts(figure).count("encoder 1") == 2 and texts(figure).count("encoder 3") == 1
    bold = [each.text for each in figure.layout.annotations if each.font.weight == "bold"]
    assert "wiring 0" in texts(figure) and bold == ["wiring 1"]


def test_nothing_is_smaller_than_can_be_read_and_nothing_stands_outside() -> None:
    figure = drawn(LAST, LAYERWISE, MIXED)
    assert min(note.font.size for note in figure.layout.annotations if note.text) >= 12
    (left, right), (low, high) = figure.layout.xaxis.range, figure.layout.yaxis.range
    for shape in figure.layout.shapes:
        assert left <= min(shape.x0, shape.x1) and max(shape.x0, shape.x1) <= right
        assert low <= min(shape.y0, shape.y1) and max(shape.y0, shape.y1) <= high


def test_what_does_not_belong_together() -> None:
    with pytest.raises(ValueError, match="1 names and 2 tables"):
        wirings_figure(["one"], [LAST, LAYERWISE], None, LABELS)
    with pytest.raises(ValueError, match="must sum to 1"):
        drawn(np.array([[0.5, 0.4]]))
