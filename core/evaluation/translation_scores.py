"""Scores of translations: BLEU and chrF by sacrebleu, by language, short sentences apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from core.tasks import Example

# How sacrebleu cuts references and outputs into words: 13a is what papers use, zh and char cut Chinese and Japanese
# into characters. (ja-mecab cuts Japanese into words, and needs a dictionary of its own.)
WORD_CUTTERS = {"de": "13a", "es": "13a", "fr": "13a", "ja": "char", "zh": "zh"}
SHORT_WORDS = 8


@dataclass(frozen=True, kw_only=True)
class TranslationScore:
    """Hold the scores of some sentences.

    Units: BLEU and chrF from 0 to 100
    """

    sentences: int
    bleu: float
    chrf: float
    word_cutter: str


def score(language: str, examples: Sequence[Example], outputs: Sequence[str]) -> TranslationScore:
    """Compare outputs with all references of their examples.

    Raises: ImportError if sacrebleu is not installed; ValueError if there is nothing to compare.
    Source: Papineni et al. 2002 (BLEU); Popović 2015 (chrF); Post 2018 (sacrebleu).
    """
    if not examples:
        raise ValueError("there is no sentence to score")
    from sacrebleu import corpus_bleu, corpus_chrf

    # Its types do not say that a place without a reference is None, as its code has it.
    references = cast(list[list[str]], references_by_place(examples))
    cutter = WORD_CUTTERS[language]
    bleu = corpus_bleu(list(outputs), references, tokenize=cutter, force=True)
    return TranslationScore(
        sentences=len(examples), bleu=bleu.score, chrf=corpus_chrf(list(outputs), references).score, word_cutter=cutter
    )


def references_by_place(examples: Sequence[Example]) -> list[list[str | None]]:
    """Return the first references of all examples, then the second, and so on: None where an example has fewer."""
    most = max(len(example.references) for example in examples)
    return [[dict(enumerate(example.references)).get(place) for example in examples] for place in range(most)]


def is_short(example: Example) -> bool:
    """Tell whether the English sentence has at most eight words."""
    _, *words = example.source.split()
    return len(words) <= SHORT_WORDS
