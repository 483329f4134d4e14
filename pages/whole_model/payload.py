"""The whole model as plain data: a run as every view is sent it, and the tensors that pass from part to part."""

import math
from dataclasses import replace
from typing import Any

import torch

from core.analysis.block.residual_stream import Side, StreamStep, batch_stream
from core.figures.packing import many, sent
from core.run import models, runs
from core.run.kept import kept
from core.run.payload import run_payload
from core.run.runs import RunSpec, readable
from core.run.tokens import name_in
from core.switches import run_encoder
from core.trace import Trace


def training_run(spec: RunSpec) -> RunSpec | None:
    """Return the run as it is in training: fed its reference or, where it has none, what it writes itself.

    None if there is no such run: a model that writes all positions in one pass reads no target, and not every output
    can be read.
    """
    if not spec.config.autoregressive:
        return None
    own = spec.task.target_text(models.catalogue()[spec.model].target_vocab.decode(runs.trace(spec).tokens))
    fed = replace(spec, teacher=True, forced=(), reference=spec.reference.strip() or own)
    taken, _ = readable(fed)
    return taken if taken is not None and taken.teacher else None


@kept
def whole_payload(spec: RunSpec, mode: str) -> dict[str, Any]:
    """Return a run with the tensors between its parts, as it writes or as it is trained; the same object for the same.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    fed = training_run(spec)
    training = mode == "training" and fed is not None
    spec = fed if training else spec
    run, trace, config = run_payload(spec), runs.trace(spec), spec.config
    return run | {
        "id": f"{run['id']}-{'training' if training else 'writing'}",
        "mode": "training" if training else "writing",
        "trainable": fed is not None,
        "losses": [-math.log(max(step["probability"], 1e-45)) for step in run["steps"]] if training else None,
        "reads": [name_in(models.catalogue()[spec.model].target_vocab, token) for token in trace.read().tolist()],
        "config": {
            "width": config.d_model, "hidden": config.d_ff, "head_width": config.d_head,
            "symbols": config.target_vocab_size, "source_symbols": config.source_vocab_size,
            "norm_order": config.norm_order, "layer_norm": config.layer_norm, "residual": config.residual,
            "final_norm": config.final_norm and config.layer_norm, "wiring": config.wiring, "decoder": config.decoder,
            "position": config.position if spec.position else "none", "causal": spec.causal and config.autoregressive,
        },
        "streams": {side: stream_payload(spec, trace, side) for side in ("encoder", "decoder")},
        # What each step made of all tokens so far: with the causal mask, a token's numbers never change again.
        "past": None if run["history"] is None or training else [
            stream_payload(spec, trace, "decoder", count)["data"] for count in range(1, len(trace.steps) + 1)
        ],
        "memories": memories(spec, trace) if config.wiring != "last" else None,
    }  # fmt: skip


def stream_payload(spec: RunSpec, trace: Trace, side: Side, step: int | None = None) -> dict[str, Any]:
    """Return the tensors of one side after `step` tokens (None: all): the embedding, and what each sub-layer hands on.

    A feed-forward network has one more, what it adds. Shapes: data [parts, tokens, D]
    """
    read = trace.read(step)
    stream = batch_stream(models.model(spec.model), trace.source[None], read[None], side, trace.switches)
    tensors = named_tensors(stream)
    numbers = torch.stack(list(tensors.values()))
    return {"parts": list(tensors), "data": sent(numbers, many(numbers.numel()), numbers.shape[0] * numbers.shape[1])}


def named_tensors(stream: tuple[StreamStep, ...]) -> dict[str, torch.Tensor]:
    """Return the tensors that the picture shows of one side, by name. Shapes: → [tokens, D] each"""
    tensors = {"embedding": stream[0].input[0]}
    for step in stream:
        part = step.part.split(".", 1)[1]
        if part.endswith("ffn") and step.added is not None:
            tensors[f"{part}.added"] = step.added[0]
        tensors[part] = step.output[0]
    return tensors


@torch.inference_mode()
def memories(spec: RunSpec, trace: Trace) -> str:
    """Return what each decoder layer's cross-attention reads. Shapes: [decoder layers, S, D]"""
    found = run_encoder(models.model(spec.model), trace.source[None], trace.switches)
    numbers = torch.cat(found)
    return sent(numbers, many(numbers.numel()), numbers.shape[0] * numbers.shape[1])
