"""In and out: every number is what plain NumPy makes of the checkpoint's file."""

import re

import numpy as np
import pytest

from core.evaluation.exact_match import exact_match
from core.evaluation.held_out import held_out_examples
from core.run import models, runs
from core.run.runs import RunSpec
from pages.position.choices import PARTS
from pages.position.in_out import scale
from tests.pages.board_arithmetic import assert_made_as_said, values
from tests.pages.numpy_model import NumpyModel
from tests.pages.numpy_transformer import Numpy

SOURCE = "3 mars 2001"
PATHS = ["dates", "small-learned-position", "dates-no-position"]


class Halves(Numpy):
    """Read positions with all even dimensions before all odd ones."""

    def table(self, side: str, positions: np.ndarray) -> np.ndarray | float:
        found = super().table(side, positions)
        return np.concatenate((found[:, ::2], found[:, 1::2]), axis=1)


def opened(visit, part: str, **choices: object):
    return visit().enter("position", {"source": SOURCE, "pads": 0, "show": "in_out", "part": part, **choices})


def outcomes(page) -> list[str]:
    """Return the outputs of the table, in its order."""
    (table,) = [each.value for each in page.at.markdown if each.value.startswith("| the same weights")]
    return [re.search(r"`` (.*?) ``", line)[1] for line in table.splitlines()[2:]]


def embedded(name: str) -> np.ndarray:
    model = Numpy(name)
    return model.weights["source_embedding.weight"][model.ids(SOURCE)]


def states_of(name: str) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Return the final states and logits of a run's steps, and what it read."""
    spec = RunSpec(model=name, source=SOURCE, pads=0)
    read = runs.trace(spec).read().tolist()
    model = NumpyModel(models.model(name))
    logits = model.logits(runs.source_ids(spec), read)
    last = f"decoder.{model.config.num_decoder_layers - 1}.ffn"
    return model.seen[last]["output"], logits, read


@pytest.mark.parametrize("name", PATHS)
def test_lengths_are_those_of_the_tables_and_the_output_is_that_without_the_root(visit, name):
    page, table = opened(visit, "scale", model=name), embedded(name)
    lengths, root = np.linalg.norm(table, axis=1), np.sqrt(table.shape[1])
    assert np.allclose(values(page.board["table"])[0], lengths, atol=1e-5)
    assert np.allclose(values(page.board["scaled"])[0], lengths * root, atol=1e-4)
    assert assert_made_as_said(page.board) == len(SOURCE)
    model, bare = Numpy(name), Numpy(name)
    bare.scale = 1.0
    ids = model.ids(SOURCE)
    assert outcomes(page) == [model.written(ids), bare.written(ids)]
    assert f"{lengths.mean():.1f} long" in page.told and f"{(lengths * root).mean():.1f} long" in page.told
    if name == "dates-no-position":
        assert "encoding" not in page.board and "adds no positions" in page.told
    else:
        encodings = np.linalg.norm(model.table("source", np.arange(len(SOURCE))), axis=1)
        assert np.allclose(values(page.board["encoding"])[0], encodings, atol=1e-5)
        assert lengths.mean() < encodings.mean() and "the position would outweigh the token" in page.told


def test_what_the_answer_to_the_question_says_is_so(visit):
    assert set(outcomes(opened(visit, "scale", model="dates"))[1]) == set("-0")
    assert re.match(r"\d{4}-\d\d-\d\d", outcomes(opened(visit, "scale", model="dates-no-position"))[1])


@pytest.mark.parametrize(("step", "symbol"), [(1, 0), (5, 0), (5, 8), (99, 99_999)])
def test_a_logit_is_the_dot_product_of_a_row_that_is_read_too(visit, step, symbol):
    page = opened(visit, "tied", model="small", step=min(step, 16), symbol=symbol)
    states, logits, read = states_of("small")
    row = min(step, len(read)) - 1
    token = int(logits[row].argmax()) if symbol == 0 else min(symbol, logits.shape[1]) - 1
    table = Numpy("small").weights["target_embedding.weight"]
    assert np.allclose(values(page.board["in"])[0], table[token], atol=1e-6)
    assert (values(page.board["in"]) == values(page.board["out"])).all()
    assert np.allclose(values(page.board["state"])[0], states[row], atol=1e-4)
    assert values(page.board["logit"]).item() == pytest.approx(logits[row, token], abs=1e-3)
    assert assert_made_as_said(page.board, 1e-3) == table.shape[1] + 2
    assert f"All {len(table)} rows of the vocabulary are the same {table.shape[1]} numbers" in page.told


@pytest.mark.parametrize("place", [1, 4, 200])
@pytest.mark.parametrize("name", PATHS)
def test_adding_is_concatenating_with_a_shared_projection(visit, name, place):
    page, model = opened(visit, "add", model=name, place=place), Numpy(name)
    own = min(place, len(SOURCE)) - 1
    x = embedded(name)[own] * model.scale
    kind = Numpy("dates") if name == "dates-no-position" else model  # the formula's, where a model has none
    p = kind.table("source", np.arange(len(SOURCE)))[own]
    head = model.weights["encoder.0.self_attn.q_proj.weight"][: model.config.d_head].T
    assert np.allclose(values(page.board["x_p"])[0], [*x, *p], atol=1e-5)
    for panel, expected in (("x_w", x @ head), ("p_w", p @ head), ("q_added", (x + p) @ head)):
        assert np.allclose(values(page.board[panel])[0], expected, atol=1e-4)
    assert np.allclose(values(page.board["q_added"]), values(page.board["q_joined"]), atol=1e-4)
    assert assert_made_as_said(page.board) == 2 * model.config.d_head
    for weights in (len(x) * model.config.d_head, 2 * len(x) * model.config.d_head):
        assert f"| {weights:,} |" in page.told
    assert "which is rounding" in page.told or "no number differs" in page.told


@pytest.mark.parametrize("name", ["dates", "small"])
def test_both_orders_hold_the_same_numbers_and_a_trained_model_needs_its_own(visit, name):
    page, model = opened(visit, "order", model=name), Numpy(name)
    table = model.table("source", np.arange(len(SOURCE)))
    halves = np.concatenate((table[:, ::2], table[:, 1::2]), axis=1)
    assert np.allclose(values(page.board["interleaved"]), table, atol=1e-6)
    assert np.allclose(values(page.board["halves"]), halves, atol=1e-6)
    for panel in ("products_interleaved", "products_halves"):
        assert np.allclose(values(page.board[panel]), table @ table.T, atol=1e-4)
    assert assert_made_as_said(page.board) == 2 * len(SOURCE) ** 2
    ids = model.ids(SOURCE)
    assert outcomes(page) == [model.written(ids), Halves(name).written(ids)]
    assert "works only with the order that it was trained with" in page.told


def test_a_model_without_positions_shows_the_formulas_tables_in_both_orders(visit):
    page = opened(visit, "order", model="dates-no-position")
    table = Numpy("dates").table("source", np.arange(len(SOURCE)))
    assert np.allclose(values(page.board["interleaved"]), table, atol=1e-6)
    assert "The tables are those of the formula" in page.told and "the same weights" not in page.told


@pytest.mark.parametrize("temperature", [1, 0.5, 3])
@pytest.mark.parametrize("step", [1, 5])
def test_probabilities_are_the_softmax_of_the_logits(visit, step, temperature):
    page = opened(visit, "softmax", model="small", step=step, temperature=temperature)
    _, logits, _ = states_of("small")
    own = np.sort(logits[step - 1])[::-1]
    powers = np.exp(own / temperature - max(own) / temperature)
    assert np.allclose(values(page.board["logits"])[:, 0], own, atol=1e-3)
    assert np.allclose(values(page.board["shares"])[:, 0], powers / powers.sum(), atol=1e-4)
    assert assert_made_as_said(page.board, 1e-3) == 3 * len(own) + 1
    entropy = -(powers / powers.sum() * np.log(powers / powers.sum())).sum()
    said = re.search(r"The entropy is ([\d.]+) nats", page.told)[1]
    assert float(said) == pytest.approx(entropy, abs=2e-3)


def test_of_a_large_vocabulary_the_likeliest_are_shown_and_all_are_added(visit):
    page = visit().enter("position", {"model": "spelling", "source": "knight", "show": "in_out", "part": "softmax"})
    shares = values(page.board["shares"])[:, 0]
    assert len(shares) == 15 and shares.sum() < 1
    assert np.allclose(shares, (values(page.board["powers"]) / values(page.board["total"]))[:, 0], atol=1e-5)
    assert any("15 likeliest of 43" in data.get("summary", "") for data in page.sent)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("section", ["formula", "code", "evidence", "question"])
def test_every_part_has_its_formula_code_evidence_and_question(visit, part, section):
    opened(visit, part, section=section, step=3, temperature=0.1)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    "choices",
    [
        {"model": "small-all-at-once", "step": 4},
        {"model": "small-all-at-once-end", "step": 0},
        {"model": "small-pre-norm", "causal": "off", "step": 4},
        {"model": "dates", "position": "off", "teacher": "on"},
        {"model": "spelling", "source": "antidisestablishmentarianism", "step": 14},
        {"model": "spelling", "source": "x", "step": 1},
        {"model": "small-no-norm", "source": "1", "force": "1:2"},
    ],
    ids=lambda choices: choices["model"],
)
def test_every_part_takes_every_kind_of_run(visit, part, choices):
    assert opened(visit, part, **choices).board


@pytest.mark.parametrize("link", ["part=none", "symbol=-1", "temperature=9", "temperature=x"])
def test_a_link_that_asks_for_nonsense_is_answered(visit, link):
    name, value = link.split("=")
    page = visit().enter("position", {"show": "in_out", name: value})
    assert link in page.said and page.board


def test_the_effect_of_the_root_is_counted_on_held_out_examples(visit, monkeypatch):
    monkeypatch.setattr(scale, "MEASURED", 20)
    monkeypatch.setattr(scale, "CHUNK", 10)
    page = opened(visit, "scale", model="small", section="evidence")
    page.at.button(key="start-measure_scale").click().run()
    page.wait_for("measure_scale")
    metadata, task = models.catalogue()["small"], models.task_of("small")
    examples = held_out_examples(task, 20)
    right = exact_match(models.model("small"), task, metadata.source_vocab, metadata.target_vocab, examples).total
    assert f"**{right:.1%}** are right as trained" in page.told
