"""Two visitors with two languages at once: none is ever shown a string of the other's, whatever the process keeps."""

import ast
from pathlib import Path

from core.screen.texts import browsers_own
from pages.shared.language import KEY, Spoken
from tests.languages import NAME, another_language
from tests.stress.languages import together, unmarked

ACTIONS = 20


def test_two_visitors_never_see_each_other_s_language(tmp_path: Path):
    """`python -m tests.stress.languages` does more of it; the address, too, asks for no string that is not there."""
    assert together(tmp_path, ACTIONS, seed=3) == []


def test_what_is_in_no_language_is_noticed():
    assert unmarked("‹Heads› under this layer") == "under this layer"
    assert not unmarked("‹Heads› · ‹the layer ‹one››") and not unmarked("`python -m core.lab some words`")


def test_a_first_visit_is_in_the_browser_s_own_language(visit):
    page = visit()
    assert page.at.session_state[KEY] == Spoken("en") and "lang" not in page.link
    page.at.context = {"locale": "zh-CN"}
    del page.at.session_state[KEY]
    page.at.run()
    assert page.at.session_state[KEY] == Spoken(browsers_own("zh-CN")) and "lang" not in page.link
    assert page.control("segmented_control", "language").value == "zh"


def test_a_choice_outlasts_the_address_and_the_browser_s_language(tmp_path, visit):
    with another_language(tmp_path):
        page = visit(f"lang={NAME}")
        page.at.context = {"locale": "zh-CN"}
        page.at.query_params.clear()
        page.at.switch_page("pages/heads/page.py").run()
        assert page.at.session_state[KEY].name == NAME and page.link["lang"] == NAME
        kept = [(data["cookie"], data["language"]) for data in page.sent if "cookie" in data]
        assert kept == [("s2s-language", NAME)]


# What puts a key into words, in the language of whoever happens to ask first.
SPEAKING = {"t", "t_or", "under", "prose", "say", "listed", "called", "language"}
ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "pages").rglob("*.py"), *(ROOT / "core").rglob("*.py")])


def test_nothing_is_put_into_words_before_anybody_asks():
    """At import there is no visitor, and what a module holds is everybody's."""
    found = []
    for path in PAGES:
        if path.name == "page.py":  # run for each visitor anew
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        todo: list[ast.AST] = [tree]
        while todo:
            node = todo.pop()
            if isinstance(node, ast.FunctionDef | ast.Lambda):
                node = ast.Module(body=[*node.args.defaults, *getattr(node, "decorator_list", ())], type_ignores=[])
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SPEAKING:
                found.append(f"{path.name}:{node.lineno}")
            todo += ast.iter_child_nodes(node)
    assert found == []


def test_no_cache_but_those_by_language_holds_words():
    """A function that is kept for all must not say anything itself; what it calls, the visitors above try."""
    found = []
    for path in PAGES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            kept = isinstance(node, ast.FunctionDef) and {ast.unparse(each) for each in node.decorator_list}
            if kept and any("cache" in each and "cached_by_language" not in each for each in kept):
                calls = {getattr(each.func, "id", "") for each in ast.walk(node) if isinstance(each, ast.Call)}
                found += [f"{path.name}:{node.name}"] * bool(calls & SPEAKING)
    assert found == []
