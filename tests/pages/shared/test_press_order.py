"""Presses that arrive while the server is at work are called back in the order in which they were made."""

import inspect
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState

from pages.shared.internals import keep_presses, with_lost_fragments
from pages.shared.widgets import controls


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


def test_a_press_is_taken_though_the_next_request_arrives_at_that_very_moment():
    """Streamlit looks for newer requests wherever session state is read, and ends what it is at if there is one."""
    keep_presses()

    def interrupt() -> None:
        raise RerunException(RerunData())

    taken, inner = [], SessionState()
    state = SafeSessionState(inner, yield_callback=interrupt)
    metadata = WidgetMetadata(
        id="a", deserializer=bool, serializer=bool, value_type="bool_value", callback=lambda: taken.append("b" in state)
    )
    inner._set_widget_metadata(metadata)
    inner._old_state["a"] = False
    ThreadState.initialize()
    state.on_script_will_rerun(states({"a": True}))
    assert taken == [False]
    with pytest.raises(RerunException):
        assert "b" in state


def test_it_is_set_up_once():
    from streamlit.runtime.scriptrunner_utils import script_requests

    keep_presses()
    fold = script_requests._coalesce_widget_states
    keep_presses()
    assert script_requests._coalesce_widget_states is fold


def test_a_field_that_was_replaced_long_ago_has_no_say(visit, monkeypatch):
    """A request that had to wait names it with its old text, and Streamlit, which forgot it, calls back."""
    callbacks, wrap = [], controls.rerun_own_fragment
    monkeypatch.setattr(controls, "rerun_own_fragment", lambda act: callbacks.append(act) or wrap(act))
    page = visit()
    by_key = {inspect.getclosurevars(act).nonlocals.get("key"): act for act in callbacks}
    first = next(key for key in by_key if key and key.startswith("control-source-"))
    current = page.at.session_state["app"]
    for source in (
        "16. listopada 1998.",
        "March 3rd, 2001",
        "2001年3月3日",
        "12 Ağustos 2019 Pazartesi",
        "10 mars 1999",
    ):
        page.control("text_input", "source").set_value(source).run()
        current.read_source(f"{source}!")
        page.at.run()
    monkeypatch.setattr(controls.st, "session_state", {"app": current, first: "an old text"})
    by_key[first]()
    assert current.spec.source == "10 mars 1999!"


def test_a_press_counts_though_the_run_before_was_ended_before_it_had_drawn_the_control(visit):
    """A run of the whole page that another request ends has drawn the first controls, and not yet the others."""
    page = visit("model=small-all-at-once", "non_autoregressive")
    current = page.at.session_state["app"]
    key, place = current.widget_keys["mistakes"], 1
    source = list(controls.drawn_texts(current, key))[place]
    current.enter(current.page, current.kind)
    current.presses += 1
    assert controls.choose_again(current, key, place, {}) and current.spec.source == source


def test_a_press_does_not_undo_a_later_one_on_the_same_control(visit, monkeypatch):
    """Of 2, then at once 1 again, Streamlit calls back for neither: in one message, nothing has changed."""
    page = visit("model=small-all-at-once", "non_autoregressive")
    current = page.at.session_state["app"]
    key = current.widget_keys["passes"]
    one, two = list(controls.drawn_texts(current, key))[:2]
    current.presses += 1
    monkeypatch.setattr(controls.st, "session_state", {key: one})
    assert not controls.choose_again(current, key, 1, {})
    monkeypatch.setattr(controls.st, "session_state", {key: two})
    assert controls.choose_again(current, key, 1, {})


@pytest.mark.parametrize(
    ("is_there", "by_itself", "page", "asked"),
    [
        (True, False, "search", ("view", "search")),
        (False, False, "search", ("", "search")),
        (False, True, "search", ("view", "search")),
        (True, False, "decode", ("", "decode")),
    ],
)
def test_a_press_in_a_part_that_is_meanwhile_drawn_as_another_counts(is_there, by_itself, page, asked):
    """Streamlit drops it; the whole app is run for it, but not for a part that would only have run by itself."""
    taken = []
    request = with_lost_fragments(lambda _, state: taken.append((state.fragment_id, state.page_script_hash)))
    pages = SimpleNamespace(current_page_script_hash=page)
    session = SimpleNamespace(has_fragment=lambda _: is_there, _pages_manager=pages)
    request(session, ClientState(fragment_id="view", page_script_hash="search", is_auto_rerun=by_itself))
    assert taken == [asked]
