"""Many samples of one source at once: outputs that begin alike share the model's work."""

from collections import Counter
from dataclasses import dataclass

import torch

from core.decoding.sampling import Filter
from core.decoding.session import Session
from core.vocab import BEGIN, END


@dataclass(frozen=True)
class Drawn:
    """One output: its tokens (END last where it was written), how often it was drawn, and how likely it is.

    `log_prob` is the model's own, `drawn_log_prob` the one that the filters leave it, by which it was drawn.

    Units: nats
    """

    tokens: tuple[int, ...]
    count: int
    log_prob: float = 0.0
    drawn_log_prob: float = 0.0


def draw_many(session: Session, count: int, generator: torch.Generator, *filters: Filter) -> list[Drawn]:
    """Draw whole outputs, each token from what the filters, in their order, make of the model's distribution.

    Returns the outputs, those drawn most often first, then the likelier.

    Raises: ValueError if the count is below 1, or the session holds more than one source.
    """
    if count < 1:
        raise ValueError(f"there is at least 1 sample to draw, got {count}")
    if session.source.shape[0] != 1:
        raise ValueError(f"draw_many() reads one source, this session holds {session.source.shape[0]}")
    live, done = [Drawn((), count)], []
    for _ in range(session.max_len):
        log_probs = session.advance(
            torch.tensor([each.tokens[-1] if each.tokens else BEGIN for each in live])
        ).log_probs
        filtered = log_probs
        for keep in filters:
            filtered = keep(filtered)
        going_on, rows = [], []
        for row, begun in enumerate(live):
            tokens = torch.multinomial(filtered[row].exp(), begun.count, replacement=True, generator=generator)
            for token, times in sorted(Counter(tokens.tolist()).items()):
                model, drawn = float(log_probs[row, token]), float(filtered[row, token])
                output = Drawn((*begun.tokens, token), times, begun.log_prob + model, begun.drawn_log_prob + drawn)
                if token == END:
                    done.append(output)
                else:
                    going_on.append(output)
                    rows.append(row)
        live = going_on
        if not live:
            break
        session.select(torch.tensor(rows))
    return sorted(done + live, key=lambda output: (-output.count, -output.log_prob, output.tokens))
