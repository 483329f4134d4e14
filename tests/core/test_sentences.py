"""Refusals: every one that core raises has its words, its values fill them, and it can be kept and said later."""

import ast
import json
import string
from pathlib import Path

import pytest

from core.lab.status import BrokenRun, Status
from core.sentences import Refusal, Sentence, sentence_of, strings_of

CORE = sorted((Path(__file__).parents[2] / "core").rglob("*.py"))
PAGES = sorted((Path(__file__).parents[2] / "pages").rglob("*.py"))
CLASSES = {"Refusal", "BadPairs", "CheckpointError", "TooMuch", "Unreadable", "NotStarted"}
RAISED = [
    (path.name, node)
    for path in (*CORE, *PAGES)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CLASSES
]


def places(template: str) -> set[str]:
    """Return the names of the places to fill in."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def keys_of(call: ast.Call) -> set[str]:
    """Return the keys that a call may have: one, or those of the catalogue that begin and end as it does."""
    key = call.args[0]
    if isinstance(key, ast.Constant):
        return {key.value}
    first, last = key.values[0].value, getattr(key.values[-1], "value", "")
    last = last if isinstance(last, str) else ""
    return {each for each in strings_of("en") if each.startswith(first) and each.endswith(last)}


def test_there_are_refusals_to_check():
    assert len(RAISED) > 60 and {name for name, _ in RAISED} >= {"config.py", "recipe.py", "pairs_text.py", "runs.py"}


@pytest.mark.parametrize("call", [call for _, call in RAISED], ids=[f"{name}:{call.lineno}" for name, call in RAISED])
def test_every_refusal_has_words_that_its_values_fill(call: ast.Call):
    keys = keys_of(call)
    assert keys and keys <= set(strings_of("en"))
    given = {each.arg for each in call.keywords if each.arg}
    if len(keys) == 1 and all(each.arg for each in call.keywords):
        assert places(strings_of("en")[keys.pop()]) == given


def test_core_refuses_what_pages_show_in_no_words_of_its_own():
    """Where a visitor's model, recipe, pairs and runs are checked, every error that is meant for them is a refusal."""
    checked = "config", "recipe", "request", "checkpoint", "weight_shapes", "pairs_text", "subwords", "shipped"
    found = [
        f"{path.name}:{node.lineno}"
        for path in CORE
        if path.stem in checked
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("ValueError", "TypeError")
    ]
    assert found == []


def test_a_refusal_is_english_by_itself_and_any_language_by_its_strings():
    outer = Refusal("refusal.metadata", why=Refusal("refusal.whole_number", name="d_ff", got=0))
    assert str(outer) == "the checkpoint’s metadata cannot be used: d_ff must be a whole number of at least 1, got 0"
    words = {"refusal.metadata": "Metadaten: {why}", "refusal.whole_number": "{name} ist {got!r}"}
    assert outer.sentence.in_words(words) == "Metadaten: d_ff ist 0"
    assert sentence_of(ValueError("no key")) == "no key" and sentence_of(7) == 7


def test_what_a_run_says_is_kept_without_a_language():
    inner = Sentence("disk.full")
    status = Status("failed", 7, message=Sentence("lab.not_done", {"why": inner}))
    again = Status.from_json(status.to_json())
    assert again == status and "disk is full" in str(again.message)


@pytest.mark.parametrize("message", [{"key": "no.such"}, {"key": "lab.not_done", "values": {}}, {"key": 1}, {}, []])
def test_what_no_run_says_is_refused(message: object):
    with pytest.raises(BrokenRun):
        Status.from_json(json.dumps({"phase": "failed", "message": message}))
