"""What models are called beside each other: a visitor's own that share a title are told apart by their settings."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from core.lab import RunFolder
from core.tasks import Task
from pages.shared.run import models
from pages.shared.text import called

MOST_DIFFERENCES = 3  # that are named of models that share a title


def title_of(name: str) -> str:
    """Return what a model is called; a visitor's own keeps the title that it was given."""
    return called("model", name, models.catalogue()[name].title)


def variant_title(variant: Mapping[str, Any]) -> str:
    """Return what a measured model is called, whether it ships or not."""
    return called("model", variant["name"], variant["title"])


def task_title(task: Task) -> str:
    """Return what a task is called."""
    return called("task", task.name, task.title)


def distinct_titles(names: Iterable[str]) -> dict[str, str]:
    """Return what models are called beside each other: a visitor's own that share a title, by what differs in them."""
    plain = {name: title_of(name) for name in names}
    own = [name for name in plain if models.is_own(name)]
    alike = {title: [name for name in own if plain[name] == title] for title in plain.values()}
    apart = {title: differences(same) for title, same in alike.items() if len(same) > 1}
    return {name: " · ".join([title, *apart.get(title, {}).get(name, ())]) for name, title in plain.items()}


def differences(names: list[str]) -> dict[str, list[str]]:
    """Name the settings in which a visitor's models are not all alike, each with its value; the run's name comes last.

    It is the one that the Training lab gives to the run.
    """
    known = {name: settings_of(name) for name in names}
    every = dict.fromkeys(setting for settings in known.values() for setting in settings)
    differing = [setting for setting in every if len({known[name].get(setting) for name in names}) > 1]
    named = differing[:MOST_DIFFERENCES]
    return {
        name: [
            *(f"{setting.replace('_', ' ')} {known[name].get(setting, '–')}" for setting in named),
            f"[{models.OWN.fullmatch(name)[1][:4]}]",
        ]
        for name in names
    }


def settings_of(name: str) -> dict[str, str]:
    """Return how a visitor's model was asked for, as it is written; nothing if that cannot be read."""
    try:
        request = models.request_of(RunFolder(models.own_path(name).parent))
    except (OSError, KeyError, ValueError):
        return {}
    parts = request.config, request.recipe
    return {each.name: str(getattr(part, each.name)) for part in parts for each in fields(part)}
