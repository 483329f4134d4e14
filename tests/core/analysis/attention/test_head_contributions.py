"""What the heads add, and the bias, sum to what the attention gave; each term by plain NumPy."""

import numpy as np
import pytest
import torch

from core.analysis.attention.head_contributions import head_contributions, mean_norms
from core.switches import Switches, full_pass, site_of
from core.taps import Recorder, SilenceHead
from core.vocab import PAD
from tests.core.runs import SITES, dates_run, run

CHANGES = ({}, {"norm_order": "pre", "score": "additive", "normalizer": "relu"}, {"decoder": "end"})


@pytest.mark.parametrize("attention", SITES)
@pytest.mark.parametrize("changes", CHANGES, ids=str)
@pytest.mark.parametrize("switches", (Switches(), Switches(causal=False, padding=False)), ids=("masks", "no masks"))
def test_terms_by_hand_sum_to_the_output(attention: str, changes: dict, switches: Switches) -> None:
    built, trace = run(switches, **changes)
    for layer in range(2):
        found, site = head_contributions(built, trace, attention, layer), site_of(attention, layer)
        recorder = Recorder()
        full_pass(built, trace.source[None], trace.read()[None], trace.switches, recorder)
        heads = recorder.records[f"{site}.head_outputs"][0].numpy()
        out_proj = built.get_submodule(site).out_proj
        weight = out_proj.weight.numpy()
        terms = np.stack([heads[h] @ weight[:, 5 * h : 5 * h + 5].T for h in range(3)])
        assert np.abs(found.vectors.numpy() - terms).max() < 1e-12
        output = recorder.records[f"{site}.output"][0].numpy()
        assert np.abs(terms.sum(0) + out_proj.bias.numpy() - output).max() < 1e-12
        assert np.abs(found.output.numpy() - output).max() < 1e-12
        assert np.abs(found.norms.numpy() - np.sqrt((terms**2).sum(-1))).max() < 1e-12
        along = np.einsum("hqd,qd->hq", terms, output) / np.einsum("qd,qd->q", output, output)
        assert np.abs(found.shares.numpy() - along).max() < 1e-9
        bias_share = (found.bias.numpy() * output).sum(-1) / (output**2).sum(-1)
        assert np.abs(along.sum(0) + bias_share - 1).max() < 1e-9


def test_a_silenced_head_adds_nothing() -> None:
    switches = Switches(silenced=frozenset({SilenceHead("decoder.1.cross_attn", 2)}))
    built, trace = run(switches)
    norms = head_contributions(built, trace, "cross", 1).norms
    assert torch.equal(norms[2], torch.zeros(7)) and bool((norms[:2] > 0).all())


def test_what_a_run_does_not_have() -> None:
    built, trace = run(Switches(skipped=frozenset({"decoder.0.self_attn"})))
    for layer in (0, 2):
        with pytest.raises(ValueError, match=rf"nothing was computed at decoder\.{layer}\.self_attn"):
            head_contributions(built, trace, "self", layer)


@pytest.mark.parametrize("attention", SITES)
def test_the_terms_of_the_shipped_model_sum_to_its_output(attention: str) -> None:
    built, trace, _ = dates_run()
    for layer in range(3):
        found = head_contributions(built, trace, attention, layer)
        missing = found.vectors.double().numpy().sum(0) + found.bias.numpy() - found.output.numpy()
        assert np.abs(missing).max() < 1e-4


@pytest.mark.parametrize("attention", SITES)
def test_mean_norms_are_those_of_every_layer_over_the_rows_of_tokens(attention: str) -> None:
    built, trace = run()
    found = mean_norms(built, trace, attention)
    rows = trace.source.numpy() != PAD if attention == "encoder" else np.ones(len(trace.steps), dtype=bool)
    for layer in range(found.shape[0]):
        recorder = Recorder()
        full_pass(built, trace.source[None], trace.read()[None], trace.switches, recorder)
        site = site_of(attention, layer)
        heads = recorder.records[f"{site}.head_outputs"][0].numpy()
        weight = built.get_submodule(site).out_proj.weight.numpy()
        for head in range(3):
            lengths = np.sqrt(((heads[head] @ weight[:, 5 * head : 5 * head + 5].T) ** 2).sum(-1))
            assert float(found[layer, head]) == pytest.approx(lengths[rows].mean(), rel=1e-5)


def test_a_layer_that_was_left_out_adds_nothing_that_could_be_measured() -> None:
    built, trace = run(Switches(skipped=frozenset({"encoder.1"})))
    assert mean_norms(built, trace, "encoder").isnan().any(1).tolist() == [False, True, False]
