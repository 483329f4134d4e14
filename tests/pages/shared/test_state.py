"""What a visitor has chosen, where the model it was chosen for gives way to another."""

from core.config import ModelConfig
from core.run.runs import RunSpec
from core.run.view import View
from pages.shared.browser import components
from pages.shared.first import first_spec
from pages.shared.selection import Selection
from pages.shared.state import AppState


def test_a_view_fits_a_smaller_model():
    config = ModelConfig(
        source_vocab_size=9, target_vocab_size=9, num_encoder_layers=2, num_decoder_layers=3, num_heads=4
    )
    far = View(step=5, layer=7, head=6)
    assert far.within(config) == View(step=5, layer=2, head=3)
    assert View(layer=7, attention="encoder").within(config) == View(layer=1, attention="encoder")
    assert View(layer=1, head=2).within(config) == View(layer=1, head=2)


def test_a_control_is_another_widget_on_another_page():
    state = AppState(
        Selection(RunSpec(model="any", source="x")), page="decode", widget_keys={"source": "control-source-9"}
    )
    state.enter("decode")
    assert state.widget_keys == {"source": "control-source-9"}
    state.enter("block")
    assert state.widget_keys == {"source": "control-source-10"}


def test_what_was_last_written_is_written_over_though_the_browser_lags(visit):
    """A press that the browser sends before it has taken the last address still brings the older one along."""
    page = visit()
    before = dict(page.link)
    page.control("toggle", "padding").set_value(False).run()
    assert page.at.session_state["app"].written[-1]["padding"] == "off"
    page.at.query_params.clear()
    for name, value in before.items():
        page.at.query_params[name] = value
    page.control("toggle", "padding").set_value(True).run()
    assert "padding" not in page.at.session_state["app"].written[-1]


def test_a_press_that_the_view_saw_counts_though_the_server_has_decided_something_since(monkeypatch):
    """The view tells of the press with a revision that is out of date, so that the control has to speak for itself."""
    current = AppState(Selection(RunSpec(model="any", source="x")))
    message = {"id": 1, "view": {"layer": 0}, "revision": 0, "pressed": {"layer": 0}}
    monkeypatch.setattr(components.st, "session_state", {components.FOLLOW_KEY: {"view": {"messages": [message]}}})
    assert components.view_saw_press(current, "layer", 0)
    current.look(layer=2)
    current.follow(message["view"], message["revision"], message["pressed"])
    assert current.view.layer == 2 and not components.view_saw_press(current, "layer", 0)


def on_page(name: str) -> AppState:
    """Return a visitor who looks at the usual run on a page."""
    current = AppState(Selection(first_spec("dates")))
    current.enter(name)
    return current


def test_what_a_page_borrows_is_given_back_when_it_is_left():
    current = on_page("teacher_forcing")
    before = current.spec
    current.borrow("scheduled-none")
    current.borrow("scheduled-linear")  # what comes back is the visitor's, not what was borrowed before
    current.enter("teacher_forcing")
    assert (current.spec.model, current.spec.source) == ("scheduled-linear", before.source)
    current.enter("decode")
    assert current.spec == before


def test_what_was_typed_while_a_model_was_borrowed_is_read_by_the_visitors_own():
    current = on_page("teacher_forcing")
    current.borrow("scheduled-none")
    current.read_source("1 gennaio 1984")
    current.enter("decode")
    assert (current.spec.model, current.spec.source) == ("dates", "1 gennaio 1984")
    current.enter("search")
    current.borrow("spelling", "alfre")
    current.read_source("knight")  # which is no date
    current.enter("decode")
    assert (current.spec.model, current.spec.source) == ("dates", "1 gennaio 1984")


def test_a_model_that_is_chosen_stays_chosen_whatever_was_borrowed():
    current = on_page("search")
    current.borrow("spelling", "alfre")
    current.choose_model("spelling")
    current.enter("decode")
    assert (current.spec.model, current.spec.source) == ("spelling", "alfre")
    current.enter("search")
    current.borrow("dates", "3 mars 2001")
    current.keep()
    current.enter("decode")
    assert current.spec.model == "dates"
