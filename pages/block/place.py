"""Which vector is looked at: a token on one side of a run, and the stream that it goes through."""

from dataclasses import dataclass

from torch import Tensor

from core.analysis.block.residual_stream import Side, StreamStep, hidden_of, stream_of
from core.config import ModelConfig
from core.model import Transformer
from core.run import models, runs
from core.run.kept import kept
from core.run.rows import row_of, rows_of
from core.run.runs import RunSpec
from core.run.view import View
from core.trace import Trace
from pages.shared.text import t


@dataclass(frozen=True, eq=False)
class Place:
    """Hold one token's place in a run: its side, its layer, its row among the side's tokens, and all steps of the side.

    Shapes: steps [Q,D] each
    """

    spec: RunSpec
    side: Side
    layer: int
    row: int
    names: tuple[str, ...]
    steps: tuple[StreamStep, ...]

    @property
    def model(self) -> Transformer:
        """Return the model that ran."""
        return models.model(self.spec.model)

    @property
    def config(self) -> ModelConfig:
        """Return how the model was built."""
        return self.model.config

    @property
    def trace(self) -> Trace:
        """Return the run."""
        return runs.trace(self.spec)

    @property
    def layers(self) -> int:
        """Return how many layers this side has."""
        return self.config.num_encoder_layers if self.side == "encoder" else self.config.num_decoder_layers

    @property
    def walk(self) -> tuple[StreamStep, ...]:
        """Return the token's way through the layer, with the final norm after the last one."""
        within = f"{self.side}.{self.layer}."
        last = self.layer == self.layers - 1
        chosen = (step for step in self.steps if step.part.startswith(within) or (last and is_final(step.part)))
        return tuple(step.at(self.row) for step in chosen)

    @property
    def all_steps(self) -> tuple[StreamStep, ...]:
        """Return the token's way through all layers of its side."""
        return tuple(step.at(self.row) for step in self.steps)

    def step_of(self, sublayer: str) -> StreamStep | None:
        """Return all tokens' step of a sub-layer of this layer, or of the final norm; None if there is none."""
        wanted = f"{self.side}.{sublayer}" if sublayer == "final_norm" else f"{self.side}.{self.layer}.{sublayer}"
        return next((step for step in self.steps if step.part == wanted), None)

    @property
    def hidden(self) -> Tensor | None:
        """Return the hidden numbers of the layer's FFN for this token. Shapes: → [F] or None"""
        found = hidden(self.spec, f"{self.side}.{self.layer}.ffn")
        return None if found is None else found[self.row]


def is_final(part: str) -> bool:
    """Tell whether a step is a side's final norm."""
    return part.endswith(".final_norm")


def place_of(spec: RunSpec, view: View) -> Place:
    """Return the place that the shared view points at: its attention says which side, its row or step which token.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    view = view.within(models.catalogue()[spec.model].config)
    side = side_of(view)
    names = rows_of(spec, runs.trace(spec), "encoder" if side == "encoder" else "cross").queries
    return Place(spec, side, view.layer, row_of(view, len(names)), names, stream(spec, side))


def side_of(view: View) -> Side:
    """Return the side on which an attention's queries are."""
    return "encoder" if view.attention == "encoder" else "decoder"


@kept
def stream(spec: RunSpec, side: Side) -> tuple[StreamStep, ...]:
    """Return the stream of one side of a run. Shapes: → [Q,D] each"""
    return stream_of(models.model(spec.model), runs.trace(spec), side)


@kept
def hidden(spec: RunSpec, part: str) -> Tensor | None:
    """Return the hidden numbers of an FFN in a run, for all tokens. Shapes: → [Q,F] or None"""
    return hidden_of(models.model(spec.model), runs.trace(spec), part)


def sublayer_of(part: str) -> str:
    """Return the last word of a part's name: decoder.0.cross_attn → cross_attn."""
    return part.rsplit(".", 1)[1]


def short_place(part: str) -> str:
    """Return a step's name as it stands on an axis: its layer, counted from 1, and what it is."""
    if is_final(part):
        return t("block.axis_final_norm")
    layer, what = int(part.split(".")[1]) + 1, t(f"block.axis_{sublayer_of(part)}")
    return f"{layer} {what}"
