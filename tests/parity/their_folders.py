"""Folders as Hugging Face writes them: a tiny random model beside a tokenizer trained on a few sentences."""

import io
import json
from pathlib import Path
from typing import Any

import sentencepiece

from tests.parity.their_models import saved, their_model, transformers

TEXT = "the cat sat on the mat and the dog ran to the cat"
SENTENCES = [TEXT, "a dog and a cat", "the man saw the old house near the river", "rivers run to the sea"] * 5


def train_pieces(path: Path) -> Path:
    """Train a tiny SentencePiece model and write it."""
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES), model_writer=written, vocab_size=30, minloglevel=2
    )
    path.write_bytes(written.getvalue())
    return path


def vocabulary_file(pieces: Path, specials: list[str], last: list[str]) -> tuple[Path, int]:
    """Write the pieces and special tokens as their vocab.json; return it and its size."""
    processor = sentencepiece.SentencePieceProcessor(model_file=str(pieces))
    tokens = [processor.id_to_piece(i) for i in range(len(processor))]
    names = [*specials, *(token for token in tokens if token not in (*specials, *last)), *last]
    path = pieces.parent / f"vocab-{len(specials)}.json"
    path.write_text(json.dumps({name: number for number, name in enumerate(names)}))
    return path, len(names)


def with_tokenizer(family: str, tokenizer: Any, rows: int, folder: Path) -> Any:
    """Save a random model of so many rows beside a tokenizer; return it as transformers reads it."""
    model = their_model(family, 1, vocab_size=rows, pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id, decoder_start_token_id=tokenizer.eos_token_id,
        forced_bos_token_id=None)  # fmt: skip
    tokenizer.save_pretrained(folder)
    return transformers.AutoModelForSeq2SeqLM.from_pretrained(saved(model, folder)).eval()


def marian_folder(pieces: Path, folder: Path) -> tuple[Any, Any]:
    """Save a Marian; return it and its tokenizer."""
    vocab, rows = vocabulary_file(pieces, ["</s>", "<unk>"], ["<pad>"])
    tokenizer = transformers.MarianTokenizer(str(pieces), str(pieces), str(vocab))
    return with_tokenizer("marian", tokenizer, rows, folder), tokenizer


def m2m100_folder(pieces: Path, folder: Path) -> tuple[Any, Any]:
    """Save an M2M100, which reads and writes a hundred languages; return it and its tokenizer."""
    vocab, rows = vocabulary_file(pieces, ["<s>", "<pad>", "</s>", "<unk>"], [])
    tokenizer = transformers.M2M100Tokenizer(str(vocab), str(pieces), src_lang="en", tgt_lang="fr")
    return with_tokenizer("m2m_100", tokenizer, rows + 108, folder), tokenizer
