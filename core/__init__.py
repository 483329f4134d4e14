"""A complete encoder–decoder Transformer, from scratch in PyTorch, made to be looked at.

Nothing in here imports streamlit: everything can be used from a notebook or a script.

Dimension letters, the same in every docstring:

    B  batch                     H  heads
    S  source length             D  model width
    T  target length             d  width of one head
    Q  query length              F  feed-forward width
    K  key length                V  vocabulary size
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.library import TextModel, load
    from core.notebook import evaluate, plot, train_on_pairs
    from core.switches import BlockedCell, Switches
    from core.taps import OverwriteWeight, SilenceHead
    from core.trace import Trace

# What scripts and notebooks begin with, and where it is; imported when it is asked for, since torch takes a second.
PUBLIC = {
    "BlockedCell": "core.switches", "OverwriteWeight": "core.taps", "SilenceHead": "core.taps",
    "Switches": "core.switches", "TextModel": "core.library", "Trace": "core.trace", "evaluate": "core.notebook",
    "load": "core.library", "plot": "core.notebook", "train_on_pairs": "core.notebook",
}  # fmt: skip
__all__ = [
    "BlockedCell", "OverwriteWeight", "SilenceHead", "Switches", "TextModel", "Trace", "evaluate", "load", "plot",
    "train_on_pairs",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import what is public when it is first asked for.

    Raises: AttributeError if nothing public has that name.
    """
    if name not in PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(PUBLIC[name]), name)
