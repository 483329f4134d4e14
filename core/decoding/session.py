"""A decode under way: the source encoded once, keys and values kept, the decoder advanced token by token."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.model import Transformer
from core.switches import Switches
from core.taps import Recorder, Tap, VisitedTap

SWITCHES_OFF = Switches()


@dataclass(frozen=True, eq=False)
class Advance:
    """What the decoder made of the tokens read last.

    Shapes: log_probs [B,V]; self_weights [L,B,H,Q,T], cross_weights [L,B,H,Q,S] or None
    """

    log_probs: Tensor
    self_weights: Tensor | None
    cross_weights: Tensor | None


def attention_weights(site: str) -> bool:
    """Tell whether a site holds attention weights."""
    return site.endswith("_attn.weights")


class Session:
    """Encode sources, then read target tokens one at a time.

    The cache is used as long as earlier rows cannot change, that is, under the causal mask; otherwise each step runs the
    whole prefix again. A session belongs to one caller; the model it shares is only read.

    Shapes: source [B,S], token ids, PAD where there is none
    Raises: ValueError if a source is empty or longer than the model takes, or if the decoder is not autoregressive.
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
        longest = model.config.max_source_len
        if not 1 <= source.shape[1] <= longest:
            raise ValueError(f"a source has 1 to {longest} tokens for this model, this one has {source.shape[1]}")
        if not model.config.autoregressive:
            raise ValueError("this model writes all positions at once: use decode_parallel()")
        if model.training:
            raise ValueError("call model.eval() before decoding: dropout would change every answer")
        self.model, self.source, self.switches, self.record = model, source, switches, record
        self.max_len = max_len or model.config.max_target_len
        recorder = Recorder(attention_weights)
        self.memories = model.encode(
            source,
            switches.encoder_mask(source),
            switches.source_positions(model, source.shape[1]),
            self._tap(recorder),
        )
        self.encoder_weights = stack(recorder, "encoder", "self_attn", model.config.num_encoder_layers)
        self.positions = switches.target_positions(model, self.max_len)
        self.self_mask = switches.self_mask(self.max_len)
        self.cross_mask = switches.cross_mask(source, self.max_len)
        if self.cross_mask is not None and bool(self.cross_mask.all()):
            self.cross_mask = None
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
        first = step if self.cache is not None else 0
        recorder = Recorder(attention_weights)
        tap = self._tap(recorder)
        if isinstance(tap, VisitedTap):
            tap = tap.at(first)
        hidden = self.model.decode(
            self.read[:, first:],
            self.memories,
            self._rows(self.self_mask, first, step + 1, step + 1, causal_row=self.cache is not None),
            self._rows(self.cross_mask, first, step + 1),
            None if self.positions is None else self.positions[first : step + 1],
            tap,
            self.cache,
        )
        log_probs = self.model.logits(hidden[:, -1:], tap)[:, 0].log_softmax(-1)
        layers = self.model.config.num_decoder_layers
        return Advance(
            log_probs, stack(recorder, "decoder", "self_attn", layers), stack(recorder, "decoder", "cross_attn", layers)
        )

    def select(self, rows: Tensor) -> None:
        """Go on with these rows of the batch, in this order. Shapes: rows [B']"""
        self.read = self.read[rows]
        self.memories = [memory[rows] for memory in self.memories]
        if self.cross_mask is not None and self.cross_mask.shape[0] > 1:
            self.cross_mask = self.cross_mask[rows]
        for layer in self.cache or ():
            layer.select(rows)

    def _tap(self, recorder: Recorder) -> Tap:
        if self.record:
            return self.switches.tap(recorder)
        return self.switches.tap()

    def _rows(
        self, mask: Tensor | None, first: int, end: int, keys: int | None = None, causal_row: bool = False
    ) -> Tensor | None:
        """Cut the rows of the queries now run out of a mask; the newest row of a causal mask allows all there is."""
        if mask is None or (causal_row and not self.switches.blocked):
            return None
        return (mask if mask.shape[2] == 1 else mask[:, :, first:end])[..., :keys]


def stack(recorder: Recorder, side: str, attention: str, layers: int) -> Tensor | None:
    """Stack the recorded weights of all layers; a layer that was left out has none and shows as NaN. Shapes: → [L,B,H,Q,K]"""
    found = [recorder.records.get(f"{side}.{layer}.{attention}.weights") for layer in range(layers)]
    present = next((weights for weights in found if weights is not None), None)
    if present is None:
        return None
    return torch.stack([torch.full_like(present, torch.nan) if weights is None else weights for weights in found])
