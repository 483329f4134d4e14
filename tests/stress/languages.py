"""Two visitors at once, one in English and one in a made-up language in which every text is marked: do they mix?

    python -m tests.stress.languages --actions 200 --seed 1

Each goes from page to page, and to other sections, views and models of it, in a thread of their own. What one is shown
in the other's language is printed with the page that showed it.
"""

import argparse
import random
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.runtime import Runtime
from streamlit.runtime.caching.storage.dummy_cache_storage import MemoryCacheStorageManager
from streamlit.runtime.dataframe_source_manager import DataframeSourceManager
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest, app_test
from streamlit.testing.v1.util import patch_config_options

from pages.shared.url.fields import Choices, Param
from tests.app_pages import PAGES
from tests.languages import NAME, another_language
from tests.visible import visible_texts

APP = str(Path(__file__).parents[2] / "app.py")
MODELS = "dates", "spelling", "small", "small-all-at-once"
MARKED = re.compile(r"‹[^‹›]*›")
CODE = re.compile(r"``? .*? ``?|`[^`]*`|https?://\S+|python -m [^‹›]*|\$\$[^$]*\$\$")
SENTENCE = re.compile(r"(?<!\w)[A-Za-z][a-z]{2,}(?:[ ,]+[a-z]{2,})+")
# Texts that no language changes: the model's own, names of its settings, and what was typed.
OWN = re.compile(r"^(Mia fed her cat|middle (left|right)|top (left|center|right))$")


def unmarked(text: str) -> str:
    """Return a run of words that is in no made-up language, empty if there is none."""
    text = CODE.sub("", text)
    while text != (text := MARKED.sub("", text)):
        pass
    found = None if OWN.fullmatch(text) else SENTENCE.search(text)
    return found[0] if found else ""


def mixed(at: AppTest, language: str) -> list[str]:
    """Return what is shown that is not in a visitor's language."""
    if language == "en":
        return [f"{place}: {text[:80]}" for place, text in visible_texts(at) if "‹" in text]
    return [f"{place}: {text[:80]}" for place, text in visible_texts(at) if unmarked(text)]


def addresses(dice: random.Random, count: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Draw pages, each with a section, a view and a model."""
    for number in range(count):
        page = PAGES[number % len(PAGES)] if number < len(PAGES) else dice.choice(PAGES)
        module = import_module(f"pages.{page}.choices")
        (kind,) = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Choices)
                   and each is not Choices and each.__module__ == module.__name__][-1:]  # fmt: skip
        params: dict[str, Param] = {each.name: each.metadata["param"] for each in fields(kind)}
        chosen = {name: param.write(dice.choice(param.options)) for name, param in params.items()
                  if param.options and param.elsewhere}  # fmt: skip
        yield page, chosen | {"model": dice.choice(MODELS), "step": "3"}


@contextmanager
def side_by_side() -> Iterator[None]:
    """Let several AppTests run at once: each run of one puts a runtime in place, and takes it away, for all."""
    runtime = MagicMock(spec=Runtime)
    runtime.media_file_mgr = MediaFileManager(MemoryMediaFileStorage("/mock/media"))
    runtime.dataframe_source_mgr = DataframeSourceManager()
    runtime.cache_storage_manager = MemoryCacheStorageManager()
    runtime.bidi_component_registry = BidiComponentManager()
    runtime.bidi_component_registry.discover_and_register_components(start_file_watching=False)
    with pytest.MonkeyPatch.context() as patch, patch_config_options({"global.appTest": True}):
        patch.setattr(app_test, "Runtime", type("Apart", (Runtime,), {}))
        patch.setattr(app_test, "PagesManager", type("ApartPages", (PagesManager,), {}))
        patch.setattr(app_test, "patch_config_options", lambda options: patch_nothing())
        patch.setattr(AppTest, "_bidi_component_manager", runtime.bidi_component_registry, raising=False)
        patch.setattr(Runtime, "_instance", runtime)
        patch.setattr(PagesManager, "uses_pages_directory", False)
        yield


@contextmanager
def patch_nothing() -> Iterator[None]:
    """Leave the configuration as it is."""
    yield


def visit(language: str, actions: int, dice: random.Random, found: list[str]) -> None:
    """Be one visitor; add what was shown in another language, or what was raised, to what was found."""
    at = AppTest.from_file(APP, default_timeout=120)
    at._bidi_component_manager = Runtime._instance.bidi_component_registry
    at.query_params["lang"] = language
    at.run()
    for page, chosen in addresses(dice, actions):
        at.query_params.clear()
        for name, value in chosen.items():
            at.query_params[name] = value
        if page == "training_lab":
            at.session_state["app"].visitor = "0" * 32
        at.switch_page(f"pages/{page}/page.py").run()
        found += [f"{language} {page} {chosen}: {each.message}" for each in at.exception]
        found += [f"{language} {page} {chosen} {each}" for each in mixed(at, language)]


def together(place: Path, actions: int, seed: int) -> list[str]:
    """Let both visit at once; return what either was shown in the other's language."""
    found: list[str] = []
    with another_language(place), side_by_side():
        visitors = [threading.Thread(target=visit, args=(language, actions, random.Random(f"{seed}-{language}"), found))
                    for language in ("en", NAME)]  # fmt: skip
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
    return list(dict.fromkeys(found))


def main() -> None:
    """Read what was asked for, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--actions", type=int, default=200, help="of each visitor")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        found = together(Path(place), options.actions, options.seed)
    print("\n".join(found) or f"{options.actions} actions each: nobody was shown the other's language")
    raise SystemExit(bool(found))


if __name__ == "__main__":
    main()
