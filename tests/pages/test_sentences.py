"""A model of sentences: every page opens with it, words that are cut look cut, and the language is the first token."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core import paths
from core.analysis.attention.monotony import monotony
from core.figures.packing import unpacked
from core.run import models, runs
from core.run.runs import RunSpec
from core.run.tokens import visible
from core.tasks import Example
from core.tasks.sentence_examples import SHOWN, SHOWS
from core.tasks.sentences import ASKED
from core.tokenizers import MARK
from core.vocab import END, Vocabulary
from pages.cross_attention.languages import rank_text
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
    language = page.control("button_group", "target_language")
    assert language.value == "ja" and list(language.options) == ["français", "Deutsch", "español", "日本語", "中文"]
    language.set_value("de").run()
    assert page.link["source"] == "→de The cat sees the dog."
    assert page.control("text_input", "source").value == "The cat sees the dog."
    page.read("The dog sees the cat.")
    assert page.link["source"] == "→de The dog sees the cat."
    page.read("→es The dog sees the cat.")  # as in an older link
    assert page.control("button_group", "target_language").value == "es"
    assert page.control("text_input", "source").value == "The dog sees the cat."


def test_a_source_without_a_language_has_one_address(visit, sentences) -> None:
    page = visit("model=sentences&source=The cat sees the dog.")
    assert (
        page.link["source"] == "→fr The cat sees the dog."
        and page.control("button_group", "target_language").value == "fr"
    )


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


def test_five_languages_stand_beside_each_other_each_with_its_run_and_how_monotone_it_is(visit, sentences) -> None:
    english = "The cat sees the dog."
    page = visit(f"model=sentences&source=→ja {english}&show=languages&layer=2&head=3", "cross_attention")
    assert [panel for panel in page.board] == [f"written-{language}" for language in ASKED]
    for language in ASKED:
        panel = page.board[f"written-{language}"]
        trace = runs.trace(RunSpec(model="sentences", source=f"→{language} {english}", pads=0))
        count = sum(token != END for token in trace.tokens)
        weights = trace.cross_weights()[1, 2, :count]
        assert panel["shape"] == list(weights.shape) and panel["col_names"][0] == f"→{language}"
        assert np.allclose(unpacked(panel["values"]).reshape(panel["shape"]), weights, atol=1e-3)
        measured = monotony(weights, 1)
        assert f"{measured.near_diagonal:.0%}" in page.told and rank_text(measured.rank_correlation) in panel["note"]
    page.control("button_group", "head").set_value(1).run()
    assert not np.allclose(unpacked(page.board["written-ja"]["values"]), weights.flatten()[:1])


def test_five_languages_are_offered_for_sentences_alone(visit, sentences) -> None:
    page = visit("model=dates", "cross_attention")
    assert t("cross.show_languages") not in page.control("button_group", "cross_show").options
    asked = visit("model=dates&show=languages", "cross_attention")
    assert "does not translate" in asked.said


def test_an_example_without_an_answer_has_no_reference() -> None:
    assert {x.references for x in TASK.examples() if not x.target} == {()}
    assert Example("→de Silence.", "", "de").references == ("",)  # nothing can be the right answer, too
    assert TASK.known("→de My uncle kicked the bucket.") is None
