"""Mistakes of training: a model that was trained with the mistake, beside one that was not."""

import torch

from core.analysis.bugs.counting import Counting, counted_loss, fill_up
from core.analysis.bugs.symptom import OUTPUTS, Case, Forward, Measure, Symptom, outputs_measured
from core.training.batches import Batch
from core.vocab import PAD


def forward_of(case: Case, causal: bool = True) -> Forward:
    """Return the usual way of running a model, or that without the causal mask."""
    return lambda source, read: case.model(source, read, causal=causal)


@torch.inference_mode()
def no_causal_mask(usual: Case, mistaken: Case) -> Symptom:
    """Measure a model that read in training what it was to predict: as in training, and when it writes."""
    exact, rows = outputs_measured(usual, forward_of(mistaken), forward_of(usual))
    batch = usual.batch(usual.examples)
    logits = mistaken.model(batch.source, batch.read, causal=False), usual.model(batch.source, batch.read)
    losses = (float(counted_loss(each, batch, "tokens")) for each in logits)
    tokens = (right_tokens(each, batch) for each in logits)
    return Symptom(
        (Measure("loss", "nats", *losses), Measure("fed_tokens", "share", *tokens), exact), rows=rows, **OUTPUTS
    )


def right_tokens(logits: torch.Tensor, batch: Batch) -> float:
    """Return the share of tokens that are predicted right with the reference fed. Shapes: logits [B,T,V]"""
    counted = batch.labels != PAD
    return float((logits.argmax(-1) == batch.labels)[counted].float().mean())


@torch.inference_mode()
def not_shifted(usual: Case, mistaken: Case) -> Symptom:
    """Measure a model that was asked for the token that it reads: how well it copies, and how badly it writes."""
    exact, rows = outputs_measured(usual, forward_of(mistaken), forward_of(usual))
    batch = usual.batch(usual.examples)
    logits = [each.model(batch.source, batch.read) for each in (mistaken, usual)]
    ways: tuple[Counting, ...] = ("not_shifted", "tokens")
    losses = (float(counted_loss(each, batch, way)) for each, way in zip(logits, ways, strict=True))
    read = batch.read != PAD
    copied = (float((each.argmax(-1) == batch.read)[read].float().mean()) for each in logits)
    return Symptom((Measure("loss", "nats", *losses), Measure("copied", "share", *copied), exact), rows=rows, **OUTPUTS)


@torch.inference_mode()
def pad_counted(usual: Case, mistaken: Case) -> Symptom:
    """Measure two models after few steps, all targets filled up with PAD: one counts PAD in its loss, one does not."""
    exact, rows = outputs_measured(usual, forward_of(mistaken), forward_of(usual))
    batch = fill_up(usual.batch(usual.examples), usual.model.config.max_target_len)
    logits = [each.model(batch.source, batch.read) for each in (mistaken, usual)]
    ways: tuple[Counting, ...] = ("pads", "tokens")
    reported = (float(counted_loss(each, batch, way)) for each, way in zip(logits, ways, strict=True))
    real = (float(counted_loss(each, batch, "tokens")) for each in logits)
    pads = float((batch.labels == PAD).float().mean())
    return Symptom(
        (
            Measure("loss", "nats", *reported), Measure("token_loss", "nats", *real),
            Measure("counted_pads", "share", pads, 0.0), exact,
        ),
        rows=rows, **OUTPUTS,
    )  # fmt: skip
