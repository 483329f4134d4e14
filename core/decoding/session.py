"""A decode under way: the source encoded once, keys and values kept, the decoder advanced token by token."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.decoding.step import DecodeStep
from core.model import Transformer
from core.switches import AttentionKind, Switches, run_encoder, site_of
from core.taps import Recorder, Tap

SWITCHES_OFF = Switches()


class Encoding:
    """Hold a source as a model encodes it under switches: what every session begins with.

    A session belongs to one caller; the model it shares is only read.

    Shapes: source [B,S], token ids, PAD where there is none; encoder_weights [L,B,H,S,S], or None if not recorded
    Raises: ValueError if a source is empty or longer than the model takes, or if the model is training.
    """

    def __init__(self, model: Transformer, source: Tensor, switches: Switches, record: bool) -> None:
        longest, source_len = model.config.max_source_len, source.shape[1]
        if not 1 <= source_len <= longest:
            raise ValueError(f"a source has 1 to {longest} tokens for this model, this one has {source_len}")
        if model.training:
            raise ValueError("call model.eval() before decoding: dropout would change every answer")
        self.model, self.source, self.switches, self.record = model, source, switches, record
        tap, recorder = self._watch()
        self.memories = run_encoder(model, source, switches, tap)
        self.encoder_weights = self._weights(recorder, "encoder", source_len, source_len)

    def wrote(self, steps: Sequence[DecodeStep]) -> bool:
        """Tell whether these steps can be what was done with this session."""
        raise NotImplementedError

    def _watch(self) -> tuple[Tap, Recorder | None]:
        """Return the tap for one run, and the recorder behind it if this session records."""
        if not self.record:
            return self.switches.tap(), None
        recorder = Recorder(lambda site: site.endswith("_attn.weights"))
        return self.switches.tap(recorder), recorder

    def _weights(
        self, recorder: Recorder | None, attention: AttentionKind, query_len: int, key_len: int
    ) -> Tensor | None:
        """Stack the recorded weights of all layers; a layer that was left out has none and shows as NaN.

        Shapes: → [L,B,H,Q,K], or None without a recorder
        """
        if recorder is None:
            return None
        config = self.model.config
        layers = config.num_encoder_layers if attention == "encoder" else config.num_decoder_layers
        shape = self.memories[0].shape[0], config.num_heads, query_len, key_len
        found = [recorder.records.get(f"{site_of(attention, layer)}.weights") for layer in range(layers)]
        return torch.stack(
            [self.memories[0].new_full(shape, torch.nan) if weights is None else weights for weights in found]
        )


@dataclass(frozen=True, eq=False)
class Advance:
    """The output of the decoder for the tokens read last.

    Only `log_probs` heed what the configuration says of the first token and of those that are never written.

    Shapes: logits and log_probs [B,V]; self_weights [L,B,H,Q,T], cross_weights [L,B,H,Q,S] or None
    """

    logits: Tensor
    log_probs: Tensor
    self_weights: Tensor | None
    cross_weights: Tensor | None


class Session(Encoding):
    """Encode sources, then read target tokens one at a time.

    The cache is used as long as earlier rows cannot change, that is, under the causal mask; otherwise each step runs
    the whole prefix again.

    Shapes: source [B,S]
    Raises: ValueError as an Encoding does, or if the decoder is not autoregressive.
    """

    @torch.inference_mode()
    def __init__(
        self,
        model: Transformer,
        source: Tensor,
        switches: Switches = SWITCHES_OFF,
        max_len: int = 0,
        record: bool = True,
    ) -> None:
        if not model.config.autoregressive:
            raise ValueError("this model writes all positions at once: use ParallelSession and decode_parallel()")
        super().__init__(model, source, switches, record)
        self.max_len = max_len or switches.longest_target(model)
        self.positions = switches.target_positions(model, self.max_len)
        # The newest row of the causal mask allows all that the cache holds; only cells blocked by hand need a mask.
        self.self_mask = switches.self_mask(self.max_len, source.device) if switches.blocked else None
        cross_mask = switches.cross_mask(source, self.max_len)
        if cross_mask is not None and bool(cross_mask.all()):
            cross_mask = None
        self.cross_mask = None if cross_mask is None else cross_mask.expand(-1, -1, self.max_len, -1)
        self.cache = model.new_cache(self.memories, self.max_len) if switches.causal else None
        self.read = source.new_empty(source.shape[0], 0)

    @torch.inference_mode()
    def advance(self, tokens: Tensor) -> Advance:
        """Read one more token in each row and return the distribution of the next.

        Shapes: tokens [B]
        Raises: ValueError if the target is as long as the model can write.
        """
        step = self.read.shape[1]
        if step >= self.max_len:
            raise ValueError(f"the model writes at most {self.max_len} tokens")
        self.read = torch.cat((self.read, tokens[:, None]), dim=1)
        first, end = 0 if self.cache is None else step, step + 1
        tap, recorder = self._watch()
        tap = tap.at(first)
        hidden = self.model.decode(
            self.read[:, first:],
            self.memories,
            None if self.self_mask is None else self.self_mask[:, :, first:end, :end],
            None if self.cross_mask is None else self.cross_mask[:, :, first:end],
            None if self.positions is None else self.positions[first:end],
            tap,
            self.cache,
        )
        logits = self.model.logits(hidden[:, -1:], tap)[:, 0]
        return Advance(
            logits,
            self._allowed(logits.log_softmax(-1), step),
            self._weights(recorder, "self", end - first, end),
            self._weights(recorder, "cross", end - first, self.source.shape[1]),
        )

    def _allowed(self, log_probs: Tensor, step: int) -> Tensor:
        """Take the chance from tokens that the model's configuration rules out at this step. Shapes: [B,V] → [B,V]"""
        config = self.model.config
        if config.first_token is not None and step == 0:
            certain = torch.full_like(log_probs, -torch.inf)
            certain[:, config.first_token] = 0
            return certain
        if not config.never_written:
            return log_probs
        return log_probs.index_fill(1, self.source.new_tensor(config.never_written), -torch.inf)

    def wrote(self, steps: Sequence[DecodeStep]) -> bool:
        """Tell whether these steps can be all that was done with this session, which holds one source."""
        return self.read.shape == (1, len(steps)) and self.read[0].tolist() == [step.read for step in steps]

    def select(self, rows: Tensor) -> None:
        """Go on with these rows of the batch, in this order. Shapes: rows [B']"""
        self.read = self.read[rows]
        self.memories = [memory[rows] for memory in self.memories]
        if self.cross_mask is not None and self.cross_mask.shape[0] > 1:
            self.cross_mask = self.cross_mask[rows]
        for layer in self.cache or ():
            layer.select(rows)
