"""Why the argmax and the edit distance have no gradient: one weight moved, and what becomes of both kinds of reward."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.decoding.session import Session
from core.model import Transformer
from core.training.batches import pad
from core.training.rewards import Reward, reward_of
from core.vocab import BEGIN, END


@dataclass(frozen=True, eq=False)
class BiasSweep:
    """Hold what follows from adding each of some amounts to one output bias, that of `token`.

    `greedy` are the argmax outputs and `steps` their rewards; `expected` is the mean reward of the given outputs, each
    weighed by its probability among them, and `slopes` its derivative; `covered` is the probability of all of them.

    Shapes: offsets, steps, expected, slopes, covered [O]
    """

    token: int
    offsets: Tensor
    greedy: list[list[int]]
    steps: Tensor
    expected: Tensor
    slopes: Tensor
    covered: Tensor


def move_bias(
    model: Transformer, source: Tensor, reference: Sequence[int], kind: Reward, outputs: Sequence[list[int]],
    token: int, offsets: Tensor,
) -> BiasSweep:  # fmt: skip
    """Move the output bias of a token and score what the model then writes, and what it then may write.

    A larger bias raises one logit at every step, so p'(w) = p(w) · exp(δ [w = token]) / (1 + p(token) (exp δ − 1)).
    The slope is REINFORCE's: the mean of (reward − expected) · d log p / dδ.

    Shapes: source [1,S], offsets [O]
    Source: Williams 1992, eq. 4.
    """
    greedy = greedy_by_offset(model, source, token, offsets)
    steps = torch.tensor([reward_of(kind, output, reference) for output in greedy], dtype=torch.float64)
    rewards = torch.tensor([reward_of(kind, output, reference) for output in outputs], dtype=torch.float64)
    log_probs, scores = log_probs_by_offset(model, source, outputs, token, offsets)
    weights = log_probs.softmax(-1)
    expected = weights @ rewards
    mean_score = (weights * scores).sum(-1, keepdim=True)
    slopes = (weights * (rewards - expected[:, None]) * (scores - mean_score)).sum(-1)
    return BiasSweep(token, offsets, greedy, steps, expected, slopes, log_probs.exp().sum(-1))


def log_probs_by_offset(
    model: Transformer, source: Tensor, outputs: Sequence[list[int]], token: int, offsets: Tensor
) -> tuple[Tensor, Tensor]:
    """Return log p of outputs under every offset, and its derivative by the offset. Shapes: → [O,D] each"""
    written = pad(outputs)
    log_probs = model(source.expand(len(outputs), -1), pad([[BEGIN, *output[:-1]] for output in outputs]))
    log_probs = log_probs.detach().double().log_softmax(-1)
    there = torch.arange(written.shape[1]) < torch.tensor([len(output) for output in outputs])[:, None]
    hits = ((written == token) & there).double()
    usual = log_probs.gather(-1, written[..., None])[..., 0].masked_fill(~there, 0).sum(-1)
    of_token = log_probs[..., token].exp()
    raised = offsets.double()[:, None, None]
    sums = 1 + of_token * raised.expm1()
    moved = usual + raised[..., 0] * hits.sum(-1) - sums.log().masked_fill(~there, 0).sum(-1)
    now = of_token * raised.exp() / sums
    return moved, (hits - now.masked_fill(~there, 0)).sum(-1)


def greedy_by_offset(model: Transformer, source: Tensor, token: int, offsets: Tensor) -> list[list[int]]:
    """Return the argmax output under every offset, END included where it was written."""
    session = Session(model, source.expand(len(offsets), -1), record=False)
    raised = torch.zeros(len(offsets), model.config.target_vocab_size)
    raised[:, token] = offsets.float()
    tokens, done, written = torch.full((len(offsets),), BEGIN), torch.zeros(len(offsets), dtype=torch.bool), []
    for _ in range(session.max_len):
        tokens = (session.advance(tokens).log_probs + raised).argmax(-1)
        written.append(tokens)
        done |= tokens == END
        if bool(done.all()):
            break
    rows = torch.stack(written, dim=1).tolist()
    return [row[: row.index(END) + 1] if END in row else row for row in rows]
