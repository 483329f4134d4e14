"""A visitor's own pairs: pasted, uploaded or taken from an example, and what is read of them, in sight at once."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from core.tasks.pairs import Pairs
from core.tasks.pairs_text import FEWEST, MOST, MOST_BYTES, BadPairs, decoded
from pages.shared.messages import show_messages
from pages.shared.state import AppState
from pages.shared.text import as_code, say, sentences, t
from pages.shared.url.params import shortened
from pages.shared.widgets.controls import controlled
from pages.training_lab import disk, drafts
from pages.training_lab.drafts import Draft, Reading
from pages.training_lab.uploader import uploader

EDITABLE = 100_000  # characters: longer texts are kept and read, but would be slow to edit in a browser
PREVIEWED = 3
FEW = 50  # held-out examples, below which a score is coarse


def pairs_panel(current: AppState) -> Pairs:
    """Draw what takes the pairs, and what is read of them; return them."""
    reading = drafts.reading_of(current.visitor)
    text_control(current, reading.draft)
    with st.container(horizontal=True, gap="xsmall", key="lab-pairs-buttons"):
        replace_controls(current, reading.draft)
    if reading.problem:
        show_messages([t("lab.pairs_cannot", why=say(reading.problem))], of="pairs")
    elif reading.found is None:
        st.caption(t("lab.pairs_empty", fewest=FEWEST, most=f"{MOST:,}"))
    else:
        summary(reading)
    if reading.draft.text:
        controlled(
            st.toggle, "lab_heading", reading.draft.heading,
            lambda on: keep(current, replace(reading.draft, heading=on)),
        )  # fmt: skip
    return reading.pairs


def text_control(current: AppState, draft: Draft) -> None:
    """Draw the text, to be typed or pasted; a very long one is not sent to the browser, but stays as it is."""
    if len(draft.text) > EDITABLE:
        st.caption(t("lab.pairs_long", name=as_code(draft.file or "–"), characters=f"{len(draft.text):,}"))
        return
    controlled(
        st.text_area, "lab_pairs", draft.text, lambda text: take_text(current, draft, text), height=104,
        placeholder=t("lab.pairs_placeholder"),
    )  # fmt: skip


def take_text(current: AppState, draft: Draft, text: str) -> None:
    """Keep what was typed, unless it is too much to read."""
    if (size := len(text.encode())) > MOST_BYTES:
        current.problems = (t("lab.pairs_too_long", size=f"{size:,}", most=f"{MOST_BYTES:,}"),)
    else:
        edited = draft.text.split("\n", 1)[0] == text.split("\n", 1)[0]  # the first row is as it was, and what it is
        keep(current, replace(draft, text=text, file="") if edited else Draft.new(text))


def take_file(current: AppState, name: str, data: bytes) -> None:
    """Keep the text of a file in place of the draft, if it is text."""
    try:
        keep(current, Draft.new(decoded(data), file=name[:60]))
    except BadPairs as problem:
        current.problems = (t("lab.pairs_refused", name=name[:60], why=say(problem)),)


def keep(current: AppState, draft: Draft) -> None:
    """Keep a draft in place of the last one, or say why the disk does not take it."""
    with disk.answered(current, "lab.pairs_not_kept"):
        drafts.keep(current.visitor, draft)


def undo(current: AppState) -> None:
    """Bring back the draft that was replaced, or say why the disk does not let it."""
    with disk.answered(current, "lab.pairs_not_kept"):
        drafts.undo(current.visitor)


def replace_controls(current: AppState, draft: Draft) -> None:
    """Draw what puts another text in place of this one, and what brings it back."""
    key = "lab-pairs-file"

    def take() -> None:
        current.problems = ()
        sent = st.session_state.get(key)
        if sent is not None:
            take_file(current, sent.name, sent.getvalue())

    with st.popover(t("control.lab_pairs_open"), help=t("help.lab_pairs_open")):
        uploader("lab_pairs_file", key, ("csv", "tsv", "txt"), MOST_BYTES // 10**6, take)
    example = drafts.plurals()
    acts = {
        "plurals": (lambda: keep(current, Draft(example)), draft.text != example),
        "undo": (lambda: undo(current), drafts.can_undo(current.visitor)),
    }
    if len(draft.text) > EDITABLE:
        acts["clear"] = (lambda: keep(current, Draft()), True)

    def press(act: Callable[[], None]) -> None:
        current.problems = ()
        act()

    for name, (act, useful) in acts.items():
        st.button(
            t(f"control.lab_pairs_{name}"), help=t(f"help.lab_pairs_{name}", count=example.count("\n")),
            on_click=press, args=(act,), disabled=not useful, key=f"lab-pairs-{name}",
        )  # fmt: skip


def summary(reading: Reading) -> None:
    """Say what was read, show the first rows, and say what was left out."""
    found, task = reading.found, reading.task
    dev, test = len(task.held_out("dev")), len(task.held_out("test"))
    measured = {"dev": f"{dev:,}", "test": f"{test:,}", "count": f"{len(found.pairs):,}"}
    symbols = {"source": len(task.source_symbols()), "target": len(task.target_symbols())}
    cut = t("lab.cut_words" if task.words else "lab.cut_characters")
    coarse = t("lab.few_held_out", count=dev, points=f"{100 / dev:.0f}") if dev < FEW else ""
    st.caption(sentences(t("lab.pairs_read", cut=cut, **measured, **symbols), coarse))
    shown = "  \n".join(as_code(f"{shortened(one)} → {shortened(other)}") for one, other in reading.pairs[:PREVIEWED])
    st.caption(shown)
    row = as_code(" → ".join(map(shortened, found.first_row)))
    said = [t("lab.parted_by", delimiter=t(f"lab.parted_{found.delimiter}"))]
    said.append(t("lab.first_row_heading", row=row) if reading.draft.heading else t("lab.first_row_pair"))
    if found.repeated:
        said.append(t("lab.rows_repeated", count=f"{found.repeated:,}"))
    st.caption(sentences(*said))
    if found.left_out:
        text = "\n".join([t("lab.rows_left_out", count=f"{found.left_out:,}"), *map(say, found.problems)])
        show_messages([text + ("\n…" if found.left_out > len(found.problems) else "")], of="rows")
