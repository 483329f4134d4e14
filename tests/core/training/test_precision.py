"""Losses and log-probabilities are as precise as the model: in float64 they equal torch's own to 1e-12."""

from functools import partial

import pytest
import torch
import torch.nn.functional as F

from core.evaluation.held_out_loss import held_out_loss
from core.tasks import get_task
from core.training import Recipe
from core.training.batches import make_batch
from core.training.encoding import encode_example, vocabularies
from core.training.loss import cross_entropy, supervised_terms
from core.training.rewards import sequence_log_probs
from core.vocab import BEGIN, END, PAD
from tests.core.tiny import ids, model

CLOSE = partial(pytest.approx, rel=1e-12, abs=0)
TASK = get_task("reverse")


def test_cross_entropy_of_float64() -> None:
    logits = torch.randn(2, 6, 13, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    labels = ids(6, 4)
    expected = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=PAD, label_smoothing=0.1)
    assert cross_entropy(logits, labels, 0.1).item() == CLOSE(expected.item())
    assert cross_entropy(logits.bfloat16(), labels).dtype == torch.float32


def test_log_probabilities_of_outputs_of_float64() -> None:
    built, source, outputs = model(), ids(5, 8), [[7, 5, END], [6, END]]
    found = sequence_log_probs(built, source, outputs).tolist()
    for row, output, log_prob in zip(source, outputs, found, strict=True):
        log_probs = built(row[row != PAD][None], torch.tensor([[BEGIN, *output[:-1]]])).log_softmax(-1)[0]
        assert log_prob == CLOSE(sum(float(log_probs[step, token]) for step, token in enumerate(output)))


@pytest.mark.parametrize("decoder", ("autoregressive", "length"))
def test_a_batchs_terms_and_the_held_out_loss_of_float64(decoder: str) -> None:
    vocabs = vocabularies(TASK)
    sizes = {"source_vocab_size": len(vocabs[0]), "target_vocab_size": len(vocabs[1])}
    built = model(decoder=decoder, max_source_len=32, max_target_len=32, **sizes)
    examples = TASK.held_out("dev", 1)[:3]
    batch = make_batch([encode_example(TASK, vocabs, each) for each in examples], built.config)
    terms = supervised_terms(built, batch, Recipe())
    assert {term.mean.dtype for term in terms.values()} == {torch.float64}
    logits = built(batch.source, batch.read)
    losses = F.cross_entropy(logits.transpose(1, 2), batch.labels, ignore_index=PAD, reduction="none").sum(1)
    found = held_out_loss(built, TASK, vocabs, examples[:1])[examples[0].group]
    assert found == CLOSE(float(losses[0] / (batch.labels[0] != PAD).sum()))
