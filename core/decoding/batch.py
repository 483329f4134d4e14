"""Decoding many sources to their tokens alone, for measuring and for learning from samples."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from core.decoding.refinement import refine_batch
from core.decoding.session import SWITCHES_OFF, Session
from core.model import Transformer
from core.switches import Switches
from core.vocab import BEGIN, END, PAD


def decode_batch(model: Transformer, source: Tensor, switches: Switches = SWITCHES_OFF) -> list[list[int]]:
    """Decode many sources greedily and return each one's tokens, END included where it was written.

    A model that writes all positions at once does so in one pass.

    Shapes: source [B,S]
    """
    if not model.config.autoregressive:
        return [refined.tokens for refined in refine_batch(model, source, 1, switches)]
    return _written(model, source, switches, lambda log_probs: log_probs.argmax(-1))


def sample_batch(model: Transformer, source: Tensor, generator: torch.Generator) -> list[list[int]]:
    """Draw an output for each of many sources from the model's own distribution; END included where it was written.

    Shapes: source [B,S]
    Raises: ValueError if the model writes all positions at once.
    """
    return _written(
        model, source, SWITCHES_OFF,
        lambda log_probs: torch.multinomial(log_probs.exp().to(generator.device), 1, generator=generator)[:, 0],
    )  # fmt: skip


def _written(
    model: Transformer, source: Tensor, switches: Switches, choose: Callable[[Tensor], Tensor]
) -> list[list[int]]:
    """Write until every row has its END; `choose` makes tokens [B] of log-probabilities [B,V]."""
    session = Session(model, source, switches, record=False)
    tokens = source.new_full((source.shape[0],), BEGIN)
    done = torch.zeros_like(tokens, dtype=torch.bool)
    for _ in range(session.max_len):
        tokens = choose(session.advance(tokens).log_probs).to(source.device)
        done |= tokens == END
        if bool(done.all()):
            break
    written = torch.cat((session.read[:, 1:], tokens[:, None]), dim=1).tolist()
    return [row[: row.index(END) + 1] if END in row else row for row in written]


@torch.inference_mode()
def continue_batch(
    model: Transformer, source: Tensor, begun: Sequence[Sequence[int]], switches: Switches = SWITCHES_OFF
) -> list[list[int]]:
    """Let each row write on greedily from the tokens that it has begun with; return both together, END included.

    Shapes: source [B,S], one beginning a row
    Raises: ValueError as a Session does, or if a beginning is longer than the model can write.
    """
    session = Session(model, source, switches, record=False)
    longest = max(map(len, begun))
    if longest > session.max_len:
        raise ValueError(f"the model writes at most {session.max_len} tokens, a beginning has {longest}")
    given = source.new_tensor([[*row, *[PAD] * (longest - len(row))] for row in begun]).view(len(begun), longest)
    counts = source.new_tensor([len(row) for row in begun])
    tokens, done = torch.full_like(counts, BEGIN), torch.zeros_like(counts, dtype=torch.bool)
    written = []
    for step in range(session.max_len):
        tokens = session.advance(tokens).log_probs.argmax(-1)
        if step < longest:
            tokens = torch.where(counts > step, given[:, step], tokens)
        written.append(tokens)
        done |= (tokens == END) & (counts <= step)
        if bool(done.all()):
            break
    rows = torch.stack(written, dim=1).tolist()
    return [cut(row, len(first)) for row, first in zip(rows, begun, strict=True)]


def cut(row: list[int], begun: int) -> list[int]:
    """Return a row up to and with the first END after its beginning."""
    return row[: row.index(END, begun) + 1] if END in row[begun:] else row
