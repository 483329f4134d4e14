"""Decoding many sources to their tokens alone, for measuring."""

from collections.abc import Sequence

import torch
from torch import Tensor

from core.decoding.parallel import ParallelSession, decode_parallel
from core.decoding.session import SWITCHES_OFF, Session
from core.model import Transformer
from core.switches import Switches
from core.vocab import BEGIN, END, PAD


def decode_batch(model: Transformer, source: Tensor, switches: Switches = SWITCHES_OFF) -> list[list[int]]:
    """Decode many sources greedily and return each one's tokens, END included where it was written.

    An autoregressive model takes all of them at once, one that writes in parallel takes one after the other.

    Shapes: source [B,S]
    """
    if not model.config.autoregressive:
        sessions = (ParallelSession(model, row[None], switches, record=False) for row in source)
        return [[step.token for step in decode_parallel(session)] for session in sessions]
    session = Session(model, source, switches, record=False)
    tokens = torch.full((source.shape[0],), BEGIN)
    done = torch.zeros(source.shape[0], dtype=torch.bool)
    for _ in range(session.max_len):
        tokens = session.advance(tokens).log_probs.argmax(-1)
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
    given = torch.tensor([[*row, *[PAD] * (longest - len(row))] for row in begun]).view(len(begun), longest)
    counts = torch.tensor([len(row) for row in begun])
    tokens, done = torch.full((len(begun),), BEGIN), torch.zeros(len(begun), dtype=torch.bool)
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
