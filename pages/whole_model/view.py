"""The picture of the whole model, and the doors that lead from its parts to their pages."""

from dataclasses import replace
from typing import Any

import streamlit as st

from core.run.runs import RunSpec
from pages.shared.browser.callbacks import mount
from pages.shared.browser.components import pushed_view
from pages.shared.browser.replies import new_messages, reply_to
from pages.shared.state import AppState
from pages.shared.text import under
from pages.whole_model.choices import PARTS, WholeModelChoices
from pages.whole_model.payload import whole_payload

KEY = "whole-model"
# The page of each part, by how its name ends.
DOORS = {
    "tokens": "decode",
    "embedding": "position",
    "encoder.self_attn": "heads",
    "decoder.self_attn": "masks",
    "cross_attn": "cross_attention",
    "add_norm": "block",
    "ffn": "block",
    "layer": "block",
    "final_norm": "block",
    "memory": "cross_attention",
    "output": "search",
}


def door_of(part: str, spec: RunSpec) -> str:
    """Return the page that shows a part at length."""
    if part.endswith("tokens") and not spec.config.autoregressive:
        return "non_autoregressive"
    return next(page for end, page in DOORS.items() if part.endswith(end))


def payload(current: AppState) -> dict[str, Any]:
    """Return what the picture shows as things are; whether a reference is fed is this page's own choice."""
    return whole_payload(replace(current.shown, teacher=False), current.chosen(WholeModelChoices).mode)


def whole_model_view(current: AppState) -> None:
    """Mount the picture."""
    choices = current.chosen(WholeModelChoices)
    data = {
        "run": payload(current),
        "part": choices.part,
        "reply_to": reply_to(current, KEY),
        "doors": {part: door_of(part, current.shown) for part in PARTS},
        "pages": under("menu"),
        "pushed": pushed_view(current),
        "text": under("view") | under("whole_model"),
    }

    def choose(sent: dict[str, Any]) -> None:
        for press in new_messages(current, KEY, sent):
            options = {name: press[name] for name in ("part", "mode") if press.get(name)}
            if all(value in WholeModelChoices.param(name).options for name, value in options.items()):
                current.choose(WholeModelChoices, **options)

    def open_page(press: dict[str, Any]) -> None:
        current.follow(press["view"], press["revision"], {})
        page = door_of(press["part"], current.shown)
        if page == "block" and press["part"].startswith("decoder") and current.view.attention == "cross":
            current.look(attention="self")  # by which Block knows the side
        st.switch_page(f"pages/{page}/page.py")

    mount("whole_model", KEY, data, {"choose": choose, "open": open_page})
