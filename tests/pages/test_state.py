"""What a visitor has chosen, where the model it was chosen for gives way to another."""

from core.config import ModelConfig
from pages.shared.run.runs import RunSpec
from pages.shared.state import AppState, Selection, View


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
