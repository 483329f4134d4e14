"""Position: every number and every output on the page is what plain NumPy makes of the checkpoint's file."""

import json
import re
from functools import cache
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest

from core import paths
from core.run import models, runs
from core.run.runs import RunSpec
from tests.pages.board_arithmetic import assert_made_as_said, values
from tests.pages.numpy_transformer import Numpy, sinusoids

SOURCE = "3 mars 2001"
SHOWS = "encoding", "shuffle", "models", "beyond", "in_out"
SECTIONS = "formula", "code", "evidence", "question"
DATES = "dates", "dates-learned-position", "dates-no-position"
SMALL = "small", "small-learned-position", "small-no-position"
BAD_LINKS = {
    "show=pictures": "show=pictures",
    "p=999": "p=999",
    "place=0": "place=0",
    "pair=-1": "pair=-1",
    "offset=two": "offset=two",
    "shift=65": "shift=65",
    "side=left": "side=left",
    "order=99999": "order=99999",
    "swaps=1-2,3": "swaps tokens with “3”",
    "swaps=0-2": "swaps tokens with “0-2”",
    "swaps=a-b": "swaps tokens with “a-b”",
    "picked=x": "picked=x",
}
model_of = cache(Numpy)


def position(visit, **choices):
    """Open the page with choices from its address."""
    page = visit(urlencode(choices), "position")
    assert not page.at.exception
    return page


def link_of(page) -> dict[str, str]:
    """Return what the address bar holds."""
    return dict(parse_qsl(urlencode(page.at.query_params, doseq=True)))


def kept(name: str) -> dict:
    return json.loads((paths.EVIDENCE / f"{name}.json").read_text(encoding="utf-8"))


def charts(page) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in page.at.get("plotly_chart")]


def rows(page) -> list[list[str]]:
    """Return the cells of the page's table of outputs, without its head."""
    (table,) = [element.value for element in page.at.markdown if "|" in element.value and "---" in element.value]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def output_in(cell: str) -> str:
    return re.search(r"`` (.*?) ``", cell)[1]


def titles(page) -> list[str]:
    """Return the titles of the board's lines."""
    (board,) = [data for data in page.sent if "panels" in data]
    return [line["title"] for line in board["lines"]]


def summary(page) -> str:
    return next(data["summary"] for data in page.sent if "panels" in data)


def encodings(name: str) -> np.ndarray:
    """Return a model's encodings of the source's positions, or the formula's."""
    model = model_of(name)
    places = np.arange(model.config.max_source_len)
    if model.config.position == "none":
        return sinusoids(places, model.config.d_model)
    return model.table("source", places)


def turned(table: np.ndarray, offset: int) -> np.ndarray:
    """Turn each pair of each row by the offset's own angle, with complex numbers."""
    width = table.shape[1]
    pairs = table[:, 1::2] + 1j * table[:, ::2]  # cosine + i sine
    angles = offset / 10_000 ** (np.arange(0, width, 2) / width)
    on = pairs * np.exp(1j * angles)
    return np.stack((on.imag, on.real), axis=-1).reshape(table.shape)


@pytest.mark.parametrize("name", [*DATES, *SMALL])
def test_the_picture_is_the_models_table_or_says_that_it_is_the_formulas(visit, name):
    page = position(visit, model=name)
    assert np.allclose(values(page.board["pe"]), encodings(name), atol=1e-6)
    none = name.endswith("no-position")
    assert ("adds nothing to its tokens" in page.said) == none
    assert ("formula" in page.board["pe"]["title"]) == none


@pytest.mark.parametrize(("p", "pair", "offset"), [(3, 5, 4), (0, 0, 1), (40, 31, 23), (63, 2, 0)])
@pytest.mark.parametrize("name", ["dates", "small-learned-position"])
def test_a_rotation_moves_sinusoids_on_and_misses_what_was_learned(visit, name, p, pair, offset):
    page = position(visit, model=name, p=p, pair=pair, offset=offset)
    table = encodings(name)
    width, own = table.shape[1], slice(2 * pair, 2 * pair + 2)
    angle = offset / 10_000 ** (2 * pair / width)
    rotation = [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
    assert np.allclose(values(page.board["turn"]), rotation, atol=1e-6)
    assert np.allclose(values(page.board["before"])[:, 0], table[p, own], atol=1e-6)
    assert np.allclose(values(page.board["turned"])[:, 0], rotation @ table[p, own], atol=1e-5)
    assert np.allclose(values(page.board["after"])[:, 0], table[p + offset, own], atol=1e-6)
    has_token = p < len("3 mars 2001")
    assert assert_made_as_said(page.board) == 2 + width * has_token
    assert ("x" in page.board) == has_token
    if has_token:
        weights = models.model(name).state_dict()["source_embedding.weight"].numpy()
        token = weights[runs.source_ids(RunSpec(model=name, source="3 mars 2001"))[p]] * np.sqrt(width)
        assert np.allclose(values(page.board["e"])[0], token, atol=1e-5)
        assert np.allclose(values(page.board["x"])[0], token + table[p], atol=1e-5)
    after = table[offset:]
    missed = np.linalg.norm(turned(table, offset)[: len(after)] - after, axis=1) / np.linalg.norm(after, axis=1)
    shown = values(page.board["miss"])[:, 0]
    assert np.allclose(shown[: len(after)], missed, atol=1e-5) and np.isnan(shown[len(after) :]).all()
    rotates = name == "dates" or offset == 0
    assert (missed.max() < 1e-4) == rotates == ("which is rounding" in summary(page))
    if not rotates:
        assert f"{missed.mean():.2g}" in summary(page) and f"{missed.max():.2g}" in summary(page)


@pytest.mark.parametrize("name", ["dates", "dates-learned-position"])
def test_curves_are_columns_and_likeness_is_the_cosine_by_distance(visit, name):
    page = position(visit, model=name, p=7, pair=3, offset=5)
    table = encodings(name)
    curves, likeness = charts(page)
    lines = [trace for trace in curves["data"] if trace["mode"] == "lines"]
    assert np.allclose([line["y"] for line in lines], table[:, 6:8].T, atol=1e-6)
    dots = [trace for trace in curves["data"] if trace["mode"] == "markers"]
    assert [dot["x"] for dot in dots] == [[8, 13]] * 2  # positions count from 1, rows of the table from 0
    assert page.board["pe"]["row_names"][:2] == ["1 3", "2 ␣"]
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    diagonals = [np.diagonal(unit @ unit.T, distance) for distance in range(len(table))]
    highest, lowest, mean = (trace["y"] for trace in likeness["data"])
    assert np.allclose(mean, [d.mean() for d in diagonals], atol=1e-5)
    assert np.allclose(lowest, [d.min() for d in diagonals], atol=1e-5)
    assert np.allclose(highest, [d.max() for d in diagonals], atol=1e-5)
    said = " ".join(element.value for element in page.at.markdown)
    assert f"{2 * np.pi * 10_000 ** (6 / 128):,.1f}" in said


def moved(name: str, ids: list[int], order: list[int], on: bool) -> np.ndarray:
    """Return how far each token's outputs move, by layers and new places."""
    model, places = model_of(name), np.arange(len(ids)) if on else None
    found = []
    for before, after in zip(model.encode(ids, places), model.encode([ids[i] for i in order], places), strict=True):
        found.append(np.linalg.norm(after - before[order], axis=1) / np.linalg.norm(before[order], axis=1))
    return np.array(found)


@pytest.mark.parametrize(("sinusoidal", "none"), [("dates", "dates-no-position"), ("small", "small-no-position")])
@pytest.mark.parametrize("swaps", ["1-11", "9-10", "2-5,5-7,1-3"])
def test_a_shuffle_moves_outputs_and_what_is_written_as_numpy_says(visit, sinusoidal, none, swaps):
    page = position(visit, model=sinusoidal, source=SOURCE, show="shuffle", order=0, swaps=swaps, pads=0)
    ids, order = model_of(sinusoidal).ids(SOURCE), list(range(len(SOURCE)))
    for one, other in (map(int, pair.split("-")) for pair in swaps.split(",")):
        order[one - 1], order[other - 1] = order[other - 1], order[one - 1]
    cases = [(sinusoidal, True), (sinusoidal, False), (none, True)]
    assert len(titles(page)) == len(cases)
    for number, (name, on) in enumerate(cases):
        assert np.allclose(values(page.board[f"moved{number}"]), moved(name, ids, order, on), atol=2e-4)
        before, after = (model_of(name).written(tokens, on=on) for tokens in (ids, [ids[i] for i in order]))
        assert f"output {before} as typed" in titles(page)[number]
        assert ("the same in this order" if before == after else f"{after} in this order") in titles(page)[number]
        if number:
            assert before == after and "no output changes" in titles(page)[number]
    assert values(page.board["moved0"]).max() > 0.1


def test_swapping_equal_tokens_leaves_the_source_but_not_their_places(visit):
    page = position(visit, source=SOURCE, show="shuffle", order=0, swaps="9-10", pads=0)
    assert "the same in this order" in titles(page)[0]
    assert (values(page.board["moved0"])[-1] > 0.01).tolist() == [place in (8, 9) for place in range(11)]


def test_orders_are_drawn_undone_and_part_of_the_link(visit):
    page = position(visit, source=SOURCE, show="shuffle")
    first = page.said
    page.control("button", "another_order").click().run()
    assert page.said != first and link_of(page)["order"] == "2"
    again = position(visit, **link_of(page))
    assert again.said == page.said and again.board == page.board
    page.control("button", "own_order").click().run()
    assert "The encoder reads:  3 ␣ (2) m a r s ␣ (7) 2 0 (9) 0 (10) 1" in page.said
    assert values(page.board["moved0"]).max() == 0
    assert page.control("button", "own_order").disabled


def test_a_token_is_picked_and_swapped_with_the_next(visit):
    page = position(visit, source=SOURCE, show="shuffle", order=0, picked=3)
    assert "Picked: m, number 3" in summary(page)


def test_positions_switched_off_in_the_sidebar_leave_the_other_experiment(visit):
    page = position(visit, source=SOURCE, show="shuffle", position="off")
    assert [title.split(" · ")[0] for title in titles(page)] == [
        "Dates → ISO, position switched off",
        "Dates, no position",
    ]
    assert "cannot tell this order" in summary(page)


def test_padding_keeps_its_place_and_teacher_forcing_feeds_the_reference(visit):
    plain, padded = (position(visit, source=SOURCE, show="shuffle", pads=pads) for pads in (0, 5))
    assert values(padded.board["moved0"]).shape == (3, 11)
    assert np.allclose(values(padded.board["moved0"]), values(plain.board["moved0"]), atol=1e-4)
    page = position(visit, source=SOURCE, show="models", teacher="on")
    assert "after the right ones" in " ".join(element.value for element in page.at.caption)


def test_a_long_source_has_colours_without_numbers(visit):
    page = position(visit, source="ЧЕТВЕРГ, 9 МАЯ 1991 Г.", show="shuffle")
    panel = page.board["moved0"]
    assert not panel["numbers"] and len(panel["cols"]) == panel["shape"][1] == 22


@pytest.mark.parametrize("family", [DATES, SMALL])
@pytest.mark.parametrize("source", [SOURCE, "16 listopada 1998"])
def test_models_are_compared_by_what_they_write_for_this_source(visit, family, source):
    reference = {"3 mars 2001": "2001-03-03", "16 listopada 1998": "1998-11-16"}[source]
    page = position(visit, model=family[1], source=source, show="models", pads=0)
    for name, (kind, writes, right, off) in zip(family, rows(page), strict=True):
        model = model_of(name)
        output = model.written(model.ids(source))
        assert output_in(writes) == output
        if output == reference:
            assert "✓" in right
        else:
            step = next(i for i in range(99) if output[: i + 1] != reference[: i + 1])
            assert right.startswith(f"step {step + 1}: `` {output[step]} ``, not `` {reference[step]} ``")
        assert ("←" in kind) == (name == family[1])
        if name == family[2]:
            assert off == "–"
        else:
            assert output_in(off) == model.written(model.ids(source), on=False)


def test_scores_are_those_of_the_seeds_and_of_the_checkpoints(visit):
    variants = {row["name"]: row for row in kept("variants")["variants"]}
    (chart,) = charts(position(visit, model="small", show="models"))
    trained, off = chart["data"]
    assert trained["x"] == pytest.approx([np.mean(variants[name]["exact"]) for name in SMALL])
    assert trained["error_x"]["array"] == pytest.approx([np.std(variants[name]["exact"], ddof=1) for name in SMALL])
    conditions = [model_of(name).about.scores["conditions"] for name in SMALL]
    assert off["x"] == [*(found["position off"] for found in conditions[:2]), None]
    (chart,) = charts(position(visit, model="dates", show="models"))
    assert chart["data"][0]["x"] == [model_of(name).about.scores["conditions"]["as trained"] for name in DATES]


def test_a_model_without_siblings_says_so(visit):
    page = position(visit, model="spelling", show="models")
    assert "No other model here" in page.said and len(rows(page)) == 1
    page = position(visit, model="small-relu", show="models")
    assert "No model here differs from Small: ReLU weights" in page.said
    assert len(rows(page)) == 3 and not any("←" in row[0] for row in rows(page))


@pytest.mark.parametrize("side", ["source", "both"])
def test_what_is_written_as_positions_move_on(visit, side):
    page = position(visit, source=SOURCE, show="beyond", side=side, shift=9, pads=0)
    found = rows(page)
    shifts = [int(re.search(r"\d+", row[0])[0]) for row in found]
    assert shifts == sorted(shifts) and [shift for shift, row in zip(shifts, found, strict=True) if "←" in row[0]] == [
        9
    ]
    for shift, (_, *cells) in zip(shifts, found, strict=True):
        for name, cell in zip(DATES, cells, strict=True):
            model = model_of(name)
            target_shift = shift if side == "both" else 0
            if name == DATES[1] and (shift + len(SOURCE) > 64 or target_shift >= 16):
                assert cell == "no row left"
                continue
            expected = model.written(model.ids(SOURCE), source_shift=shift, target_shift=target_shift)
            assert output_in(cell) == expected
            assert ("✓" in cell) == (expected == "2001-03-03" and "…" not in cell)


def test_shifts_of_held_out_examples_are_those_that_were_measured(visit):
    measured = {row["name"]: row for row in kept("unseen-positions")["models"]}
    for side in ("source", "both"):
        page = position(visit, model="small", show="beyond", side=side, shift=6)
        (chart,) = charts(page)
        assert [line["y"] for line in chart["data"]] == [measured[name]["exact"][side] for name in SMALL]
        assert chart["data"][0]["x"] == [str(shift) for shift in kept("unseen-positions")["shifts"]]
        reach = measured["small-learned-position"]["reach"][side]
        assert f"up to k = {reach}" in " ".join(element.value for element in page.at.caption)


def test_lengths_of_words_are_those_that_were_measured(visit):
    page = position(visit, model="spelling", show="beyond")
    (chart,) = charts(page)
    (measured,) = kept("unseen-positions")["lengths"]
    for line, kind, fewest in zip(chart["data"], ("words", "joined"), (5, 0), strict=True):
        drawn = {letters: per for letters, per in zip(line["x"], line["y"], strict=True) if per is not None}
        assert drawn == {row["letters"]: row["per"] for row in measured[kind] if row["words"] >= fewest}


def test_positions_that_are_off_cannot_be_moved(visit):
    page = position(visit, source=SOURCE, show="beyond", position="off")
    assert all(len({row[column].removesuffix(" ✓") for row in rows(page)}) == 1 for column in (1, 2, 3))


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("show", SHOWS)
def test_every_section_of_every_view_draws(visit, show, section):
    for model in ("dates", "spelling", "small-learned-position", "dates-all-at-once"):
        page = position(visit, model=model, show=show, section=section)
        assert not page.at.exception


def test_formulas_hold_the_numbers_of_the_view(visit):
    formulas = [element.value for element in position(visit, p=3, pair=5, offset=4).at.latex]
    sine, cosine = sinusoids(np.array([3]), 128)[0, 10:12]
    assert f"{sine:.4f}" in formulas[1] and f"{cosine:.4f}" in formulas[1]
    assert f"{4 / 10_000 ** (10 / 128):.4f}" in formulas[2] and "PE_{4,10}" in formulas[1]
    page = position(visit, source=SOURCE, show="shuffle", order=0, swaps="1-11", pads=0)
    (fraction,) = re.findall(r"\\frac\{([\d.]+)\}\{([\d.]+)\}=([\d.]+)", page.at.latex[1].value)
    ids, order = model_of("dates").ids(SOURCE), [10, *range(1, 10), 0]
    last = moved("dates", ids, order, on=True)[-1]
    place = order[int(last.argmax())]
    before = np.linalg.norm(model_of("dates").encode(ids, np.arange(11))[-1][place])
    assert [float(x) for x in fraction] == pytest.approx([last.max() * before, before, last.max()], abs=2e-3)
    formulas = [element.value for element in position(visit, model="small", show="models").at.latex]
    exact = kept("variants")["variants"][0]["exact"]
    assert f"{100 * np.mean(exact):.2f}" in formulas[0] and f"{100 * np.std(exact, ddof=1):.2f}" in formulas[0]
    formulas = [element.value for element in position(visit, source=SOURCE, show="beyond", shift=6, pair=5).at.latex]
    assert f"{sinusoids(np.array([16]), 128)[0, 10]:.4f}" in formulas[1]


def test_the_controls_go_into_the_link_and_the_link_brings_them_back(visit):
    page = position(visit)
    for name, param, value in (("p", "place", 20), ("pair", "pair", 9), ("offset", "offset", 11)):
        page.control("slider", name).set_value(value).run()
        assert link_of(page)[param] == str(value)
    page.control("button_group", "position_show").set_value("beyond").run()
    page.control("slider", "shift").set_value(5).run()
    page.control("button_group", "side").set_value("both").run()
    page.control("button_group", "section").set_value("evidence").run()
    link = link_of(page)
    assert {"show": "beyond", "shift": "5", "side": "both", "section": "evidence"}.items() <= link.items()
    again = position(visit, **link)
    assert rows(again) == rows(page) and again.control("slider", "shift").value == 5
    again.control("button_group", "position_show").set_value("encoding").run()
    assert [again.control("slider", name).value for name in ("p", "pair", "offset")] == [20, 9, 11]


def test_what_was_chosen_for_a_wider_model_fits_a_narrower_one(visit):
    page = position(visit, model="small", p=200, pair=60, offset=90)
    assert [page.control("slider", name).value for name in ("p", "pair", "offset")] == [64, 31, 0]


@pytest.mark.parametrize("link", BAD_LINKS)
def test_nonsense_in_a_link_is_answered(visit, link):
    page = visit()
    page.at.query_params.clear()
    page.at.query_params[link.split("=")[0]] = link.split("=", 1)[1]
    page.at.switch_page("pages/position/page.py").run()
    assert BAD_LINKS[link] in page.said


@pytest.mark.parametrize("show", SHOWS)
def test_a_source_that_cannot_be_read_is_answered_and_the_last_one_stays(visit, show):
    page = position(visit, show=show).read("x" * 80)
    assert "Remove at least 16" in page.said and f"still shows the run of: {SOURCE}" in page.said
    assert page.control("text_input", "source").value == "x" * 80


@pytest.mark.parametrize("source", ["<b>1</b> | `x` $y$", "٣", "7", "2001 年 3 月 3 日", "🙂 1"])
@pytest.mark.parametrize("show", SHOWS)
def test_whatever_is_typed_is_only_text(visit, show, source):
    page = position(visit, show=show).read(source)
    assert not page.at.exception
    assert not any("<b>" in element.value for element in page.at.markdown)


def test_a_swap_beyond_a_shorter_source_is_left_aside(visit):
    page = position(visit, show="shuffle", order=0, swaps="1-11", source=SOURCE).read("1/2")
    assert "The encoder reads:  1 / 2" in page.said
    assert link_of(page)["swaps"] == "1-11"
