"""The Questions page: searched by typing, one question open, both in the address; no figure without its evidence."""

import pytest

from core import paths
from core.evaluation import evidence
from core.screen.texts import speaking
from pages.questions.entries import entries
from pages.questions.matching import matching
from tests.languages import texts_in


def opened(visit, **choices):
    return visit("").enter("questions", choices)


def listed(page) -> list[str]:
    return [expander.label for expander in page.at.expander]


def by_name(name: str):
    return next(entry for entry in entries() if entry.name == name)


@pytest.mark.parametrize(
    ("search", "name"),
    [
        ("causal mask needed", "causal-mask-when-decoding"),
        ("-inf", "minus-infinity-or-a-large-number"),
        ("NaN row?", "nan-in-a-masked-row"),
        ("key_padding_mask", "which-mask-is-which"),
        ("84.81%", "causal-mask-when-decoding"),
        ("PRENORM", "pre-or-post-norm"),
        ("alpha", "length-penalty"),
        ("kv cache", "what-the-cache-keeps"),
    ],
)
def test_a_question_is_found_by_words_of_it_of_its_answer_and_by_keywords(visit, search, name):
    found = listed(opened(visit, search=search))
    assert by_name(name).question in found and len(found) < len(entries()) / 2


def test_every_word_has_to_be_there():
    both = matching(entries(), "mask cache")
    assert both and set(both) == set(matching(entries(), "mask")) & set(matching(entries(), "cache"))
    assert len(both) < len(matching(entries(), "mask"))


def test_a_search_that_finds_nothing_is_answered_and_can_be_taken_back(visit):
    page = opened(visit, search="xylophone **mask**")
    assert listed(page) == [] and "No question contains every word of “xylophone **mask**”" in page.said
    page.control("text_input", "questions_search").set_value("").run()
    assert listed(page) == [entry.question for entry in entries()]


def test_what_is_typed_stands_in_the_address(visit):
    page = opened(visit)
    page.control("text_input", "questions_search").set_value("beam").run()
    assert page.link["search"] == "beam"
    again = opened(visit, **page.link)
    assert again.control("text_input", "questions_search").value == "beam" and listed(again) == listed(page)


def test_a_link_opens_one_question_with_its_answer_and_the_way_to_its_view(visit):
    entry = by_name("causal-mask-when-decoding")
    page = opened(visit, q=entry.name)
    assert page.link["q"] == entry.name and entry.answer in page.told
    links = page.at.main.get("page_link")
    assert [link.proto.label for link in links] == [entry.label]
    assert [link.proto.page for link in links] == ["masks"]
    assert "show=causal" in links[0].proto.query_string and "section=evidence" in links[0].proto.query_string
    assert "84.81%" in entry.answer and "99.96%" in entry.answer


def test_a_link_to_a_question_that_does_not_exist_is_answered(visit):
    page = opened(visit, q="why-not")
    assert "q=why-not" in page.said and len(listed(page)) == len(entries())
    assert "q" not in page.link


def test_a_sentence_whose_figure_was_measured_with_other_weights_is_left_out(monkeypatch):
    entry = by_name("exposure-bias")
    whole = entry.answer
    monkeypatch.setattr(evidence, "is_of_shipped_weights", lambda data: False)
    assert "40.4%" in whole and "%" not in entry.answer
    assert entry.answer == " ".join(sentence for sentence in entry.sentences if "{" not in sentence)


def test_a_topic_in_another_language_takes_the_place_of_the_english_one(tmp_path):
    folder = tmp_path / "text" / "xx" / "questions"
    folder.mkdir(parents=True)
    (tmp_path / "text" / "en").symlink_to(paths.TEXT / "en")
    english = (paths.TEXT / "en" / "questions" / "1_attention.json").read_text(encoding="utf-8")
    (folder / "1_attention.json").write_text(english.replace("What are q, k and v?", "Was sind q, k und v?"))
    with texts_in(tmp_path / "text"), speaking("xx"):
        asked = [entry.question for entry in entries()]
    assert "Was sind q, k und v?" in asked and "Does True mean masked?" in asked
