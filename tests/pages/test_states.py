"""Drawn page states break no page; what once did is here by name. Thousands more: `python -m tests.states --help`."""

import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest
import torch

from core.analysis.position import permutation_residual
from core.figures.formulas import of_any_size, softmax_fraction
from core.run import models
from core.run.runs import SWITCHES
from core.switches import Switches
from pages.shared.url.fields import PARAM
from tests.states.drawing import PAGES, choices_of_pages
from tests.states.models import tiny

ROOT = Path(__file__).parents[2]
STATES, SEEDS = 60, (1, 2)
ONE_SYMBOL, END_AT_ONCE = "x", "1:2"
VIEWS = ("show", "aspect", "section")  # choices that bring other controls along


@pytest.mark.parametrize("seed", SEEDS)
def test_drawn_states_break_no_page(seed):
    command = [sys.executable, "-m", "tests.states", "--seed", str(seed), "--count", str(STATES)]
    # With time enough for a busy machine; nothing else here depends on how long it takes.
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, env=dict(os.environ))
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert f"{STATES} visits drawn with seed {seed}" in done.stdout and " 0 broken" in done.stdout


@pytest.mark.parametrize("attention", ["encoder", "self", "cross"])
def test_heads_of_a_model_that_cuts_at_end(visit, attention):
    page = visit().enter("heads", {"model": "small-all-at-once-end", "attention": attention})
    assert page.sent


def test_heads_that_never_attend_in_the_same_row(visit):
    for attention in ("encoder", "self", "cross"):
        visit().enter("heads", {"model": "small-relu", "source": ONE_SYMBOL, "attention": attention})


def test_a_tree_shows_cross_attention_where_the_encoder_has_more_layers(visit):
    visit().enter("search", {"model": "spelling", "source": "knight", "attention": "encoder", "layer": "6"})


@pytest.mark.parametrize("section", ["formula", "code", "evidence", "question"])
def test_no_token_can_leak_where_only_end_was_written(visit, section):
    page = visit().enter("masks", {"show": "causal", "force": END_AT_ONCE, "section": section})
    assert "there is no token to change" in page.said


def test_outputs_of_zeros_that_stay_zeros_have_not_moved():
    model, about = tiny(models.task_of("dates"))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    source, order = torch.tensor(about.source_vocab.encode("3 mars")), torch.tensor([5, 4, 3, 2, 1, 0])
    assert permutation_residual(model.eval(), source, order, Switches()).abs().max() == 0


@pytest.mark.parametrize("page", ["decode", "reinforcement_learning", "self_attention"])
def test_a_source_of_which_nothing_is_a_token_is_answered(visit, page):
    asked = {
        "model": "spelling",
        "source": "\u0301",
        "pads": "0",
        "show": "model" if page == "self_attention" else "step",
    }
    assert "The source is empty, so there is nothing to read" in visit().enter(page, asked).said


def test_a_task_without_a_model_is_answered(visit):
    page = visit().enter("evidence", {"task": "addition"})
    assert page.control("button_group", "task").value == "all" and "task=addition" in page.said
    assert "task" not in page.link


@pytest.mark.parametrize("shift", [0.0, 20.0, 800.0, -800.0, 1e30])
def test_a_softmax_of_any_scores_can_be_written(shift):
    scores = [shift, shift - 1.0]
    weight = float(torch.tensor(scores, dtype=torch.float64).softmax(0)[0])
    written = softmax_fraction(scores[0], scores, weight)
    assert "inf" not in written and "}{0.000}" not in written and written.endswith(f"{weight:.4f}")


@pytest.mark.parametrize(
    ("number", "written"),
    [(0.0, "0"), (float("nan"), r"\text{NaN}"), (float("-inf"), r"-\infty"), (-2.5e-9, r"-2.5\cdot10^{-9}")],
)
def test_a_number_of_any_size_can_be_written(number, written):
    assert of_any_size(number) == written


@pytest.fixture
def ruined(monkeypatch) -> str:
    """Put a model among those that ship whose weights are not finite, as too large a learning rate makes them."""
    model, about = tiny(models.task_of("dates"))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(torch.nan)
    usual = models.model
    monkeypatch.setitem(models.catalogue(), "ruined", replace(about, name="ruined", title="Ruined"))
    monkeypatch.setattr(models, "model", lambda name: model.eval() if name == "ruined" else usual(name))
    return "ruined"


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page not in ("evidence", "training_lab", "lessons", "questions", "bugs")]
)
def test_a_model_whose_numbers_are_not_finite_opens_with_a_sentence(visit, ruined, page):
    choices = {"show": "model"} if page == "self_attention" else {}
    opened = visit().enter(page, {"model": ruined, "source": "3 mars 2001", **choices})
    assert "“Ruined” does not give finite numbers here" in opened.said
    opened.control("selectbox", "model").set_value("dates").run()
    assert not opened.at.exception and "Ruined" not in opened.said


def views_of(page: str) -> list[dict[str, str]]:
    """List addresses that bring every control of a page on screen, one view at a time."""
    kind = choices_of_pages()[page]
    options = {each.name: each.metadata[PARAM].options for each in fields(kind) if each.name in VIEWS}
    shows = [{name: option} for name in ("show", "aspect") for option in options.get(name, ())] or [{}]
    return shows + [{"section": option} for option in options.get("section", ())]


@pytest.mark.parametrize("page", PAGES)
def test_a_number_that_a_field_takes_stands_in_a_link(visit, page):
    kind, seen = choices_of_pages()[page], set()
    for view in views_of(page):
        opened = visit()
        opened.at.session_state["app"].visitor = "0" * 32
        opened.enter(page, view)
        shown = [widget for widget in (*opened.at.slider, *opened.at.number_input) if widget.key not in seen]
        seen |= {widget.key for widget in shown}
        for widget, end in ((widget, end) for widget in shown if not widget.disabled for end in ("min", "max")):
            name = widget.key.removeprefix("control-").rsplit("-", 1)[0]
            control = opened.control(widget.type, name)
            if control.disabled:  # by what the last one came to
                continue
            control.set_value(type(control.value)(getattr(control, end))).run()
            assert not opened.at.exception, (name, end)
            app, problems = opened.at.session_state["app"], []
            assert kind.from_params(opened.link, problems) == app.chosen(kind), (name, end)
            assert opened.link.get("pads", "3") == str(app.spec.pads) and not problems, (name, end)


@pytest.mark.parametrize("model", ["small-all-at-once", "small-all-at-once-end", "small-no-position", "small"])
def test_the_address_says_of_switches_what_their_controls_show(visit, model):
    asked = {"model": model, "source": "3 mars 2001", "teacher": "on", "causal": "off", "position": "off"}

    def compare(page) -> None:
        link = page.link
        for switch in SWITCHES:
            control = page.control("toggle", switch)
            if control.disabled:
                assert switch not in link and not control.value, switch
            else:
                assert control.value == (link.get(switch, "off" if switch == "teacher" else "on") == "on"), switch

    page = visit().enter("decode", asked)
    compare(page)
    again = visit().enter("decode", page.link)
    compare(again)
    for one in (page, again):
        shown = {switch: one.control("toggle", switch).value for switch in SWITCHES}
        one.control("selectbox", "model").set_value("small").run()
        compare(one)
        if model == "small":
            assert {switch: one.control("toggle", switch).value for switch in SWITCHES} == shown


def test_a_wrong_token_is_labelled_with_its_share_in_the_run_that_is_shown(visit):
    page = visit().enter(
        "teacher_forcing", {"model": "small-no-position", "source": "3 mars 2001", "at": "3", "wrong": "1"}
    )
    before = page.control("selectbox", "wrong")
    label, key = before.options[before.index], before.key
    page.control("selectbox", "model").set_value("small").run()
    after = page.control("selectbox", "wrong")
    assert after.options[after.index] != label and after.options[after.index][:1] == label[:1]
    assert after.key != key  # a browser shows the text that it was sent first, as long as the key is the same


def test_a_token_of_ten_thousand_letters_is_cut(visit):
    page = visit().enter("self_attention", {})
    page.control("text_input", "tokens").set_value("one two " + "y" * 10_000).run()
    named = [panel[names] for panel in page.board.values() for names in ("row_names", "col_names")]
    longest = max(len(name) for names in named if isinstance(names, list) for name in names)
    assert longest < 40 and "A token here has at most 16 characters" in page.said
    linked = visit().enter("self_attention", {"tokens": "one two " + "y" * 10_000})
    assert linked.board["x"]["row_names"] == page.board["x"]["row_names"]
