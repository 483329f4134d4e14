"""What of a run is looked at."""

from dataclasses import dataclass, fields, replace
from typing import Literal, get_args

from core.config import ModelConfig

Attention = Literal["encoder", "self", "cross"]
Compare = Literal["b", "a", "difference"]
ATTENTIONS, COMPARES = get_args(Attention), get_args(Compare)


@dataclass(frozen=True)
class View:
    """Say what of a run is looked at.

    Layers and heads count from 0; step is the number of tokens written, row the encoder's query.
    """

    step: int = 0
    layer: int = 0
    head: int = 0
    attention: Attention = "cross"
    compare: Compare = "b"
    row: int = 0

    def within(self, config: ModelConfig) -> "View":
        """Return the same view of a model that may have fewer layers or heads than the last one."""
        layers = config.num_encoder_layers if self.attention == "encoder" else config.num_decoder_layers
        return replace(self, layer=min(self.layer, layers - 1), head=min(self.head, config.num_heads - 1))


PLAIN_VIEW = View()
VIEW_FIELDS = tuple(each.name for each in fields(View))
