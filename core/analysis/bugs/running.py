"""Mistakes of wiring, of evaluating and of searching, made while a model runs."""

from dataclasses import replace

import torch
from torch import Tensor

from core.analysis.bugs.symptom import OUTPUTS, Case, Forward, Measure, Symptom, Weights, outputs_measured, write
from core.decoding import Session, beam_search_batch, decode_batch
from core.model import Transformer
from core.switches import Switches, full_pass
from core.taps import Intervention, Recorder
from core.vocab import END, PAD

DROPPED, RUNS = 0.2, 3
WIDTH, ALPHA = 4, 2.0


def wrong_memory(case: Case) -> Symptom:
    """Let each decoder layer read the encoder layer of its own number, in a model that was trained to read the last."""
    rewired = Transformer(replace(case.model.config, wiring="layerwise"))
    rewired.load_state_dict(case.model.state_dict())
    rewired.eval().requires_grad_(False)
    longest = replace(case, shown=case.examples[-len(case.shown) :])
    exact, rows = outputs_measured(longest, rewired, case.model)
    with torch.inference_mode():
        batch = case.batch(case.examples)
        both = [each(batch.source, batch.read) for each in (rewired, case.model)]
        counted = batch.labels != PAD
        chosen = (each.softmax(-1).gather(-1, batch.labels[..., None])[..., 0] for each in both)
        probabilities = (float(each[counted].mean()) for each in chosen)
    return Symptom((exact, Measure("right_probability", "share", *probabilities)), rows=rows, **OUTPUTS)


class DropWeights(Intervention):
    """Drop a share of all attention weights and scale the rest up, as dropout does in training."""

    def __init__(self, share: float, seed: int) -> None:
        self.share, self.generator = share, torch.Generator().manual_seed(seed)

    def wants(self, site: str) -> bool:
        return site.endswith("_attn.weights")

    def visit(self, site: str, tensor: Tensor, first_query: int) -> Tensor:
        kept = torch.rand(tensor.shape, generator=self.generator) >= self.share
        return tensor * kept / (1 - self.share)


@torch.inference_mode()
def dropout_on(case: Case) -> Symptom:
    """Evaluate with the dropout of attention weights still on: rows that do not sum to 1, another output every time."""
    exact, _ = outputs_measured(case, dropped(case.model, 1), case.model)
    example, longest = case.shown[-1], case.longest
    source = case.sources([example])
    rows = tuple(
        (
            example.source, str(run), case.text(write(dropped(case.model, run), source, longest)[0]),
            case.text(write(case.model, source, longest)[0]),
        )
        for run in range(1, RUNS + 1)
    )  # fmt: skip
    batch, site = case.batch([example]), f"decoder.{case.model.config.num_decoder_layers - 1}.cross_attn.weights"
    found = []
    for visitors in ((DropWeights(DROPPED, 1),), ()):
        recorder = Recorder(lambda name: name == site)
        full_pass(case.model, batch.source, batch.read, Switches(), *visitors, recorder)
        found.append(recorder.records[site][0])
    sums = [each.sum(-1) for each in found]
    queries, keys = (
        tuple(vocab.name(number) for number in ids)
        for vocab, ids in zip(reversed(case.vocabs), (batch.read[0].tolist(), batch.source[0].tolist()), strict=True)
    )
    return Symptom(
        (
            exact, Measure("largest_sum", "number", *(float(each.max()) for each in sums)),
            Measure("smallest_sum", "number", *(float(each.min()) for each in sums)),
        ),
        ("source", "run"), "output", rows, Weights(found[0][0], found[1][0], queries, keys),
    )  # fmt: skip


def dropped(model: Transformer, seed: int) -> Forward:
    """Return a way of running a model with some attention weights dropped; the same seed drops the same ones."""
    drop = DropWeights(DROPPED, seed)
    return lambda source, read: full_pass(model, source, read, Switches(), drop)


@torch.inference_mode()
def penalty_sign(case: Case) -> Symptom:
    """Search with the length penalty multiplied instead of divided by: the total is negative, so short outputs win."""
    examples = (*case.shown, *case.examples)
    source = case.sources(examples)
    found = [
        [list(each[0].tokens) for each in beam_search_batch(Session(case.model, source, record=False), WIDTH, alpha)]
        for alpha in (-ALPHA, ALPHA)
    ]
    first = len(case.shown)
    exact = (case.exact(outputs[first:], case.examples) for outputs in found)
    greedy = case.exact(decode_batch(case.model, case.sources(case.examples)), case.examples)
    lengths = (sum(len(row) - (END in row) for row in outputs) / len(outputs) for outputs in found)
    wrong, right = (outputs[:first] for outputs in found)
    rows = case.rows(wrong, right, case.shown)
    return Symptom(
        (
            Measure("exact", "share", *exact), Measure("mean_length", "number", *lengths),
            Measure("greedy_exact", "share", greedy, greedy),
        ),
        rows=rows, **OUTPUTS,
    )  # fmt: skip
