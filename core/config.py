"""The configuration of a model: fixed for its life, stored with its weights."""

from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any, Literal, get_args

from core.sentences import Refusal

Score = Literal["scaled_dot", "dot", "additive"]
Normalizer = Literal["softmax", "relu", "sigmoid"]
NormOrder = Literal["post", "pre"]
Activation = Literal["relu", "gelu", "silu"]
Position = Literal["sinusoidal", "halves", "tensor2tensor", "learned", "none"]
Wiring = Literal["last", "layerwise", "mixed"]
Decoder = Literal["autoregressive", "length", "end"]
Tying = Literal["none", "target", "all"]

SINUSOIDS = ("sinusoidal", "halves", "tensor2tensor")  # positions that a formula gives
CHOICES: dict[str, tuple[str, ...]] = {
    "score": get_args(Score),
    "normalizer": get_args(Normalizer),
    "norm_order": get_args(NormOrder),
    "activation": get_args(Activation),
    "position": get_args(Position),
    "wiring": get_args(Wiring),
    "decoder": get_args(Decoder),
    "tying": get_args(Tying),
}


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """Describe one Transformer completely.

    `wiring` says which encoder layer a decoder layer's cross-attention reads: the last one (the paper), the one of the
    same index, or a learned mix of all. `decoder` is autoregressive, or writes all positions at once and takes the
    length from a classifier (`length`) or cuts the output at the first END (`end`). `tying` shares the target embedding
    with the output projection (`target`), and the source embedding too (`all`).

    The last five fields are for models of other libraries: embeddings read unscaled, or normalised; the number of the
    first position; the token that every output begins with (a language's, say) and those that none may hold.

    Raises: ValueError naming the value that does not fit.
    """

    source_vocab_size: int
    target_vocab_size: int
    d_model: int = 128
    num_heads: int = 4
    head_width: int | None = None
    d_ff: int = 512
    num_encoder_layers: int = 3
    num_decoder_layers: int = 3
    max_source_len: int = 64
    max_target_len: int = 32
    score: Score = "scaled_dot"
    normalizer: Normalizer = "softmax"
    norm_order: NormOrder = "post"
    activation: Activation = "relu"
    residual: bool = True
    layer_norm: bool = True
    final_norm: bool = False
    position: Position = "sinusoidal"
    wiring: Wiring = "last"
    decoder: Decoder = "autoregressive"
    tying: Tying = "target"
    dropout: float = 0.1
    scale_embedding: bool = True
    embedding_norm: bool = False
    first_position: int = 0
    first_token: int | None = None
    never_written: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        sizes = ("source_vocab_size", "target_vocab_size", "d_model", "num_heads", "d_ff", "num_encoder_layers")
        for name in (*sizes, "num_decoder_layers", "max_source_len", "max_target_len"):
            if not isinstance(getattr(self, name), int) or getattr(self, name) < 1:
                raise Refusal("refusal.whole_number", name=name, got=getattr(self, name))
        for name in ("residual", "layer_norm", "final_norm", "scale_embedding", "embedding_norm"):
            if not isinstance(getattr(self, name), bool):
                raise Refusal("refusal.true_or_false", name=name, got=getattr(self, name))
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise Refusal("refusal.one_of", name=name, allowed=", ".join(allowed), got=getattr(self, name))
        if self.head_width is None and self.d_model % self.num_heads:
            raise Refusal("refusal.not_divisible", d_model=self.d_model, num_heads=self.num_heads)
        if self.head_width is not None and (not isinstance(self.head_width, int) or self.head_width < 1):
            raise Refusal("refusal.whole_number", name="head_width", got=self.head_width)
        if not 0 <= self.dropout < 1:
            raise Refusal("refusal.below_one", name="dropout", got=self.dropout)
        if self.position in SINUSOIDS and self.d_model % 2:
            raise Refusal("refusal.odd_width", got=self.d_model)
        if self.wiring == "layerwise" and self.num_encoder_layers != self.num_decoder_layers:
            raise Refusal("refusal.layerwise", encoder=self.num_encoder_layers, decoder=self.num_decoder_layers)
        if self.tying == "all" and self.source_vocab_size != self.target_vocab_size:
            raise Refusal("refusal.tying_all", source=self.source_vocab_size, target=self.target_vocab_size)
        object.__setattr__(self, "never_written", tuple(self.never_written))  # JSON has lists
        for token in (*self.never_written, *(() if self.first_token is None else (self.first_token,))):
            if not isinstance(token, int) or not 0 <= token < self.target_vocab_size:
                raise Refusal("refusal.no_such_token", size=self.target_vocab_size, got=token)
        if not isinstance(self.first_position, int) or self.first_position < 0:
            raise Refusal("refusal.first_position", got=self.first_position)

    @property
    def d_head(self) -> int:
        """Return the width of one head (the paper's d_k = d_v)."""
        return self.head_width or self.d_model // self.num_heads

    @property
    def embedding_scale(self) -> float:
        """Return what embeddings are multiplied by when they are read."""
        return self.d_model**0.5 if self.scale_embedding else 1.0

    @property
    def autoregressive(self) -> bool:
        """Tell whether the decoder reads what it has written."""
        return self.decoder == "autoregressive"

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "ModelConfig":
        """Build a config from plain data.

        Raises: ValueError if a field is unknown, missing or of the wrong value.
        """
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(data) - known):
            raise Refusal("refusal.unknown_fields", names=", ".join(unknown))
        needed = {field.name for field in fields(cls) if field.default is MISSING}
        if missing := sorted(needed - set(data)):
            raise Refusal("refusal.missing_fields", names=", ".join(missing))
        try:
            return cls(**data)
        except TypeError as error:
            raise Refusal("refusal.config_type") from error
