"""All that seq2see uses of Streamlit 1.67.0 beyond its public interface, each with the reason.

No other file knows these parts; `tests/pages/shared/test_internals.py` fails where an upgrade changes one of them.
"""

import threading
from collections.abc import Callable, Iterable
from functools import wraps

from streamlit import runtime
from streamlit.navigation.page import StreamlitPage
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner_utils import script_requests
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState, get_script_run_ctx
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.uploaded_file_manager import UploadedFileRec, UploadFileUrlInfo

__all__ = ["MemoryUploadedFileManager", "StreamlitPage", "UploadFileUrlInfo", "UploadedFileRec"]
Fold = Callable[[WidgetStates | None, WidgetStates | None], WidgetStates | None]
SETTING_UP = threading.Lock()


def is_server_starting() -> bool:
    """Tell whether app.py is imported by the server that it describes, and not run for a visitor."""
    return get_script_run_ctx(suppress_warning=True) is None


def disable_page_discovery() -> None:
    """Keep Streamlit from serving the files in pages/ by itself, without app.py.

    It does so until a script has called st.navigation: an address other than / as the first request after a start
    would be answered with "page not found".
    """
    PagesManager.uses_pages_directory = False


def upload_manager() -> MemoryUploadedFileManager | None:
    """Return what holds the visitors' uploads on this server, to be bounded; None if it is not Streamlit's own."""
    manager = runtime.get_instance().uploaded_file_mgr if runtime.exists() else None
    return manager if type(manager) is MemoryUploadedFileManager else None


def fragment_id() -> str | None:
    """Return the fragment that is being drawn, None outside of all."""
    return ThreadState.get().fragment_id


def fragments_of_run() -> list[str]:
    """Return the fragments that this run draws; none if it draws the whole app."""
    context = get_script_run_ctx()
    return list((context and context.fragment_ids_this_run) or ())


def is_history_navigation() -> bool:
    """Tell whether the visitor went back or forth in the browser's history: then the address is a request."""
    context = get_script_run_ctx()
    return bool(context and context.is_history_navigation)


def is_run_awaited() -> bool:
    """Tell whether the visitor did something meanwhile that waits for this run to end."""
    context = get_script_run_ctx()
    requests = None if context is None else context.script_requests
    return requests is not None and requests._state is not script_requests.ScriptRequestType.CONTINUE


def session_value(key: str) -> object:
    """Return a value of the visitor's session, None if there is none, or no visitor: in a thread of the app's own.

    Reading `st.session_state` may end the run, in favour of a newer request, wherever it is read.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return None
    with context.session_state._lock:
        state = context.session_state._state
        return state._new_session_state.get(key, state._old_state.get(key))


def widget_id(key: str) -> str:
    """Return the id that Streamlit gave to a widget which this run has drawn, empty if it has not drawn it."""
    context = get_script_run_ctx()
    drawn = () if context is None else context.shared.widget_ids_this_run.snapshot()
    return next((each for each in drawn if each.endswith(f"-{key}")), "")


def keep_widgets(ids: Iterable[str]) -> None:
    """Let widgets count as drawn in this run; Streamlit forgets others, with what is pressed there."""
    context = get_script_run_ctx()
    for each in ids if context else ():
        context.shared.widget_ids_this_run.check_and_add(each)


def keep_presses() -> None:
    """Let all presses that arrive while the server is at work be taken, in the order in which they were made.

    Streamlit folds them into one request and calls back in the order in which the browser happens to list its widgets,
    buttons last: of "next" and then "step 2", "next" would have the last word. Of the earlier request it keeps buttons
    alone: a switch that was pressed, and that the browser does not list in the later request since it is just being
    drawn anew, would be forgotten. And a request that arrives in the instant in which the callbacks of the one before
    are about to be called, or are being called, ends them. And one to run a fragment that is meanwhile drawn as another
    is dropped, with what was pressed.
    """
    with SETTING_UP:
        fold = script_requests._coalesce_widget_states
        if not hasattr(fold, "in_order_of"):
            script_requests._coalesce_widget_states = in_order(fold)
            SafeSessionState.on_script_will_rerun = uninterrupted(SafeSessionState.on_script_will_rerun)
            AppSession.request_rerun = with_lost_fragments(AppSession.request_rerun)


def keep_deltas() -> None:
    """Let all that a run has drawn reach the browser, also when a fragment runs before it has been sent.

    Streamlit then drops what that fragment drew in the run before, but still tells the browser that the run before has
    ended: the browser takes what it was not sent for gone, removes it, controls with what is pressed there, and moves
    the rest up; what is drawn at a place that is no longer there leaves the whole page white.
    """
    with SETTING_UP:
        if not hasattr(ForwardMsgQueue.clear, "drops"):
            ForwardMsgQueue.clear = without_drops(ForwardMsgQueue.clear)


def without_drops(clear: Callable[..., None]) -> Callable[..., None]:
    """Return a way to clear a queue of messages at the start of a run that drops nothing if only fragments run."""

    def called(
        self: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None
    ) -> None:
        if fragment_ids_this_run is None:
            clear(self, retain_lifecycle_msgs)
        else:
            self._delta_index_map = {}  # what is drawn from now on comes after what is there, and not in its place

    called.drops = clear
    return called


def with_lost_fragments(request: Callable[..., None]) -> Callable[..., None]:
    """Return a way to request a run that asks for the whole app where a press is in a fragment that is no more.

    Where the server has gone to another page meanwhile, that page is run: pages have fragments of the same name, and
    one of them, run for the page before, would leave the browser's page white.
    """

    @wraps(request)
    def called(self: AppSession, client_state: ClientState | None) -> None:
        fragment = client_state.fragment_id if client_state else ""
        page = self._pages_manager.current_page_script_hash
        has_left = page not in ("", client_state.page_script_hash) if fragment else False
        if has_left:
            client_state.page_script_hash = page
        if fragment and (has_left or not (self.has_fragment(fragment) or client_state.is_auto_rerun)):
            client_state.fragment_id = ""
        request(self, client_state)

    return called


def uninterrupted(method: Callable[..., None]) -> Callable[..., None]:
    """Return a method of a session's state during which no newer request ends what is done for this one."""

    def called(self: SafeSessionState, *args: object, **options: object) -> None:
        yield_callback = self._yield_callback
        object.__setattr__(self, "_yield_callback", lambda: None)
        try:
            method(self, *args, **options)
        finally:
            object.__setattr__(self, "_yield_callback", yield_callback)

    return called


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
