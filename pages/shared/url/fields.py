"""What one page alone lets its visitor choose: a frozen dataclass, whose fields say what the URL may hold for them.

    @dataclass(frozen=True, kw_only=True)
    class HeadsChoices(Choices):
        sort: str = word("layer", "entropy", "distance")
        top: int = whole(5, least=1, most=20)

    current = Page("heads", HeadsChoices).current
    current.chosen(HeadsChoices).top
    current.choose(HeadsChoices, top=7)

While the page is shown, what differs from the defaults stands in the URL under the fields' names, which must not be
those of choices that all pages share (a test looks). The class lives in pages/shared: a page's own file is read anew
with every rerun, and so would the class be.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from pages.shared.url.params import chosen, decimal_number, whole_number

Read = Callable[[Mapping[str, str], str, list[str]], Any]
PARAM, MODEL = "param", "model"
LONGEST_NAME = 120


@dataclass(frozen=True)
class Param:
    """Say how one choice is written into the URL and how it is read.

    `read` takes all parameters, the name and the list of problems; it returns None, with a sentence added to the
    problems, for what makes no sense. A number has bounds, which hold for its control too; a word has `options`, and
    a text a greatest length.
    """

    write: Callable[[Any], str]
    read: Read
    bounds: tuple[int, int] | tuple[float, float] | None = None
    options: tuple[str, ...] = ()
    longest: int | None = None

    def fit(self, value: Any, default: Any) -> Any:
        """Return what of a value a link can hold, so that a choice is the same after a reload."""
        if self.longest is not None:
            return value[: self.longest]
        if self.bounds is None:
            return value
        least, most = self.bounds
        if math.isnan(value):
            return default
        within = min(max(value, least), most)
        return self.read({"": self.write(within)}, "", []) if isinstance(within, float) else within


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The base of every page's choices; each field is made by one of the functions below."""

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            object.__setattr__(self, each.name, each.metadata[PARAM].fit(value, each.default))

    @classmethod
    def bounds(cls, name: str) -> dict[str, Any]:
        """Return the bounds of a number as its control takes them: those that a link has."""
        param = next(each.metadata[PARAM] for each in fields(cls) if each.name == name)
        return dict(zip(("min_value", "max_value"), param.bounds, strict=True))

    @classmethod
    def longest(cls, name: str) -> int:
        """Return how many characters of a text a link holds, and its control takes."""
        return next(each.metadata[PARAM].longest for each in fields(cls) if each.name == name)

    @classmethod
    def url_names(cls) -> set[str]:
        """Return the names that these choices have in the URL."""
        return {each.name for each in fields(cls)}

    @classmethod
    def model_names(cls) -> set[str]:
        """Return the names of those that hold the name of a model."""
        return {each.name for each in fields(cls) if each.metadata.get(MODEL)}

    @classmethod
    def from_params(cls, params: Mapping[str, str], problems: list[str]) -> Self:
        """Read the choices from query parameters, adding a sentence to `problems` for each that cannot be."""
        found = {
            each.name: each.metadata[PARAM].read(params, each.name, problems)
            for each in fields(cls)
            if each.name in params
        }
        return cls(**{name: value for name, value in found.items() if value is not None})

    def params(self) -> dict[str, str]:
        """Return the query parameters of what differs from the defaults."""
        return {
            each.name: each.metadata[PARAM].write(getattr(self, each.name))
            for each in fields(self)
            if getattr(self, each.name) != each.default
        }


def model_name() -> Any:
    """Make a field that holds the name of a model, by default none; a link cannot name a model of somebody else."""
    made = typed("", longest=LONGEST_NAME)
    return field(default=made.default, metadata={**made.metadata, MODEL: True})


def own(default: Any, write: Callable[[Any], str], read: Read, **limits: Any) -> Any:
    """Make a field that is written and read in its own way; its value must be immutable."""
    return field(default=default, metadata={PARAM: Param(write, read, **limits)})


def whole(default: int, least: int, most: int) -> Any:
    """Make a field that holds a whole number within bounds."""
    read = lambda params, name, problems: whole_number(params, name, least, most, problems)  # noqa: E731
    return own(default, str, read, bounds=(least, most))


def decimal(default: float, least: float, most: float) -> Any:
    """Make a field that holds a number within bounds; the URL keeps six digits of it."""
    read = lambda params, name, problems: decimal_number(params, name, least, most, problems)  # noqa: E731
    return own(default, lambda number: f"{number:.6g}", read, bounds=(least, most))


def word(*choices: str) -> Any:
    """Make a field that holds one of a few words, by default the first."""
    read = lambda params, name, problems: chosen(params, name, choices, problems).get(name)  # noqa: E731
    return own(choices[0], str, read, options=choices)


def switch(default: bool) -> Any:
    """Make a field that is on or off."""

    def read(params: Mapping[str, str], name: str, problems: list[str]) -> bool | None:
        found = chosen(params, name, ("on", "off"), problems).get(name)
        return None if found is None else found == "on"

    return own(default, lambda on: "on" if on else "off", read, options=("on", "off"))


def typed(default: str, longest: int) -> Any:
    """Make a field that holds what the visitor types; a link keeps its beginning, up to `longest` characters."""
    read = lambda params, name, problems: params[name][:longest]  # noqa: E731
    return own(default, lambda text: text[:longest], read, longest=longest)
