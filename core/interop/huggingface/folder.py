"""The files of a Hugging Face model: JSON and safetensors, nothing else."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from os import PathLike
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from torch import Tensor

from core.sentences import Refusal

WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
NEEDED = ("*.json", "*.safetensors", "*.model", "*.spm", "*.txt")  # configuration, weights, tokenizer; no pickle


def find(name: str | PathLike[str]) -> Path:
    """Return the folder of a model: the one named, or, for a name such as Helsinki-NLP/opus-mt-en-de, what the hub has.

    Raises: Refusal if it is no folder and the hub cannot be asked, or does not have it as safetensors.
    """
    folder = Path(name)
    if not folder.is_dir():
        folder = downloaded(str(name))
    if not (folder / WEIGHTS).is_file() and not (folder / INDEX).is_file():
        pickles = sorted(path.name for path in (*folder.glob("*.bin"), *folder.glob("*.pt"), *folder.glob("*.h5")))
        if pickles:
            raise Refusal("refusal.hf_pickle", name=folder.name, files=", ".join(pickles))
        raise Refusal("refusal.hf_no_weights", name=folder.name, files=WEIGHTS)
    return folder


def downloaded(name: str) -> Path:
    """Return the folder that a model of the hub was copied to, without its pickles.

    Raises: Refusal if it cannot be had.
    """
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
    except ImportError as error:
        raise Refusal("refusal.hf_not_there", name=name) from error
    try:
        return Path(snapshot_download(name, allow_patterns=list(NEEDED)))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise Refusal("refusal.hf_not_there", name=name) from error


def read_json(folder: Path, name: str, needed: bool = True) -> dict[str, Any]:
    """Read one of the folder's JSON files; nothing where it is not needed and not there.

    Raises: Refusal if it cannot be read, or holds something else.
    """
    path = folder / name
    if not needed and not path.is_file():
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Refusal("refusal.hf_file", name=name) from error
    if not isinstance(data, dict):
        raise Refusal("refusal.hf_file", name=name)
    return data


class Weights:
    """Read single weights by name from a folder's safetensors, in float32, without holding the others.

    Raises: Refusal if a file cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        index = read_json(folder, INDEX, needed=False)
        files = sorted(set(index.get("weight_map", {}).values())) if index else [WEIGHTS]
        self.readers: dict[str, Callable[[str], Tensor]] = {}
        self.taken: set[str] = set()
        self.stack = ExitStack()
        for file in files:
            path = folder / Path(file).name  # an index could name a file elsewhere
            try:
                opened = self.stack.enter_context(safe_open(path, "pt"))
                self.readers |= dict.fromkeys(opened.keys(), opened.get_tensor)
            except (SafetensorError, OSError) as error:
                raise Refusal("refusal.hf_file", name=path.name) from error

    def __contains__(self, name: str) -> bool:
        return name in self.readers

    def check_layers(self) -> None:
        """Check that no weight of a layer has been left behind.

        Raises: Refusal naming the first that has.
        """
        if left := sorted(name for name in self.readers.keys() - self.taken if ".layers." in name):
            raise Refusal("refusal.hf_left", count=len(left), first=left[0])

    def __call__(self, *names: str) -> Tensor:
        """Return the weight that has the first of these names that is there: tied ones stand there once.

        Raises: Refusal if none is.
        """
        for name in names:
            if name in self.readers:
                self.taken.add(name)
                return self.readers[name](name).float()
        raise Refusal("refusal.hf_missing", name=names[0])
