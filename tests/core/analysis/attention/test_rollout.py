"""Rollout through both stacks: by plain NumPy, by a small example worked out on paper, and what must hold of any."""

import numpy as np
import pytest
import torch

from core.analysis.attention.rollout import memory_shares, mixed_in, rollout, rollout_of
from core.switches import Switches, full_pass
from core.taps import Recorder
from core.vocab import PAD
from tests.core import tiny
from tests.core.runs import dates_run, run
from tests.core.tiny import VARIANTS

MODELS = {**VARIANTS, "all positions at once": {"decoder": "end"}}


def shares_of(mean: np.ndarray, residual: bool) -> np.ndarray:
    """Mix by re-normalised weights and the identity, row by row."""
    out = np.zeros_like(mean)
    for i, row in enumerate(mean):
        own = np.eye(len(row))[i]
        row = row / row.sum() if row.sum() > 0 else own
        out[i] = 0.5 * row + 0.5 * own if residual else row
    return out


def by_hand(built, records: dict, wiring: str) -> tuple[np.ndarray, np.ndarray]:
    """Roll out recorded weights with loops and NumPy alone."""
    config = built.config

    def mean(site: str) -> np.ndarray:
        return records[f"{site}.weights"][0].numpy().mean(0)

    outputs, reached = [], np.eye(records["encoder.0.self_attn.weights"].shape[-1])
    for layer in range(config.num_encoder_layers):
        reached = shares_of(mean(f"encoder.{layer}.self_attn"), config.residual) @ reached
        outputs.append(reached)
    length = records["decoder.0.self_attn.weights"].shape[-1]
    of_source, of_target = np.zeros((length, len(reached))), np.eye(length)
    for layer in range(config.num_decoder_layers):
        mixing = shares_of(mean(f"decoder.{layer}.self_attn"), config.residual)
        of_source, of_target = mixing @ of_source, mixing @ of_target
        if wiring == "mixed":
            logits = built.mix_logits[layer].numpy()
            part = np.exp(logits) / np.exp(logits).sum()
            memory = sum(share * output for share, output in zip(part, outputs, strict=True))
        else:
            memory = outputs[layer] if wiring == "layerwise" else outputs[-1]
        for row, taken in enumerate(mean(f"decoder.{layer}.cross_attn")):
            if taken.sum() == 0:
                continue
            kept = 0.5 if config.residual else 0.0
            of_source[row] = kept * of_source[row] + (1 - kept) * (taken / taken.sum()) @ memory
            of_target[row] = kept * of_target[row]
    return of_source, of_target


@pytest.mark.parametrize("changes", MODELS.values(), ids=MODELS.keys())
@pytest.mark.parametrize("switches", (Switches(), Switches(causal=False, padding=False)), ids=("masks", "no masks"))
def test_rolled_out_again_in_numpy(changes: dict, switches: Switches) -> None:
    built, trace = run(switches, **changes)
    found, recorder = rollout_of(built, trace), Recorder()
    full_pass(built, trace.source[None], trace.read()[None], trace.switches, recorder)
    of_source, of_target = by_hand(built, recorder.records, built.config.wiring)
    rows = len(trace.steps)
    assert np.abs(found.source.numpy() - of_source[:rows]).max() < 1e-12
    assert np.abs(found.target.numpy() - of_target[:rows]).max() < 1e-12
    assert np.abs(of_source.sum(-1) + of_target.sum(-1) - 1).max() < 1e-12
    if switches.padding:
        assert not bool(found.source[:, trace.source == PAD].any())


def test_one_layer_each_on_paper() -> None:
    """The second source token is half itself, half the first; the target reads the second, and keeps half of itself."""
    config = tiny.config(num_encoder_layers=1, num_decoder_layers=1)
    encoder = torch.tensor([[1.0, 0.0], [1.0, 0.0]])[None, None]
    own, cross = torch.tensor([[1.0]])[None, None], torch.tensor([[0.0, 1.0]])[None, None]
    found = rollout(config, encoder, own, cross, torch.ones(1, 1))
    assert found.source.tolist() == [[0.25, 0.25]] and found.target.tolist() == [[0.5]]


def test_two_decoder_layers_keep_a_quarter_of_the_target() -> None:
    config = tiny.config(num_encoder_layers=1)
    encoder, own = torch.ones(1, 1, 1, 1), torch.eye(2).expand(2, 1, 2, 2)
    found = rollout(config, encoder, own, torch.ones(2, 1, 2, 1), torch.ones(2, 1))
    assert found.source.tolist() == [[0.75], [0.75]] and found.target.tolist() == [[0.25, 0.0], [0.0, 0.25]]


def test_a_batch_is_its_rows() -> None:
    config, generator = tiny.config(), torch.Generator().manual_seed(3)
    encoder, own, cross = (
        torch.rand(layers, 4, 3, *sizes, generator=generator, dtype=torch.float64).softmax(-1)
        for layers, sizes in ((3, (6, 6)), (2, (5, 5)), (2, (5, 6)))
    )
    shares = torch.rand(2, 3, generator=generator, dtype=torch.float64).softmax(-1)
    together = rollout(config, encoder, own, cross, shares)
    for row in range(4):
        alone = rollout(config, encoder[:, row], own[:, row], cross[:, row], shares)
        assert tiny.worst(together.source[row], alone.source) < 1e-15


def test_a_row_without_any_weight_passes_its_own_token_on() -> None:
    weights = torch.tensor([[[0.0, 0.0], [0.0, 4.0]]])
    assert mixed_in(weights, residual=False).tolist() == [[1.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize(
    "changes", ({}, {"wiring": "layerwise", "num_decoder_layers": 3}, {"wiring": "mixed"}), ids=str
)
def test_shares_of_the_memory_are_what_the_model_wires(changes: dict) -> None:
    """Hand the model layers whose outputs are unit vectors: what comes out is the shares."""
    built = tiny.model(**changes)
    outputs = [torch.eye(3, dtype=torch.float64)[None, layer : layer + 1] for layer in range(3)]
    wired = torch.cat([memory[0] for memory in built.wire(outputs)])
    assert tiny.worst(memory_shares(built).double(), wired) < 1e-12


@pytest.mark.parametrize("part", ("encoder.1", "decoder.0.cross_attn", "decoder.1.self_attn"))
def test_a_layer_left_out_has_nothing_to_roll_out(part: str) -> None:
    built, trace = run(Switches(skipped=frozenset({part})))
    with pytest.raises(ValueError, match="nothing to roll out"):
        rollout_of(built, trace)


def test_missing_weights_are_noticed() -> None:
    weights = torch.full((2, 1, 2, 2), torch.nan)
    with pytest.raises(ValueError, match="left out of this run"):
        rollout(tiny.config(), weights, weights, weights, torch.ones(2, 2))


def test_in_the_shipped_model_an_eighth_stays_with_the_target() -> None:
    """Three layers halve it three times, whatever the weights are."""
    built, trace, _ = dates_run()
    found = rollout_of(built, trace)
    assert tiny.worst(found.target.sum(-1), torch.full((len(trace.steps),), 0.125)) < 1e-5
    assert tiny.worst(found.source.sum(-1), torch.full((len(trace.steps),), 0.875)) < 1e-5
