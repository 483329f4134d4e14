"""Guided attention: every number on the page is worked out again, in NumPy, from the weights of the run."""

import json
import re
from functools import cache

import numpy as np
import pytest

from core.evaluation.evidence import read_evidence
from core.experiments import guided_attention
from core.experiments.guided_attention import COURSES, Course
from core.run import models, runs
from core.run.runs import RunSpec
from core.vocab import PAD
from pages.guided_attention import training
from pages.guided_attention.live import work_for
from tests.pages.board_arithmetic import assert_made_as_said, values
from tests.pages.numpy_transformer import Numpy

SHOWS = "penalty", "siblings", "training", "live"
SECTIONS = "formula", "code", "measured", "question"
SIBLINGS = "guided-none", "guided-diagonal", "guided-monotonic"
SOURCE = "3 mars 2001"
BAD_LINKS = {
    "show=nothing": "show=nothing", "guide=zigzag": "guide=zigzag", "g=7": "g=7", "task=sums": "task=sums",
    "live=dates": "live=dates",
}  # fmt: skip
model_of = cache(Numpy)


def guided(visit, **choices):
    """Open the page with choices from its address."""
    return visit().enter("guided_attention", choices)


def summary(page) -> str:
    return next(data["summary"] for data in page.sent if "panels" in data)


def cells(page) -> list[list[str]]:
    """Return the rows of the first table."""
    text = next(element.value for element in page.at.markdown if element.value.startswith("| "))
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in text.split("\n")[2:]]


def every_head(model: str, source: str) -> np.ndarray:
    """Return the cross-attention of a run, padding left aside. Shapes: → [L,H,T,S]"""
    trace = runs.trace(RunSpec(model=model, source=source))
    return trace.cross_weights()[..., : int((trace.source != PAD).sum())].numpy().astype(float)


def penalty(rows: int, columns: int, g: float) -> np.ndarray:
    t, s = np.arange(rows)[:, None] / rows, np.arange(columns)[None] / columns
    return 1 - np.exp(-((s - t) ** 2) / (2 * g**2))


def share(weights: np.ndarray) -> float:
    rows, columns = weights.shape[-2:]
    near = np.abs(np.arange(columns)[None] - np.arange(rows)[:, None] * columns / rows) <= 2
    return float((weights * near).sum() / weights.sum())


@pytest.mark.parametrize(("model", "source", "g"), [("dates", SOURCE, 0.2), ("spelling", "through", 0.55)])
def test_the_diagonal_board_is_the_papers_formula_cell_by_cell(visit, model, source, g):
    page = guided(visit, show="penalty", model=model, source=source, g=g, layer=2, head=3)
    heads = every_head(model, source)
    weights, w = heads[1, 2], penalty(*heads.shape[2:], g)
    assert np.allclose(values(page.board["weights"]), weights, atol=1e-6)
    assert np.allclose(values(page.board["penalty"]), w, atol=1e-6)
    assert np.allclose(values(page.board["worth"]), w * weights, atol=1e-6)
    assert assert_made_as_said(page.board) == weights.size
    assert f"the loss is {(w * weights).mean():.4f}" in summary(page)
    assert f"loss {(w * heads).mean():.4f}, {share(heads):.1%} near" in summary(page)
    assert f"{share(weights):.1%} of its weights" in summary(page)


def test_the_left_to_right_board_is_made_of_the_rows_centres(visit):
    page = guided(visit, show="penalty", guide="monotonic", source=SOURCE, layer=1, head=2)
    weights = every_head("dates", SOURCE)[0, 1]
    centres = (weights * np.arange(weights.shape[1]) / weights.shape[1]).sum(1)
    back = np.maximum(0, centres[:-1] - centres[1:])
    assert np.allclose(values(page.board["centres"])[:, 0], centres, atol=1e-6)
    assert np.allclose(values(page.board["back"])[:, 0], [0, *back], atol=1e-6)
    assert assert_made_as_said(page.board) == len(centres)
    assert f"the loss is {back.mean():.4f}" in summary(page)
    assert page.control("slider", "guide_width").disabled


def test_formulas_hold_the_numbers_of_the_chosen_row(visit):
    page = guided(visit, show="penalty", source=SOURCE, g=0.3, step=4)
    weights = every_head("dates", SOURCE)[0, 0]
    w = penalty(*weights.shape, 0.3)
    s = int((w * weights)[3].argmax())
    text = page.told
    assert rf"W_{{3,{s}}}A_{{3,{s}}}={w[3, s]:.4f}\cdot{weights[3, s]:.4f}={(w * weights)[3, s]:.4f}" in text
    found = re.search(r"L_\{\\text\{diag\}\}=\\frac\{([\d.]+)\}\{(\d+)\\cdot(\d+)\}=([\d.]+)", text)
    total, rows, columns, loss = map(float, found.groups())
    assert (rows, columns) == weights.shape
    assert [loss, total] == pytest.approx([(w * weights).mean(), (w * weights).sum()], abs=1e-4)


@pytest.mark.parametrize("source", ["through", "imagination"])
def test_siblings_write_and_attend_as_their_own_runs_do(visit, source):
    page = guided(visit, show="siblings", model="spelling", source=source, layer=2, head=4, pads=0)
    known = RunSpec(model="spelling", source=source).known.references
    for guide, name, row in zip(("none", "diagonal", "monotonic"), SIBLINGS, cells(page), strict=True):
        heads, output = every_head(name, source), model_of(name).written(model_of(name).ids(source))
        assert np.allclose(values(page.board[guide]), heads[1, 3], atol=1e-5)
        assert row[1] == f"`` {output} ``" and ("✓" in row[2]) == (output in known)
        assert row[3:5] == [f"{share(heads[1, 3]):.1%}", f"{share(heads):.1%}"]
        assert row[5] == f"{(penalty(*heads.shape[2:], 0.2) * heads).mean():.4f}"
        assert row[6] == f"{models.catalogue()[name].scores['conditions']['as trained']:.1%}"


def test_siblings_of_another_task_read_their_own_example_until_one_is_taken(visit):
    page = guided(visit, show="siblings", model="dates")
    assert "These three models learned Spelling → sound" in page.said and "knight" in page.said
    assert not [box for box in page.at.get("text_input") if (box.key or "").startswith("control-source")]
    assert "choose another head in the sidebar" not in summary(page)
    page.control("button", "take_guided").click().run()
    assert page.link["model"] == "guided-none"
    assert "choose another head in the sidebar" in summary(page)
    assert "These three models learned" not in page.said and page.control("text_input", "source").value == "knight"


@pytest.mark.parametrize("task", list(COURSES))
def test_curves_and_table_are_those_that_were_measured(visit, task):
    page = guided(visit, show="training", task=task)
    rows = [row for row in read_evidence("guided-attention")["rows"] if row["task"] == task]
    (chart,) = (json.loads(element.proto.spec) for element in page.at.get("plotly_chart"))
    lines = [line for line in chart["data"] if line.get("name")]
    for row, line, found in zip(rows, lines, cells(page), strict=True):
        assert line["y"] == [at["mean"] for at in row["share"]] and line["x"] == row["steps"]
        assert found[1] == ", ".join("never" if step is None else str(step) for step in row["until"])
        assert found[5] == f"{100 * row['per']['mean']:.1f} ± {100 * row['per']['spread']:.1f} %"


def row_like(until: list, per: float, spread: float = 0.01) -> dict:
    return {"until": until, "per": {"mean": per, "spread": spread}, "steps": [0, 20, 240]}


@pytest.mark.parametrize(
    ("plain", "diagonal", "sentences"),
    [
        (
            row_like([None, None], 0.2),
            row_like([60, 60], 0.4),
            ("guide after 60 steps", "never in 240", "+20.0 p"),
        ),
        (
            row_like([None, 80], 0.3),
            row_like([40, 60], 0.1),
            ("40 to 60", "1 of 2 seeds, after 80", "fewer tokens"),
        ),
        (row_like([80, 90], 0.2), row_like([40, 60], 0.21), ("after 80 to 90 steps", "within the spread")),
    ],
)
def test_the_verdict_says_what_the_numbers_say(plain, diagonal, sentences):
    said = training.verdict([plain | {"guide": "none"}, diagonal | {"guide": "diagonal"}])
    assert all(sentence in said for sentence in sentences)


def test_two_models_begin_alike_and_are_trained_in_turns(monkeypatch):
    monkeypatch.setitem(COURSES, "copy", Course(20, 1, 60, 1))
    monkeypatch.setitem(guided_attention.SHARED, "warmup", 2)
    turns = list(work_for("copy", "diagonal")())
    assert [[look.step for look in turn.looks] for turn in turns] == [[0, 0], [10, 10], [20, 20]]
    assert turns[0].looks[0] == turns[0].looks[1] and turns[-1].looks[0].share != turns[-1].looks[1].share
    for one in turns[-1].maps:
        assert np.allclose(one.sum(-1).numpy(), 1, atol=1e-5)


def test_the_training_here_can_be_started(visit):
    page = guided(visit, show="live")
    (button,) = [each for each in page.at.get("button") if each.key == "start-train_guided"]
    assert button.label == "Train both" and "240 steps" in page.told
    assert "Training lab" in page.at.get("page_link")[0].proto.label


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("show", SHOWS)
def test_every_section_of_every_view_draws(visit, show, section):
    for model in ("dates", "spelling", "small-all-at-once"):
        guided(visit, model=model, show=show, section=section)


def test_the_controls_go_into_the_link_and_the_link_brings_them_back(visit):
    page = guided(visit, show="penalty")
    page.control("slider", "guide_width").set_value(0.45).run()
    page.control("button_group", "guide_kind").set_value("monotonic").run()
    page.control("button_group", "guided_show").set_value("training").run()
    page.control("button_group", "guided_task").set_value("reverse").run()
    page.control("button_group", "section").set_value("measured").run()
    link = page.link
    wanted = {"show": "training", "guide": "monotonic", "g": "0.45", "task": "reverse", "section": "measured"}
    assert wanted.items() <= link.items()
    again = guided(visit, **link)
    assert again.told == page.told
    again.control("button_group", "guided_show").set_value("live").run()
    again.control("button_group", "guided_live").set_value("reverse").run()
    assert again.link["live"] == "reverse" and again.control("button_group", "guide_kind").value == "monotonic"


@pytest.mark.parametrize("link", BAD_LINKS)
def test_nonsense_in_a_link_is_answered(visit, link):
    name, value = link.split("=", 1)
    assert BAD_LINKS[link] in guided(visit, **{name: value}).said


@pytest.mark.parametrize("source", ["<b>1</b> | `x` $y$", "7", "🙂 1"])
@pytest.mark.parametrize("show", ["penalty", "siblings"])
def test_whatever_is_typed_is_only_text(visit, show, source):
    page = guided(visit, show=show, model="spelling").read(source)
    assert not page.at.exception
    assert not any("<b>" in element.value for element in page.at.markdown)


def test_a_source_that_cannot_be_read_is_answered_and_the_last_one_stays(visit):
    page = guided(visit, show="siblings", model="spelling", source="through").read("x" * 80)
    assert "Remove at least" in page.said and "still shows the run of: through" in page.said
    assert page.control("text_input", "source").value == "x" * 80
