"""Decoding many sources to their tokens alone, for measuring."""

import torch
from torch import Tensor

from core.decoding.refinement import refine_batch
from core.decoding.session import SWITCHES_OFF, Session
from core.model import Transformer
from core.switches import Switches
from core.vocab import BEGIN, END


def decode_batch(model: Transformer, source: Tensor, switches: Switches = SWITCHES_OFF) -> list[list[int]]:
    """Decode many sources greedily and return each one's tokens, END included where it was written.

    A model that writes all positions at once does so in one pass.

    Shapes: source [B,S]
    """
    if not model.config.autoregressive:
        return [refined.tokens for refined in refine_batch(model, source, 1, switches)]
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
