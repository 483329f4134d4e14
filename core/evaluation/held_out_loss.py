"""Cross-entropy on held-out examples, teacher-forced: what tells soonest whether a model still learns."""

from collections import defaultdict
from collections.abc import Sequence

import torch
import torch.nn.functional as F

from core.model import Transformer
from core.tasks import Example, Task
from core.training.batches import make_batch
from core.training.encoding import Vocabs, encode_example
from core.training.output_loss import at_least_float32
from core.vocab import PAD

BATCH = 64


@torch.inference_mode()
def held_out_loss(model: Transformer, task: Task, vocabs: Vocabs, examples: Sequence[Example]) -> dict[str, float]:
    """Return the mean −log p of a token of the references, END included, by group.

    Units: nats a token
    """
    nats: dict[str, float] = defaultdict(float)
    tokens: dict[str, int] = defaultdict(int)
    by_length = sorted(examples, key=lambda x: len(x.source))
    for start in range(0, len(by_length), BATCH):
        mine = by_length[start : start + BATCH]
        batch = make_batch([encode_example(task, vocabs, x) for x in mine], model.config).to(model.device)
        logits = at_least_float32(model(batch.source, batch.read))
        losses = F.cross_entropy(logits.transpose(1, 2), batch.labels, ignore_index=PAD, reduction="none").sum(1)
        for example, loss, count in zip(mine, losses.tolist(), (batch.labels != PAD).sum(1).tolist(), strict=True):
            nats[example.group] += loss
            tokens[example.group] += count
    return {group: nats[group] / tokens[group] for group in sorted(nats)}
