"""Decoding many sources to their tokens alone, for measuring."""

import torch
from torch import Tensor

from core.decoding.parallel import ParallelSession, decode_parallel
from core.decoding.session import SWITCHES_OFF, Session
from core.model import Transformer
from core.switches import Switches
from core.vocab import BEGIN, END


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
