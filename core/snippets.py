"""Lines of Python that do again, in a notebook, what a page shows."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from core.switches import Switches

USUAL = Switches()
NOTHING_FORCED: Mapping[int, int] = {}


def run_lines(
    model: str,
    source: str,
    *,
    pads: int = 0,
    reference: str = "",
    forced: Mapping[int, int] = NOTHING_FORCED,
    switches: Switches = USUAL,
) -> str:
    """Return lines that load a model and run it so, as `trace`."""
    options = {"pads": pads or "", "reference": repr(reference) if reference else ""}
    options |= {"forced": repr(dict(forced)) if forced else "", "switches": switches_code(switches)}
    given = "".join(f", {name}={code}" for name, code in options.items() if code)
    names = sorted({"load", *names_in(switches)}, key=str.lower)
    return (
        f"from core import {', '.join(names)}\n\nmodel = load({model!r})\n"
        f"trace = model.trace({source!r}{given})\nprint(model.text(trace))\n"
    )


def switches_code(switches: Switches) -> str:
    """Write switches as the call that makes them, without what is as usual; nothing if all is."""
    changed = {each.name: getattr(switches, each.name) for each in fields(Switches)}
    changed = {name: value for name, value in changed.items() if value != getattr(USUAL, name)}
    return f"Switches({', '.join(f'{name}={as_code(value)}' for name, value in changed.items())})" if changed else ""


def as_code(value: Any) -> str:
    """Write a value as Python reads it; a set in the order of its parts, so that equal runs give equal lines."""
    return f"frozenset({{{', '.join(sorted(map(repr, value)))}}})" if isinstance(value, frozenset) else repr(value)


def names_in(switches: Switches) -> set[str]:
    """Return which names of core the code of these switches needs."""
    parts = [each for each in (switches.silenced, switches.overwritten, switches.blocked) if each]
    named = {type(part).__name__ for found in parts for part in found}
    return named | ({"Switches"} if switches != USUAL else set())
