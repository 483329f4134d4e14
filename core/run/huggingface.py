"""Hugging Face's models that visitors may open: the folders within the one that the server's owner names, SEQ2SEE_HF.

What no file of theirs says may stand beside them in a `seq2see.json`, all of it optional:

    {"title": "English to German", "source_language": "en", "target_language": "de", "examples": ["Where are you?"]}

A visitor's address names one of these folders by its name; it never names a path, nor anything of a hub.
"""

import json
import threading
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from core import paths
from core.interop.huggingface import HuggingFaceModel, load
from core.sentences import Refusal
from core.tasks.sentence_examples import SHOWS

PREFIX = "hf-"
NOTES = "seq2see.json"
TEXTS = "title", "source_language", "target_language"
EXAMPLES = tuple(SHOWS.values())  # English sentences
MOST_LOADED = 2  # at once: one of full size takes about 300 MB
LOADING = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Notes:
    """Hold what the server's owner says of a model."""

    title: str = ""
    source_language: str = ""
    target_language: str = ""
    examples: tuple[str, ...] = EXAMPLES


def names() -> list[str]:
    """Name the models that visitors may open, whether or not they can be read."""
    try:
        found = sorted(path.name for path in paths.HUGGING_FACE.iterdir()) if paths.HUGGING_FACE else []
    except OSError:
        return []
    return [name for name in (f"{PREFIX}{each}" for each in found) if is_listed(name)]


def is_listed(name: str) -> bool:
    """Tell whether a name is that of a model that visitors may open, whether or not it can be read."""
    return folder_of(name) is not None


def folder_of(name: str) -> Path | None:
    """Return the folder of a model; None if the name is none of a folder that lies there and holds a model."""
    plain = name.removeprefix(PREFIX)
    if paths.HUGGING_FACE is None or plain == name or plain in ("", ".", "..") or plain != Path(plain).name:
        return None
    folder = paths.HUGGING_FACE / plain
    try:
        return folder if (folder / "config.json").is_file() else None
    except OSError:  # the name is longer than names may be
        return None


def listed_folder(name: str) -> Path:
    """Return the folder of a model that is listed.

    Raises: Refusal if it was taken away meanwhile.
    """
    folder = folder_of(name)
    if folder is None:
        raise Refusal("refusal.hf_not_there", name=name.removeprefix(PREFIX))
    return folder


def title_of_folder(name: str) -> str:
    """Return what a model is called: as its owner says, or as its folder."""
    try:
        return read_notes(listed_folder(name)).title or name.removeprefix(PREFIX)
    except Refusal:
        return name.removeprefix(PREFIX)


def languages_of(name: str) -> dict[str, str]:
    """Return the languages that a model is opened for, as its tokenizer spells them; empty where none is named.

    Raises: Refusal if what lies beside the model is not as it should be.
    """
    notes = read_notes(listed_folder(name))
    return {"source_language": notes.source_language, "target_language": notes.target_language}


def open_model(name: str) -> HuggingFaceModel:
    """Return a model with its tokenizer; the last few that were asked for stay loaded.

    Raises: Refusal if it cannot be read or expressed, or if a language that it needs is not named.
    """
    with LOADING:  # visitors who ask for one at the same moment wait for one load
        return _open_folder(listed_folder(name))


@lru_cache(maxsize=MOST_LOADED)
def _open_folder(folder: Path) -> HuggingFaceModel:
    notes = read_notes(folder)
    model = load(folder, source_language=notes.source_language, target_language=notes.target_language)
    return replace(model, task=replace(model.task, sources=notes.examples))


def read_notes(folder: Path) -> Notes:
    """Read what lies beside a model.

    Raises: Refusal if that is not as it should be.
    """
    path = folder / NOTES
    if not path.exists():
        return Notes()
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
        fits = isinstance(data, dict) and data.keys() <= {*TEXTS, "examples"}
        examples = data.get("examples", EXAMPLES) if fits else None
        if not fits or not all(isinstance(data.get(name, ""), str) for name in TEXTS) or not are_texts(examples):
            raise ValueError(f"{NOTES} has other fields")
    except (OSError, ValueError) as error:
        raise Refusal("refusal.hf_notes", name=NOTES, known=", ".join((*TEXTS, "examples"))) from error
    return Notes(**data | {"examples": tuple(examples)})


def are_texts(examples: Any) -> bool:
    """Tell whether examples are a list of texts, with one at least."""
    return (
        isinstance(examples, list | tuple)
        and bool(examples)
        and all(isinstance(x, str) and x.strip() for x in examples)
    )
