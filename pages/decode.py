"""Decode: a source is read, a target is written token by token, and every head is seen at it."""

from dataclasses import asdict, replace

from pages.shared import frame
from pages.shared.components import decode_view
from pages.shared.decode_sections import sections
from pages.shared.guard import via_app
from pages.shared.payload import run_payload
from pages.shared.runs import runnable
from pages.shared.state import View
from pages.shared.text import t

via_app()
current = frame.begin("decode")


def look(view: dict) -> None:
    """Keep what the visitor is looking at."""
    current.view = View(**{name: value for name, value in view.items() if name in View.__dataclass_fields__})


def force(asked: dict) -> None:
    """Write another token at a step and go on from there; what was forced later no longer applies."""
    kept = [(step, token) for step, token in current.spec.forced if step < asked["step"]]
    current.change(forced=(*kept, (asked["step"], asked["token"])))


def unforce(asked: dict) -> None:
    """Let the model choose at a step again."""
    current.change(forced=tuple((step, token) for step, token in current.spec.forced if step != asked["step"]))


shown, said = runnable(current.spec)
if shown is None and current.shown is not None:
    said.append(t("problem.still_showing", source=current.shown.source[:40]))
current.shown = shown or current.shown

frame.source_bar(current)
frame.problems(current.problems + said)
if current.shown is not None:
    run = run_payload(current.shown)
    current.view = replace(current.view, step=min(current.view.step, len(run["steps"])))
    decode_view(
        {
            "run": run,
            "pinned": None if current.pinned is None else run_payload(current.pinned),
            "view": asdict(current.told),
            "view_rev": current.revision,
        },
        on_view=look,
        on_force=force,
        on_unforce=unforce,
    )
    sections(current)
frame.finish(current)
