"""The choices of "Self-attention by hand", and the numbers that follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from core.analysis.attention.by_hand import HandAttention, HandInputs, Method, attend_twice
from core.analysis.attention.hand_examples import (
    FEATURES,
    MOST_TOKENS,
    TOKENS,
    WIDEST,
    draw_inputs,
    example,
    is_example,
)
from core.figures.board_events import Edit
from core.run.tokens import disambiguate, visible
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.url.fields import (
    Choices,
    choice_field,
    custom_field,
    decimal_field,
    number_field,
    section_field,
    text_field,
)
from pages.shared.url.params import as_number, shortened

FEWEST_TOKENS, NARROWEST = 3, 2
MOST_LETTERS = 16
LARGEST_SEED = 9999
LIMIT = 20.0
EXAMPLE_SEED = 0
MOST_EDITS = 600


def write_edits(edits: tuple[Edit, ...]) -> str:
    """Write edits as table:row:column:number, counted from 1."""
    return ",".join(f"{name}:{row + 1}:{column + 1}:{value:.6g}" for name, row, column, value in edits)


def read_edits(params: Mapping[str, str], name: str, problems: list[str]) -> tuple[Edit, ...]:
    """Read edits; those that cannot be read are left out, with one sentence."""
    found: dict[tuple[str, int, int], Edit] = {}
    wrong: list[str] = []
    known = set(example(TOKENS, WIDEST).numbers)
    for text in [text for text in params[name].split(",") if text][:MOST_EDITS]:
        table, *places = text.split(":")
        row, column, value = places if len(places) == 3 else ("", "", "")
        number = as_number(value)
        fits = table in known and row in DIGITS and column in DIGITS and number is not None and abs(number) <= LIMIT
        if fits:
            found[table, int(row), int(column)] = Edit(table, int(row) - 1, int(column) - 1, number)
        else:
            wrong.append(text)
    if wrong:
        problems.append(t("hand.url_edits", got=shortened(wrong[0]), limit=f"{LIMIT:g}"))
    return tuple(sorted(found.values()))


DIGITS = tuple(str(number) for number in range(1, WIDEST + 1))


@dataclass(frozen=True, kw_only=True)
class HandChoices(Choices):
    """Say which numbers the page starts from, what is done with them and what of it is shown.

    A seed of 0 is the example, as long as the words are its own. Edits hold for the numbers of their seed, whatever
    their size is at the moment.
    """

    show: str = choice_field("one", "matrices", "layers", "model", texts="hand.show")
    tokens: str = text_field(" ".join(TOKENS[:4]), longest=120)
    width: int = number_field(4, least=NARROWEST, most=WIDEST)
    seed: int = number_field(EXAMPLE_SEED, least=0, most=LARGEST_SEED, widget="number_input")
    edits: tuple[Edit, ...] = custom_field((), write_edits, read_edits)
    query: int = number_field(3, least=1, most=MOST_TOKENS)
    score: str = choice_field("scaled_dot", "dot", "additive", texts="hand.score")
    normalizer: str = choice_field("softmax", "relu", "sigmoid", texts="hand.normalizer")
    temperature: float = decimal_field(1.0, least=0.1, most=5.0, step=0.1)
    section: str = section_field("formula", "notation", "code", "analogy", "question")

    @property
    def words(self) -> tuple[str, ...]:
        """Return three to six tokens: the first six that were typed, each cut to a label's length, filled up."""
        typed_words = tuple(word[:MOST_LETTERS] for word in self.tokens.split()[:MOST_TOKENS])
        return typed_words + TOKENS[len(typed_words) : FEWEST_TOKENS]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the tokens as they look on screen, those that occur twice with their place."""
        return disambiguate([visible(token) for token in self.words])

    @property
    def is_drawn(self) -> bool:
        """Tell whether the numbers are drawn: those of the example stand for its own words alone."""
        return self.seed != EXAMPLE_SEED or not is_example(self.words)

    @property
    def features(self) -> tuple[str, ...]:
        """Return what the columns are called: the example's mean something, drawn ones are numbered."""
        return tuple(str(n + 1) for n in range(self.width)) if self.is_drawn else FEATURES[: self.width]

    @property
    def row(self) -> int:
        """Return the row of the query that is looked at, counted from 0."""
        return min(self.query, len(self.words)) - 1

    @property
    def method(self) -> Method:
        """Return score, normaliser and temperature as the core knows them."""
        return Method(score=self.score, normalizer=self.normalizer, temperature=self.temperature)


@dataclass(frozen=True, eq=False)
class Hand:
    """Hold the inputs and both layers of what was chosen."""

    inputs: HandInputs
    first: HandAttention
    second: HandAttention


def unedited(choices: HandChoices) -> HandInputs:
    """Return the numbers before any edit."""
    if choices.is_drawn:
        return draw_inputs(choices.words, choices.width, choices.seed)
    return example(choices.words, choices.width)


@lru_cache(maxsize=64)
def compute(choices: HandChoices) -> Hand:
    """Compute everything that follows from the choices."""
    edits = {(edit.panel, edit.row, edit.column): edit.value for edit in choices.edits}
    inputs = unedited(choices).with_edits(edits)
    return Hand(inputs, *attend_twice(inputs, choices.method))


def problems(choices: HandChoices) -> list[str]:
    """Say what of the typed tokens could not be taken."""
    typed_words = choices.tokens.split()
    if long := [word for word in typed_words[:MOST_TOKENS] if len(word) > MOST_LETTERS]:
        return [t("hand.long_token", most=MOST_LETTERS, got=shortened(long[0]), kept=visible(long[0][:MOST_LETTERS]))]
    if len(typed_words) > MOST_TOKENS:
        rest = " ".join(visible(token) for token in typed_words[MOST_TOKENS:])
        return [t("hand.too_many", most=MOST_TOKENS, got=len(typed_words), rest=shortened(rest))]
    if len(typed_words) < FEWEST_TOKENS:
        added = " ".join(choices.words[len(typed_words) :])
        return [t("hand.too_few", least=FEWEST_TOKENS, got=len(typed_words), added=added)]
    return []


def take_edits(current: AppState, new: list[Edit]) -> None:
    """Put typed numbers in place of others; a number that is typed back to what it was is no edit any more."""
    choices = current.chosen(HandChoices)
    before = unedited(choices).numbers
    edits = {edit[:3]: edit for edit in choices.edits}
    for edit in new:
        if before[edit.panel][edit.row, edit.column].item() == edit.value:
            edits.pop(edit[:3], None)
        else:
            edits[edit[:3]] = edit
    places = {edit[:3] for edit in new}
    step = f"edit {places.pop()}" if len(places) == 1 else "edits"
    current.choose(HandChoices, undo_as=step, edits=tuple(sorted(edits.values())))


def draw_anew(current: AppState) -> None:
    """Take the numbers of the next seed."""
    take_seed(current, current.chosen(HandChoices).seed % LARGEST_SEED + 1)


def take_seed(current: AppState, seed: int) -> None:
    """Take the numbers of a seed, without edits."""
    current.choose(HandChoices, undo_as=f"seed {seed}", seed=seed, edits=())


def reset(current: AppState) -> None:
    """Go back to the example as it was; what is looked at stays."""
    plain = HandChoices()
    changes = {name: getattr(plain, name) for name in ("tokens", "width", "seed", "edits")}
    current.choose(HandChoices, undo_as="reset", **changes)
