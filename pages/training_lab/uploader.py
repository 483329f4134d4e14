"""A field that takes a file. Streamlit has its words in English alone, so a style sheet puts ours in their place."""

from collections.abc import Callable, Sequence

import streamlit as st

from pages.shared.text import as_css, t

STYLE = """<style>
.st-key-KEY [data-testid="stFileUploaderDropzone"] button p,
.st-key-KEY [data-testid="stFileUploaderDropzoneInstructions"] span { visibility: hidden; font-size: 0; }
.st-key-KEY [data-testid="stFileUploaderDropzone"] button p::after,
.st-key-KEY [data-testid="stFileUploaderDropzoneInstructions"] span::after { visibility: visible; font-size: 14px; }
.st-key-KEY [data-testid="stFileUploaderDropzone"] button p::after { content: CHOOSE; }
.st-key-KEY [data-testid="stFileUploaderDropzoneInstructions"] span::after { content: LIMIT; }
</style>"""


def uploader(name: str, key: str, kinds: Sequence[str], megabytes: int, take: Callable[[], None]) -> None:
    """Draw a field that takes a file of some kinds, at most so large, and calls `take` once it is there."""
    limit = t("lab.file_limit", megabytes=megabytes, kinds=" · ".join(kind.upper() for kind in kinds))
    words = {"KEY": key, "CHOOSE": as_css(t("lab.file_choose")), "LIMIT": as_css(limit)}
    style = STYLE
    for place, text in words.items():
        style = style.replace(place, text)
    st.html(style)
    st.file_uploader(
        t(f"control.{name}"), type=list(kinds), help=t(f"help.{name}"), on_change=take, key=key,
        max_upload_size=megabytes,
    )  # fmt: skip
