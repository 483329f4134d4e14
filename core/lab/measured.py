"""How much of the held-out targets a model gets right when it is fed them."""

from collections.abc import Sequence

import torch

from core.model import Transformer
from core.tasks import Example, Task
from core.training.batches import make_batch
from core.vocab import PAD, Vocabulary


@torch.inference_mode()
def token_accuracy(
    model: Transformer, task: Task, vocabs: tuple[Vocabulary, Vocabulary], examples: Sequence[Example]
) -> float:
    """Return the share of held-out tokens, END included, that are predicted right given the reference before them."""
    pairs = [
        (vocabs[0].encode(task.source_tokens(x.source)), vocabs[1].encode(task.target_tokens(x.target)))
        for x in examples
    ]
    batch = make_batch(pairs, model.config)
    predicted = model(batch.source, batch.read).argmax(-1)
    counted = batch.labels != PAD
    return float((predicted == batch.labels)[counted].float().mean())
