"""The parts of Streamlit beyond its public interface that seq2see relies on: an upgrade that changes one fails here."""

import inspect
import re
from pathlib import Path

import streamlit
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.fragment import fragment
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner_utils import script_requests, script_run_context
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext

ROOT = Path(__file__).parents[3]
INTERNALS = ROOT / "pages" / "shared" / "internals.py"
PUBLIC = {"streamlit", "streamlit.delta_generator"}


def test_only_one_file_knows_them():
    for path in (ROOT / "app.py", *(ROOT / "pages").rglob("*.py")):
        modules = set(re.findall(r"^\s*(?:from|import) (streamlit[\w.]*)", path.read_text(), re.MULTILINE))
        assert modules <= PUBLIC or path == INTERNALS, path


def test_the_version_is_the_one_that_they_were_read_in():
    (pinned,) = re.findall(r"^streamlit==(.+)$", (ROOT / "requirements-app.txt").read_text(), re.MULTILINE)
    assert streamlit.__version__ == pinned and f"Streamlit {pinned}" in INTERNALS.read_text()


def test_page_discovery_is_still_a_flag_of_the_class():
    assert "PagesManager.uses_pages_directory is None" in inspect.getsource(PagesManager.__init__)


def test_requests_are_still_folded_by_one_function():
    assert list(inspect.signature(script_requests._coalesce_widget_states).parameters)[:2]
    source = inspect.getsource(script_requests.ScriptRequests)
    assert "_coalesce_widget_states(" in source and "self._state" in source
    assert {"CONTINUE", "RERUN", "STOP"} <= set(script_requests.ScriptRequestType.__members__)


def test_a_run_still_knows_its_fragments_its_widgets_and_its_history():
    fields = set(ScriptRunContext.__dataclass_fields__) | set(dir(ScriptRunContext))
    assert {"fragment_ids_this_run", "is_history_navigation", "script_requests", "shared"} <= fields
    assert "fragment_id" in inspect.getsource(script_run_context)
    assert callable(fragment)


def test_a_request_for_a_fragment_that_is_no_more_is_still_dropped_by_streamlit_alone():
    source = inspect.getsource(inspect.unwrap(AppSession.request_rerun))
    assert "self._pages_manager" in inspect.getsource(AppSession.__init__)
    assert callable(AppSession.has_fragment) and "self.has_fragment(fragment_id)" in source


def test_uploads_are_still_held_as_they_were():
    for name in ("get_upload_urls", "add_file", "remove_file", "remove_session_files"):
        assert callable(getattr(MemoryUploadedFileManager, name))
