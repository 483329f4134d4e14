"""Non-autoregressive decoding: every position at once, in one pass."""

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from core.decoding.session import SWITCHES_OFF, Encoding
from core.decoding.step import DecodeStep
from core.masks import padding_mask
from core.model import Transformer
from core.switches import Switches, run_decoder
from core.vocab import BEGIN, END, PAD


class ParallelSession(Encoding):
    """Encode one source and write every position of its target, in the one pass that there is.

    A model with a length classifier writes `length` tokens, the likeliest length if None; one that cuts at END writes
    as many as it can. The decoder reads BEGIN everywhere and sees all positions: `switches.causal` is False here,
    whatever was asked for.

    Shapes: source [1,S]; log_probs [T,V]; self_weights [L,1,H,T,T], cross_weights [L,1,H,T,S], or None if not recorded
    Raises: ValueError as an Encoding does, or if the model decodes autoregressively, if there is not exactly one
        source, or if the length is out of the model's range.
    Source: Gu et al. 2018, § 3 (length prediction); Lee 2021, lecture on the Transformer (cutting at END).
    """

    @torch.inference_mode()
    def __init__(
        self,
        model: Transformer,
        source: Tensor,
        switches: Switches = SWITCHES_OFF,
        length: int | None = None,
        record: bool = True,
    ) -> None:
        if model.config.autoregressive:
            raise ValueError("this model writes one token after the other: use Session and decode()")
        if source.shape[0] != 1:
            raise ValueError(f"a parallel session reads one source, got {source.shape[0]}")
        super().__init__(model, source, replace(switches, causal=False), record)
        length = self._length(length)
        tap, recorder = self._watch()
        hidden = run_decoder(model, source, torch.full((1, length), BEGIN), self.memories, self.switches, tap)
        self.log_probs = model.logits(hidden, tap)[0].log_softmax(-1)
        self.self_weights = self._weights(recorder, "self", length, length)
        self.cross_weights = self._weights(recorder, "cross", length, source.shape[1])

    def _length(self, asked: int | None) -> int:
        """Return how many tokens to write."""
        longest = self.model.config.max_target_len
        if self.model.config.decoder == "end":
            return longest
        if asked is None:
            pads = padding_mask(self.source, PAD) if self.switches.padding else None
            return max(1, int(self.model.length_logits(self.memories[-1], pads).argmax(-1)))
        if not 1 <= asked <= longest:
            raise ValueError(f"this model writes 1 to {longest} tokens, asked for {asked}")
        return asked


def decode_parallel(session: ParallelSession) -> Iterator[DecodeStep]:
    """Hand out, position by position, what was written at once; a model that cuts at END stops after the first one."""
    for index, token in enumerate(session.log_probs.argmax(-1).tolist()):
        row = slice(index, index + 1)
        yield DecodeStep(
            index=index,
            read=BEGIN,
            token=token,
            chosen_by="model",
            log_probs=session.log_probs[index],
            self_weights=None if session.self_weights is None else session.self_weights[:, 0, :, row],
            cross_weights=None if session.cross_weights is None else session.cross_weights[:, 0, :, row],
        )
        if token == END and session.model.config.decoder == "end":
            return
