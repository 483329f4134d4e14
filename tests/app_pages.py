"""The pages of the app, by the names of their folders."""

from pathlib import Path

import pytest

PAGES = sorted(path.parent.name for path in (Path(__file__).parents[1] / "pages").glob("*/choices.py"))
# The views of a page beside the one that it opens with, and what the names of their options begin with.
VIEWS = {
    "self_attention": ("hand.show", "matrices", "layers", "model"),
    "search": ("search.show", "beam", "draws"),
    "position": ("position.show", "shuffle", "models", "beyond", "in_out"),
    "masks": ("masks.show", "causal", "padding", "nothing"),
    "block": ("block.aspect", "norm", "skip", "cost"),
    "cross_attention": ("cross.show", "wirings", "alignment", "explanation"),
    "guided_attention": ("guided.show", "siblings", "training", "live"),
    "reinforcement_learning": ("reinforcement_learning.show", "step", "flat", "training", "live"),
}
every_view = pytest.mark.parametrize(
    "place, parameter, show",
    [(name, of.rpartition(".")[2], show) for name, (of, *others) in VIEWS.items() for show in others],
)
