"""No words in code: what people read stands in the catalogue; Python and JavaScript have no sentences of their own."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
DRAWN = ("pages", "core/figures", "core/run", "core/walk", "core/screen")
PYTHON = sorted([ROOT / "app.py", *(path for place in DRAWN for path in (ROOT / place).rglob("*.py"))])
SCRIPTS = sorted((ROOT / "assets" / "components").rglob("*.js"))
WORDS = re.compile(r"[A-Z][a-z]+ [a-z]+|(?<![-.#\w])[a-z]{2,} [a-z]{2,}")
QUOTED = re.compile(r"'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`")
COMMENT = re.compile(r"/\*.*?\*/|(?<![:'\"`])//[^\n]*", re.DOTALL)
# Styles, formulas, commands and patterns hold words that nobody reads as such.
NO_PROSE = re.compile(r"[\\<{]|^python -m|st-key-")
NO_WORDS = re.compile(r"[.#\[][\w-]+|^[mM][\d.]|s2s-|^color-mix")
# Names in files and of the core's functions, errors for programmers, and what only the server's log says.
NAMES = {
    "as trained", "position off", "causal mask off", "padding mask off", "minus infinity", "large number",
    "step by step", "middle left", "could not be kept", "No page asked for this file.", " shares and ",
    "nothing is shifted here, so no table of positions ends",
}  # fmt: skip


def literals(tree: ast.AST) -> Iterator[ast.Constant]:
    """Yield the texts of a program, less docstrings and errors meant for programmers."""
    unread: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            unread.add(node.value)
        if isinstance(node, ast.Raise):
            unread |= set(ast.walk(node))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in unread:
            yield node


def test_no_program_has_words_of_its_own():
    found = {}
    for path in PYTHON:
        texts = [each.value for each in literals(ast.parse(path.read_text(encoding="utf-8")))]
        found[path.name] = [each for each in texts if WORDS.search(each) and not NO_PROSE.search(each)]
    assert {(name, text) for name, texts in found.items() for text in texts if text not in NAMES} == set()


def test_no_script_has_words_of_its_own():
    found = set()
    for path in SCRIPTS:
        script = COMMENT.sub("", path.read_text(encoding="utf-8"))
        texts = [re.sub(r"\$\{[^{}]*\}", "", one or other) for one, other in QUOTED.findall(script)]
        found |= {(path.name, text) for text in texts if WORDS.search(text) and not NO_WORDS.search(text)}
    assert found == set()


def test_words_in_code_are_noticed():
    tree = ast.parse('"""Say it."""\nx = "Press it"\nraise ValueError("no such thing")\n')
    assert [each.value for each in literals(tree) if WORDS.search(each.value)] == ["Press it"]
