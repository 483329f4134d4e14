"""Training without the causal or the padding mask: it is what it says, and it is written down."""

import pytest
import torch

from core.lab.accuracy import token_accuracy
from core.switches import Switches, full_pass
from core.training import Recipe, TrainingState
from core.training.batches import make_batch
from core.training.loss import batch_loss, cross_entropy
from core.training.scheduled_sampling import batch_as_read
from core.vocab import PAD, SPECIALS
from tests.core import tiny
from tests.core.tiny_task import TASK, VOCABS

PAIRS = [([5, 6, 7, 8, 9], [4, 5, 6]), ([8, 9], [6, 7, 8, 9, 10])]
PLAIN = {"label_smoothing": 0.0, "bf16": False}


def test_the_loss_is_that_of_a_run_without_the_mask() -> None:
    model, batch = tiny.model(dtype=torch.float32), make_batch(PAIRS, tiny.config())
    for masks in ({}, {"causal_mask": False}, {"padding_mask": False}, {"causal_mask": False, "padding_mask": False}):
        recipe = Recipe(**PLAIN, **masks)
        switches = Switches(causal=recipe.causal_mask, padding=recipe.padding_mask)
        if recipe.causal_mask or not recipe.padding_mask:
            expected = cross_entropy(full_pass(model, batch.source, batch.read, switches), batch.labels)
            assert float(batch_loss(model, batch, recipe)) == pytest.approx(float(expected), abs=1e-5)
        else:  # alone, a pair has no padding to hide
            each = [make_batch([pair], tiny.config()) for pair in PAIRS]
            losses = [full_pass(model, one.source, one.read, switches) for one in each]
            total = sum(float(cross_entropy(x, one.labels)) * one.tokens for x, one in zip(losses, each, strict=True))
            assert float(batch_loss(model, batch, recipe)) == pytest.approx(total / batch.tokens, abs=1e-5)


@pytest.mark.parametrize("decoder", ["length", "end"])
def test_a_decoder_without_a_causal_mask_cannot_be_trained_without_it(decoder: str) -> None:
    with pytest.raises(ValueError, match="causal_mask=False needs a decoder that has one"):
        TrainingState.new("backwards", tiny.config(decoder=decoder), Recipe(causal_mask=False))
    model = tiny.model(dtype=torch.float32, decoder=decoder)
    batch = make_batch(PAIRS, model.config)
    with_mask, without = (float(batch_loss(model, batch, Recipe(**PLAIN, padding_mask=on))) for on in (True, False))
    assert with_mask != pytest.approx(without, abs=1e-4)


def test_what_cannot_be_is_refused() -> None:
    for name in ("causal_mask", "padding_mask"):
        with pytest.raises(ValueError, match=f"{name} must be true or false"):
            Recipe(**{name: "off"})
        with pytest.raises(ValueError, match=f"so keep {name}"):
            Recipe(**{name: False}, reward="edit")


def test_only_what_is_missing_is_written_down() -> None:
    assert Recipe().masks_off() == {}
    assert Recipe(causal_mask=False, padding_mask=False).masks_off() == {"causal_mask": False, "padding_mask": False}


def test_scheduled_sampling_predicts_without_the_mask_too() -> None:
    model = tiny.model(3, dtype=torch.float32, position="learned", tying="none")
    batch = make_batch(PAIRS, model.config)
    usual = {"sampling": "linear", "sampling_k": 0.01, "sampling_slope": 1.0, **PLAIN}
    for causal in (True, False):
        read = batch_as_read(model, batch, Recipe(**usual, causal_mask=causal), 9).read
        predicted = model(batch.source, batch.read, causal=causal)[:, :-1, len(SPECIALS) :].argmax(-1) + len(SPECIALS)
        ordinary = read[:, 1:] != PAD
        assert torch.equal(read[:, 1:][ordinary], predicted[ordinary])
    assert not torch.equal(model(batch.source, batch.read), model(batch.source, batch.read, causal=False))


def test_accuracy_is_measured_as_in_training() -> None:
    sizes = {f"{side}_vocab_size": len(vocab) for side, vocab in zip(("source", "target"), VOCABS, strict=True)}
    model, examples = tiny.model(dtype=torch.float32, **sizes), TASK.held_out("dev", 40)
    found = [token_accuracy(model, TASK, VOCABS, examples, Recipe(causal_mask=on)) for on in (True, False)]
    assert found[0] != found[1]
