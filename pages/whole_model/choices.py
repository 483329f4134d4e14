"""The choices of the Whole model page."""

from dataclasses import dataclass

from pages.shared.url.fields import Choices, choice_field, section_field

# The parts of the picture, as the core names them; a layer's part is that of the layer which is open.
PARTS = (
    "decoder.cross_attn", "decoder.tokens", "decoder.embedding", "decoder.self_attn", "decoder.self_attn_add_norm",
    "decoder.cross_attn_add_norm", "decoder.ffn", "decoder.ffn_add_norm", "decoder.layer", "decoder.final_norm",
    "encoder.tokens", "encoder.embedding", "encoder.self_attn", "encoder.self_attn_add_norm", "encoder.ffn",
    "encoder.ffn_add_norm", "encoder.layer", "encoder.final_norm", "memory", "output",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class WholeModelChoices(Choices):
    """Say which part of the model is looked at, and whether it writes or is trained, and what is shown below."""

    part: str = choice_field(*PARTS)
    mode: str = choice_field("writing", "training")
    section: str = section_field("question", "code")

    def params(self) -> dict[str, str]:
        """Return the query parameters; the mode is always one: so links to this page differ from older ones."""
        return super().params() | {"mode": self.mode}
