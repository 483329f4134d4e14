"""The loss of training: a sum of terms, each a mean over tokens or over pairs."""

from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn

from core.model import Transformer
from core.taps import NO_TAP
from core.training.batches import Batch
from core.training.guided import CrossWeights, guide_loss
from core.training.output_loss import at_least_float32, output_loss
from core.training.recipe import Recipe
from core.training.rewards import Samples, policy_loss
from core.vocab import PAD


class Term(NamedTuple):
    """Hold one part of the loss: its mean, with its weight in the sum, and over how many it was taken."""

    mean: Tensor
    over: int


def cross_entropy(logits: Tensor, labels: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Average −log p of the labels that are not padding, each smoothed towards the uniform distribution.

    Shapes: logits [B,T,V], labels [B,T] → scalar, in nats a token
    Source: Szegedy et al. 2016, § 7 (label smoothing).
    """
    return F.cross_entropy(
        at_least_float32(logits.flatten(0, 1)), labels.flatten(), ignore_index=PAD, label_smoothing=label_smoothing
    )


def supervised_terms(model: Transformer, batch: Batch, recipe: Recipe) -> dict[str, Term]:
    """Return the teacher-forced loss of a batch, the length classifier's where there is one, and the guide's if asked.

    Units: nats a token; nats a sequence for the length; the guide's own, averaged over pairs
    """
    keeper = CrossWeights()
    tap = NO_TAP if recipe.guide == "none" else keeper.tap()
    terms: dict[str, Term] = {}
    if model.config.decoder == "length":
        logits, lengths = model.with_length(batch.source, batch.read, tap, recipe.padding_mask)
        terms["length"] = Term(F.cross_entropy(at_least_float32(lengths), (batch.read != PAD).sum(1)), batch.pairs)
        loss = cross_entropy(logits, batch.labels, recipe.label_smoothing)
    else:
        hidden = model.hidden(batch.source, batch.read, **recipe.masking(), tap=tap)
        loss = output_loss(hidden, model.output.weight, model.output_bias, batch.labels, recipe.label_smoothing)
    terms["cross_entropy"] = Term(loss, batch.tokens)
    if recipe.guide != "none":
        guided = guide_loss(keeper.layers, batch, recipe.guide, recipe.guide_width)
        terms["guide"] = Term(recipe.guide_weight * guided, batch.pairs)
    return terms


class Objective(nn.Module):
    """The loss of a model as a module, so that it can be shared out among processes as one."""

    def __init__(self, model: Transformer, recipe: Recipe) -> None:
        super().__init__()
        self.model, self.recipe = model, recipe

    def forward(self, batch: Batch, samples: Samples | None = None) -> dict[str, Term]:
        """Return the terms of a batch's loss; with samples of it, the policy's, mixed with the supervised ones."""
        share = self.recipe.reward_weight if samples is not None else 0.0
        terms = {} if share == 1 else supervised_terms(self.model, batch, self.recipe)
        terms = {name: Term((1 - share) * term.mean, term.over) for name, term in terms.items()} if share else terms
        if samples is not None:
            terms["policy"] = Term(share * policy_loss(self.model, batch.source, samples), batch.pairs)
        return terms


def batch_loss(model: Transformer, batch: Batch, recipe: Recipe) -> Tensor:
    """Return the sum of a batch's supervised terms."""
    first, *others = (term.mean for term in supervised_terms(model, batch, recipe).values())
    return sum(others, start=first)
