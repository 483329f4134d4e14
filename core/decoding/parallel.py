"""Non-autoregressive decoding: every position at once, in one pass."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.decoding.session import SWITCHES_OFF, Encoding
from core.decoding.step import DecodeStep
from core.masks import padding_mask
from core.model import Transformer
from core.switches import Switches, run_decoder
from core.vocab import BEGIN, END, PAD


@dataclass(frozen=True, eq=False)
class Pass:
    """The output of the decoder at all positions, in one pass.

    Shapes: log_probs [B,T,V]; self_weights [L,B,H,T,T], cross_weights [L,B,H,T,S] or None
    """

    log_probs: Tensor
    self_weights: Tensor | None
    cross_weights: Tensor | None


class ParallelEncoding(Encoding):
    """Encode sources, then run the decoder over whole targets, each position seeing all others.

    `switches.causal` is False here, whatever was asked for.

    Shapes: source [B,S]; length_log_probs [B, max_target_len + 1], or None if the model cuts at END
    Raises: ValueError as an Encoding does, or if the model decodes autoregressively.
    """

    @torch.inference_mode()
    def __init__(self, model: Transformer, source: Tensor, switches: Switches, record: bool) -> None:
        if model.config.autoregressive:
            raise ValueError("this model writes one token after the other: use Session and decode()")
        super().__init__(model, source, replace(switches, causal=False), record)
        self.length_log_probs = None
        if model.config.decoder == "length":
            pads = padding_mask(source, PAD) if switches.padding else None
            self.length_log_probs = model.length_logits(self.memories[-1], pads).log_softmax(-1)

    def lengths(self) -> Tensor:
        """Return how many positions each target has: the likeliest number, or all where the output is cut at END.

        Shapes: → [B]
        """
        if self.length_log_probs is None:
            return self.source.new_full((self.source.shape[0],), self.model.config.max_target_len)
        return self.length_log_probs.argmax(-1).clamp(min=1)

    @torch.inference_mode()
    def look(self, read: Tensor, rows: Tensor | slice = slice(None)) -> Pass:
        """Run the decoder once over what it reads, for these rows of the batch: BEGIN where a token is still sought.

        Shapes: read [B',T], rows [B']
        """
        tap, recorder = self._watch()
        source, memories = self.source[rows], [memory[rows] for memory in self.memories]
        hidden = run_decoder(self.model, source, read, memories, self.switches, tap)
        target_len = read.shape[1]
        return Pass(
            self.model.logits(hidden, tap).log_softmax(-1),
            self._weights(recorder, "self", target_len, target_len),
            self._weights(recorder, "cross", target_len, source.shape[1]),
        )


class ParallelSession(ParallelEncoding):
    """Encode one source and write every position of its target, in one pass.

    A model with a length classifier writes `length` tokens, the likeliest number if None; one that cuts at END writes
    as many as it can. The decoder reads BEGIN everywhere; to read what was written, and write it better, is `refine`.

    Shapes: source [1,S]; log_probs [T,V]; self_weights [L,1,H,T,T], cross_weights [L,1,H,T,S], or None if not recorded
    Raises: ValueError as a ParallelEncoding does, or if there is not exactly one source, or if the length is out of
        the model's range.
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
        if source.shape[0] != 1:
            raise ValueError(f"a parallel session reads one source, got {source.shape[0]}")
        super().__init__(model, source, switches, record)
        self.length = self._length(length)
        self.first = self.look(source.new_full((1, self.length), BEGIN))
        self.log_probs = self.first.log_probs[0]
        self.self_weights, self.cross_weights = self.first.self_weights, self.first.cross_weights

    def wrote(self, steps: Sequence[DecodeStep]) -> bool:
        """Tell whether these steps are what this session wrote: each holds a row of its log-probabilities."""
        rows = self.log_probs[: max(1, len(steps))]
        return [step.log_probs.data_ptr() for step in steps] == [row.data_ptr() for row in rows]

    def _length(self, asked: int | None) -> int:
        """Return how many tokens to write."""
        longest = self.model.config.max_target_len
        if asked is None or self.length_log_probs is None:
            return int(self.lengths())
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
