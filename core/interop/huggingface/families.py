"""What a configuration of theirs means here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.config import Activation, ModelConfig
from core.interop.huggingface.numbering import Numbering
from core.sentences import Refusal

ACTIVATIONS: dict[str, Activation] = {"relu": "relu", "gelu": "gelu", "silu": "silu", "swish": "silu"}
LEARNED_OFFSET = 2  # rows of a learned table before that of the first position

# What no config.json says, since it is in the code of the family. NLLB's type is M2M100's.
FAMILIES: dict[str, dict[str, Any]] = {
    "marian": {"position": "halves"},
    "bart": {"position": "learned", "embedding_norm": True},
    "mbart": {"position": "learned", "embedding_norm": True, "norm_order": "pre", "final_norm": True},
    "m2m_100": {"position": "tensor2tensor", "norm_order": "pre", "final_norm": True},
}
NEEDED = (
    "d_model", "encoder_attention_heads", "decoder_attention_heads", "encoder_ffn_dim", "decoder_ffn_dim",
    "encoder_layers", "decoder_layers", "max_position_embeddings", "vocab_size", "activation_function", "pad_token_id",
    "eos_token_id",
)  # fmt: skip
RULES = ("forced_bos_token_id", "suppress_tokens", "bad_words_ids")  # of what is written; all optional


@dataclass(frozen=True)
class Described:
    """Hold what their configuration says: ours, and how the tokens of source and target are numbered."""

    family: str
    config: ModelConfig
    source: Numbering
    target: Numbering


def describe(theirs: Mapping[str, Any], longest: int, unknown: int | None = None) -> Described:
    """Read a configuration of theirs (config.json with generation_config.json over it), for up to `longest` tokens.

    Raises: Refusal saying what this Transformer cannot express.
    """
    family = theirs.get("model_type")
    if family not in FAMILIES:
        raise Refusal("refusal.hf_family", got=family, known=", ".join(FAMILIES))
    if missing := [name for name in NEEDED if theirs.get(name) is None]:
        raise Refusal("refusal.missing_fields", names=", ".join(missing))
    for name in ("attention_heads", "ffn_dim"):
        encoder, decoder = theirs[f"encoder_{name}"], theirs[f"decoder_{name}"]
        if encoder != decoder:
            raise Refusal("refusal.hf_unequal", name=name, encoder=encoder, decoder=decoder)
    if theirs["activation_function"] not in ACTIVATIONS:
        known = ", ".join(ACTIVATIONS)
        raise Refusal("refusal.one_of", name="activation_function", allowed=known, got=theirs["activation_function"])
    tied = theirs.get("tie_word_embeddings", True)
    shared = family != "marian" or theirs.get("share_encoder_decoder_embeddings", True)
    begin, end = theirs.get("decoder_start_token_id"), theirs["eos_token_id"]
    if begin is None or isinstance(end, list):
        raise Refusal("refusal.hf_begin")
    source_size = theirs["vocab_size"]
    target_size = source_size if shared else theirs.get("decoder_vocab_size") or source_size
    target = Numbering.of(target_size, pad=theirs["pad_token_id"], begin=begin, end=end, unknown=unknown)
    source = target
    if not shared:
        first = begin if begin < source_size else None  # in a source it never stands
        source = Numbering.of(source_size, pad=theirs["pad_token_id"], begin=first, end=end, unknown=unknown)
    length = min(longest, theirs["max_position_embeddings"])
    return Described(family, ModelConfig(
        source_vocab_size=len(source.theirs), target_vocab_size=len(target.theirs),
        d_model=theirs["d_model"], num_heads=theirs["encoder_attention_heads"], d_ff=theirs["encoder_ffn_dim"],
        num_encoder_layers=theirs["encoder_layers"], num_decoder_layers=theirs["decoder_layers"],
        max_source_len=length, max_target_len=length, activation=ACTIVATIONS[theirs["activation_function"]],
        tying="none" if not tied else "all" if shared else "target", dropout=theirs.get("dropout", 0.0),
        scale_embedding=bool(theirs.get("scale_embedding", family == "m2m_100")),
        first_position=theirs["pad_token_id"] + 1 if family == "m2m_100" else 0,
        first_token=first_token(theirs, target), never_written=never_written(theirs, target), **FAMILIES[family],
    ), source, target)  # fmt: skip


def first_token(theirs: Mapping[str, Any], target: Numbering) -> int | None:
    """Return what every output must begin with, such as the token of its language, in our numbers."""
    forced = theirs.get("forced_bos_token_id")
    return None if forced is None else target.ours.get(forced)


def never_written(theirs: Mapping[str, Any], target: Numbering) -> tuple[int, ...]:
    """List the tokens that may not be written, in our numbers; forbidden sequences of several are not heeded."""
    barred = [*(theirs.get("suppress_tokens") or ())]
    barred += [word[0] for word in theirs.get("bad_words_ids") or () if len(word) == 1]
    return tuple(sorted({target.ours[number] for number in barred if number in target.ours}))
