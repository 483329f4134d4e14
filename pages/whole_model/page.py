"""Whole model: the picture of the lecture, made of this run's own tensors; each part leads to its page."""

from dataclasses import replace

from core.layers import DecoderLayer, EncoderLayer
from core.model import Transformer
from core.run.notebook import notebook_lines, weights_line
from pages.shared import sections
from pages.shared.browser.components import follow_view
from pages.shared.messages import say_second_reading
from pages.shared.page import Page
from pages.shared.state import AppState
from pages.shared.text import t
from pages.whole_model.choices import WholeModelChoices
from pages.whole_model.payload import training_run
from pages.whole_model.view import payload, whole_model_view


def whole_model(current: AppState) -> list[str]:
    """Show the model at work; say what it is fed in training without a reference, and which output is as probable."""
    whole_model_view(current)
    training = current.chosen(WholeModelChoices).mode == "training"
    notices = [] if training else say_second_reading(replace(current.shown, teacher=False))
    page.fragment(look)
    own = training and not current.shown.reference.strip() and training_run(current.shown) is not None
    return [t("whole_model.own_reference")] if own else notices


def look(current: AppState) -> None:
    """Follow what the visitor looks at: choices in the sidebar, and what can be read below the picture."""
    follow_view(payload(current)["id"], current)
    drawn = {
        "question": lambda: sections.question("whole_model_question"),
        "code": lambda: sections.code(
            Transformer.encode,
            Transformer.decode,
            Transformer.logits,
            EncoderLayer.forward,
            DecoderLayer.forward,
            notebook=notebook_lines(replace(current.shown, teacher=False), weights_line(current.view)),
        ),
    }
    sections.sections(current, WholeModelChoices, drawn)
    page.layer_and_head()


page = Page("whole_model", WholeModelChoices)
page.source_bar()
page.draw(whole_model, prefetch=payload, switches=("causal", "padding", "position"))
