"""The task of sentences with a small made-up file of pairs."""

from pathlib import Path

import torch

from core import checkpoint
from core.checkpoint import Metadata
from core.model import Transformer
from core.tasks import Sentences
from core.tasks.sentence_pairs import Row
from core.tasks.sentences_data import texts_to_learn_from
from core.tokenizers.learn import learn
from core.vocab import SPECIALS
from tests.core import tiny

NOUNS = ("cat", "dog", "house", "garden", "book", "river", "train", "window", "sister", "teacher")
VERBS = ("sees", "likes", "knows", "finds", "wants", "buys")
ENGLISH = [f"The {one} {verb} the {other}." for one in NOUNS for verb in VERBS for other in NOUNS]
SIZES = {"de": 300, "es": 200, "fr": 250, "ja": 600, "zh": 150}
ROWS = tuple(
    Row(english, language, f"{language.upper()}: {english.lower()}", "CC BY 2.0 FR, made up")
    for language, size in SIZES.items()
    for english in ENGLISH[:size]
)
TASK = Sentences(learn(texts_to_learn_from(ROWS), 50), ROWS)


def write_checkpoint(path: Path, max_target_len: int = 12, strange: int = 0) -> None:
    """Write a tiny model of sentences, which has learnt nothing; so many of its pieces occur in no sentence."""
    symbols = (*TASK.source_symbols(), *(f"▁Ω{number}" for number in range(strange)))
    size = len(symbols) + len(SPECIALS)
    sizes = {
        "source_vocab_size": size, "target_vocab_size": size, "max_source_len": 100, "max_target_len": max_target_len,
    }  # fmt: skip
    config = tiny.config(**sizes, tying="all")
    scores = dict(zip(TASK.subwords.pieces, TASK.subwords.scores, strict=True))
    scores |= {symbol: -30.0 for symbol in symbols if symbol.startswith("▁Ω")}
    about = Metadata(
        name=path.stem, title="Tiny sentences", task="sentences", config=config, source_symbols=symbols,
        target_symbols=symbols, piece_scores=tuple(map(scores.get, symbols)), training={"steps": 1, "seed": 1},
    )  # fmt: skip
    checkpoint.save(path, Transformer(config, torch.Generator().manual_seed(1)), about)
