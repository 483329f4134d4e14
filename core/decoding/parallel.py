"""Non-autoregressive decoding: every position at once, in one pass."""

from collections.abc import Iterator

import torch

from core.decoding.session import SWITCHES_OFF, attention_weights, stack
from core.decoding.step import DecodeStep
from core.masks import padding_mask
from core.model import Transformer
from core.switches import Switches
from core.taps import Recorder
from core.vocab import BEGIN, END, PAD


@torch.inference_mode()
def decode_parallel(
    model: Transformer, source: torch.Tensor, switches: Switches = SWITCHES_OFF, length: int | None = None
) -> Iterator[DecodeStep]:
    """Write all tokens in one pass, then hand them out position by position.

    A model with a length classifier writes `length` tokens, the likeliest length if None; one that cuts at END writes as many as
    it can and stops after the first END. The decoder reads BEGIN at every position.

    Shapes: source [1,S]
    Raises: ValueError if the model decodes autoregressively or trains, if there is not exactly one source that it can
        take, or if the length is out of its range.
    Source: Gu et al. 2018, § 3 (length prediction); Lee 2021, lecture on the Transformer (cutting at END).
    """
    config = model.config
    if config.autoregressive:
        raise ValueError("this model writes one token after the other: use decode()")
    if model.training:
        raise ValueError("call model.eval() before decoding: dropout would change every answer")
    batch, source_len = source.shape
    if batch != 1:
        raise ValueError(f"decode_parallel() reads one source, got {batch}")
    if not 1 <= source_len <= config.max_source_len:
        raise ValueError(f"a source has 1 to {config.max_source_len} tokens for this model, this one has {source_len}")
    recorder = Recorder(attention_weights)
    tap = switches.tap(recorder)
    mask = switches.encoder_mask(source)
    memories = model.encode(source, mask, switches.source_positions(model, source_len), tap)
    if config.decoder == "end":
        length = config.max_target_len
    elif length is None:
        pads = padding_mask(source, PAD) if switches.padding else None
        length = max(1, int(model.length_logits(memories[-1], pads).argmax(-1)))
    if not 1 <= length <= config.max_target_len:
        raise ValueError(f"this model writes 1 to {config.max_target_len} tokens, asked for {length}")
    hidden = model.decode(
        torch.full((1, length), BEGIN),
        memories,
        Switches(causal=False, blocked=switches.blocked).self_mask(length),
        switches.cross_mask(source, length),
        switches.target_positions(model, length),
        tap,
    )
    log_probs = model.logits(hidden, tap)[0].log_softmax(-1)
    self_weights = stack(recorder, "decoder", "self_attn", config.num_decoder_layers)
    cross_weights = stack(recorder, "decoder", "cross_attn", config.num_decoder_layers)
    for index, token in enumerate(log_probs.argmax(-1).tolist()):
        row = slice(index, index + 1)
        yield DecodeStep(
            index=index,
            read=BEGIN,
            token=token,
            chosen_by="model",
            log_probs=log_probs[index],
            self_weights=None if self_weights is None else self_weights[:, 0, :, row],
            cross_weights=None if cross_weights is None else cross_weights[:, 0, :, row],
        )
        if config.decoder == "end" and token == END:
            return
