"""The Transformer: encode once, decode against the memory."""

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.attention import MultiHeadAttention
from core.config import ModelConfig
from core.layers import DecoderLayer, EncoderLayer, KeyValueCache, Norm
from core.masks import causal_mask, combine, padding_mask
from core.modules import Dropout
from core.positions import PositionalEncoding
from core.taps import NO_TAP, Tap
from core.vocab import PAD


class Transformer(nn.Module):
    """Translate a source sequence into a target sequence.

    All that a run may switch (masks, positions, silenced heads, …) is an argument; a model never changes while it runs.

    Source: Vaswani et al. 2017.
    """

    def __init__(self, config: ModelConfig, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        self.source_embedding = nn.Embedding(config.source_vocab_size, config.d_model)
        self.target_embedding = self.source_embedding
        if config.tying != "all":
            self.target_embedding = nn.Embedding(config.target_vocab_size, config.d_model)
        position, first = config.position, config.first_position
        self.source_position = PositionalEncoding(position, config.max_source_len, config.d_model, first)
        self.target_position = PositionalEncoding(position, config.max_target_len, config.d_model, first)
        self.source_embedding_norm = Norm(config) if config.embedding_norm else None
        self.target_embedding_norm = Norm(config) if config.embedding_norm else None
        self.encoder = nn.ModuleList(EncoderLayer(config) for _ in range(config.num_encoder_layers))
        self.decoder = nn.ModuleList(DecoderLayer(config) for _ in range(config.num_decoder_layers))
        self.encoder_norm = Norm(config) if config.final_norm else None
        self.decoder_norm = Norm(config) if config.final_norm else None
        self.dropout = Dropout(config.dropout)
        self.output_bias = nn.Parameter(torch.zeros(config.target_vocab_size))
        self.output = self.target_embedding
        if config.tying == "none":
            self.output = nn.Embedding(config.target_vocab_size, config.d_model)
        if config.wiring == "mixed":
            self.mix_logits = nn.Parameter(torch.zeros(config.num_decoder_layers, config.num_encoder_layers))
        if config.decoder == "length":
            self.length_head = nn.Linear(config.d_model, config.max_target_len + 1)
        self.reset_parameters(generator)

    @property
    def device(self) -> torch.device:
        """Return where the weights are."""
        return self.output_bias.device

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw the weights: Xavier for projections, N(0, 1/D) for embeddings, which the root of D scales when read."""
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight, generator=generator)
                nn.init.zeros_(module.bias)
            elif isinstance(module, nn.Embedding):
                nn.init.normal_(module.weight, std=self.config.d_model**-0.5, generator=generator)
            elif isinstance(module, MultiHeadAttention | PositionalEncoding):
                module.reset_parameters(generator)

    def forward(
        self, source: Tensor, target: Tensor, *, causal: bool | None = None, padding: bool = True, tap: Tap = NO_TAP
    ) -> Tensor:
        """Return the logits of every next token, with the decoder reading `target` (BEGIN first).

        `causal` None means: as its kind of decoder needs it. Without `padding`, PAD is a token like any other.

        Shapes: source [B,S], target [B,T], token ids, PAD where there is none → [B,T,V]
        """
        return self.logits(self._run(source, target, causal, padding, tap)[0], tap)

    def hidden(
        self, source: Tensor, target: Tensor, *, causal: bool | None = None, padding: bool = True, tap: Tap = NO_TAP
    ) -> Tensor:
        """Return what `forward` makes its logits of, for a loss that needs no logits at once. Shapes: → [B,T,D]"""
        return self._run(source, target, causal, padding, tap)[0]

    def with_length(
        self, source: Tensor, target: Tensor, tap: Tap = NO_TAP, padding: bool = True
    ) -> tuple[Tensor, Tensor]:
        """Return the logits of the tokens and those of the target's length, from one run of the encoder.

        Shapes: source [B,S], target [B,T] → [B,T,V] and [B, max_target_len + 1]
        """
        hidden, memories = self._run(source, target, None, padding, tap)
        return self.logits(hidden, tap), self.length_logits(
            memories[-1], padding_mask(source, PAD) if padding else None
        )

    def _run(
        self, source: Tensor, target: Tensor, causal: bool | None, padding: bool, tap: Tap
    ) -> tuple[Tensor, list[Tensor]]:
        source_mask = padding_mask(source, PAD) if padding else None
        causal = self.config.autoregressive if causal is None else causal
        target_mask = causal_mask(target.shape[1], device=target.device) if causal else None
        target_pads = padding_mask(target, PAD) if padding and not (self.config.autoregressive and causal) else None
        memories = self.encode(source, source_mask, self.source_positions(source.shape[1]), tap)
        hidden = self.decode(
            target,
            memories,
            combine(target_mask, target_pads),
            source_mask,
            self.target_positions(target.shape[1]),
            tap,
        )
        return hidden, memories

    def source_positions(self, length: int) -> Tensor | None:
        """Encode the positions 0 … length−1 of a source. Shapes: → [S,D]"""
        return self.source_position.first(length)

    def target_positions(self, length: int) -> Tensor | None:
        """Encode the positions 0 … length−1 of a target. Shapes: → [T,D]"""
        return self.target_position.first(length)

    def embed(
        self,
        embedding: nn.Embedding,
        ids: Tensor,
        positions: Tensor | None,
        norm: Norm | None = None,
        tap: Tap = NO_TAP,
    ) -> Tensor:
        """Look tokens up, scale them, add the encodings of their positions (None: add nothing); some models normalise.

        Shapes: ids [B,L], positions [L,D] → [B,L,D]
        Source: Vaswani et al. 2017, § 3.4, 3.5.
        """
        embedded = embedding(ids) * self.config.embedding_scale
        embedded = embedded if positions is None else embedded + positions
        if norm is not None:
            embedded = norm(embedded, tap.inside("embedding_norm"))
        return tap("embedding", self.dropout(embedded))

    def encode(self, source: Tensor, mask: Tensor | None, positions: Tensor | None, tap: Tap = NO_TAP) -> list[Tensor]:
        """Run the encoder and return what each decoder layer's cross-attention reads: its memory.

        Shapes: source [B,S], mask to [B,H,S,S], positions [S,D] → one [B,S,D] a decoder layer
        """
        tap = tap.inside("encoder")
        x = self.embed(self.source_embedding, source, positions, self.source_embedding_norm, tap)
        outputs = []
        for index, layer in enumerate(self.encoder):
            if not tap.skips(str(index)):
                x = layer(x, mask, tap.inside(str(index)))
            outputs.append(x)
        if self.encoder_norm is not None:
            outputs = [self.encoder_norm(x, tap.inside("final_norm")) for x in outputs]
        return self.wire(outputs)

    def wire(self, outputs: list[Tensor]) -> list[Tensor]:
        """Choose the memory of each decoder layer among the encoder layers' outputs."""
        if self.config.wiring == "layerwise":
            return outputs
        if self.config.wiring == "mixed":
            shares = self.mix_logits.softmax(-1)
            return list(torch.einsum("te,ebsd->tbsd", shares, torch.stack(outputs)))
        return [outputs[-1]] * self.config.num_decoder_layers

    def new_cache(self, memories: list[Tensor], max_len: int) -> list[KeyValueCache]:
        """Project the memories once for all steps and make room for `max_len` tokens."""
        return [
            KeyValueCache(cast(DecoderLayer, layer), memory, max_len)
            for layer, memory in zip(self.decoder, memories, strict=True)
        ]

    def decode(
        self,
        target: Tensor,
        memories: list[Tensor],
        self_mask: Tensor | None,
        cross_mask: Tensor | None,
        positions: Tensor | None,
        tap: Tap = NO_TAP,
        cache: list[KeyValueCache] | None = None,
    ) -> Tensor:
        """Run the decoder; with a cache, target holds only the newest tokens.

        Shapes: target [B,T], memories [B,S,D] each, self_mask to [B,H,T,T], cross_mask to [B,H,T,S], positions [T,D]
            → [B,T,D]
        """
        tap = tap.inside("decoder")
        x = self.embed(self.target_embedding, target, positions, self.target_embedding_norm, tap)
        for index, layer in enumerate(self.decoder):
            if not tap.skips(str(index)):
                kept = None if cache is None else cache[index]
                x = layer(x, memories[index], self_mask, cross_mask, tap.inside(str(index)), kept)
        return x if self.decoder_norm is None else self.decoder_norm(x, tap.inside("final_norm"))

    def logits(self, hidden: Tensor, tap: Tap = NO_TAP) -> Tensor:
        """Score every symbol of the vocabulary. Shapes: hidden [B,T,D] → [B,T,V]"""
        return tap("logits", F.linear(hidden, self.output.weight, self.output_bias))

    def length_logits(self, memory: Tensor, source_mask: Tensor | None) -> Tensor:
        """Score every target length from 0 to max_target_len, from the mean of the memory.

        Shapes: memory [B,S,D], source_mask [B,1,1,S] → [B, max_target_len + 1]
        Raises: ValueError if the model has no length classifier.
        """
        if self.config.decoder != "length":
            raise ValueError(
                f"only a model with decoder='length' predicts lengths, this one has {self.config.decoder!r}"
            )
        if source_mask is None:
            return self.length_head(memory.mean(1))
        kept = source_mask[:, 0, 0, :, None].to(memory.dtype)
        return self.length_head((memory * kept).sum(1) / kept.sum(1).clamp(min=1))
