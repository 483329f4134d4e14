"""The Self-attention page: every number is what NumPy makes of the inputs, and what the board says of it."""

from urllib.parse import urlencode

import numpy as np
import pytest

from core.analysis.attention.by_hand import reach
from pages.self_attention.choices import HandChoices, compute
from pages.self_attention.summary import summary_of_layers
from tests.pages.board_arithmetic import assert_made_as_said, masked, values

SHOWS = "one", "matrices", "layers"
SCORES, NORMALIZERS = (HandChoices.param(name).options for name in ("score", "normalizer"))
BAD_LINKS = {
    "edits=x:1:1:warm": "warm",
    "edits=z:1:1:2": "z:1:1:2",
    "edits=x:9:1:2": "x:9:1:2",
    "edits=x:1:1:999": "999",
    "temperature=0": "temperature=0",
    "width=1": "width=1",
    "show=three": "show=three",
}


def hand(visit, **choices):
    """Open the page with choices from its address."""
    page = visit()
    page.at.query_params.clear()
    for name, value in choices.items():
        page.at.query_params[name] = str(value)
    page.at.switch_page("pages/self_attention/page.py").run()
    return page


def table(page, name: str) -> np.ndarray:
    return values(page.board[name])


def attended(x: np.ndarray, page, score: str, normalizer: str, temperature: float) -> dict[str, np.ndarray]:
    """Attend with the board's own matrices, written anew from the formulas."""
    q, k, v = (x @ table(page, f"{name}1") for name in "qkv")
    if score == "additive":
        a, b, s = (table(page, f"{name}1") for name in "abs")
        scores = np.tanh((q @ a)[:, None] + (k @ b)[None]) @ s[0]
    else:
        scores = q @ k.T / (np.sqrt(q.shape[1]) if score == "scaled_dot" else 1)
    scores = scores / temperature
    if normalizer == "softmax":
        strengths = np.exp(scores - scores.max(-1, keepdims=True))
        weights = strengths / strengths.sum(-1, keepdims=True)
    elif normalizer == "relu":
        strengths = np.maximum(0, scores)
        whole = strengths.sum(-1, keepdims=True)
        weights = np.divide(strengths, whole, out=np.zeros_like(strengths), where=whole > 0)
    else:
        weights = 1 / (1 + np.exp(np.log(len(x)) - scores))
    return {"Q": q, "K": k.T, "S": scores, "A": weights, "V": v, "O": weights @ v}


@pytest.mark.parametrize("normalizer", NORMALIZERS)
@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize(("seed", "temperature", "width"), [(0, 1.0, 4), (3, 0.5, 5)])
def test_the_matrices_are_what_numpy_makes_of_the_inputs(visit, score, normalizer, seed, temperature, width):
    page = hand(
        visit, show="matrices", score=score, normalizer=normalizer, seed=seed, temperature=temperature, width=width
    )
    expected = attended(table(page, "x"), page, score, normalizer, temperature)
    for name, numbers in expected.items():
        assert np.allclose(table(page, f"{name}1"), numbers, rtol=1e-4, atol=1e-5), name


@pytest.mark.parametrize("normalizer", NORMALIZERS)
@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("show", SHOWS)
def test_every_number_is_made_as_it_says(visit, show, score, normalizer):
    page = hand(visit, show=show, score=score, normalizer=normalizer, seed=2, temperature=2, query=2)
    assert assert_made_as_said(page.board) > 50


@pytest.mark.parametrize("score", SCORES)
def test_the_walk_of_a_query_is_its_row_of_the_matrices(visit, score):
    one = hand(visit, show="one", score=score, seed=5, query=2)
    whole = hand(visit, show="matrices", score=score, seed=5)
    assert np.allclose(table(one, "weights")[:, 0], table(whole, "A1")[1], atol=1e-6)
    assert np.allclose(table(one, "o")[0], table(whole, "O1")[1], atol=1e-5)
    assert np.allclose(table(one, "parts").sum(0), table(one, "o")[0], atol=1e-5)


def test_the_second_layer_reads_what_the_first_wrote(visit):
    page = hand(visit, show="layers", seed=1)
    assert np.allclose(table(page, "reach"), table(page, "A2") @ table(page, "A1"), atol=1e-5)
    reached = table(page, "reach") @ table(page, "V1") @ table(page, "v2")
    assert np.allclose(table(page, "O2"), reached, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("normalizer", NORMALIZERS)
def test_two_layers_are_summed_up_in_percent_where_rows_sum_to_one(normalizer):
    choices = HandChoices(show="layers", normalizer=normalizer)
    found = compute(choices)
    sentence = summary_of_layers(choices, found)
    through = reach(found.first, found.second)[choices.row].tolist()
    shares = [f"{each:.2f}" if normalizer == "sigmoid" else f"{100 * each:.0f} %" for each in through]
    assert any(f"after two layers, {share} comes from “{name}”" in sentence
               for share, name in zip(shares, choices.names, strict=True))  # fmt: skip


def test_an_edited_number_goes_through_everything_and_can_be_undone(visit):
    before = hand(visit)
    page = hand(visit, edits="x:3:1:5")
    assert table(page, "x")[2, 0] == 5 and table(before, "x")[2, 0] != 5
    assert not np.allclose(table(page, "o"), table(before, "o"))
    assert_made_as_said(page.board)
    page.control("button", "reset_numbers").click().run()
    assert np.array_equal(table(page, "o"), table(before, "o"))
    page.control("button", "undo").click().run()
    assert table(page, "x")[2, 0] == 5


def test_drawing_anew_is_another_seed_and_the_same_link_gives_the_same_numbers(visit):
    page = hand(visit)
    page.control("button", "draw").click().run()
    assert page.at.query_params["seed"] == "1"
    again = hand(visit, seed=1)
    assert all(np.array_equal(table(page, name), table(again, name)) for name in page.board)


def test_every_control_changes_what_is_shown(visit):
    for kind, name, value in (
        ("text_input", "tokens", "a b a c d"),
        ("slider", "width", 6),
        ("button_group", "score", "dot"),
        ("button_group", "normalizer", "relu"),
        ("slider", "temperature", 3.0),
        ("button_group", "query", 0),
        ("button_group", "show", "matrices"),
    ):
        page = hand(visit)
        before = {name: table(page, name).tolist() for name in page.board}
        page.control(kind, name).set_value(value).run()
        assert {name: table(page, name).tolist() for name in page.board} != before, name


def test_own_words_have_numbers_of_their_own_and_nothing_is_claimed_of_what_they_mean(visit):
    example, own = hand(visit), hand(visit, tokens="the machine woke me")
    assert not np.array_equal(table(example, "x"), table(own, "x"))
    assert own.board["x"]["col_names"] == ["1", "2", "3", "4"] and example.board["x"]["col_names"][0] == "who"
    assert "random, not learned" in summary_of(own) and "drawn at random" not in summary_of(example)
    moved = hand(visit, tokens="me the machine woke")
    assert np.array_equal(table(moved, "x")[0], table(own, "x")[3])  # a word keeps its numbers
    turned = hand(visit, tokens="cat fed Mia")
    assert turned.board["x"]["col_names"][0] == "who"
    assert np.array_equal(table(turned, "x")[2], table(example, "x")[0])


def test_an_exponential_that_is_taken_from_the_largest_score_says_so(visit):
    page = hand(visit, temperature=0.1)
    scores, strengths = table(page, "scores")[:, 0], table(page, "strengths")[:, 0]
    assert scores.max() > 20 and strengths.max() == 1
    assert page.board["strengths"]["title"] == f"exp(e − {scores.max():.2f})"
    assert hand(visit).board["strengths"]["title"] == "exp"


def summary_of(page) -> str:
    return next(data["summary"] for data in page.sent if "panels" in data)


def test_equal_tokens_are_told_apart_and_too_many_are_said(visit):
    page = hand(visit, tokens="a b a")
    assert page.board["x"]["row_names"] == ["a (1)", "b", "a (3)"]
    page = hand(visit, tokens="a b c d e f g")
    assert "g" in page.said and len(page.board["x"]["row_names"]) == 6
    page = hand(visit, tokens="<b>x</b>")
    assert len(page.board["x"]["row_names"]) == 3 and page.said


@pytest.mark.parametrize("link", BAD_LINKS)
def test_a_link_that_makes_no_sense_is_answered(visit, link):
    name, value = link.split("=")
    page = hand(visit, **{name: value})
    assert BAD_LINKS[link] in page.said


@pytest.mark.parametrize("model", ["dates", "spelling", "small-additive", "small-relu", "small-sigmoid"])
@pytest.mark.parametrize("attention", ["encoder", "self", "cross"])
def test_a_real_head_is_taken_apart_in_the_same_way(visit, model, attention):
    page = visit(urlencode({"model": model, "attention": attention, "step": 3, "layer": 2, "head": 1}))
    page.at.switch_page("pages/self_attention/page.py").run()
    page.control("button_group", "show").set_value("model").run()
    page.control("button_group", "attention").set_value(attention).run()
    board, row = page.board, page.board["map"]["mark"]
    assert assert_made_as_said(board, 1e-3) > 50
    keys = len(values(board["weights"]))
    assert np.allclose(values(board["weights"])[:, 0], values(board["map"])[row, :keys], atol=1e-5)
    assert np.allclose(values(board["weights"])[masked(board["weights"])], 0)


def test_the_loaded_model_is_looked_at_where_it_attends_to_itself(visit):
    page = hand(visit, model="dates", source="3 mars 2001", step=4)
    page.control("button_group", "show").set_value("model").run()
    assert page.control("button_group", "attention").value == "encoder"
    assert "=x_{" in keys_formula(page)
    page.control("button_group", "attention").set_value("cross").run()
    assert "=h_{" in keys_formula(page) and "h is the encoder’s output" in page.told


def keys_formula(page) -> str:
    return next(element.value for element in page.at.latex if "k_{" in element.value and "W^k" in element.value)


def test_the_two_sides_of_a_link(visit):
    page = hand(visit)
    page.control("button_group", "score").set_value("additive").run()
    page.control("slider", "width").set_value(6).run()
    params = dict(page.at.query_params)
    again = hand(visit, **params)
    assert all(np.array_equal(table(page, name), table(again, name)) for name in page.board)


def test_the_additive_score_is_written_out_with_its_two_matrices_and_their_numbers(visit):
    page = hand(visit, score="additive", section="formula")
    found, row = compute(HandChoices(score="additive")).first, HandChoices().row
    best = int(found.weights[row].argmax())
    written = [formula.strip("$\n").replace(r"\;", "") for formula in (each.value for each in page.at.latex)]
    for symbols, numbers in (
        (f"q_{{{row + 1}}}W^a=", table(page, "x")[row] @ table(page, "q1") @ table(page, "a1")),
        (f"k_{{{best + 1}}}W^b=", table(page, "x")[best] @ table(page, "k1") @ table(page, "b1")),
    ):
        said = next(formula for formula in written if formula.startswith(symbols))
        assert np.allclose([float(number) for number in said[len(symbols) + 1 : -1].split(",")], numbers, atol=0.006)
    scored = next(formula for formula in written if formula.startswith(f"e_{{{row + 1},{best + 1}}}=")).split("=")
    terms = [float(term.strip("()")) for term in scored[1].replace("+(", "+").split("+")]
    assert abs(sum(terms) - float(scored[2])) < 0.03
    assert "4 × 4 numbers each" in page.told
    assert "4 × 4 numbers each" not in hand(visit, section="formula").told
    model = hand(visit, show="model", model="small-additive", section="formula")
    assert "is part of $W^q$" in model.told and "W^aW" not in model.told and "{q_" not in model.told


def test_the_notation_of_lectures_stands_beside_ours(visit):
    page = hand(visit, section="notation")
    rows = {row.split("|")[1].strip(): row for row in page.told.splitlines() if row.startswith("| ")}
    assert r"$\alpha_{i,j}$" in rows["score of query i and key j"] and "$e_{ij}$" in rows["score of query i and key j"]
    assert r"$\alpha'_{i,j}$" in rows["weight, after the softmax"]
    assert "$b^i$" in rows["output of token i"] and "$o_i$" in rows["output of token i"]
