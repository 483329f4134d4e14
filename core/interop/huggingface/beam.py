"""Beam search as `generate` of transformers does it, so that outputs can be compared."""

from torch import Tensor

from core.decoding.beam import Beam, Hypothesis


class GenerateBeam(Beam):
    """Rank outcomes by total / length^α, those that are cut off among the finished, and end as `generate` does.

    It goes on until the best live hypothesis, at its present length, is no better than the worst of `width` finished:
    `early_stopping=False`, its default.
    """

    cut_off: tuple[Hypothesis, ...] = ()

    def extend(self, log_probs: Tensor) -> tuple[tuple[Hypothesis, ...], list[int]]:
        """Extend the live hypotheses by a token; at the greatest length, what is not finished is cut off.

        Shapes: log_probs [N,V] for N live hypotheses
        """
        considered, rows = super().extend(log_probs)
        if considered[0].length >= self.max_len:
            self.cut_off = tuple(hypothesis for hypothesis in considered[: self.width] if not hypothesis.finished)
        return considered, rows

    def score(self, hypothesis: Hypothesis) -> float:
        """Return the total over the length to the power of the length penalty."""
        return hypothesis.total / hypothesis.length**self.length_penalty

    def ranked(self) -> tuple[Hypothesis, ...]:
        """Order the outcomes as if the search stopped here, the best first."""
        outcomes = sorted((*self.finished, *self.cut_off), key=self.score, reverse=True)
        return (*outcomes, *(each for each in self.live if each not in self.cut_off))[: self.width]

    def is_over(self) -> bool:
        """Tell whether nothing is left to extend that is better than the worst outcome so far."""
        if not self.live or self.live[0].length >= self.max_len:
            return True
        scores = sorted(map(self.score, self.finished), reverse=True)[: self.width]
        return len(scores) == self.width and self.score(self.live[0]) <= scores[-1]
