"""A trace as plain data, arrays as base64, as the decode view is sent it."""

from typing import Any

import torch
from torch import Tensor

from core.decoding import DecodeStep
from core.figures.packing import many, packed, sent
from core.run import models, runs
from core.run.kept import kept
from core.run.runs import RunSpec
from core.run.tokens import is_joined, name_in
from core.trace import Trace
from core.vocab import END, PAD, UNKNOWN

CANDIDATES = 8
KINDS = {PAD: "padding", UNKNOWN: "unknown"}


def run_id(spec: RunSpec) -> str:
    """Name a run, alike for equal runs as long as this process lives."""
    return f"{hash(spec) & 0xFFFFFFFFFFFF:012x}"


@kept
def run_payload(spec: RunSpec) -> dict[str, Any]:
    """Return a run as the view reads it; the same object for the same run.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    trace = runs.trace(spec)
    config = spec.config
    parallel = not config.autoregressive
    reference = runs.reference_ids(spec)
    weights = {"encoder": trace.encoder_weights, "self": trace.self_weights(), "cross": trace.cross_weights()}
    is_long = many(sum(each.numel() for each in weights.values()))
    counted = range(1, len(trace.steps) + 1)
    return {
        "id": run_id(spec),
        "label": spec.source,
        "end_id": END,
        "cut": trace.tokens[-1] != END and not spec.teacher and config.decoder != "length",
        "parallel": parallel,
        "keys": len(trace.read()),
        "longest": config.max_target_len,
        "source": [
            {"text": name, "kind": KINDS.get(number, "token"), "joins": is_joined(name)}
            for name, number in zip(runs.source_names(spec), trace.source.tolist(), strict=True)
        ],
        "steps": [step_payload(spec, step, reference) for step in trace.steps],
        "sound": sound_payload(spec, trace),
        "shape": {
            "encoder_layers": config.num_encoder_layers,
            "decoder_layers": config.num_decoder_layers,
            "heads": config.num_heads,
        },
        "weights": {name: sent(each, is_long) for name, each in weights.items()},
        "history": None
        if spec.causal or parallel
        else [
            {"self": sent(trace.self_weights(n), is_long), "cross": sent(trace.cross_weights(n), is_long)}
            for n in counted
        ],
        "masks": {
            "encoder": packed(trace.encoder_cells(), "u1"),
            "self": packed(trace.self_cells(), "u1"),
            "cross": packed(trace.cross_cells(), "u1"),
        },
    }


def sound_payload(spec: RunSpec, trace: Trace) -> dict[str, Any] | None:
    """Return what was written as sounds, step by step, and what the dictionary has; None if targets are no sounds."""
    task, vocab = spec.task, models.catalogue()[spec.model].target_vocab
    if task.sound(vocab.symbols[0]) is None:
        return None

    def spoken(tokens: list[str]) -> str:
        return "".join(task.sound(token) or "" for token in tokens)

    known = () if spec.known is None else spec.known.references
    return {
        "word": spec.source.strip(),
        "ipa": [spoken([vocab.name(written(spec, step, runs.reference_ids(spec)))]) for step in trace.steps],
        "known": [{"text": text, "spoken": spoken(task.target_tokens(text))} for text in known],
        "held_out": spec.known is not None and spec.known.held_out,
        "reference": task.target_text(task.target_tokens(spec.reference)),
    }


def written(spec: RunSpec, step: DecodeStep, reference: list[int] | None) -> int:
    """Return what stands in the target at a step: under teacher forcing the reference, whatever the model predicted."""
    fed = spec.teacher and reference is not None and step.index < len(reference)
    return reference[step.index] if fed else step.token


def step_payload(spec: RunSpec, step: DecodeStep, reference: list[int] | None) -> dict[str, Any]:
    """Return one step: what was read, what then stands in the target, and the likeliest tokens."""
    vocab = models.catalogue()[spec.model].target_vocab
    probs = step.log_probs.exp()
    top = torch.topk(probs, min(CANDIDATES, len(probs)))

    def candidate(number: int) -> dict[str, Any]:
        return {"id": number, "text": name_in(vocab, number), "p": short(probs[number])}

    shown = {*top.indices.tolist(), END}
    expected = reference[step.index] if reference is not None and step.index < len(reference) else None
    number = written(spec, step, reference)
    return {
        "reads": name_in(vocab, step.read),
        "predicts": name_in(vocab, number),
        "joins": is_joined(name_in(vocab, number)),
        "probability": short(probs[number]),
        "chosen_by": "reference" if spec.teacher else {"model": "greedy"}.get(step.chosen_by, step.chosen_by),
        "reference": None if expected is None else name_in(vocab, expected),
        "correct": None if reference is None else step.token == expected,
        "entropy": step.entropy,
        "end": short(probs[END]),
        # The browser is sent the likeliest of thousands, and what the others have together.
        "others": len(probs) - len(shown),
        "rest": short(1 - probs[sorted(shown)].sum()),
        "top": [candidate(number) for number in top.indices.tolist()],
        "predicted": candidate(step.predicted),
    }


def short(probability: Tensor) -> float:
    """Return a probability with as many digits as are drawn, and some more."""
    return float(f"{max(0.0, float(probability)):.7g}")
