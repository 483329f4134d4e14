"""Calibration: probabilities are those of the whole answer, and bins count what they should."""

import json
import math

import pytest
import torch

from core import checkpoint, paths
from core.decoding import ParallelSession, Session, decode, decode_parallel
from core.experiments.calibration import answer_batch, bins_of, calibration_error
from core.training.batches import pad
from tests.core import tiny

ABOUT = {path.stem: checkpoint.read_metadata(path) for path in sorted(paths.CHECKPOINTS.glob("*.safetensors"))}
# A translation is seldom word for word a reference's, so that exact match says little of it.
SHIPPED = [name for name, about in ABOUT.items() if about.task != "sentences"]


@pytest.mark.parametrize("decoder", ["autoregressive", "length", "end"])
def test_the_probability_of_an_answer_is_the_product_of_its_tokens_and_its_length(decoder):
    model = tiny.model(decoder=decoder)
    rows = [[5, 6, 7, 8], [9, 5], [6, 6, 6]]
    for row, answer in zip(rows, answer_batch(model, pad(rows)), strict=True):
        source = torch.tensor([row])
        if decoder == "autoregressive":
            steps, of_length = list(decode(Session(model, source))), 0.0
        else:
            session = ParallelSession(model, source)
            steps = list(decode_parallel(session))
            of_length = 0.0 if decoder == "end" else float(session.length_log_probs[0, session.length])
        assert answer.tokens == [step.token for step in steps]
        expected = of_length + sum(float(step.log_probs[step.token]) for step in steps)
        assert answer.log_prob == pytest.approx(expected, abs=1e-5)


def test_answers_are_sorted_into_tenths_of_probability():
    bins = bins_of([(0.0, False), (0.05, True), (0.95, True), (1.0, True), (0.91, False)])
    assert [row["count"] for row in bins] == [2, 0, 0, 0, 0, 0, 0, 0, 0, 3]
    assert (bins[0]["right"], bins[9]["right"], bins[5]["probability"]) == (1, 2, None)
    assert bins[9]["probability"] == pytest.approx((0.95 + 1.0 + 0.91) / 3, abs=1e-6)


def test_the_error_is_the_mean_distance_between_probability_and_share():
    assert calibration_error(bins_of([(0.75, True)] * 3 + [(0.75, False)])) == pytest.approx(0)
    assert calibration_error(bins_of([(0.95, False), (0.05, False)])) == pytest.approx((0.95 + 0.05) / 2)
    assert calibration_error(bins_of([])) == 0


def test_every_model_that_ships_was_measured_with_its_weights_and_agrees_with_its_score():
    for name in SHIPPED:
        kept = json.loads((paths.EVIDENCE / f"calibration-{name}.json").read_text(encoding="utf-8"))
        counts = [row["count"] for row in kept["bins"]]
        right = sum(row["right"] for row in kept["bins"])
        scores = ABOUT[name].scores
        exact = scores["conditions"]["as trained"]
        assert kept["examples"] != scores["examples"] or right / kept["examples"] == pytest.approx(exact, abs=2e-3)
        assert sum(counts) == kept["examples"] and len(counts) == 10
        assert 0 <= kept["error"] <= 1 and math.isclose(kept["error"], calibration_error(kept["bins"]), abs_tol=1e-5)
