"""A model that a visitor brings along: checked before anything of it is kept, and only what was checked is kept."""

import secrets
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import streamlit as st

from core import checkpoint
from core.checkpoint import CheckpointError, Metadata
from core.lab import Limits, Request, RunFolder, Status
from core.model import Transformer
from core.run.models import RUNS
from core.tasks import TASKS
from core.tasks.pairs import Pairs, PairsTask
from core.tasks.pairs_text import BadPairs, read_again, write_pairs
from core.training import Recipe
from pages.shared.state import AppState
from pages.shared.text import listed, say, t
from pages.training_lab import disk, visitor_runs
from pages.training_lab.choices import LabChoices
from pages.training_lab.uploader import uploader

MOST_MEGABYTES = 10
LONGEST_TITLE = 60
LARGEST_STEPS = 10**8


def upload_control(current: AppState) -> None:
    """Draw what takes a model that was downloaded here, and say why if it cannot be used."""
    key = "lab-upload"

    def take() -> None:
        current.problems = ()
        sent = st.session_state.get(key)
        if sent is None:  # taken out again
            return
        with disk.answered(current, "lab.upload_not_kept"):
            try:
                current.choose(LabChoices, run=take_in(current.visitor, sent.getvalue()))
            except ValueError as error:
                current.problems = (t("lab.upload_refused", why=say(error)),)

    with st.expander(t("lab.group_upload"), key="lab-group-upload"):
        uploader("lab_upload", key, ("safetensors",), MOST_MEGABYTES, take)


def take_in(visitor: str, data: bytes) -> str:
    """Keep a visitor's model as a run that is over, and return its id; only then the oldest run makes room for it.

    Raises: ValueError saying in a sentence why it cannot be used, OSError if the disk does not take it; then nothing
    was kept and nothing deleted.
    """
    model, metadata, pairs = read(data)
    folder = RunFolder(RUNS / visitor / secrets.token_hex(6))
    steps = metadata.training["steps"]
    request = Request(
        title=metadata.title,
        task=metadata.task,
        config=metadata.config,
        recipe=Recipe(steps=max(steps, 400)),
        pairs=pairs,
    )
    try:
        folder.create(request)
        described = replace(metadata, name=folder.path.name)
        checkpoint.save(folder.model, model, described, pairs=write_pairs(pairs) if pairs else "")
        folder.write_status(Status("finished", steps))
    except BaseException:
        shutil.rmtree(folder.path, ignore_errors=True)
        raise
    visitor_runs.make_room(visitor, new=folder.path.name)
    return folder.path.name


def read(data: bytes) -> tuple[Transformer, Metadata, Pairs]:
    """Read a model from the bytes of a file, with no more of its description than what is needed to run it.

    Raises: ValueError saying in a sentence why it cannot be used, OSError if there is no room to read it in.
    """
    if len(data) > MOST_MEGABYTES * 10**6:
        raise CheckpointError("lab.upload_large", megabytes=MOST_MEGABYTES, got=f"{len(data) / 1e6:,.1f}")
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "upload.safetensors"
        path.write_bytes(data)
        model, metadata = checkpoint.load(path)
        pairs = pairs_of(path, metadata)
    count = sum(parameter.numel() for parameter in model.parameters())
    if count > Limits().parameters:
        raise CheckpointError("lab.upload_parameters", most=f"{Limits().parameters:,}", got=f"{count:,}")
    if not all(parameter.isfinite().all() for parameter in model.parameters()):
        raise CheckpointError("lab.upload_not_finite")
    steps = metadata.training.get("steps")
    steps = steps if isinstance(steps, int) and 0 <= steps < LARGEST_STEPS else 0
    training = {"steps": steps, "parameters": count, "command": "", "seconds": 0, "seed": 0}
    title = t("lab.upload_title", title=metadata.title[:LONGEST_TITLE])
    return model, replace(metadata, title=title, training=training, scores={}), pairs


def pairs_of(path: Path, metadata: Metadata) -> Pairs:
    """Read the pairs that a model was trained on, checked as pasted ones are; none if its task is one of ours.

    Raises: CheckpointError saying in a sentence what does not fit.
    """
    if metadata.task in TASKS:
        return ()
    text = checkpoint.read_pairs(path)
    if not text:
        raise CheckpointError("lab.upload_task", known=listed(sorted(TASKS)))
    try:
        task = PairsTask(read_again(text))
    except BadPairs as problem:
        raise CheckpointError("lab.upload_pairs", why=problem) from problem
    if task.name != metadata.task:
        raise CheckpointError("lab.upload_other_pairs")
    symbols = task.source_symbols(), task.target_symbols()
    if symbols != (metadata.source_symbols, metadata.target_symbols):
        raise CheckpointError("lab.upload_symbols")
    config, (source, target) = metadata.config, task.longest
    if source > config.max_source_len or target >= config.max_target_len:
        raise CheckpointError("lab.upload_too_short", source=source, target=target)
    return task.pairs
