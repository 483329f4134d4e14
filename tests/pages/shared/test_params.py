"""What a link asks for and cannot have: a sentence names what there is, without listing dozens of names."""

from pages.shared.url.params import MOST_NAMED, read_option

MODELS = ("dates", "small", *(f"small-{number}" for number in range(MOST_NAMED)))


def problem(asked: str, choices: tuple[str, ...]) -> str:
    """Read a word that is no choice, and return what is said about it."""
    problems: list[str] = []
    assert read_option({"model": asked}, "model", choices, problems) == {}
    (said,) = problems
    return said


def test_a_few_choices_are_all_named():
    said = problem("maybe", ("on", "off"))
    assert "model=maybe" in said and "on, off" in said


def test_of_many_choices_the_nearest_are_named():
    said = problem("date", MODELS)
    assert "dates" in said and "small" not in said and str(len(MODELS)) in said


def test_a_word_that_is_like_none_of_many_choices_gets_no_list():
    said = problem("x" * 500, MODELS)
    assert not any(name in said for name in MODELS)
    assert len(said) < 150
