"""You are here: the picture of the whole model, small, with the part marked that a page is about."""

from typing import Any

import streamlit as st

from pages.shared.browser.callbacks import mount
from pages.shared.text import t

WHOLE = "whole_model"
EMBEDDINGS = ("encoder.embedding", "decoder.embedding")
SELF_ATTENTION = ("encoder.self_attn", "decoder.self_attn")
ENCODER = ("encoder.embedding", "encoder.self_attn", "encoder.add_norm", "encoder.ffn")
DECODER = ("decoder.embedding", "decoder.self_attn", "decoder.cross_attn", "decoder.add_norm", "decoder.ffn")
# The parts of the picture that each page is about.
PARTS = {
    "lessons": (*ENCODER, *DECODER, "output", "memory", "out", "loop"),
    "questions": (*ENCODER, *DECODER, "output", "memory", "out", "loop"),
    "decode": (*DECODER, "output", "out", "loop"),
    "bugs": (*SELF_ATTENTION, "decoder.cross_attn", "memory", "output", "loop"),
    "search": ("output", "loop"),
    "non_autoregressive": (*DECODER, "output", "out"),
    "teacher_forcing": ("decoder.embedding", "loop"),
    "self_attention": ("encoder.self_attn",),
    "heads": (*SELF_ATTENTION, "decoder.cross_attn"),
    "position": EMBEDDINGS,
    "masks": (*SELF_ATTENTION, "decoder.cross_attn"),
    "block": ("encoder.add_norm", "encoder.ffn", "decoder.add_norm", "decoder.ffn"),
    "cross_attention": ("decoder.cross_attn", "memory"),
    "training_lab": (*ENCODER, *DECODER, "output", "memory", "out"),
    "guided_attention": ("decoder.cross_attn", "memory"),
    "reinforcement_learning": ("output",),
    "evidence": (*ENCODER, *DECODER, "output", "memory", "out", "loop"),
}


def you_are_here(page: str) -> None:
    """Draw the picture beside a page's title; a click leads to the whole model, with the same run."""

    def open_whole_model(_: Any) -> None:
        st.switch_page(f"pages/{WHOLE}/page.py")

    with st.container(key="here-place"):
        mount("here", "here", {"parts": PARTS.get(page, ()), "title": t("here.title")}, {"open": open_whole_model})
