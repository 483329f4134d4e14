"""A model of sentences: every page opens with it, words that are cut look cut, and the language is the first token."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import paths
from core.tasks.sentence_examples import SHOWN, SHOWS
from core.tokenizers import MARK
from core.vocab import Vocabulary
from pages.shared.run import models
from pages.shared.run.tokens import visible
from pages.shared.text import t
from pages.shared.widgets.tokens import token_typed
from tests.core.tiny_sentences import TASK, write_checkpoint
from tests.pages.test_every_page import PAGES, READS_THE_SOURCE, enter


@pytest.fixture
def sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a model of sentences lie beside one that ships."""
    write_checkpoint(tmp_path / "sentences.safetensors")
    shutil.copy(paths.checkpoint_path("dates"), tmp_path)
    monkeypatch.setattr(paths, "CHECKPOINTS", tmp_path)
    models.catalogue.cache_clear()
    yield
    models.catalogue.cache_clear()


@pytest.mark.parametrize("place", PAGES)
def test_every_page_opens(visit, sentences, place: str) -> None:
    page = enter(visit, place, "model=sentences")
    if place in READS_THE_SOURCE:
        bar = page.control("text_input", "source")
        assert f"→fr {bar.value}" == TASK.examples()[0].source
        assert bar.placeholder == t("control.source_placeholder_sentences")


def test_the_source_is_cut_into_the_pieces_of_the_model_and_cut_words_look_cut(visit, sentences) -> None:
    page = visit("model=sentences&source=→ja The teacher knows the garden.&pads=0")
    shown = [token["text"] for token in page.data["run"]["source"]]
    pieces = TASK.source_tokens("→ja The teacher knows the garden.")
    assert shown[0] == pieces[0] == "→ja" and len(shown) == len(pieces)
    for text, piece in zip(shown[1:], pieces[1:], strict=True):
        goes_on = not piece.startswith(MARK) and piece.isalpha()
        assert text == (f"·{piece}" if goes_on else piece.removeprefix(MARK) or "␣")
    assert any(text.startswith("·") for text in shown)


@pytest.mark.parametrize(
    "piece, shown",
    [
        ("▁the", "the"), ("ry", "·ry"), ("▁", "␣"), (".", "."), ("'", "'"), ("彼は", "彼は"), ("▁彼", "␣彼"),
        ("16", "·16"), ("é", "·é"), ("→fr", "→fr"), ("⟨END⟩", "⟨END⟩"),
    ],
)  # fmt: skip
def test_a_piece_that_goes_on_with_a_word_has_a_dot_before_it(piece: str, shown: str) -> None:
    assert visible(piece, is_piece=True) == shown


def test_the_language_is_chosen_beside_the_sentence_and_stands_in_the_address(visit, sentences) -> None:
    page = visit("model=sentences&source=→ja The cat sees the dog.")
    assert page.control("text_input", "source").value == "The cat sees the dog."
    language = page.control("button_group", "language")
    assert language.value == "ja" and list(language.options) == ["français", "Deutsch", "español", "日本語", "中文"]
    language.set_value("de").run()
    assert page.link["source"] == "→de The cat sees the dog."
    assert page.control("text_input", "source").value == "The cat sees the dog."
    page.read("The dog sees the cat.")
    assert page.link["source"] == "→de The dog sees the cat."
    page.read("→es The dog sees the cat.")  # as in an older link
    assert page.control("button_group", "language").value == "es"
    assert page.control("text_input", "source").value == "The dog sees the cat."


def test_a_source_without_a_language_has_one_address(visit, sentences) -> None:
    page = visit("model=sentences&source=The cat sees the dog.")
    assert page.link["source"] == "→fr The cat sees the dog." and page.control("button_group", "language").value == "fr"


def test_examples_are_those_of_the_chosen_language(visit, sentences) -> None:
    page = visit("model=sentences&source=→zh The cat sees the dog.")
    page.control("button_group", "examples").set_value(SHOWS["negation"]).run()
    assert page.link["source"] == f"→zh {SHOWS['negation']}"
    assert page.control("text_input", "reference").value == SHOWN[SHOWS["negation"]]["zh"]
    page.control("button_group", "examples").set_value(SHOWS["idiom"]).run()
    assert page.control("text_input", "reference").value == ""
    assert all(step["reference"] is None and step["correct"] is None for step in page.data["run"]["steps"])


@pytest.mark.parametrize(
    "text, name", [("cat", "▁cat"), ("·e", "e"), ("e", "▁e"), ("nowhere to be found", None), ("⟨END⟩", None)]
)
def test_a_token_is_found_by_what_is_typed(text: str, name: str | None) -> None:
    vocab = Vocabulary(("▁cat", "e", "▁e", "."))
    assert token_typed(vocab, text) == (None if name is None else vocab.encode([name])[0])
