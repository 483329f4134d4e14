"""Mistakes of padding and its mask, made while a model runs."""

import copy
from collections.abc import Callable
from itertools import groupby

import torch
from torch import Tensor

from core.analysis.bugs.counting import counted_loss
from core.analysis.bugs.symptom import OUTPUTS, Case, Forward, Measure, Symptom, Weights, outputs_measured
from core.analysis.masks.blind_row import MaskedBy
from core.decoding import decode_batch
from core.masks import causal_mask, padding_mask
from core.model import Transformer
from core.switches import Switches, full_pass
from core.taps import Intervention, Recorder, VisitedTap
from core.tasks import Example
from core.training.batches import Batch
from core.vocab import PAD

RATE = 0.1


def blind_row(case: Case) -> Symptom:
    """Put an empty source into a batch, and mask with −∞: its rows may attend to nothing and become NaN."""
    batch = case.batch((*case.shown, Example("", "", "")))
    masked = {kind: MaskedBy(kind, padding_mask(batch.source, PAD), "minus infinity") for kind in ("encoder", "cross")}
    wrong, right = (step_once(case.model, batch, found) for found in (tuple(masked.values()), ()))
    sources = [*(each.source for each in case.shown), ""]
    rows = zip(
        sources,
        *((["NaN" if loss.isnan() else f"{loss:.4f}" for loss in losses]) for losses, _ in (wrong, right)),
        strict=True,
    )
    return Symptom(
        (
            Measure("batch_loss", "nats", float(wrong[0].mean()), float(right[0].mean())),
            Measure("nan_weights", "share", wrong[1], right[1]),
        ),
        ("source",), "loss", tuple(rows),
    )  # fmt: skip


def step_once(model: Transformer, batch: Batch, visitors: tuple[Intervention, ...]) -> tuple[Tensor, float]:
    """Take one step of training on a copy; return each sequence's loss and the share of weights that are NaN then.

    Shapes: → [B]
    """
    copied = copy.deepcopy(model).requires_grad_(True)
    logits = copied(batch.source, batch.read, tap=VisitedTap((*visitors, Recorder(lambda site: False))))
    losses = [counted_loss(logits[row : row + 1], row_of(batch, row), "tokens") for row in range(batch.pairs)]
    torch.stack(losses).mean().backward()
    torch.optim.SGD(copied.parameters(), lr=RATE).step()
    lost, every = 0, 0
    for parameter in copied.parameters():
        lost, every = lost + int(parameter.isnan().sum()), every + parameter.numel()
    return torch.stack(losses).detach(), lost / every


def row_of(batch: Batch, row: int) -> Batch:
    """Return one pair of a batch."""
    return Batch(*(part[row : row + 1] for part in (batch.source, batch.read, batch.labels)))


def polarity(case: Case) -> Symptom:
    """Hand over a padding mask in which True means ignore to a model for which it means attend."""
    wrong, right = masked_forward(case.model, lambda mask: ~mask), masked_forward(case.model, lambda mask: mask)
    exact, rows = outputs_measured(case, wrong, right)
    batch = case.batch(case.shown)
    weights = [cross_weights(case.model, batch, change) for change in (lambda mask: ~mask, lambda mask: mask)]
    pads = batch.source[0] == PAD
    on_pads = (float(each[..., pads].sum(-1).mean()) for each in weights)
    source, read = batch.source[0].tolist(), batch.read[0]
    queries = [case.vocabs[1].name(number) for number in read[read != PAD].tolist()]
    keys = tuple(case.vocabs[0].name(number) for number in source)
    leaky, usual = (each[0, : len(queries)] for each in weights)
    hidden = pads.expand(len(queries), -1)
    picture = Weights(leaky, usual, tuple(queries), keys, hidden_wrong=~hidden, hidden_right=hidden)
    return Symptom((exact, Measure("pad_weight", "share", *on_pads)), rows=rows, weights=picture, **OUTPUTS)


def masked_forward(model: Transformer, change: Callable[[Tensor], Tensor], *visitors: Recorder) -> Forward:
    """Return a way of running a model in which its padding mask is changed."""

    def forward(source: Tensor, read: Tensor) -> Tensor:
        mask, tap = change(padding_mask(source, PAD)), VisitedTap((*visitors, Recorder(lambda site: False)))
        memories = model.encode(source, mask, model.source_positions(source.shape[1]), tap)
        target_len = read.shape[1]
        hidden = model.decode(read, memories, causal_mask(target_len), mask, model.target_positions(target_len), tap)
        return model.logits(hidden)

    return forward


@torch.inference_mode()
def cross_weights(model: Transformer, batch: Batch, change: Callable[[Tensor], Tensor]) -> Tensor:
    """Return the cross-attention of the last layer for the first source of a batch. Shapes: → [H,T,S]"""
    site = f"decoder.{model.config.num_decoder_layers - 1}.cross_attn.weights"
    recorder = Recorder(lambda name: name == site)
    masked_forward(model, change, recorder)(batch.source, batch.read)
    return recorder.records[site][0]


@torch.inference_mode()
def no_padding(case: Case) -> Symptom:
    """Run sources alone and in a batch with longer ones, without the padding mask and with it."""
    first, others = case.shown[0], case.shown[1:]
    companies = ((), *((other,) for other in others))
    on, off = Switches(), Switches(padding=False)

    def beside(company: tuple[Example, ...], switches: Switches) -> str:
        return case.text(decode_batch(case.model, case.sources((first, *company)), switches)[0])

    rows = tuple(
        (first.source, company[0].source if company else "–", beside(company, off), beside(company, on))
        for company in companies
    )
    moves, changed, exact = zip(*(in_company(case, switches) for switches in (off, on)), strict=True)
    return Symptom(
        (
            Measure("exact", "share", *exact), Measure("changed_outputs", "share", *changed),
            Measure("logits_move", "number", *moves),
        ),
        ("source", "beside"), "output", rows,
    )  # fmt: skip


def in_company(case: Case, switches: Switches) -> tuple[float, float, float]:
    """Return how far logits move in a batch, the share of outputs that change, and the exact match in the batch."""
    sources = case.sources((*case.examples, case.shown[-1]))
    together = decode_batch(case.model, sources, switches)[:-1]
    alone = unpadded(case, switches)
    changed = sum(one != other for one, other in zip(together, alone, strict=True)) / len(alone)
    first, longest = case.batch(case.shown[:1]), case.sources((case.shown[0], case.shown[-1]))[:1]
    before, after = (full_pass(case.model, source, first.read, switches)[0] for source in (first.source, longest))
    return float((after - before).abs().max()), changed, case.exact(together, case.examples)


def unpadded(case: Case, switches: Switches) -> list[list[int]]:
    """Decode every example without PAD behind it, equally long ones together."""
    found: dict[int, list[int]] = {}
    ordered = sorted(range(len(case.examples)), key=lambda i: len(case.examples[i].source))
    for _, group in groupby(ordered, lambda i: len(case.examples[i].source)):
        places = list(group)
        outputs = decode_batch(case.model, case.sources([case.examples[i] for i in places]), switches)
        found |= dict(zip(places, outputs, strict=True))
    return [found[i] for i in range(len(case.examples))]
