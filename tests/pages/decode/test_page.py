"""The Decode page as its visitor meets it."""

import base64
import tomllib
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
import torch

from core.run import runs
from core.run.runs import RunSpec
from core.tasks import get_task

PHRASES = {
    "March 3rd, 2001": "2001-03-03",
    "21st of August 2016": "2016-08-21",
    "3 mars 2001": "2001-03-03",
    "2001年3月3日": "2001-03-03",
    "Tuesday, 5 January 2016": "2016-01-05",
    "1 gennaio 1984": "1984-01-01",
}
SWITCHES = ("causal", "padding", "position")
BAD_SOURCES = {
    "empty": ("", "source is empty"),
    "spaces": ("    ", "source is empty"),
    "ten thousand characters": ("3 mars 2001" * 1000, "reads at most 64 tokens"),
    "longer than the model": ("x" * 65, "Remove at least 1"),
    "emoji": ("🙂 3 mars 2001 👨‍👩‍👧", "Never seen in training"),
    "right to left": ("\u202e3 mars 2001\u2066", "changed: invisible characters"),
    "markup": ("<script>alert(1)</script> **3** [mars](x) 2001 $x$", "Never seen in training"),
    "control characters": ("3\x07mars\x1b2001", "U+0007"),
}
BAD_LINKS = {
    "layer=99": "a whole number from 1 to 3.",
    "head=zzz": "head=zzz",
    "step=-4": "step=-4",
    "step=" + "9" * 400: "step=999",
    "attention=sideways": "encoder, self, cross",
    "model=gpt": "model=gpt",
    "causal=maybe": "causal=maybe",
    "pads=3.5": "pads=3.5",
    "force=1:2:3": "forces tokens",
    "force=999:1": "forces tokens",
    "compare=difference": "a run A but does not contain it",
    "nonsense=1&<b>=2": "nonsense",
    "a=model%3Dgpt": "model=gpt",
}


def decoded(packed: str, dtype: str, *shape: int) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed), dtype).reshape(shape)


def test_a_first_visit_shows_a_decode_that_is_there(visit):
    page = visit()
    assert page.written == "2001-03-03"
    assert page.data["pushed"]["view"]["step"] == 0  # before the first step: nothing is given away
    assert page.data["run"]["steps"][-1]["predicts"] == "⟨END⟩"


@pytest.mark.parametrize(("source", "iso"), PHRASES.items())
def test_the_dates_people_try_are_read_right(visit, source, iso):
    page = visit().read("12 Ağustos 2019 Pazartesi").read(source)
    assert page.written == iso
    assert page.data["pushed"]["view"]["step"] == 0


def test_every_example_brings_its_reference(visit):
    page = visit()
    for example in get_task("dates").examples():
        page.control("button_group", "examples").set_value(example.source).run()
        assert page.control("text_input", "reference").value == example.target
        assert page.control("text_input", "source").value == example.source
        assert [step["reference"] for step in page.data["run"]["steps"]][:10] == list(example.target)


def test_the_numbers_sent_are_those_of_the_run(visit):
    run = visit().data["run"]
    trace = runs.trace(RunSpec(model="dates", source="3 mars 2001", reference="2001-03-03"))
    layers, heads, steps, length = 3, 4, len(run["steps"]), len(run["source"])
    for name, expected, shape in (
        ("encoder", trace.encoder_weights, (layers, heads, length, length)),
        ("self", trace.self_weights(), (layers, heads, steps, steps)),
        ("cross", trace.cross_weights(), (layers, heads, steps, length)),
    ):
        sent = decoded(run["weights"][name], "<f4", *shape)
        np.testing.assert_array_equal(sent, expected.numpy())
        np.testing.assert_allclose(sent.sum(-1), 1, atol=1e-5)
    for sent, step in zip(run["steps"], trace.steps, strict=True):
        probs = torch.softmax(step.log_probs, -1)
        assert sent["probability"] == pytest.approx(float(probs[step.token]), abs=1e-6)
        assert sent["end"] == pytest.approx(float(probs[2]), abs=1e-6)


@pytest.mark.parametrize("name", SWITCHES)
def test_each_switch_changes_the_run_and_changes_it_back(visit, name):
    page = visit()
    before = page.data["run"]
    page.control("toggle", name).set_value(False).run()
    without = page.data["run"]
    assert without["weights"] != before["weights"]
    assert (without["history"] is not None) == (name == "causal")
    page.control("toggle", name).set_value(True).run()
    assert page.data["run"] == before


def test_masked_cells_say_why(visit):
    page = visit()
    run = page.data["run"]
    length, steps = len(run["source"]), len(run["steps"])
    causal = decoded(run["masks"]["self"], "u1", steps, steps)
    np.testing.assert_array_equal(causal, np.triu(np.ones((steps, steps)), 1))
    padding = decoded(run["masks"]["cross"], "u1", steps, length)
    np.testing.assert_array_equal(padding[:, -3:], np.full((steps, 3), 2))
    assert not padding[:, :-3].any()
    page.control("slider", "pads").set_value(0).run()
    assert not any(token["kind"] == "padding" for token in page.data["run"]["source"])


def test_teacher_forcing_feeds_the_reference(visit):
    page = visit()
    page.control("text_input", "reference").set_value("1999-12-31").run()
    assert page.data["run"]["steps"][0]["correct"] is False
    page.control("toggle", "teacher").set_value(True).run()
    assert [step["reads"] for step in page.data["run"]["steps"]] == ["⟨BEGIN⟩", *"1999-12-31"]
    page.control("text_input", "reference").set_value("").run()
    assert "Type it into Reference" in page.said
    assert page.written == "2001-03-03"


def test_a_reference_the_model_cannot_write_is_left_aside(visit):
    page = visit()
    page.control("text_input", "reference").set_value("3 März").run()
    assert "cannot write" in page.said
    assert page.written == "2001-03-03"
    page.control("text_input", "reference").set_value("1" * 40).run()
    assert "at most 15 tokens" in page.said
    assert page.control("text_input", "reference").value == "1" * 40


def test_what_is_wrong_with_the_reference_hides_nothing_that_is_said_of_the_source(visit):
    page = visit().read("3 mars ☃ 2001")
    page.control("text_input", "reference").set_value("3 März").run()
    assert "cannot write" in page.said and "Never seen in training" in page.said


@pytest.mark.parametrize("kind", BAD_SOURCES)
def test_bad_input_gets_a_sentence_and_stays_where_it_was_typed(visit, kind):
    source, sentence = BAD_SOURCES[kind]
    page = visit().read(source)
    assert sentence in page.said
    assert page.control("text_input", "source").value == source
    assert page.data["run"]["steps"]


def test_a_source_that_cannot_be_read_costs_nothing_else(visit):
    page = visit("source=3 mars 2001&step=5&force=3:7")
    before = page.data
    page.read(" ")
    assert "still shows the run of: 3 mars 2001" in page.said
    assert page.data == before
    assert page.control("text_input", "reference").value == "2001-03-03"


def test_a_year_that_training_never_saw_is_told(visit):
    page = visit().read("July 4, 1776")
    assert "years 1900 to 2099" in page.said and "1776" in page.said
    assert "years 1900" not in page.read("July 4, 1976").said


def test_unknown_characters_are_shown_as_such(visit):
    page = visit().read("3 mars 2001 🙂")
    assert [token["kind"] for token in page.data["run"]["source"]][11:13] == ["token", "unknown"]


@pytest.mark.parametrize("query", BAD_LINKS)
def test_a_link_that_asks_for_nonsense_gets_a_sentence(visit, query):
    page = visit(query)
    assert BAD_LINKS[query] in page.said
    assert page.data["run"]["steps"]


def test_a_link_restores_the_view(visit):
    page = visit("source=1 gennaio 1984&step=4&layer=3&head=2&attention=self&causal=off&pads=1&model=dates")
    assert page.data["pushed"]["view"] | {"row": 0} == {
        "step": 4, "layer": 2, "head": 1, "attention": "self", "compare": "b", "row": 0,
    }  # fmt: skip
    assert page.control("text_input", "source").value == "1 gennaio 1984"
    assert page.control("toggle", "causal").value is False
    assert page.control("button_group", "layer").value == 3
    assert not page.said.count("link")


def test_a_browser_that_still_sends_an_address_of_before_undoes_nothing(visit):
    page = visit("source=3 mars 2001")
    before = dict(page.at.query_params)
    page.control("toggle", "causal").set_value(False).run()
    assert dict(page.at.query_params) != before
    page.at.query_params.clear()
    for name, value in before.items():
        page.at.query_params[name] = value
    page.control("toggle", "padding").set_value(False).run()
    assert (page.link["causal"], page.link["padding"]) == ("off", "off")


def test_the_address_names_what_is_shown(visit):
    page = visit()
    page.read("March 3rd, 2001")
    page.control("toggle", "position").set_value(False).run()
    again = visit(urlencode(page.at.query_params, doseq=True))
    assert again.data["run"]["weights"] == page.data["run"]["weights"]
    assert again.data["pushed"]["view"] == page.data["pushed"]["view"]


def test_a_reference_that_was_cleared_stays_cleared_in_the_link(visit):
    page = visit()
    page.control("text_input", "reference").set_value("").run()
    again = visit(urlencode(page.at.query_params, doseq=True))
    assert again.control("text_input", "reference").value == ""


def test_a_copied_link_shows_its_view_once_and_then_lets_go(visit):
    page = visit("step=3&layer=2")
    again = visit(urlencode(page.at.query_params, doseq=True))
    again.control("selectbox", "model").set_value("dates-no-position").run()
    assert again.control("selectbox", "model").value == "dates-no-position"
    again.control("slider", "pads").set_value(1).run()
    assert again.control("slider", "pads").value == 1
    assert again.control("selectbox", "model").value == "dates-no-position"


def test_a_link_to_what_cannot_be_read_still_shows_a_run(visit):
    page = visit("source=" + "x" * 80)
    assert "Remove at least 16" in page.said
    assert page.written == "2001-03-03"


def test_a_forced_token_is_written_and_the_decode_goes_on_from_it(visit):
    page = visit("source=3 mars 2001&force=4:12")
    steps = page.data["run"]["steps"]
    assert steps[3]["chosen_by"] == "forced"
    assert steps[4]["reads"] == steps[3]["predicts"] != "1"


def test_a_pinned_run_stays_while_the_other_changes(visit):
    page = visit()
    page.control("button", "pin").click().run()
    page.control("toggle", "position").set_value(False).run()
    assert page.data["pinned"]["steps"][0]["probability"] != page.data["run"]["steps"][0]["probability"]
    assert len(page.data["pinned"]["steps"]) == 11
    page.control("button", "unpin").click().run()
    assert page.data["pinned"] is None


def test_choices_are_kept_across_pages(visit):
    page = visit().read("1 gennaio 1984")
    page.control("toggle", "causal").set_value(False).run()
    page.at.switch_page("pages/evidence/page.py").run()
    page.at.switch_page("pages/decode/page.py").run()
    assert page.control("toggle", "causal").value is False
    assert page.control("text_input", "source").value == "1 gennaio 1984"
    assert page.data["run"]["history"] is not None


@pytest.mark.parametrize("section", ["numbers", "cache", "code", "alternatives", "evidence", "question"])
def test_every_section_draws(visit, section):
    page = visit()
    page.control("button_group", "section").set_value(section).run()
    assert page.data["run"]["steps"]


@pytest.mark.parametrize(("option", "value"), [("runner.postScriptGC", False), ("server.fileWatcherType", "none")])
def test_reruns_do_nothing_that_makes_all_visitors_wait(option, value):
    """With Streamlit's defaults every rerun pays for a full collection, and every file that is read for a watcher."""
    config = tomllib.loads((Path(__file__).parents[3] / ".streamlit" / "config.toml").read_text())
    section, name = option.split(".")
    assert config[section][name] == value
    from streamlit import config as streamlit_config

    assert streamlit_config.get_option(option) == value
