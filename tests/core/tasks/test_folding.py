"""What is typed with the signs of print or of another script is read with those of a keyboard, and named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tasks import get_task
from core.tasks.folding import CHANGES, changes, fold_signs, looks_alike

FOLDED = {
    "full-width digits": ("２００１年３月３日", "2001年3月3日", ("digits",)),
    "Arabic digits": ("٣ مارس ٢٠٠١", "3 مارس 2001", ("digits",)),
    "Thai digits": ("๓ มีนาคม ๒๐๐๑", "3 มีนาคม 2001", ("digits",)),
    "Devanagari digits": ("३ मार्च २००१", "3 मार्च 2001", ("digits",)),
    "full-width slashes": ("2001／3／3", "2001/3/3", ("wide",)),
    "an en dash": ("2001–03–03", "2001-03-03", ("dashes",)),
    "a minus sign": ("2001−03−03", "2001-03-03", ("dashes",)),
    "a full-width space": ("3　mars 2001", "3 mars 2001", ("spaces",)),
    "a curly apostrophe": ("п’ятниця", "п'ятниця", ("apostrophes",)),
    "marks of direction": ("\u200f3 مارس 2001", "3 مارس 2001", ("invisible",)),
    "two kinds": ("３–３–2001", "3-3-2001", ("dashes", "digits")),
}


@pytest.mark.parametrize(("typed", "read", "kinds"), FOLDED.values(), ids=FOLDED)
def test_dates_are_read_with_the_signs_of_a_keyboard_and_what_changed_is_named(typed, read, kinds):
    assert "".join(get_task("dates").source_tokens(typed)) == read
    assert changes(typed, read) == kinds and not looks_alike(typed, read)


@pytest.mark.parametrize(
    ("typed", "kinds"),
    [
        ("O’neill", ("capitals", "apostrophes")), ("o’neill", ("apostrophes",)), ("naïve", ("accents",)),
        ("Zürich", ("capitals", "accents")), ("É", ("capitals", "accents")), ("straße", ("letters",)),
        ("co–op", ("dashes",)), ("ＫＮＩＧＨＴ", ("wide",)),
    ],
)  # fmt: skip
def test_a_word_names_only_what_was_changed_in_it(typed, kinds):
    read = "".join(get_task("spelling").source_tokens(typed))
    assert changes(typed, read) == kinds


def test_what_one_cannot_see_is_no_change():
    assert looks_alike("3\u00a0mars\u202f2001", "3 mars 2001") and looks_alike("ao\u0302t", "aôt")
    assert not looks_alike("３", "3") and not looks_alike("Knight", "knight")


@given(st.text())
def test_folding_twice_changes_nothing_more_and_every_change_has_a_name(text):
    assert fold_signs(fold_signs(text)) == fold_signs(text)
    assert set(changes(text, fold_signs(text))) <= set(CHANGES)
