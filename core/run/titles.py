"""What models are called beside each other: a visitor's own that share a title are told apart by their settings."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from core.lab import Request, RunFolder
from core.run import huggingface, models
from core.screen.texts import called, languages, speaking, t
from core.tasks import Task

MOST_DIFFERENCES = 3  # that are named of models that share a title


def title_of(name: str) -> str:
    """Return what a model is called."""
    if huggingface.is_listed(name):
        return huggingface.title_of_folder(name)
    title = models.catalogue()[name].title
    return called("model", name, title) if not models.is_own(name) else own_title(name, title)


def own_title(name: str, title: str) -> str:
    """Return what a visitor's model is called: by its settings, unless it was given another title."""
    try:
        request = models.request_of(RunFolder(models.own_path(name).parent))
        return request_title(request) if request.title == title else title
    except (OSError, KeyError, ValueError):
        return title


def request_title(request: Request) -> str:
    """Return what a run is called; a title made of its settings, in any language, is made anew in the visitor's."""
    for name in languages():
        with speaking(name):
            if request.title == settings_title(request):
                break
    else:
        return request.title
    return settings_title(request)


def settings_title(request: Request, key: str = "lab.model_title") -> str:
    """Name a run by its task, its layers, its width and its steps."""
    task = task_title(request.learnt_task())
    sizes = {"layers": request.config.num_encoder_layers, "width": request.config.d_model}
    return t(key, task=task, **sizes, steps=f"{request.recipe.steps:,}")


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
