"""The spelling model as its visitor meets it: any word can be typed, and what the dictionary has stands beside it."""

import pytest

from core.tasks import get_task
from core.tasks.phones import IPA
from core.tasks.spelling import words_of
from pages.decode.alternatives import WIDTH

SPELLING = get_task("spelling")
LONGEST = max(len(word.source) for word in words_of("train"))
HARD_WORDS = {
    "an accent": ("naïve", "reads the source as: naive", "naive"),
    "an umlaut and a capital": ("Zürich", "reads the source as: zurich", "zurich"),
    "digits": ("r2d2", "2 ×2", "r2d2"),
    "two words": ("hello world", "␣ ×1", "hello world"),
    "sixty letters": ("llanfair" * 7 + "pwll", f"training saw none longer than {LONGEST}", "llanfair" * 7 + "pwll"),
    "another script": ("Москва", "Never seen in training", "москва"),
    "emoji": ("🙂", "Never seen in training", "🙂"),
    "markup": ("<b>bold</b>", "Never seen in training", "<b>bold</b>"),
}


@pytest.fixture
def spelling(visit):
    """Open the app and choose the spelling model."""
    page = visit()
    page.control("selectbox", "model").set_value("spelling").run()
    return page


def phones(page) -> str:
    return " ".join(step["predicts"] for step in page.data["run"]["steps"] if not step["predicts"].startswith("⟨"))


def test_each_task_keeps_its_own_source(visit):
    page = visit().read("3 mars 2001").read("1 gennaio 1984")
    page.control("selectbox", "model").set_value("spelling").run()
    assert page.control("text_input", "source").value == "knight"
    assert page.control("text_input", "reference").value == "N AY T"
    page.read("walkthrough")
    page.control("selectbox", "model").set_value("dates-no-position").run()
    assert page.control("text_input", "source").value == "1 gennaio 1984"
    page.control("selectbox", "model").set_value("spelling").run()
    assert page.control("text_input", "source").value == "walkthrough"


def test_a_link_that_names_the_model_alone_shows_its_first_example(visit):
    page = visit("model=spelling")
    assert page.control("text_input", "source").value == SPELLING.examples()[0].source
    assert page.control("text_input", "reference").value == SPELLING.examples()[0].target


def test_every_example_brings_a_reference_the_models_own_if_it_is_right(spelling):
    for example in SPELLING.examples():
        spelling.control("button_group", "examples").set_value(example.source).run()
        written, reference = phones(spelling), spelling.control("text_input", "reference").value
        assert reference == (written if written in example.references else example.target)
        assert all(step["correct"] for step in spelling.data["run"]["steps"]) == (written in example.references)


def test_sounds_are_the_phones_on_screen_and_the_dictionary_stands_beside_them(spelling):
    sound = spelling.read("Minute").data["run"]["sound"]
    assert "".join(sound["ipa"]) == "".join(IPA[phone] for phone in phones(spelling).split())
    assert [len(sound["ipa"]), sound["ipa"][-1]] == [len(spelling.data["run"]["steps"]), ""]
    assert sound["word"] == "Minute" and sound["held_out"]
    assert [known["text"] for known in sound["known"]] == ["M IH N AH T", "M AY N UW T", "M AY N Y UW T"]
    assert sound["known"][0]["spoken"] == "mɪnʌt"


def test_a_word_read_in_training_says_so_and_an_unknown_one_has_no_reference(spelling):
    live = spelling.read("live").data["run"]["sound"]
    assert {known["text"] for known in live["known"]} == {"L AY V", "L IH V"} and not live["held_out"]
    assert spelling.read("phtholognyrrh").data["run"]["sound"]["known"] == []
    assert spelling.control("text_input", "reference").value == ""


def test_dates_have_no_sound(visit):
    assert visit().data["run"]["sound"] is None


def test_a_reference_by_hand_may_have_stress_and_small_letters(spelling):
    spelling.read("through").control("text_input", "reference").set_value("th r uw1").run()
    assert [step["reference"] for step in spelling.data["run"]["steps"]][:3] == ["TH", "R", "UW"]
    spelling.control("text_input", "reference").set_value("TH QQ").run()
    assert "cannot write QQ" in spelling.said


@pytest.mark.parametrize(("typed", "sentence", "read"), HARD_WORDS.values(), ids=HARD_WORDS)
def test_hard_words_are_read_as_far_as_can_be_and_explained(spelling, typed, sentence, read):
    spelling.read(typed)
    assert sentence in spelling.said
    tokens = [token["text"] for token in spelling.data["run"]["source"] if token["kind"] != "padding"]
    assert "".join(tokens).replace("␣", " ") == read
    assert spelling.control("text_input", "source").value == typed


def test_a_plain_word_needs_no_explanation_and_too_long_a_one_leaves_the_last_on_screen(spelling):
    assert spelling.read("knight").said.count("read as") == 0
    spelling.read("x" * 65)
    assert "reads at most 64 tokens" in spelling.said and "still shows the run of: knight" in spelling.said
    assert phones(spelling).split()[0] == "N"


def test_other_answers_are_ranked_and_the_right_ones_marked(visit):
    page = visit("model=spelling&source=separate&section=alternatives")
    (table,) = [x.value for x in page.at.markdown if "| --- |" in x.value.replace("|---|", "| --- |")]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]
    assert len(rows) == WIDTH
    shares = [float(row[3].rstrip("%")) for row in rows]
    assert shares == sorted(shares, reverse=True) and sum(shares) <= 100
    known = SPELLING.known("separate").references
    assert {row[1].strip("` ") for row in rows if "✓" in row[4]} == {row[1].strip("` ") for row in rows} & set(known)
