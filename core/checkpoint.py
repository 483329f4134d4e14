"""Checkpoints: weights as safetensors, everything else as JSON in the same file's header. Nothing is ever unpickled."""

import errno
import json
import os
import re
import sys
from dataclasses import MISSING, asdict, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from core.config import ModelConfig
from core.files import whole_file
from core.model import Transformer
from core.sentences import Refusal, Sentence
from core.tokenizers import Subwords
from core.vocab import SPECIALS, Vocabulary
from core.weight_shapes import CheckpointError, compare_all_shapes, compare_shapes, shapes_in, shapes_of, telling_shapes

FORMAT_VERSION = 2
READABLE_VERSIONS = (1, 2)  # the first had no subwords
KEY, PAIRS = "seq2see", "pairs"


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """Describe a model: what it is, what it reads and writes, how it was trained, what it scores.

    `training` holds at least the command, seed, steps, data version, time and machine; `scores` come from held-out data
    only. Where tokens are subwords, `piece_scores` has a score for each symbol of the source, None for one that is no
    piece of text.

    Raises: TypeError if a field is not of its type.
    """

    name: str
    title: str
    task: str
    config: ModelConfig
    source_symbols: tuple[str, ...]
    target_symbols: tuple[str, ...]
    training: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, Any] = field(default_factory=dict)
    piece_scores: tuple[float | None, ...] = ()

    def __post_init__(self) -> None:
        for kind, names in ((str, ("name", "title", "task")), (dict, ("training", "scores"))):
            for name in names:
                if not isinstance(getattr(self, name), kind):
                    found = type(getattr(self, name)).__name__
                    raise Refusal("refusal.wrong_type", name=name, kind=kind.__name__, got=found)

    @cached_property
    def source_vocab(self) -> Vocabulary:
        """Return the vocabulary of the source."""
        return Vocabulary(self.source_symbols)

    @cached_property
    def target_vocab(self) -> Vocabulary:
        """Return the vocabulary of the target."""
        return Vocabulary(self.target_symbols)

    @cached_property
    def subwords(self) -> Subwords | None:
        """Return what cuts texts into the model's tokens, None where these are characters or words."""
        scored = zip(self.source_symbols, self.piece_scores, strict=True) if self.piece_scores else ()
        pieces = [(symbol, score) for symbol, score in scored if score is not None]
        return Subwords(*map(tuple, zip(*pieces, strict=True))) if pieces else None

    def to_json(self) -> str:
        """Return the metadata as readable JSON."""
        return json.dumps({"format_version": FORMAT_VERSION, **asdict(self)}, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> "Metadata":
        """Read metadata written by `to_json`.

        Raises: CheckpointError if it is not JSON, of another version, incomplete or inconsistent.
        """
        try:
            data = json.loads(text)
            if not is_text(data):
                raise Refusal("refusal.lone_surrogate")
            cls._check_names(set(data))
            version = data.pop("format_version")
            if version not in READABLE_VERSIONS:
                known = ", ".join(map(str, READABLE_VERSIONS))
                raise CheckpointError("refusal.format_version", version=version, known=known)
            data["config"] = ModelConfig.from_dict(data["config"])
            data["source_symbols"] = tuple(map(str, data["source_symbols"]))
            data["target_symbols"] = tuple(map(str, data["target_symbols"]))
            scores = data.get("piece_scores", ())
            data["piece_scores"] = tuple(None if score is None else float(score) for score in scores)
            if data["piece_scores"] and len(data["piece_scores"]) != len(data["source_symbols"]):
                count = len(data["source_symbols"])
                raise Refusal("refusal.symbol_scores", symbols=count, scores=len(data["piece_scores"]))
            metadata = cls(**data)
            metadata.subwords  # noqa: B018 (made now, so that what does not fit is said now)
            sizes = {"source": len(metadata.source_vocab), "target": len(metadata.target_vocab)}
        except CheckpointError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            why = error if isinstance(error, Refusal) else Sentence("refusal.metadata_part")
            raise CheckpointError("refusal.metadata", why=why) from error
        for side, size in sizes.items():
            if size != getattr(metadata.config, f"{side}_vocab_size"):
                built = getattr(metadata.config, f"{side}_vocab_size")
                raise CheckpointError(f"refusal.{side}_vocabulary", size=size, special=len(SPECIALS), built=built)
        return metadata

    @classmethod
    def _check_names(cls, names: set[str]) -> None:
        needed = {each.name for each in fields(cls) if each.default is MISSING and each.default_factory is MISSING}
        known = {"format_version", *(each.name for each in fields(cls))}
        if odd := [*sorted({"format_version", *needed} - names), *sorted(names - known)]:
            raise Refusal("refusal.metadata_names", names=", ".join(odd))


def save(
    path: Path | str, model: Transformer, metadata: Metadata, dtype: torch.dtype = torch.float16, pairs: str = ""
) -> None:
    """Write a model and its metadata to one file, replacing it only when the new one is complete.

    Weights are rounded to `dtype`, to 16 bits unless another one is asked for: logits then move by about 10⁻³. A model
    of somebody's own `pairs` takes them along as text, since nobody else has them.

    Raises: OSError if it cannot be written; then nothing is left of it.
    """
    shared = {id(tensor): name for name, tensor in reversed(list(model.named_parameters()))}
    tensors = {name: model.get_parameter(name).detach().to("cpu", dtype).contiguous() for name in shared.values()}
    with whole_file(Path(path)) as partial:
        try:
            save_file(tensors, partial, metadata={KEY: metadata.to_json()} | ({PAIRS: pairs} if pairs else {}))
        except SafetensorError as error:  # what the system said stands in its text alone
            found = re.search(r"os error (\d+)", str(error))
            number = int(found[1]) if found else errno.EIO
            raise OSError(number, os.strerror(number)) from error


def read_metadata(path: Path) -> Metadata:
    """Read what a checkpoint says of itself, without its weights.

    Raises: CheckpointError if the file is not a checkpoint of ours.
    """
    text = read_header(path).get(KEY)
    if text is None:
        raise CheckpointError("refusal.not_ours", name=path.name)
    return Metadata.from_json(text)


def read_pairs(path: Path) -> str:
    """Read the pairs that a checkpoint takes along, unchecked; nothing if it was trained for a task of ours.

    Raises: CheckpointError if the file is not a safetensors file.
    """
    return read_header(path).get(PAIRS, "")


def read_header(path: Path) -> dict[str, str]:
    """Read the texts in the header of a safetensors file.

    Raises: CheckpointError if the file is none.
    """
    try:
        with safe_open(path, "pt") as file:
            return file.metadata() or {}
    except OSError as error:  # its own text names the folder, which may be a visitor's
        why = "not_there" if isinstance(error, FileNotFoundError) else "not_readable"
        raise CheckpointError(f"refusal.{why}", name=path.name) from error
    except SafetensorError as error:
        raise CheckpointError("refusal.not_safetensors", name=path.name) from error


def is_text(data: object) -> bool:
    """Tell whether all that came out of JSON can be written as text: JSON can spell half a character."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def check_shapes(path: Path, metadata: Metadata) -> None:
    """Check, without reading them, that the weights of a file are of the sizes that its configuration names.

    Raises: CheckpointError naming the first that is not.
    """
    found = read_shapes(path)
    compare_shapes(telling_shapes(metadata.config, len(found)), found)


def read_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Read the shapes of a file's weights, by name, from its header.

    Raises: CheckpointError if it cannot be read.
    """
    try:
        with safe_open(path, "pt") as file:
            return {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118 (no dict)
    except (SafetensorError, OSError) as error:
        raise CheckpointError("refusal.cut_off", name=path.name) from error


def read_tensors(path: Path) -> dict[str, torch.Tensor]:
    """Read a file's weights by name, as float32; one that several parts share stands there once.

    Raises: CheckpointError if they cannot be read.
    """
    try:
        with safe_open(path, "pt") as file:
            return {name: file.get_tensor(name).to(torch.float32) for name in file.keys()}  # noqa: SIM118 (no dict)
    except (SafetensorError, OSError) as error:
        raise CheckpointError("refusal.cut_off", name=path.name) from error


def load(path: Path | str) -> tuple[Transformer, Metadata]:
    """Read a model, in float32, ready to run and frozen, and its metadata; to train it on, `requires_grad_()`.

    Raises: CheckpointError if the file is not a checkpoint of ours, or its weights do not fit its configuration.
    """
    path = Path(path)
    metadata, tensors = read_metadata(path), read_tensors(path)
    found = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    compare_shapes(telling_shapes(metadata.config, len(found)), found)
    model = Transformer(metadata.config)
    compare_all_shapes(shapes_in(model), found)
    model.load_state_dict(tensors, strict=False)
    return model.eval().requires_grad_(False), metadata


def inspect(path: Path) -> Metadata:
    """Read what a checkpoint says of itself, and check by the file's header that its weights fit.

    Raises: CheckpointError as `load` does.
    """
    metadata, shapes = read_metadata(path), read_shapes(path)
    compare_shapes(telling_shapes(metadata.config, len(shapes)), shapes)
    compare_all_shapes(shapes_of(metadata.config), shapes)
    return metadata


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        print(read_metadata(Path(argument)).to_json())
