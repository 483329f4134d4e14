"""A model of sentences: every page opens with it, words that are cut look cut, and the language is the first token."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import paths
from pages.shared.run import models
from pages.shared.text import t
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


def test_the_source_is_cut_into_the_pieces_of_the_model(visit, sentences) -> None:
    page = visit("model=sentences&source=→ja The teacher knows the garden.&pads=0")
    tokens = [token["text"] for token in page.data["run"]["source"]]
    assert tokens == TASK.source_tokens("→ja The teacher knows the garden.")
    assert tokens[0] == "→ja" and any(token.startswith("▁") for token in tokens)
