"""Presses that arrive while the server is at work are all taken, in the order in which they were made.

Streamlit 1.67 folds them into one request and calls back in the order in which the browser happens to list its widgets,
buttons last: of "next" and then "step 2", "next" would have the last word. Of the earlier request it keeps buttons
alone: a switch that was pressed, and that the browser does not list in the later request since it is just being drawn
anew, would be forgotten.
"""

import threading
from collections.abc import Callable

from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner_utils import script_requests

Fold = Callable[[WidgetStates | None, WidgetStates | None], WidgetStates | None]
BEGINNING = threading.Lock()


def keep_press_order() -> None:
    """Let Streamlit's requests keep the order of presses, once a process."""
    with BEGINNING:
        fold = script_requests._coalesce_widget_states
        if not hasattr(fold, "in_order_of"):
            script_requests._coalesce_widget_states = in_order(fold)


def in_order(fold: Fold) -> Fold:
    """Return a way to fold widget states that lists last what the newer request changed, and drops none.

    A request holds the states of all widgets that the browser has; the callbacks come in the order of that list.
    """

    def folded(earlier: WidgetStates | None, later: WidgetStates | None) -> WidgetStates | None:
        states = fold(earlier, later)
        if not (states and earlier and later):
            return states
        places = {state.id: place for place, state in enumerate(earlier.widgets)}
        known = {state.id: state for state in earlier.widgets}
        listed = {state.id for state in states.widgets}
        states.widgets.extend(state for state in earlier.widgets if state.id not in listed)

        def rank(state: object) -> int:
            return places[state.id] if known.get(state.id) == state else len(places)

        ordered = WidgetStates()
        ordered.widgets.extend(sorted(states.widgets, key=rank))
        return ordered

    folded.in_order_of = fold
    return folded
