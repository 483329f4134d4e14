"""Saving: what is on a page as files. Pictures and tables are made in the browser; here is what only the server has."""

import base64
from typing import Any

import streamlit as st

from core.interop.arrays import json_text, npz_bytes, trace_arrays
from core.paths import COMPONENTS
from core.run import models, runs
from core.run.titles import title_of
from core.screen.scripts import join_view
from pages.shared.browser.callbacks import mount
from pages.shared.browser.offline import choices_of
from pages.shared.state import AppState
from pages.shared.text import t, under

VIEWS = sorted(path.name for path in COMPONENTS.iterdir() if (path / "main.js").exists())
# What of a run stands in a caption if the address has it, and what it is called there.
FIELDS = ("causal", "padding", "position", "teacher", "pads", "layer", "head")


@st.fragment
def save_menu(current: AppState) -> None:
    """Mount the menu that saves the page, and the one below each of its views."""

    def take(asked: Any) -> None:
        current.save_request = asked if isinstance(asked, dict) else {}

    asked, current.save_request = current.save_request, {}
    spec = current.shown or current.spec
    data = {
        "page": {"name": current.page, "title": t(f"menu.{current.page}")},
        "model": {"name": "own" if models.is_own(spec.model) else spec.model, "title": title_of(spec.model)},
        "fields": {name: t(f"control.{name}") for name in FIELDS} | {"step": t("save.step")},
        "text": under("save"),
        "answer": answer_to(asked, current) if asked else None,
    }
    mount("save", "save-view", data, {"ask": take})


def answer_to(asked: dict[str, Any], current: AppState) -> dict[str, Any] | None:
    """Return what a browser asked for: the run in a file, or the scripts of views; None for what there is not."""
    kind, found = asked.get("kind"), {"id": asked.get("id"), "kind": asked.get("kind")}
    if kind == "html":
        views = asked.get("views")
        wanted = [name for name in VIEWS if name in views] if isinstance(views, list) else []
        joined = {name: join_view(name) for name in wanted}
        scripts = {name: {"script": joined[name][0], "sheet": joined[name][1]} for name in wanted}
        return found | {"scripts": scripts, "choices": choices_of(current)}
    spec = current.shown
    if kind not in ("json", "npz") or spec is None:
        return None
    about = models.catalogue()[spec.model]
    arrays = trace_arrays(runs.trace(spec), about.source_vocab, about.target_vocab)
    description = {"model": title_of(spec.model), "text": spec.source, "switches": str(spec.switches)}
    file = npz_bytes(arrays) if kind == "npz" else json_text(arrays, **description).encode()
    return found | {"file": base64.b64encode(file).decode()}
