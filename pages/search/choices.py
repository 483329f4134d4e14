"""The choices of the Search page."""

from dataclasses import dataclass

from pages.shared.first import First
from pages.shared.url.fields import Choices, decimal_field, number_field, section_field, view_field

LAST = 99
LEAST_DRAWS, MOST_DRAWS = 10, 500
# Greedy decoding misses the likeliest output, which is right.
FIRST = First(model="spelling", source="alfre", reference="AE L F ER")


@dataclass(frozen=True, kw_only=True)
class SearchChoices(Choices):
    """Say which searches are shown and how they search.

    `upto` is how many steps of the beam are shown, LAST for all of them. `node` is one more than the number of the
    hypothesis looked at; 0 leaves the choice to the page. A `top_k` of 0 and a `top_p` of 1 filter nothing.
    """

    controls = "sampling_"

    show: str = view_field("all", "beam", "draws", texts="search.show", control="search_show")
    beam: int = number_field(5, least=1, most=12, control="beam")
    penalty: float = decimal_field(0.0, least=0.0, most=2.0)
    upto: int = number_field(LAST, least=0, most=LAST)
    node: int = number_field(0, least=0, most=9999)
    temperature: float = decimal_field(1.0, least=0.1, most=3.0, step=0.1, widget="number_input")
    top_k: int = number_field(0, least=0, most=100, step=1, widget="number_input")
    top_p: float = decimal_field(1.0, least=0.01, most=1.0, step=0.05, widget="number_input")
    draws: int = number_field(200, least=LEAST_DRAWS, most=MOST_DRAWS, step=10, widget="number_input")
    seed: int = number_field(1, least=0, most=999_999, step=1, widget="number_input")
    section: str = section_field("formula", "code", "widths", "question")
