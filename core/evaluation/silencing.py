"""Accuracy on a test set with several heads silenced at once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.evaluation.exact_match import exact_match
from core.model import Transformer
from core.switches import Switches
from core.tasks import Example, Task
from core.vocab import Vocabulary

AT_A_TIME = 25
WHOLE = Switches()


@dataclass(frozen=True)
class Comparison:
    """Count right outputs of a whole model and of a changed one; `lost` are right before only, `gained` after only."""

    seen: int = 0
    before: int = 0
    after: int = 0
    lost: int = 0
    gained: int = 0

    def plus(self, other: "Comparison") -> "Comparison":
        """Add the counts of further examples."""
        return Comparison(
            self.seen + other.seen,
            self.before + other.before,
            self.after + other.after,
            self.lost + other.lost,
            self.gained + other.gained,
        )


def compare_outputs(
    model: Transformer, task: Task, source_vocab: Vocabulary, target_vocab: Vocabulary, examples: Sequence[Example],
    switches: Switches,
) -> Iterator[Comparison]:  # fmt: skip
    """Compare a model with itself as switched, and yield the counts of every few examples.

    Raises: ValueError if there are no examples.
    """
    if not examples:
        raise ValueError("there is nothing to measure with: no examples")
    for start in range(0, len(examples), AT_A_TIME):
        few = examples[start : start + AT_A_TIME]
        wrong_before, wrong_after = (
            {id(example) for example, _ in exact_match(model, task, source_vocab, target_vocab, few, how).errors}
            for how in (WHOLE, switches)
        )
        yield Comparison(
            seen=len(few),
            before=len(few) - len(wrong_before),
            after=len(few) - len(wrong_after),
            lost=len(wrong_after - wrong_before),
            gained=len(wrong_before - wrong_after),
        )


def in_all(parts: Iterable[Comparison]) -> Comparison:
    """Add up comparisons of different examples."""
    whole = Comparison()
    for part in parts:
        whole = whole.plus(part)
    return whole
