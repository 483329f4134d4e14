"""Sentences: read an English sentence, write it in the language that the first token asks for."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from core.tasks.sentence_examples import LANGUAGES, SHOWN, SHOWS
from core.tasks.sentence_pairs import (
    Row,
    as_written,
    held_out_examples,
    source_of,
    token_of,
    training_examples,
)
from core.tasks.task import Example, Known, Split
from core.tokenizers import Subwords

EPOCH = 50_000
TEMPERATURE = 2.0  # how often a language is drawn: as its number of pairs to the power 1/T
LONGEST = 47  # tokens of a source or a target that training passes
LONGEST_DRAWN = 64  # tokens of a source whose words are cut at random
USUAL = "fr"
ASKED = ("fr", "de", "es", "ja", "zh")  # in the order in which one chooses among them
ASKS = re.compile(rf"\s*→({'|'.join(LANGUAGES)})(?:\s+|$)")
CHARACTERS = Subwords()
# The signs of a keyboard, for what people paste.
AS_TYPED = str.maketrans(dict.fromkeys("‘’ʼ`´", "'") | dict.fromkeys("“”„«»", '"') | {"…": "..."})


@dataclass(frozen=True, eq=False)
class Sentences:
    """Translate from English into five languages with one vocabulary of subwords, the language a first token (`→fr`).

    The subwords come with a checkpoint, or from a file when training; without any, each character is a token. The pairs
    (`rows`) are read from a file that only training and measuring need.
    """

    subwords: Subwords = CHARACTERS
    rows: Sequence[Row] = ()

    name = "sentences"
    title = "Sentences"

    def source_tokens(self, text: str) -> list[str]:
        """Cut into the language (French if none is asked for) and subwords; typographic signs become a keyboard's."""
        language, sentence = split_source(text)
        pieces = self.subwords.cut(as_typed(sentence))
        return [token_of(language), *pieces] if pieces else []

    def drawn_source_tokens(self, text: str, share: float, rng: random.Random) -> list[str]:
        """Cut as `source_tokens` does, but a share of the words in ways drawn at random, unless that gets too long."""
        language, sentence = split_source(text)
        drawn = self.subwords.draw_cut(as_typed(sentence), share, rng)
        return [token_of(language), *drawn] if 0 < len(drawn) < LONGEST_DRAWN else self.source_tokens(text)

    def source_text(self, tokens: list[str]) -> str:
        """Join the language and the sentence."""
        return " ".join(filter(None, (*tokens[:1], self.subwords.join(tokens[1:]))))

    def target_tokens(self, text: str) -> list[str]:
        """Cut into subwords."""
        return self.subwords.cut(as_written(text))

    def target_text(self, tokens: list[str]) -> str:
        """Join subwords."""
        return self.subwords.join(tokens)

    def sound(self, token: str) -> None:
        """Return nothing: subwords are not sounds."""

    def source_symbols(self) -> tuple[str, ...]:
        """Return the languages, then the subwords of all six languages, the commonest first."""
        return (*map(token_of, LANGUAGES), *self.subwords.pieces)

    def target_symbols(self) -> tuple[str, ...]:
        """Return the same as `source_symbols`, so that both sides can share their embeddings."""
        return self.source_symbols()

    def data_version(self) -> str:
        """Name the source of the sentences, and count them."""
        counts = ", ".join(f"{language} {len(found):,}" for language, found in self.training.items())
        return f"Tatoeba's contributors (tatoeba.org), CC BY 2.0 FR; pairs trained on: {counts}"

    def training_pairs(self, seed: int, epoch: int) -> list[Example]:
        """Return 50,000 pairs, languages mixed by temperature, each language's pairs in turns before any comes again.

        Without a file of pairs there are none.
        """
        sizes = {language: len(found) ** (1 / TEMPERATURE) for language, found in self.training.items() if found}
        pairs: list[Example] = []
        for language, size in sizes.items():
            count = round(EPOCH * size / sum(sizes.values()))
            pairs += in_turns(self.training[language], epoch * count, count, f"{language}-{seed}")
        random.Random(f"{self.name}-{seed}-{epoch}").shuffle(pairs)
        return pairs

    def held_out(self, split: Split, per_group: int | None = None, seed: int = 0) -> list[Example]:
        """Return held-out sentences, at most `per_group` of each language; without a file, the examples with answers.

        Raises: ValueError if the split is unknown or `per_group` is not positive.
        """
        if split not in ("dev", "test"):
            raise ValueError(f"split={split!r} is not held out; expected 'dev' or 'test'")
        if per_group is not None and per_group < 1:
            raise ValueError(f"per_group={per_group} is not positive")
        if not self.rows:
            return [x for x in self.examples() if x.target]
        rng = random.Random(f"{self.name}-{split}-{seed}")
        groups = self.by_split[split].values()
        return [x for found in groups for x in rng.sample(found, min(len(found), per_group or len(found)))]

    def examples(self) -> tuple[Example, ...]:
        """Return six sentences for each language; training never passes them, and not all have an answer."""
        return EXAMPLES

    def known(self, source: str) -> Known | None:
        """Return the answers to an example, if the app has any."""
        language, sentence = split_source(source)
        target = SHOWN.get(as_typed(sentence), {}).get(language)
        return None if target is None else Known((target,), held_out=True)

    @cached_property
    def training(self) -> dict[str, list[Example]]:
        """Return what training passes, by language: no side longer than 47 tokens, no unknown token to write."""
        found = training_examples(self.rows)
        return {language: [x for x in examples if self.fits(x)] for language, examples in found.items()}

    @cached_property
    def by_split(self) -> dict[Split, dict[str, list[Example]]]:
        """Return what is held out, by split and language."""
        return {split: held_out_examples(self.rows, split) for split in ("dev", "test")}

    def fits(self, example: Example) -> bool:
        """Tell whether both sides are short enough to train on, and the target is made of known pieces."""
        source, target = self.source_tokens(example.source), self.target_tokens(example.target)
        return 0 < len(source) <= LONGEST and 0 < len(target) <= LONGEST and all(map(self.subwords.knows, target))


def split_source(text: str) -> tuple[str, str]:
    """Return the language that a source asks for, French if it asks for none, and its sentence as it was typed."""
    found = ASKS.match(text)
    return (USUAL, text) if found is None else (found[1], text[found.end() :])


def as_typed(sentence: str) -> str:
    """Return a sentence as it is cut: with a keyboard's signs and single spaces."""
    return as_written(sentence.translate(AS_TYPED))


def in_turns(examples: Sequence[Example], first: int, count: int, name: str) -> list[Example]:
    """Return some of an endless row of shuffles, so that every example comes once before any comes again."""
    found: list[Example] = []
    while len(found) < count:
        round_number, place = divmod(first + len(found), len(examples))
        order = list(range(len(examples)))
        random.Random(f"{name}-{round_number}").shuffle(order)
        found += [examples[i] for i in order[place : place + count - len(found)]]
    return found


EXAMPLES = tuple(
    Example(
        source_of(language, english), SHOWN[english].get(language, ""), language, answered=language in SHOWN[english]
    )
    for language in ASKED
    for english in SHOWS.values()
)
"""The sentences that the app shows first, with the translations that Tatoeba has of them (CC BY 2.0 FR)."""
