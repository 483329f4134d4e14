"""The choices of one page: a frozen dataclass, whose fields say all that there is to say of each.

    @dataclass(frozen=True, kw_only=True)
    class HeadsChoices(Choices):
        sort: str = choice_field("layer", "entropy", "distance", texts="heads.sort", control="sort_heads")
        top: int = number_field(5, least=1, most=20)

    current = Page("heads", HeadsChoices).current
    choice(current, HeadsChoices, "sort")
    current.chosen(HeadsChoices).top
    current.choose(HeadsChoices, top=7)

While the page is shown, what differs from the defaults stands in the URL under the fields' names, which must not be
those of choices that all pages share (a test looks). Options, bounds and lengths hold for a link and for the control
alike, which `pages.shared.widgets.controls.choice` draws. The class lives in the page's choices.py: a page's own file
is read anew with every rerun, and so would the class be.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self

from pages.shared.url.params import decimal_number, read_option, whole_number

Read = Callable[[Mapping[str, str], str, list[str]], Any]
PARAM, MODEL = "param", "model"
LONGEST_NAME = 120


@dataclass(frozen=True)
class Param:
    """Say how one choice is written into the URL, how it is read, and how its control is drawn.

    `read` takes all parameters, the name and the list of problems; it returns None, with a sentence added to the
    problems, for what makes no sense. A number has `bounds`, a choice among a few has `options`, and a text a greatest
    length. `formerly` is the name that older links have for it, and `absent` what a link means that does not name it,
    where that is not the default any more: a link that was copied once opens what it showed then.

    `widget` is what Streamlit calls the control. Its label is the text `control.NAME`, with NAME the field's own name
    unless `control` is another. The texts of its options are called `texts`_OPTION; without `texts`, options are shown
    as they are. `elsewhere` tells that it is another part of the page that a press would show.
    """

    write: Callable[[Any], str]
    read: Read
    bounds: tuple[int, int] | tuple[float, float] | None = None
    options: tuple[Any, ...] = ()
    longest: int | None = None
    formerly: str | None = None
    absent: Any = None
    widget: str = ""
    control: str = ""
    texts: str = ""
    step: float | None = None
    format: str | None = None
    elsewhere: bool = False

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
    """The base of every page's choices; each field is made by one of the functions below.

    `controls` is what the names of its controls begin with, but for those that a field gives itself.
    """

    controls: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            object.__setattr__(self, each.name, each.metadata[PARAM].fit(value, each.default))

    @classmethod
    def param(cls, name: str) -> Param:
        """Return what a field says of a choice."""
        return next(each.metadata[PARAM] for each in fields(cls) if each.name == name)

    @classmethod
    def control_name(cls, name: str) -> str:
        """Return the name of a field's control."""
        return cls.param(name).control or cls.controls + name

    @classmethod
    def url_names(cls) -> set[str]:
        """Return the names that these choices have in the URL, or had in older links."""
        former = {each.metadata[PARAM].formerly for each in fields(cls)}
        return {each.name for each in fields(cls)} | former - {None}

    @classmethod
    def model_names(cls) -> set[str]:
        """Return the names of those that hold the name of a model."""
        return {each.name for each in fields(cls) if each.metadata.get(MODEL)}

    @classmethod
    def from_params(cls, params: Mapping[str, str], problems: list[str]) -> Self:
        """Read the choices from query parameters, adding a sentence to `problems` for each that cannot be.

        What has a new name is read by its former one if the new one is not there.
        """
        found = cls.absent()
        for each in fields(cls):
            param: Param = each.metadata[PARAM]
            written_as = each.name if each.name in params else param.formerly
            if written_as in params:
                found[each.name] = param.read(params, written_as, problems)
        return cls(**{name: value for name, value in found.items() if value is not None})

    @classmethod
    def absent(cls) -> dict[str, Any]:
        """Return what a link means that does not name a choice, where that is not the default."""
        params = {each.name: each.metadata[PARAM] for each in fields(cls)}
        return {name: param.absent for name, param in params.items() if param.absent is not None}

    def params(self) -> dict[str, str]:
        """Return the query parameters of what differs from what a link means that does not name it."""
        meant = {each.name: each.default for each in fields(self)} | self.absent()
        return {
            each.name: each.metadata[PARAM].write(getattr(self, each.name))
            for each in fields(self)
            if getattr(self, each.name) != meant[each.name]
        }


def custom_field(default: Any, write: Callable[[Any], str], read: Read, **how: Any) -> Any:
    """Make a field that is written and read in its own way; its value must be immutable. `how` is as in `Param`."""
    return field(default=default, metadata={PARAM: Param(write, read, **how)})


def number_field(default: int, least: int, most: int, widget: str = "slider", **how: Any) -> Any:
    """Make a field that holds a whole number within bounds."""
    read = lambda params, name, problems: whole_number(params, name, least, most, problems)  # noqa: E731
    return custom_field(default, str, read, bounds=(least, most), widget=widget, **how)


def decimal_field(default: float, least: float, most: float, widget: str = "slider", **how: Any) -> Any:
    """Make a field that holds a number within bounds; the URL keeps six digits of it."""
    read = lambda params, name, problems: decimal_number(params, name, least, most, problems)  # noqa: E731
    return custom_field(default, lambda number: f"{number:.6g}", read, bounds=(least, most), widget=widget, **how)


def choice_field(*options: Any, default: Any = None, widget: str = "segmented_control", **how: Any) -> Any:
    """Make a field that holds one of a few words or numbers, by default the first."""
    return one_of(options, options[0] if default is None else default, str, widget=widget, **how)


def view_field(*names: str, **how: Any) -> Any:
    """Make a field that says which of its views a page shows."""
    return choice_field(*names, elsewhere=True, **how)


def section_field(*names: str) -> Any:
    """Make the field `section`, which says what of a few things is shown below a page's view."""
    return view_field(*names, control="section")


def switch_field(default: bool, **how: Any) -> Any:
    """Make a field that is on or off."""
    return one_of((True, False), default, lambda on: "on" if on else "off", widget="toggle", **how)


def one_of(options: tuple[Any, ...], default: Any, write: Callable[[Any], str], **how: Any) -> Any:
    """Make a field that holds one of a few values, each of them written in its own way."""
    by_text = {write(option): option for option in options}

    def read(params: Mapping[str, str], name: str, problems: list[str]) -> Any:
        return by_text.get(read_option(params, name, tuple(by_text), problems).get(name))

    return custom_field(default, write, read, options=options, **how)


def text_field(default: str, longest: int, widget: str = "text_input", **how: Any) -> Any:
    """Make a field that holds what the visitor types; a link keeps its beginning, up to `longest` characters."""
    read = lambda params, name, problems: params[name][:longest]  # noqa: E731
    return custom_field(default, lambda text: text[:longest], read, longest=longest, widget=widget, **how)


def model_field() -> Any:
    """Make a field that holds the name of a model, by default none; a link cannot name a model of somebody else."""
    made = text_field("", longest=LONGEST_NAME, widget="selectbox")
    return field(default=made.default, metadata={**made.metadata, MODEL: True})
