"""The rows of "Teacher forcing" in the browser: what each step read and wrote, and its loss."""

from collections.abc import Callable, Sequence
from typing import Any

from core.figures.packing import identified
from core.run import models
from core.run.runs import RunSpec
from core.run.titles import title_of
from core.run.tokens import name_in
from pages.shared.browser.callbacks import mount
from pages.shared.state import AppState
from pages.shared.text import t, under
from pages.teacher_forcing.choices import TeacherChoices
from pages.teacher_forcing.feeds import Error, Feed, Ids
from pages.teacher_forcing.messages import sentence

LEAST_TOP = 1.0  # nats at the top of the bars, at least


def place_payload(feed: Feed, place: int, name: Callable[[int], str]) -> dict[str, Any]:
    """Return one step of a row as the view reads it."""
    step = feed.steps[place]
    wrong = feed.error is not None and place == feed.error.step
    expected = None if feed.reference is None or place >= len(feed.reference) else name(feed.reference[place])
    return {
        "read": name(step.read),
        "text": name(feed.at(place)),
        "choice": name(step.predicted),
        "p": float(step.log_probs[feed.at(place)].exp()),
        "loss": feed.loss(place),
        "expected": expected,
        "right": feed.right(place),
        "wrong": wrong,
        "reads_wrong": feed.error is not None and place == feed.error.step + 1,
        "changed": not wrong and feed.changed(place),
    }


def feeding_payload(
    spec: RunSpec, blocks: Sequence[tuple[str, Sequence[Feed]]], reference: Ids | None, error: Error | None
) -> dict[str, Any]:
    """Return all rows of all models as the view reads them; bars share one scale."""
    vocab = models.catalogue()[spec.model].target_vocab

    def name(token: int) -> str:
        return name_in(vocab, token)

    feeds = [feed for _, rows in blocks for feed in rows]
    losses = [feed.loss(place) or 0.0 for feed in feeds for place in range(len(feed.steps))]
    columns = max(len(feed.steps) for feed in feeds)
    data = {
        "columns": columns,
        "steps": max(0, len(reference) - 1 if reference else min(len(feed.clean) for feed in feeds) - 1),
        "reference": None if reference is None else [name(token) for token in reference],
        "at": 0 if error is None else error.step + 1,
        "top": max(LEAST_TOP, *losses),
        "blocks": [
            {
                "title": title_of(model),
                "rows": [
                    {
                        "kind": feed.kind,
                        "label": t(f"teacher_forcing.row_{feed.kind}"),
                        "said": sentence(feed),
                        "places": [place_payload(feed, place, name) for place in range(len(feed.steps))],
                    }
                    for feed in rows
                ],
            }
            for model, rows in blocks
        ],
        "text": under("feeding"),
    }
    return identified(data)


def feeding_view(data: dict[str, Any], current: AppState) -> None:
    """Mount the rows; a click on a column writes the wrong token there, a click on the same column takes it away."""

    def move(sent: dict[str, Any]) -> None:
        asked = sent.get("step")
        if isinstance(asked, int) and 0 <= asked <= data["steps"]:
            current.choose(TeacherChoices, at=asked, wrong="")

    mount("feeding", "feeding-view", data, {"at": move})
