"""What the Search page alone lets its visitor choose."""

from dataclasses import dataclass

from pages.shared.url.fields import Choices, decimal, whole, word

SHOWS = ("all", "beam", "draws")
SECTIONS = ("formula", "code", "widths", "question")
WIDEST = 12
LAST = 99
MOST_DRAWS = 500
LARGEST_SEED = 999_999


@dataclass(frozen=True, kw_only=True)
class SearchChoices(Choices):
    """Say which searches are shown and how they search.

    `upto` is how many steps of the beam are shown, LAST for all of them. `node` is one more than the number of the
    hypothesis looked at; 0 leaves the choice to the page. A `top_k` of 0 and a `top_p` of 1 filter nothing.
    """

    show: str = word(*SHOWS)
    beam: int = whole(5, least=1, most=WIDEST)
    penalty: float = decimal(0.0, least=0.0, most=2.0)
    upto: int = whole(LAST, least=0, most=LAST)
    node: int = whole(0, least=0, most=9999)
    temperature: float = decimal(1.0, least=0.1, most=3.0)
    top_k: int = whole(0, least=0, most=100)
    top_p: float = decimal(1.0, least=0.01, most=1.0)
    draws: int = whole(200, least=10, most=MOST_DRAWS)
    seed: int = whole(1, least=0, most=LARGEST_SEED)
    section: str = word(*SECTIONS)
