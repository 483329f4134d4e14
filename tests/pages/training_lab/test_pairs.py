"""A visitor's own pairs in the Training lab: read as they are pasted or uploaded, trained on, opened, brought back."""

import json
import re
import secrets
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import checkpoint
from core.run import models
from core.tasks.pairs import PairsTask
from core.tasks.pairs_text import MOST_BYTES, read_pairs, write_pairs
from pages.shared.text import as_plain
from pages.training_lab import drafts, upload, visitor_runs, workshop
from pages.training_lab.choices import LabChoices, preset_of
from tests.pages.test_every_page import PAGES
from tests.pages.training_lab.test_page import lab, press, until

PAIRS = tuple(
    (f"the {animal}{number}", f"{animal}{number}s") for number in range(9) for animal in ("cat", "cow", "owl")
)
TINY = "task=pairs&steps=20&batch=200&width=32&heads=2&warmup=2"


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Iterator[Path]:
    """Let the runs of this file lie apart; what is still under way at the end is stopped."""
    place = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        for module in (models, visitor_runs, upload, workshop):
            patch.setattr(module, "RUNS", place)
        yield place
        for process in list(workshop.WORKSHOP.processes.values()):
            process.kill()
            process.wait()
        until(lambda: not workshop.WORKSHOP.processes)


@pytest.fixture
def visitor(runs: Path) -> str:
    return secrets.token_hex(16)


@pytest.fixture(scope="module")
def trained(runs: Path) -> tuple[str, visitor_runs.Run]:
    """Return a visitor and a finished tiny run on their pairs."""
    name = secrets.token_hex(16)
    choices = LabChoices(task="pairs", steps=20, batch_tokens=200, d_model=32, num_heads=2, warmup=2)
    visitor_runs.begin(name, choices.request(PAIRS))
    until(lambda: not visitor_runs.runs_of(name)[0].live)
    return name, visitor_runs.runs_of(name)[0]


def paste(page, text: str):
    page.control("text_area", "lab_pairs").set_value(text).run()
    assert not page.at.exception
    return page


def test_pairs_are_pasted_kept_and_trained_on(visit, visitor):
    page = lab(visit, visitor, TINY)
    assert next(button for button in page.at.button if button.key == "lab-train").disabled
    paste(page, write_pairs(PAIRS))
    captions = "\n".join(each.value for each in page.at.caption)
    assert "**27 pairs**" in captions and "the cat0 → cat0s" in captions and "2 for measuring" in captions
    assert "counts 50 points of a score" in captions
    assert not any("cat" in value for value in page.at.query_params.values())
    page = lab(visit, visitor, TINY)  # as after a reload
    assert page.control("text_area", "lab_pairs").value == write_pairs(PAIRS)
    press(page, "lab-train")
    until(lambda: not visitor_runs.runs_of(visitor)[0].live)
    (run,) = visitor_runs.runs_of(visitor)
    assert run.status.phase == "finished" and run.request.pairs == PAIRS
    page.at.run()
    assert "of 2 held-out outputs right" in page.at.get("progress")[0].proto.text


BAD = {
    "one row": ("a,b\n", "at least 20 pairs with different sources are needed, found 1"),
    "one column": ("house\n" * 30, "row 1 has 1 column, not 2: separate source and target by a comma"),
    "100,000 rows": ("".join(f"{n},x\n" for n in range(100_000)), "more than 20,000 pairs"),
    "an open quotation mark": ('"a,b\n' + "c,d\n" * 30, "the columns of row 1 cannot be separated"),
    "huge cells": ("".join(f"a{n},{'x' * 5000}\n" for n in range(30)), "characters; at most 60 are read"),
    "600 characters": ("".join(f"{chr(0x4E00 + n)},x\n" for n in range(600)), "601 different characters"),
}


def test_what_cannot_be_learnt_from_is_said_and_stays_where_it_is(visit, visitor):
    page = lab(visit, visitor, TINY)
    for kind, (text, sentence) in BAD.items():
        paste(page, text)
        assert sentence in page.said, kind
        assert drafts.reading_of(visitor).draft.text == text, kind
        assert next(button for button in page.at.button if button.key == "lab-train").disabled
        if len(text) > 100_000:  # too long to edit: put away, which can be undone
            press(page, "lab-pairs-clear")
    kept_text = drafts.reading_of(visitor).draft.text
    paste(page, "x" * (MOST_BYTES + 1))
    assert "It was not accepted" in page.said and drafts.reading_of(visitor).draft.text == kept_text


def look_around(page, place: str) -> None:
    """Open every section and every view of a page."""
    for kind in ("section", r"\w*show", "aspect"):
        drawn = [each for each in page.at.segmented_control if re.match(f"control-{kind}-", each.key or "")]
        for number in range(len(drawn[0].options) if drawn else 0):
            control = next(each for each in page.at.segmented_control if re.match(f"control-{kind}-", each.key or ""))
            control.set_value(list(control.options)[number]).run()
            assert not page.at.exception, (place, kind, number)


def send(page, data: bytes):
    """Upload a file of pairs."""
    key = "lab-pairs-file"
    next(each for each in page.at.file_uploader if each.key == key).set_value(("mine.csv", data, "text/csv")).run()
    assert not page.at.exception
    return page


def test_a_file_takes_the_place_of_the_text_which_can_be_brought_back(visit, visitor):
    page = paste(lab(visit, visitor, TINY), "my work")
    for data, sentence in (
        (b"\x80\x04\x95\x10", "not text in UTF-8"), (b"a\x00,b", "zero bytes"),
        (bytes(MOST_BYTES + 1), "at most 2,000,000"),
        ("ä;b\n".encode("cp1252") * 30, "save it as “CSV UTF-8”"),
    ):  # fmt: skip
        assert sentence in send(page, data).said
        assert page.control("text_area", "lab_pairs").value == "my work"
    rows = "\r\n".join(f"{source};{target}" for source, target in (("Frage", "Antwort"), *PAIRS))
    for data in (b"\xef\xbb\xbf" + rows.encode(), rows.encode("utf-16")):
        send(page, data)
        reading = drafts.reading_of(visitor)
        assert reading.pairs == (("Frage", "Antwort"), *PAIRS) and reading.found.delimiter == "semicolon"
        assert reading.draft.file == "mine.csv"
    page.control("toggle", "lab_heading").set_value(True).run()
    assert drafts.reading_of(visitor).pairs == PAIRS
    send(page, "".join(f"{n},{n}\n" for n in range(18_000)).encode())  # too long to be edited, but read
    assert len(drafts.reading_of(visitor).pairs) == 18_000 and not page.at.text_area
    press(page, "lab-pairs-plurals")
    assert len(drafts.reading_of(visitor).pairs) == drafts.plurals().count("\n") >= 40
    press(page, "lab-pairs-undo")
    assert len(drafts.reading_of(visitor).pairs) == 18_000


def test_a_heading_is_no_pair_and_the_visitor_may_say_that_it_is_one(visit, visitor):
    text = "".join(f"{source}\t{target}\n" for source, target in (("source", "target"), *PAIRS))
    page = paste(lab(visit, visitor, TINY), text)
    assert drafts.reading_of(visitor).pairs == PAIRS and page.control("toggle", "lab_heading").value
    page.control("toggle", "lab_heading").set_value(False).run()
    assert drafts.reading_of(visitor).pairs[0] == ("source", "target")
    paste(page, text + "dog\tdogs\n")  # what was said of the first row holds as long as that stays
    assert drafts.reading_of(visitor).pairs[0] == ("source", "target")
    send(page, text.encode())
    assert drafts.reading_of(visitor).pairs == PAIRS


def test_choosing_the_task_sets_what_few_pairs_need_and_back(visit, visitor):
    page = lab(visit, visitor, "")
    choices = lambda: page.at.session_state["app"].chosen(LabChoices)  # noqa: E731
    for task, preset in (("pairs", "few"), ("copy", "fast")):
        page.control("selectbox", "lab_task").set_value(task).run()
        assert preset_of(choices()) == preset


def test_the_settings_of_a_run_bring_its_pairs_back(visit, trained):
    name, run = trained
    drafts.keep(name, drafts.Draft("something else"))
    press(lab(visit, name, ""), "lab-same")
    assert drafts.reading_of(name).pairs == run.request.pairs
    drafts.undo(name)
    assert drafts.reading_of(name).draft.text == "something else"


@pytest.mark.parametrize("place", PAGES)
def test_every_page_opens_with_a_model_of_own_pairs(visit, trained, place):
    name, run = trained
    page = visit("")
    page.at.session_state["app"].visitor = name
    page.at.run()
    page.control("selectbox", "model").set_value(run.model).run()
    task = PairsTask(PAIRS)
    example = task.examples()[0]
    page.at.switch_page(f"pages/{place}/page.py").run()
    assert not page.at.exception, place
    if any(re.match("control-examples", each.key or "") for each in page.at.pills):
        has_own = place in ("non_autoregressive", "reinforcement_learning", "search")  # which stands first
        options = page.control("pills", "examples").options[has_own:]
        assert list(options) == [as_plain(each.source) for each in task.examples()]
        assert page.control("text_input", "source").value == example.source
        assert page.control("text_input", "reference").value == example.target
        page.read(PAIRS[3][0])
        assert page.control("text_input", "reference").value == PAIRS[3][1] and not page.at.exception
    look_around(page, place)


def test_a_model_comes_back_with_its_pairs(visit, trained, visitor):
    _, run = trained
    upload.take_in(visitor, run.folder.model.read_bytes())
    (again,) = visitor_runs.runs_of(visitor)
    assert again.request.pairs == PAIRS and again.request.learnt_task().known("the cow5").references == ("cow5s",)
    assert models.catalogue()[again.model].task == PairsTask(PAIRS).name
    assert checkpoint.read_pairs(again.folder.model) == write_pairs(PAIRS)  # so that it can be downloaded once more
    page = visit("")
    page.at.session_state["app"].visitor = visitor
    page.at.session_state["app"].choose_model(again.model)
    page.at.run()
    assert page.control("text_input", "reference").value == PairsTask(PAIRS).examples()[0].target
    for place in ("decode", "position", "evidence"):
        page.at.switch_page(f"pages/{place}/page.py").run()
        look_around(page, place)


def test_models_of_the_same_pairs_stand_beside_each_other(visit, trained):
    name, run = trained
    choices = LabChoices(task="pairs", steps=20, batch_tokens=200, d_model=32, num_heads=2, warmup=2, decoder="length")
    visitor_runs.begin(name, choices.request(PAIRS))
    until(lambda: not visitor_runs.runs_of(name)[0].live)
    page = visit("")
    page.at.session_state["app"].visitor = name
    page.at.session_state["app"].choose_model(visitor_runs.runs_of(name)[0].model)
    page.at.switch_page("pages/non_autoregressive/page.py").run()
    assert page.control("selectbox", "writer").value == visitor_runs.runs_of(name)[0].model
    look_around(page, "non_autoregressive")
    page.at.session_state["app"].choose_model(run.model)
    page.at.run()
    assert page.control("selectbox", "writer").value == visitor_runs.runs_of(name)[0].model
    look_around(page, "non_autoregressive")
    for place in set(PAGES) - {"non_autoregressive", "training_lab"}:
        page.at.switch_page(f"pages/{place}/page.py").run()
        assert not page.at.exception, place


def with_header(data: bytes, **changes: str) -> bytes:
    """Return a safetensors file with other texts in its header."""
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"] = {**header["__metadata__"], **changes}
    spoilt = json.dumps(header).encode()
    return struct.pack("<Q", len(spoilt)) + spoilt + data[8 + length :]


def test_pairs_that_are_not_those_of_the_model_are_refused_with_a_sentence(runs, trained, visitor):
    _, run = trained
    data = run.folder.model.read_bytes()
    about = json.loads(checkpoint.read_header(run.folder.model)["seq2see"])
    other = tuple((source, target.upper()) for source, target in PAIRS)
    named = lambda **changes: json.dumps(about | changes)  # noqa: E731
    short = about["config"] | {"max_target_len": 5}
    spoilt = {
        "none": ({"pairs": ""}, "an unknown task"),
        "few": ({"pairs": write_pairs(PAIRS[:5])}, "at least 20 pairs"),
        "a bad row": ({"pairs": write_pairs((*PAIRS, ("", "x")))}, "empty source"),
        "a pickle": ({"pairs": "\x80\x04\x95\x10"}, "cannot be used"),
        "a repeated row": ({"pairs": write_pairs((*PAIRS, PAIRS[0]))}, "not as they were kept"),
        "100,000 rows": ({"pairs": "".join(f"{n}\tx\n" for n in range(100_000))}, "more than 20,000 pairs"),
        "large": ({"pairs": "x" * (MOST_BYTES + 1)}, "at most 2,000,000 are read"),
        "other pairs": ({"pairs": write_pairs(other)}, "not those that it says"),
        "symbols": (
            {"pairs": write_pairs(other), "seq2see": named(task=PairsTask(other).name)}, "symbols of its pairs",
        ),
        "too long": ({"seq2see": named(config=short)}, "more than the model was built for"),
    }  # fmt: skip
    for kind, (changes, sentence) in spoilt.items():
        with pytest.raises(ValueError) as refused:
            upload.take_in(visitor, with_header(data, **changes))
        assert sentence in str(refused.value), kind
    assert visitor_runs.runs_of(visitor) == []


def test_the_example_is_read_whole_and_was_written_for_this():
    found = read_pairs(drafts.plurals().encode())
    assert not found.left_out and not found.repeated and ("goose", "geese") in found.pairs
