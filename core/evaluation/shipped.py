"""The models that ship, as a folder holds them: a file that cannot be used is left out, and said why."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core import checkpoint
from core.checkpoint import CheckpointError, Metadata
from core.sentences import Sentence
from core.tasks import TASKS


@dataclass(frozen=True)
class Folder:
    """Hold the models of a folder by name, and why each other file of it is left out, by the file's name."""

    models: Mapping[str, Metadata]
    left_out: Mapping[str, Sentence]


class NoModels(FileNotFoundError):
    """No model of a folder can be used; `left_out` says why, by the file's name."""

    def __init__(self, found: Folder) -> None:
        super().__init__("the folder of models holds no model that can be used")
        self.left_out = found.left_out


def read_folder(folder: Path) -> Folder:
    """Read what the models of a folder say of themselves."""
    found: dict[str, Metadata] = {}
    left_out: dict[str, Sentence] = {}
    for path in sorted(folder.glob("*.safetensors")):
        try:
            found[path.stem] = read_usable(path)
        except CheckpointError as error:
            said = error.sentence
            left_out[path.name] = replace(said, values={**said.values, "name": Sentence("refusal.it")})
    return Folder(found, left_out)


def read_usable(path: Path) -> Metadata:
    """Read what a model says of itself, as far as the pages rely on it.

    Raises: CheckpointError if the file is none of ours, of an unknown task, or not as it says.
    """
    if not path.is_file():  # a pipe would be waited for
        raise CheckpointError("refusal.no_file", name=path.name)
    metadata = checkpoint.read_metadata(path)
    if metadata.task not in TASKS:
        raise CheckpointError("refusal.task_unknown_here", known=", ".join(sorted(TASKS)))
    checkpoint.check_shapes(path, metadata)
    scores, training = metadata.scores, metadata.training
    numbers = [training.get(name, 0) for name in ("steps", "seconds", "parameters", "longest_source")]
    if scores:
        numbers += [scores.get("examples"), *numbers_of(scores, "conditions"), *numbers_of(scores, "by_group")]
    if not all(isinstance(number, int | float) for number in numbers):
        raise CheckpointError("refusal.training_and_scores")
    return metadata


def numbers_of(scores: Mapping[str, object], name: str) -> list[object]:
    """Return the values of a part of the scores; none at all is no number either."""
    part = scores.get(name)
    return list(part.values()) if isinstance(part, dict) else [None]
