"""Texts in and out by their own tokenizers, as `generate` and the tokenizer alone would have them."""

from pathlib import Path
from typing import Any

import pytest

from core.interop.huggingface import load
from core.sentences import Refusal
from core.vocab import END, SPECIALS
from tests.parity.their_folders import TEXT, m2m100_folder, marian_folder, train_pieces
from tests.parity.their_models import saved

LONGEST = 24


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a tiny SentencePiece model and save it."""
    return train_pieces(tmp_path_factory.mktemp("pieces") / "source.spm")


@pytest.fixture
def marian(pieces: Path, tmp_path: Path) -> tuple[Any, Any, Path]:
    return *marian_folder(pieces, tmp_path), tmp_path


@pytest.fixture
def m2m100(pieces: Path, tmp_path: Path) -> tuple[Any, Any, Path]:
    return *m2m100_folder(pieces, tmp_path), tmp_path


def written(theirs: Any, tokenizer: Any, text: str, **options: Any) -> str:
    """Return what transformers writes, without special tokens."""
    output = theirs.generate(
        **tokenizer(text, return_tensors="pt"), max_length=LONGEST + 1, num_beams=1, do_sample=False, **options
    )
    return tokenizer.decode(output[0], skip_special_tokens=True)


def test_marian(marian: tuple[Any, Any, Path]) -> None:
    theirs, tokenizer, folder = marian
    model = load(folder, longest=LONGEST)
    assert model.source_ids("the old river")[0, -1] == END
    assert model.task.source_text(model.task.source_tokens(TEXT)) == TEXT
    assert model.text(model.target_ids("a dog and a cat")) == "a dog and a cat"
    for text in ("a dog and a cat", "the old river", "the sea"):
        assert model.write(text) == written(theirs, tokenizer, text)
    assert model.metadata.target_vocab.cuts_words
    assert model.trace("the sea").cross_weights().shape[-1] == len(tokenizer("the sea")["input_ids"])
    with pytest.raises(Refusal, match="knows no language 'fr'"):
        load(folder, target_language="fr")


def test_m2m100_writes_the_language_first(m2m100: tuple[Any, Any, Path]) -> None:
    theirs, tokenizer, folder = m2m100
    model = load(folder, source_language="de", target_language="fr", longest=LONGEST)
    assert model.task.source_tokens("a dog")[0] == "__de__"
    assert model.task.target_tokens("a dog")[0] == "__fr__"
    assert model.text(model.target_ids("a dog")) == "a dog"
    tokenizer.src_lang = "de"
    for text in ("a dog and a cat", "the sea"):
        trace = model.trace(text)
        assert model.metadata.target_vocab.name(trace.tokens[0]) == "__fr__"
        expected = written(theirs, tokenizer, text, forced_bos_token_id=tokenizer.get_lang_id("fr"))
        assert model.text(trace) == expected.removeprefix("__fr__").strip()
    with pytest.raises(Refusal, match="knows no language 'xx'"):
        load(folder, target_language="xx")


def test_names_that_the_tokenizer_lacks_are_numbers(m2m100: tuple[Any, Any, Path]) -> None:
    """M2M100 has eight rows that stand for nothing."""
    symbols = load(m2m100[2], source_language="en", target_language="fr").metadata.target_symbols
    assert sum(symbol.startswith("⟨") for symbol in symbols) == 8
    assert not {*symbols} & {*SPECIALS}


def test_a_folder_without_a_tokenizer(marian: tuple[Any, Any, Path], tmp_path: Path) -> None:
    folder = saved(marian[0], tmp_path / "bare")
    with pytest.raises(Refusal, match="holds no tokenizer"):
        load(folder)
