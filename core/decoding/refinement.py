"""Iterative refinement (mask-predict): write everything, hide what one is least sure of, write that again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from core.decoding.parallel import ParallelEncoding, ParallelSession, Pass
from core.decoding.session import SWITCHES_OFF
from core.model import Transformer
from core.switches import Switches
from core.vocab import BEGIN, END


@dataclass(frozen=True, eq=False)
class RefineStep:
    """Record one pass: what it read, which positions it wrote, and what stands there now.

    `hidden` marks the positions that read BEGIN and were written in this pass; the others were read and kept.
    `sureness` is the log-probability of each token in the pass that wrote it. `text_len` is how many of the tokens
    count: up to and with the first END where the model cuts there, else all.

    Shapes: read, hidden, tokens, sureness [T]; log_probs [T,V]; self_weights [L,H,T,T], cross_weights [L,H,T,S], or
        None if not recorded
    Units: nats
    """

    index: int
    read: Tensor
    hidden: Tensor
    tokens: Tensor
    sureness: Tensor
    log_probs: Tensor
    text_len: int
    self_weights: Tensor | None = None
    cross_weights: Tensor | None = None

    @property
    def text(self) -> list[int]:
        """Return the tokens that count."""
        return self.tokens[: self.text_len].tolist()


def hidden_count(length: int, index: int, passes: int) -> int:
    """Return how many of `length` positions pass number `index` of `passes` writes: all at first, then ever fewer.

    Source: Ghazvininejad et al. 2019, § 4.1: n = N (T − t) / T, here rounded down.
    """
    return length * (passes - index) // passes


def least_sure(sureness: Tensor, count: int) -> Tensor:
    """Mark the `count` positions of each row with the least sureness; of equals the first ones.

    Shapes: sureness [B,T] → [B,T], boolean
    """
    order = sureness.argsort(dim=-1, stable=True)
    return torch.zeros_like(sureness, dtype=torch.bool).scatter(-1, order[:, :count], True)


class Draft(NamedTuple):
    """All rows after a pass. Shapes: read, hidden, tokens, sureness [B,T]"""

    read: Tensor
    hidden: Tensor
    tokens: Tensor
    sureness: Tensor
    seen: Pass


def drafts(look: Callable[[Tensor], Pass], unwritten: Tensor, passes: int) -> Iterator[Draft]:
    """Write tokens in place of `unwritten` in up to `passes` passes; it ends before a pass that would write nothing.

    Shapes: unwritten [B,T], all BEGIN

    Raises: ValueError if there is not at least one pass.
    Source: Ghazvininejad et al. 2019, § 4 (mask-predict).
    """
    if passes < 1:
        raise ValueError(f"mask-predict needs at least 1 pass, got {passes}")
    tokens, sureness = unwritten, torch.zeros_like(unwritten, dtype=torch.get_default_dtype())
    for index in range(passes):
        count = hidden_count(unwritten.shape[1], index, passes)
        if count == 0:
            return
        hidden = least_sure(sureness, count)
        read = tokens.masked_fill(hidden, BEGIN)
        seen = look(read)
        log_probs, best = seen.log_probs.max(-1)
        tokens = torch.where(hidden, best, tokens)
        sureness = torch.where(hidden, log_probs, sureness)
        yield Draft(read, hidden, tokens, sureness, seen)


def refine(session: ParallelSession, passes: int) -> Iterator[RefineStep]:
    """Refine the session's output in up to `passes` passes, the first of which is the session's own.

    Raises: ValueError if there is not at least one pass.
    """

    def look(read: Tensor) -> Pass:
        return session.first if bool((read == BEGIN).all()) else session.look(read)

    for index, draft in enumerate(drafts(look, session.source.new_full((1, session.length), BEGIN), passes)):
        seen = draft.seen
        yield RefineStep(
            index=index,
            read=draft.read[0],
            hidden=draft.hidden[0],
            tokens=draft.tokens[0],
            sureness=draft.sureness[0],
            log_probs=seen.log_probs[0],
            text_len=len(cut(draft.tokens[0].tolist(), session.model)),
            self_weights=None if seen.self_weights is None else seen.self_weights[:, 0],
            cross_weights=None if seen.cross_weights is None else seen.cross_weights[:, 0],
        )


class Refined(NamedTuple):
    """The output of refinement for one source, END included where the model cuts there, and its number of passes."""

    tokens: list[int]
    passes: int


def refine_batch(
    model: Transformer, source: Tensor, passes: int = 1, switches: Switches = SWITCHES_OFF
) -> list[Refined]:
    """Write many targets at once, those of equal length together, so that each comes out as it would alone.

    Shapes: source [B,S]
    Raises: ValueError if there is not at least one pass, or as a ParallelEncoding does.
    """
    encoding = ParallelEncoding(model, source, switches, record=False)
    lengths = encoding.lengths()
    found: dict[int, Refined] = {}
    for length in lengths.unique().tolist():
        rows = (lengths == length).nonzero()[:, 0]
        unwritten = source.new_full((len(rows), length), BEGIN)
        done = list(drafts(partial(encoding.look, rows=rows), unwritten, passes))
        for row, tokens in zip(rows.tolist(), done[-1].tokens.tolist(), strict=True):
            found[row] = Refined(cut(tokens, model), len(done))
    return [found[row] for row in range(len(lengths))]


def cut(tokens: list[int], model: Transformer) -> list[int]:
    """Return the tokens up to and with the first END if the model cuts there, else all."""
    ends = model.config.decoder == "end" and END in tokens
    return tokens[: tokens.index(END) + 1] if ends else tokens
