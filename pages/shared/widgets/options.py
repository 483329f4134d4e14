"""The options of a control: what one press of it can choose, and how they read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True)
class PressOptions:
    """Say what one press of a control can choose, by the place or name of the option, and what is done with it.

    `presses` is how many presses there had been when the control was drawn, and `prefetch` tells whether what a press
    would show is worth sending before it is asked for.
    """

    options: Mapping[int | str, Any]
    take: Callable[[Any], None]
    presses: int = 0
    prefetch: bool = True


class DrawnOptions(NamedTuple):
    """Say how a control's options read, by value, as the widget of a key."""

    key: str
    texts: dict[Any, str]
