"""The models: those that ship, those of Hugging Face that may be opened, and those that a visitor trained.

The first two are shared by all visitors. None is ever changed.
"""

import gc
import re
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path

import torch

from core import checkpoint, paths
from core.checkpoint import Metadata
from core.evaluation.shipped import Folder, NoModels, read_folder
from core.lab import Request, RunFolder
from core.model import Transformer
from core.run import huggingface
from core.sentences import Refusal
from core.tasks import TASKS, Task, task_for

RUNS = paths.LAB_RUNS
FIRST = "dates"
TOKEN = re.compile(r"[0-9a-f]{32}")
SMALL_REQUEST = 50_000  # bytes
RUN_ID = re.compile(r"[0-9a-f]{12}")
OWN = re.compile(rf"my-({RUN_ID.pattern})-(\d{{1,9}})")


class Catalogue(dict[str, Metadata]):
    """Hold the shipped models; find one that may be opened by its name, and a visitor's by its, which nobody can guess.

    `left_out` says of each file in their folder that is no model why it is none, by the file's name.
    """

    def __init__(self, found: Folder) -> None:
        wide = sorted(found.models.items(), key=lambda item: (item[0] != FIRST, -item[1].config.d_model, item[0]))
        super().__init__(wide)
        self.left_out = found.left_out

    def __missing__(self, name: str) -> Metadata:
        if huggingface.is_listed(name):
            return huggingface.open_model(name).metadata
        return own_metadata(own_path(name))


@cache
def catalogue() -> Catalogue:
    """Return the metadata of every model that ships, the default first, then wide models before narrow ones.

    Visitors' models are not listed, but found when asked for.

    Raises: NoModels if there is none.
    """
    found = read_folder(paths.CHECKPOINTS)
    if not found.models:
        raise NoModels(found)
    return Catalogue(found)


def siblings(name: str) -> dict[str, Metadata]:
    """Return the other models of the same task, sizes and number of steps: those that differ in a part alone."""

    def recipe(metadata: Metadata) -> tuple[object, ...]:
        config = metadata.config
        sizes = config.d_model, config.d_ff, config.num_encoder_layers, config.num_decoder_layers
        return metadata.task, *sizes, metadata.training.get("steps")

    mine = recipe(catalogue()[name])
    return {other: metadata for other, metadata in catalogue().items() if other != name and recipe(metadata) == mine}


def default_model() -> str:
    """Return the name of the model that a first visit shows."""
    return next(iter(catalogue()))


def is_own(name: str) -> bool:
    """Tell whether a name is that of a visitor's model."""
    return OWN.fullmatch(name) is not None


def own(visitor: str) -> dict[str, Metadata]:
    """Return the models of a visitor, the newest first; there are none of somebody who is not known."""
    described = [about for run in runs_of(visitor) if (about := usable_metadata(run)) is not None]
    return {name_of(about): about for about in described}


def runs_of(visitor: str) -> list[RunFolder]:
    """Return the visitor's runs, the newest first; there are none of somebody who is not known."""
    return run_folders(RUNS / visitor) if TOKEN.fullmatch(visitor) else []


def entries(folder: Path) -> list[Path]:
    """List what lies in a folder; nothing if it cannot be listed."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def run_folders(place: Path) -> list[RunFolder]:
    """Return the runs that lie in a visitor's folder, the newest first; what is not called like a run is none."""
    asked = {path: asked_at(path) for path in entries(place) if RUN_ID.fullmatch(path.name)}
    known = [path for path, moment in asked.items() if moment is not None]
    return [RunFolder(path) for path in sorted(known, key=asked.get, reverse=True)]


def asked_at(path: Path) -> float | None:
    """Return when a run was asked for, or, if that is not known, when its folder was changed; None if it is none."""
    for place in (path / "request.json", path):
        try:
            return place.stat().st_mtime if path.is_dir() else None
        except OSError:
            continue
    return None


def usable_metadata(folder: RunFolder) -> Metadata | None:
    """Return what the model of a run says of itself; None if there is none, or none that can be used."""
    try:
        about = own_metadata(folder.model)
        named = OWN.fullmatch(name_of(about))
        if named is None or named[1] != folder.path.name:
            return None
        return about if about.task in TASKS or about.task == request_of(folder).learnt_task().name else None
    except (OSError, ValueError):
        return None


def available(visitor: str) -> dict[str, Metadata]:
    """Return the models that ship and the visitor's own."""
    return catalogue() | own(visitor)


def choosable(visitor: str) -> list[str]:
    """Name the models that a visitor may choose among; those that may be opened are read only once chosen."""
    return [*available(visitor), *huggingface.names()]


def name_of(metadata: Metadata) -> str:
    """Return the name that a model has, by what it says of itself; a visitor's is called by its run in its metadata."""
    shipped = next((name for name, other in catalogue().items() if other is metadata), None)
    if shipped is None and metadata.task not in TASKS and huggingface.is_listed(f"{huggingface.PREFIX}{metadata.name}"):
        return f"{huggingface.PREFIX}{metadata.name}"
    return shipped or f"my-{metadata.name}-{metadata.training.get('steps', 0)}"


def own_path(name: str) -> Path:
    """Return the file of a visitor's model.

    Raises: KeyError if there is none.
    """
    found = OWN.fullmatch(name)
    for visitor in entries(RUNS) if found else []:
        path = visitor / found[1] / "model.safetensors"
        with suppress(OSError):
            if path.is_file():
                return path
    raise KeyError(name)


def own_metadata(path: Path) -> Metadata:
    """Return what a visitor's model says of itself.

    Raises: OSError if it is not there, CheckpointError if it cannot be used.
    """
    return _own_metadata(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=1024)
def _own_metadata(path: Path, written: int) -> Metadata:
    return checkpoint.inspect(path)


def task_of(name: str) -> Task:
    """Return the task that a model was trained for: ours, what the visitor's pairs make, or what its tokenizer reads.

    Raises: KeyError if there is no such model, Refusal if it cannot be opened.
    """
    if huggingface.is_listed(name):
        return huggingface.open_model(name).task
    about = catalogue()[name]
    if about.task in TASKS:
        return task_for(about.task, subwords=about.subwords)
    return request_of(RunFolder(own_path(name).parent)).learnt_task()


def request_of(folder: RunFolder) -> Request:
    """Return what a run was asked to learn, together with its task; a few of those that hold many pairs are kept.

    Raises: OSError or ValueError if that cannot be read.
    """
    file = (folder.path / "request.json").stat()
    return (_small_request if file.st_size < SMALL_REQUEST else _large_request)(folder, file.st_mtime_ns)


def _read_request(folder: RunFolder, written: int) -> Request:
    return folder.request()


_small_request = lru_cache(maxsize=256)(_read_request)
_large_request = lru_cache(maxsize=16)(_read_request)


def is_there(name: str) -> bool:
    """Tell whether a model can be loaded."""
    if name in catalogue():
        return True
    if huggingface.is_listed(name):
        return opening_problem(name) is None
    try:
        return usable_metadata(RunFolder(own_path(name).parent)) is not None
    except KeyError:
        return False


def opening_problem(name: str) -> Refusal | None:
    """Say why a model that visitors may open cannot be opened; None if it can, or if the name is of another kind."""
    try:
        if huggingface.is_listed(name):
            huggingface.open_model(name)
    except Refusal as why:
        return why
    return None


def model(name: str) -> Transformer:
    """Load a model, ready to run; those that ship stay loaded.

    Raises: CheckpointError if the file cannot be used.
    """
    if huggingface.is_listed(name):
        prepare_process()
        return huggingface.open_model(name).transformer
    return _own_model(name) if is_own(name) else _shipped_model(name)


@cache
def _shipped_model(name: str) -> Transformer:
    prepare_process()
    loaded, _ = checkpoint.load(paths.checkpoint_path(name))
    return loaded


@lru_cache(maxsize=16)
def _own_model(name: str) -> Transformer:
    prepare_process()
    loaded, _ = checkpoint.load(own_path(name))
    return loaded


@cache
def prepare_process() -> None:
    """Fit this process to many short runs: one thread each, and no garbage sought among what lives for ever."""
    torch.set_num_threads(1)
    gc.freeze()
