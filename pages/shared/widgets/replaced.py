"""Which widgets stand for the controls: the present ones, and those before them that a browser may still press."""

from collections import deque
from dataclasses import dataclass, field

from pages.shared.internals import keep_widgets, widget_id

MOST_REPLACED = 3


@dataclass
class Widgets:
    """Hold Streamlit's ids of the widgets of one page, by the name of their control.

    Streamlit 1.67 forgets a widget that a run does not draw, and with it what is pressed there before the browser has
    heard that another one stands in its place. So the last few are named among those that were drawn.
    """

    present: dict[str, str] = field(default_factory=dict)
    replaced: dict[str, deque[str]] = field(default_factory=dict)

    def is_known(self, name: str, key: str) -> bool:
        """Tell whether a widget stands for a control, or stood for it just before."""
        known = (self.present.get(name, ""), *self.replaced.get(name, ()))
        return any(each.endswith(f"-{key}") for each in known)

    def replace(self, name: str) -> None:
        """Note that a control is about to be drawn as another widget."""
        if name in self.present:
            self.replaced.setdefault(name, deque(maxlen=MOST_REPLACED)).append(self.present.pop(name))

    def note(self, name: str, key: str) -> None:
        """Note the widget as which a control was just drawn, and keep those before it alive."""
        if not self.present.get(name, "").endswith(f"-{key}"):
            self.present[name] = widget_id(key)
        keep_widgets(self.replaced.get(name, ()))
