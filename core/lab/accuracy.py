"""How much of the held-out targets a model gets right when it is fed them."""

from collections.abc import Sequence

import torch

from core.model import Transformer
from core.tasks import Example, Task
from core.training.batches import make_batch
from core.training.encoding import Vocabs, encode_example
from core.training.recipe import Recipe
from core.vocab import PAD


@torch.inference_mode()
def token_accuracy(
    model: Transformer, task: Task, vocabs: Vocabs, examples: Sequence[Example], recipe: Recipe
) -> float:
    """Return the share of held-out tokens, END included, that are predicted right from the reference, as in training.

    That is given the reference before them, or all of it where the recipe goes without the causal mask.
    """
    batch = make_batch([encode_example(task, vocabs, x) for x in examples], model.config)
    predicted = model(batch.source, batch.read, **recipe.masking()).argmax(-1)
    counted = batch.labels != PAD
    return float((predicted == batch.labels)[counted].float().mean())
