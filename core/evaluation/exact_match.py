"""Exact match: the share of examples whose whole output equals a reference, any of them where there are several.

Groups are the task's (for dates, locales; for spelling, lengths of words).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.decoding import decode_batch
from core.model import Transformer
from core.switches import Switches
from core.tasks import Example, Task
from core.training.batches import pad
from core.vocab import Vocabulary

BATCH = 128
CONDITIONS = {
    "as trained": Switches(),
    "position off": Switches(position="off"),
    "causal mask off": Switches(causal=False),
    "padding mask off": Switches(padding=False),
}


@dataclass(frozen=True)
class ExactMatch:
    """Count right outputs, in all and by group; `errors` lists (example, output) of the wrong ones."""

    right: Counter[str]
    seen: Counter[str]
    errors: tuple[tuple[Example, str], ...]

    @property
    def total(self) -> float:
        """Return the share that is right, from 0 to 1."""
        return self.right.total() / max(1, self.seen.total())

    def by_group(self) -> dict[str, float]:
        """Return each group's share, from 0 to 1."""
        return {group: self.right[group] / count for group, count in sorted(self.seen.items())}


def exact_match(
    model: Transformer, task: Task, source_vocab: Vocabulary, target_vocab: Vocabulary, examples: Sequence[Example],
    switches: Switches = CONDITIONS["as trained"],
) -> ExactMatch:  # fmt: skip
    """Decode examples greedily, in padded batches in the order given, and compare with the references."""
    right: Counter[str] = Counter()
    errors = []
    for start in range(0, len(examples), BATCH):
        batch = examples[start : start + BATCH]
        source = pad([source_vocab.encode(task.source_tokens(example.source)) for example in batch]).to(model.device)
        for example, ids in zip(batch, decode_batch(model, source, switches), strict=True):
            output = task.target_text(target_vocab.decode(ids))
            if output in example.references:
                right[example.group] += 1
            else:
                errors.append((example, output))
    return ExactMatch(right, Counter(example.group for example in examples), tuple(errors))


def conditions(model: Transformer) -> dict[str, Switches]:
    """Return under what a model is measured: one that writes all at once has no causal mask to switch off."""
    causal = model.config.autoregressive
    return {name: switches for name, switches in CONDITIONS.items() if causal or switches.causal}


def rounded(results: dict[str, ExactMatch]) -> dict[str, dict[str, float]]:
    """Return the shares that a checkpoint keeps."""
    return {
        "conditions": {condition: round(result.total, 6) for condition, result in results.items()},
        "by_group": {group: round(share, 6) for group, share in results["as trained"].by_group().items()},
    }
