"""Wrong outputs and wrong tokens, to the closest reference of each example."""

from collections.abc import Sequence

from core.decoding import decode_batch
from core.evaluation.exact_match import BATCH
from core.model import Transformer
from core.tasks import Example, Task
from core.tasks.edit_distance import ErrorRates, error_rates
from core.training.batches import pad
from core.training.encoding import Vocabs


def token_error_rates(model: Transformer, task: Task, vocabs: Vocabs, examples: Sequence[Example]) -> ErrorRates:
    """Decode examples greedily and count wrong outputs and wrong tokens, to the closest reference of each."""
    ordered = sorted(examples, key=lambda x: len(x.source))
    pairs = []
    for start in range(0, len(ordered), BATCH):
        batch = ordered[start : start + BATCH]
        source = pad([vocabs[0].encode(task.source_tokens(x.source)) for x in batch]).to(model.device)
        written = decode_batch(model, source)
        for example, ids in zip(batch, written, strict=True):
            pairs.append((vocabs[1].decode(ids), [task.target_tokens(one) for one in example.references]))
    return error_rates(pairs)
