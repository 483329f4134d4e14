"""Catalogues of languages: what says that it is complete has every text, and none has a text that English has not."""

import json
import string
from pathlib import Path

import pytest

from core import paths
from core.screen.texts import languages, sentences, speaking, t
from core.sentences import strings_of
from pages.evidence.table import COLUMNS
from tests.languages import NAME, another_language, forget_texts
from tests.pages.test_translations import names

OTHERS = [name for name in languages() if name != "en"]
each_language = pytest.mark.parametrize("language", OTHERS)


def keys_that_begin(prefix: str) -> tuple[str, ...]:
    """Return the keys of strings that begin so."""
    return tuple(key for key in strings_of("en") if key.startswith(prefix))


# A column or a curve that is called like another of the same table takes its place.
NAMES_OF_ONE_TABLE = [
    tuple(f"evidence.{name}" for name in COLUMNS),
    *map(keys_that_begin, ("lab.column_", "lab.curve_", "kind.", "cache.line_", "block.series_", "block.without_",
                           "teacher_forcing.decay_", "guided.guide_", "stat.")),
    ("search.way", "search.exact", "search.time"),
    tuple(f"errors.{name}" for name in ("system", "wer", "per", "words", "megabytes", "trained_on")),
    ("position.axis_letters", "position.words", "position.joined"),
]  # fmt: skip


def places(template: str) -> list[str]:
    """Return the names of the places to fill in, each once."""
    return sorted({name for _, name, _, _ in string.Formatter().parse(template) if name is not None})


def problems_of(language: str) -> list[str]:
    """Return what is wrong with a language, in a line each."""
    english, own = strings_of("en"), strings_of(language)
    found = [f"surplus string {key}" for key in sorted(own.keys() - english.keys())]
    found += [f"surplus file {name}" for name in sorted(names(language) - names("en"))]
    found += [f"other places in {key}" for key in sorted(own.keys() & english.keys())
              if places(own[key]) != places(english[key])]  # fmt: skip
    found += [f"empty string {key}" for key, text in own.items() if not text.strip() and english.get(key, "").strip()]
    if languages()[language].complete:
        found += [f"missing string {key}" for key in sorted(english.keys() - own.keys())]
        found += [f"missing file {name}" for name in sorted(names("en") - names(language))]
    return found


@each_language
def test_a_language_fits_the_english_catalogue(language: str):
    assert problems_of(language) == []


def test_chinese_is_complete():
    assert languages()["zh"].complete


@each_language
def test_a_language_has_its_files_named_as_the_english_ones(language: str):
    own = {path.name for path in (paths.TEXT / language / "strings").glob("*.json")}
    assert own <= {path.name for path in (paths.TEXT / "en" / "strings").glob("*.json")}


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("names", NAMES_OF_ONE_TABLE, ids=lambda names: names[0])
def test_what_names_columns_or_curves_of_one_table_is_told_apart(language: str, names: tuple[str, ...]):
    with speaking(language):
        texts = [t(name) for name in names]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda own: own.pop("decode.title"), "missing string decode.title"),
        (lambda own: own.update({"decode.titel": "x"}), "surplus string decode.titel"),
        (lambda own: own.update({"decode.title": "{page}"}), "other places in decode.title"),
        (lambda own: own.update({"decode.title": " "}), "empty string decode.title"),
    ],
)
def test_what_does_not_fit_is_found(tmp_path: Path, spoil, problem):
    with another_language(tmp_path) as texts:
        assert problems_of(NAME) == []
        path = texts / NAME / "strings" / "decode.json"
        own = json.loads(path.read_text(encoding="utf-8"))
        spoil(own)
        path.write_text(json.dumps(own), encoding="utf-8")
        forget_texts()
        assert problems_of(NAME) == [problem]


@pytest.mark.parametrize(
    ("said", "whole"),
    [(("One.", "Two."), "One. Two."), (("一。", "二。"), "一。二。"), (("一。", "", "Two."), "一。Two."), ((), "")],
)
def test_sentences_follow_each_other_as_their_language_has_it(said, whole):
    assert sentences(*said) == whole
