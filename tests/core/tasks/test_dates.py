"""The dates task: what is held out stays out, and every text stands for one day."""

import subprocess
import sys
import unicodedata
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from babel import Locale
from babel.dates import format_date, format_skeleton
from hypothesis import given
from hypothesis import strategies as st

from core.tasks import TASKS, get_task
from core.tasks.date_formats import (
    GROUPS,
    HANDWRITTEN,
    LOCALES,
    SKELETONS,
    STYLES,
    date_formats,
    lower_case,
    ordinal,
    upper_case,
)
from core.tasks.dates import SHOWN_DAYS, days_of, spellings, split_of
from core.tasks.folding import fold_signs

DATES = get_task("dates")
REPOSITORY = Path(__file__).parents[3]
PHRASES = {
    "March 3rd, 2001": "2001-03-03",
    "21st of August 2016": "2016-08-21",
    "3 mars 2001": "2001-03-03",
    "2001年3月3日": "2001-03-03",
    "Tuesday, 5 January 2016": "2016-01-05",
    "1 gennaio 1984": "1984-01-01",
}


@pytest.fixture(scope="module")
def epoch():
    return DATES.training_pairs(seed=7, epoch=2)


def all_spellings(day: date) -> set[str]:
    return {text for group, forms in date_formats().items() for form in forms for text in spellings(day, group, form)}


def test_a_task_is_found_by_its_name_and_an_unknown_name_lists_the_known_ones():
    assert all(get_task(name).name == name for name in TASKS)
    with pytest.raises(ValueError, match=r"'date'.*dates"):
        get_task("date")


def test_the_app_needs_no_babel_until_it_generates():
    """A None in sys.modules makes every import of Babel fail, as where it is not installed."""
    script = """
import sys
sys.modules["babel"] = None
from core.tasks import get_task
task = get_task("dates")
assert all(task.source_tokens(e.source) and task.target_tokens(e.target) for e in task.examples())
assert "streamlit" not in sys.modules
try:
    task.source_symbols()
except ImportError as error:
    assert "pip install babel" in str(error)
else:
    raise SystemExit("generating without Babel did not fail")
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60, cwd=REPOSITORY)


# Splits


def test_every_day_of_two_centuries_is_in_exactly_one_split():
    splits = [days_of(split) for split in ("train", "dev", "test")]
    days = [day for split in splits for day in split]
    assert len(days) == len(set(days)) == (date(2100, 1, 1) - date(1900, 1, 1)).days
    shares = [len(split) / len(days) for split in splits]
    assert shares == pytest.approx([0.93, 0.02, 0.05], abs=0.005)


def test_what_is_held_out_is_never_trained_on(epoch):
    trained_days = {example.target for example in epoch}
    trained_texts = {example.source for example in epoch}
    for split in ("dev", "test"):
        for example in DATES.held_out(split, per_group=60):
            assert split_of(date.fromisoformat(example.target)) == split
            assert example.target not in trained_days
            assert example.source not in trained_texts


def test_every_group_is_held_out_equally_on_different_days():
    examples = DATES.held_out("test", per_group=60)
    assert len(LOCALES) >= 29
    assert len(examples) >= 2000
    assert Counter(example.group for example in examples) == dict.fromkeys(GROUPS, 60)
    assert len({(example.group, example.target) for example in examples}) == len(examples)


def test_held_out_examples_are_the_same_again_and_others_with_another_seed():
    assert DATES.held_out("dev", 5, seed=1) == DATES.held_out("dev", 5, seed=1)
    assert DATES.held_out("dev", 5, seed=1) != DATES.held_out("dev", 5, seed=2)


@pytest.mark.parametrize(("split", "per_group"), [("train", 5), ("test", 0), ("dev", 5000)])
def test_what_cannot_be_held_out_is_refused(split, per_group):
    with pytest.raises(ValueError, match=f"{split}|{per_group}"):
        DATES.held_out(split, per_group)


# An epoch


def test_an_epoch_passes_every_training_day_once(epoch):
    assert sorted(example.target for example in epoch) == [day.isoformat() for day in days_of("train")]


def test_an_epoch_is_the_same_again_and_every_other_one_is_different(epoch):
    assert DATES.training_pairs(seed=7, epoch=2) == epoch
    for other in (DATES.training_pairs(seed=7, epoch=3), DATES.training_pairs(seed=8, epoch=2)):
        assert len(set(other) & set(epoch)) < len(epoch) / 20


def test_an_epoch_holds_every_group_and_both_cases(epoch):
    counts = Counter(example.group for example in epoch)
    assert set(counts) == set(GROUPS)
    assert max(counts.values()) < 1.2 * min(counts.values())
    english = [example.source for example in epoch if example.group == "en-ordinal"]
    assert sum(map(str.isupper, english)) / len(english) == pytest.approx(0.1, abs=0.03)
    assert sum(map(str.islower, english)) / len(english) == pytest.approx(0.1, abs=0.03)


# Texts


def test_no_text_stands_for_two_days():
    """Two years hold every day and month in two places of the week; four-digit years never look like either."""
    meanings: dict[str, date] = {}
    for number in range(366 + 365):
        day = date(2000, 1, 1) + timedelta(days=number)
        for text in all_spellings(day):
            assert meanings.setdefault(text, day) == day, f"{text!r} stands for {meanings[text]} and for {day}"


@pytest.mark.parametrize("identifier", LOCALES)
def test_formats_write_what_babel_writes(identifier):
    locale = Locale.parse(identifier)
    for day in (date(1900, 2, 28), date(2001, 3, 3), date(2016, 9, 22), date(2099, 12, 31)):
        written = {form.write(day) for form in date_formats()[identifier]}
        babel = {format_date(day, style, locale) for style in STYLES}
        babel |= {format_skeleton(name, day, locale=locale) for name in SKELETONS if name in locale.datetime_skeletons}
        babel = {"".join(DATES.source_tokens(text)) for text in babel if "\u200f" not in text}
        assert written == babel


def test_formats_written_by_hand_name_the_right_day():
    written = {group: {form.write(date(2016, 1, 5)) for form in date_formats()[group]} for group in HANDWRITTEN}
    assert {"January 5th, 2016", "5th of January 2016", "Tuesday the 5th of January 2016"} <= written["en-ordinal"]
    assert {"Tuesday, 5 January 2016", "Jan. 5, 2016", "5 Jan 2016", "January 5 2016"} <= written["en-plain"]
    assert {"2016-01-05", "2016/01/05", "2016.01.05", "2016/1/5", "20160105"} == written["iso"]
    assert "May 5, 2016" in all_spellings(date(2016, 5, 5))
    assert "May. 5, 2016" not in all_spellings(date(2016, 5, 5))


def test_ordinals():
    assert [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 30, 31)] == (
        ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "23rd", "30th", "31st"]
    )


def test_capitals_and_small_letters_are_those_of_the_language():
    assert upper_case("5 Nisan 2016 Salı", "tr") == "5 NİSAN 2016 SALI"
    assert lower_case("5 NİSAN 2016 SALI", "tr") == "5 nisan 2016 salı"
    assert upper_case("12 Μαΐου 2004", "el") == "12 ΜΑΪΟΥ 2004"


# Symbols and tokens


def test_symbols_cover_all_that_is_generated(epoch):
    source, target = DATES.source_symbols(), DATES.target_symbols()
    examples = [*epoch, *DATES.held_out("test", per_group=60), *DATES.held_out("dev", per_group=60)]
    assert {token for e in examples for token in DATES.source_tokens(e.source)} <= set(source)
    assert {token for e in examples for token in DATES.target_tokens(e.target)} == set(target)
    assert list(source) == sorted(set(source))
    assert list(target) == sorted(set(target))


def test_symbols_can_be_seen_and_typed():
    for symbol in DATES.source_symbols():
        assert len(symbol) == 1
        assert symbol == " " or unicodedata.category(symbol)[0] in "LMNP", f"U+{ord(symbol):04X}"


def test_generated_texts_are_already_in_the_form_that_tokens_have(epoch):
    assert all("".join(DATES.source_tokens(example.source)) == example.source for example in epoch)


def test_typed_and_pasted_texts_become_the_same_tokens():
    assert DATES.source_tokens("3 марта 2001\u202fг.") == DATES.source_tokens("3 марта 2001 г.")
    assert DATES.source_tokens("1\u00a0ao\u0302t") == ["1", " ", "a", "ô", "t"]
    assert DATES.source_tokens("1º ３") == ["1", "º", " ", "3"]  # NFKC would make an o of the ordinal


@given(st.text())
def test_tokens_change_nothing_but_composition_and_signs_of_print(text):
    assert "".join(DATES.source_tokens(text)) == fold_signs(unicodedata.normalize("NFC", text))
    assert DATES.target_text(DATES.target_tokens(text)) == text


# Examples


def test_examples_are_held_out_and_right():
    examples = DATES.examples()
    assert [example.source for example in examples[:3]] == ["3 mars 2001", "March 3rd, 2001", "2001年3月3日"]
    assert 8 <= len(set(examples)) == len(examples) <= 10
    for example in examples:
        day = date.fromisoformat(example.target)
        assert split_of(day) == "test"
        assert example.source in {
            text for form in date_formats()[example.group] for text in spellings(day, example.group, form)
        }


@pytest.mark.parametrize(("phrase", "iso"), PHRASES.items())
def test_the_phrases_of_the_issue_are_generated_and_held_out(phrase, iso):
    day = date.fromisoformat(iso)
    assert day in SHOWN_DAYS
    assert split_of(day) == "test"
    assert phrase in all_spellings(day)
