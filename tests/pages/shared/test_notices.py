"""Beside every answer: what of the input is changed, and what may be wrong with it or with the output."""

import math

import pytest

from core.decoding import Session, beam_search_batch
from core.run import models, runs
from core.run.notices import output_notices
from core.run.runs import RunSpec
from core.run.second_reading import second_notices, second_reading

PAGES = ("decode", "whole_model", "search", "non_autoregressive", "masks")
AMISS = {
    "31 June 2021": "This day does not exist: month 6 of 2021 has 30 days, not 31.",
    "31 February": "This day does not exist: month 2 never has 31 days.",
    "July 2015": "No day was found in the text",
    "2/5/2019": "Two readings are possible: 2019-05-02 or 2019-02-05.",
    "12th December, 1812": "Training used only the years 1900 to 2099. For 1812,",
    "22-23 February": "This names more than one day.",
    "2012-2-30": "This day does not exist: month 2 of 2012 has 29 days, not 30.",
    "how are you today": "No date was found in this text.",
    "٣١ يونيو ٢٠٢١": "(changed: digits)",
}  # fmt: skip


@pytest.mark.parametrize(("source", "sentence"), AMISS.items())
def test_a_text_that_is_no_good_date_is_doubted_beside_the_models_answer(visit, source, sentence):
    page = visit().read(source)
    assert sentence in page.said
    assert page.written  # the model's answer stays


@pytest.mark.parametrize("name", PAGES)
def test_every_page_with_the_source_says_it(visit, name):
    assert "This day does not exist" in visit("source=31 June 2021", name).said


@pytest.mark.parametrize("source", ["3 mars 2001", "March 3rd, 2001", "2001年3月3日", "16 listopada 1998"])
def test_a_good_date_is_silent(visit, source):
    assert not any(word in visit().read(source).said for word in ("exist", "found", "possible", "Training", "stands"))


def test_a_day_that_the_rules_know_and_the_model_misreads_is_named(visit):
    page = visit("model=small-no-position").read("4 July 2020")
    assert page.written != "2020-07-04"
    assert f"This text stands for 2020-07-04, but the model writes {page.written}." in page.said


def test_what_is_switched_or_forced_is_no_reason_to_doubt_the_model(visit):
    spec = RunSpec(model="dates", source="4 July 2020", position=False)
    assert runs.doubts_of_output(spec) == []
    assert runs.doubts_of_output(RunSpec(model="dates", source="4 July 2020", forced=((0, 5),))) == []


def test_an_apostrophe_alone_is_not_taken_for_a_capital(visit):
    page = visit("model=spelling").read("o’neill")
    assert "reads the source as: o'neill (changed: apostrophes)" in page.said


def test_a_word_whose_entry_is_probably_wrong_says_so(visit):
    assert "The proposed correction: T ER N." in visit("model=spelling").read("Tern").said


def test_a_word_with_two_close_readings_shows_both_with_their_probabilities(visit):
    spec = RunSpec(model="spelling", source="minute")
    found = second_reading(spec)
    assert found is not None and found.shown / 2 <= found.probability <= 1 - found.shown
    session = Session(models.model("spelling"), runs.trace(spec).source[None], record=False)
    by_text = {
        " ".join(models.catalogue()["spelling"].target_vocab.decode(each.tokens)): math.exp(each.total)
        for each in beam_search_batch(session, 5)[0]
    }
    assert by_text[found.text] == pytest.approx(found.probability, abs=1e-4)
    for page in ("decode", "whole_model"):
        said = visit("model=spelling&source=minute", page).said
        assert f"Also possible: {found.text}, with a probability of {found.probability:.0%}." in said


@pytest.mark.parametrize(
    "spec",
    [
        RunSpec(model="spelling", source="knight"), RunSpec(model="dates", source="2/5/2019"),
        RunSpec(model="spelling", source="minute", causal=False),
        RunSpec(model="spelling-all-at-once", source="minute"),
    ],
    ids=("a sure word", "a date", "a switch", "no beam"),
)  # fmt: skip
def test_no_second_reading_is_claimed_where_there_is_none(spec):
    assert second_notices(spec) == []


def test_outputs_that_are_empty_cut_off_or_repeated_are_named():
    task = models.task_of("spelling")

    def said(tokens: str, source: str = "knight", is_cut: bool = False) -> str:
        return " ".join(output_notices(task, source, "", tokens.split(), is_cut))

    assert said("") == "The output is empty: the model writes END first."
    assert said("N AY T AA", is_cut=True).startswith("The output is cut off")
    assert said("T AA T AA T AA T AA", is_cut=True) == "The output repeats itself. The model may need more training."
    assert said("N AY T") == said("N IH T") == ""
    assert said("AA AA AA AA AA", source="aaaaa") == ""  # so does the source


def test_an_empty_answer_is_called_empty(visit):
    page = visit("model=spelling&source=doesn't&section=alternatives")
    assert "(empty)" in page.told
