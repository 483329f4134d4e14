"""The residual stream, from the embedding through every sub-layer: what arrives, what is added, what is normalised."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Literal

import torch
from torch import Tensor

from core.config import ModelConfig
from core.model import Transformer
from core.switches import Switches, full_pass
from core.taps import Recorder
from core.trace import Trace

Side = Literal["encoder", "decoder"]


@dataclass(frozen=True, eq=False)
class StreamStep:
    """Hold what one sub-layer made of the stream, for every token; `part` is its name, such as decoder.0.cross_attn.

    `added` is the sub-layer's output and `sum` the stream with it. A post-norm model (the paper) normalises the sum, a
    pre-norm one what arrives. `output` is what goes on. None stands for what the model does not have or the run left
    out. A final norm is a step of its own, that adds nothing.

    Shapes: each [Q,D], or [B,Q,D] from a batch
    """

    part: str
    input: Tensor
    added: Tensor | None
    sum: Tensor | None
    normed: Tensor | None
    output: Tensor
    norm_order: Literal["post", "pre"]

    @property
    def before_norm(self) -> Tensor | None:
        """Return what the norm read, or None where there was no norm."""
        if self.normed is None:
            return None
        return self.input if self.norm_order == "pre" else self.sum

    @property
    def vectors(self) -> dict[str, Tensor]:
        """Return the vectors that there are, in the order in which they were computed."""
        middle = ("normed", "added", "sum") if self.norm_order == "pre" else ("added", "sum", "normed")
        found = {name: getattr(self, name) for name in ("input", *middle, "output")}
        return {name: vector for name, vector in found.items() if vector is not None}

    @property
    def norms(self) -> dict[str, Tensor]:
        """Return the lengths of the vectors. Shapes: → each [Q], or [B,Q], 2-norms"""
        return {name: vector.norm(dim=-1) for name, vector in self.vectors.items()}

    def at(self, index: int) -> "StreamStep":
        """Return the step of one token, or of one row of a batch."""
        vectors = (field.name for field in fields(self) if isinstance(getattr(self, field.name), Tensor))
        return replace(self, **{name: getattr(self, name)[index] for name in vectors})


def stream_of(model: Transformer, trace: Trace, side: Side) -> tuple[StreamStep, ...]:
    """Follow the stream of every token of a run, as it was when the last token was written.

    Shapes: → [Q,D] each, Q the source's or the target's tokens
    """
    steps = batch_stream(model, trace.source[None], trace.read()[None], side, trace.switches)
    return tuple(step.at(0) for step in steps)


@torch.inference_mode()
def batch_stream(
    model: Transformer, source: Tensor, read: Tensor, side: Side, switches: Switches
) -> tuple[StreamStep, ...]:
    """Follow the stream of every token of a batch. Shapes: source [B,S], read [B,T] → [B,Q,D] each"""
    recorder = Recorder(lambda site: site.startswith(f"{side}."))
    full_pass(model, source, read, switches, recorder)
    return tuple(steps(model.config, recorder.records, side))


@torch.inference_mode()
def hidden_of(model: Transformer, trace: Trace, part: str) -> Tensor | None:
    """Return the hidden layer of a feed-forward network, such as decoder.0.ffn; None if the run left it out.

    Shapes: → [Q,F], after the activation
    """
    recorder = Recorder(lambda site: site == f"{part}.hidden")
    full_pass(model, trace.source[None], trace.read()[None], trace.switches, recorder)
    found = recorder.records.get(f"{part}.hidden")
    return None if found is None else found[0]


def steps(config: ModelConfig, records: Mapping[str, Tensor], side: Side) -> Iterator[StreamStep]:
    """Read the stream off the records of a run, sub-layer by sub-layer."""
    stream = records[f"{side}.embedding"]
    layers = config.num_encoder_layers if side == "encoder" else config.num_decoder_layers
    names = ("self_attn", "ffn") if side == "encoder" else ("self_attn", "cross_attn", "ffn")
    for part in (f"{side}.{layer}.{name}" for layer in range(layers) for name in names):
        total, normed = records.get(f"{part}_add_norm.sum"), records.get(f"{part}_add_norm.normed")
        if total is None:  # the whole layer was left out
            continue
        output = total if config.norm_order == "pre" or normed is None else normed
        yield StreamStep(part, stream, records.get(f"{part}.output"), total, normed, output, config.norm_order)
        stream = output
    final = records.get(f"{side}.final_norm.normed")
    if final is not None:
        yield StreamStep(f"{side}.final_norm", stream, None, None, final, final, "pre")
