"""Where the files lie that the program reads and writes.

Use them as `paths.CHECKPOINTS`, so that a test which puts another folder in its place reaches everybody.
"""

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKED = Path(__file__).with_name("assets")  # in the wheel, which holds only what the library itself reads
ASSETS = PACKED if PACKED.is_dir() else ROOT / "assets"
COMPONENTS, EVIDENCE, PAIRS, RECORDED, TEXT, WORDS = (
    ASSETS / name for name in ("components", "evidence", "pairs", "recorded", "text", "words")
)
# Somebody else's models can be shown in place of those that ship; so can what visitors train be kept elsewhere.
CHECKPOINTS = Path(os.environ.get("SEQ2SEE_CHECKPOINTS", ASSETS / "checkpoints"))
LAB_RUNS = Path(os.environ.get("SEQ2SEE_RUNS", ROOT / "runs" / "lab"))
# A folder of Hugging Face models that visitors may open, a folder each; none unless the server's owner names one.
HUGGING_FACE = Path(os.environ["SEQ2SEE_HF"]) if os.environ.get("SEQ2SEE_HF") else None


def checkpoint_path(name: str) -> Path:
    """Return the file of a model that ships, or the path that was given."""
    return Path(name) if name.endswith(".safetensors") else CHECKPOINTS / f"{name}.safetensors"
