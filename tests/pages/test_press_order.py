"""Presses that arrive while the server is at work are called back in the order in which they were made."""

from hypothesis import given
from hypothesis import strategies as st
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests

from pages.shared.internals import keep_presses


def states(toggles: dict[str, bool], pressed: str | None = None) -> WidgetStates:
    """Return what a browser sends: all its switches, and the button that was pressed just now."""
    sent = WidgetStates()
    for name, on in toggles.items():
        sent.widgets.add(id=name, bool_value=on)
    if pressed:
        sent.widgets.add(id=pressed, trigger_value=True)
    return sent


@given(st.lists(st.sampled_from("abcdXYZ"), min_size=1, max_size=8, unique=True))
def test_whatever_is_pressed_the_last_press_has_the_last_word(presses):
    keep_presses()
    toggles, requests = dict.fromkeys("abcd", False), ScriptRequests()
    requests.request_rerun(RerunData(widget_states=states(toggles)))
    for name in presses:
        if name in toggles:
            toggles[name] = True
        requests.request_rerun(RerunData(widget_states=states(toggles, None if name in toggles else name)))
    folded = requests.on_scriptrunner_ready().rerun_data.widget_states.widgets
    assert [each.id for each in folded if each.bool_value or each.trigger_value] == presses


def test_a_switch_that_the_browser_no_longer_lists_counts_all_the_same():
    """While it draws a switch anew a browser does not list it; what was pressed just before would be forgotten."""
    keep_presses()
    requests = ScriptRequests()
    requests.request_rerun(RerunData(widget_states=states({"a": False, "b": False})))
    requests.request_rerun(RerunData(widget_states=states({"a": True, "b": False})))
    requests.request_rerun(RerunData(widget_states=states({"b": True})))
    folded = requests.on_scriptrunner_ready().rerun_data.widget_states.widgets
    assert [(each.id, each.bool_value) for each in folded] == [("a", True), ("b", True)]


def test_it_is_set_up_once():
    from streamlit.runtime.scriptrunner_utils import script_requests

    keep_presses()
    fold = script_requests._coalesce_widget_states
    keep_presses()
    assert script_requests._coalesce_widget_states is fold
