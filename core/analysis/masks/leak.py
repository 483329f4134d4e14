"""Leaks that masks prevent: a later token hidden from earlier positions, padding, and rows that may see nothing."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.attention import softmax_normalizer
from core.model import Transformer
from core.switches import Switches, full_pass, run_decoder, run_encoder
from core.vocab import PAD


@dataclass(frozen=True, eq=False)
class Change:
    """Say how far each position's next-token distribution moved.

    Shapes: logits and divergence [T]
    Units: logits: the largest absolute change of any; divergence: KL(before ‖ after) in nats
    """

    logits: Tensor
    divergence: Tensor


@dataclass(frozen=True, eq=False)
class PaddingChange:
    """Say how far the outputs of the real tokens moved, by how many PAD tokens stand behind the source, 0 first.

    Shapes: memory [n+1,S], logits and divergence [n+1,T]
    Units: memory and logits: the largest absolute change; divergence: KL(without padding ‖ with) in nats
    """

    memory: Tensor
    logits: Tensor
    divergence: Tensor


def leak_test(model: Transformer, source: Tensor, read: Tensor, place: int, token: int, switches: Switches) -> Change:
    """Change one token that the decoder reads, and measure how far every position's logits move.

    Under the causal mask no position before `place` may move at all: it predicts from what stands before it, so one
    that moves has seen the answer.

    Shapes: source [S]; read [T], BEGIN first → [T] each
    Raises: ValueError if there is no such place, or the token stands there already.
    """
    return change_between(*leak_logits(model, source, read, place, token, switches))


@torch.inference_mode()
def leak_logits(
    model: Transformer, source: Tensor, read: Tensor, place: int, token: int, switches: Switches
) -> tuple[Tensor, Tensor]:
    """Return every position's logits before and after one token that the decoder reads is changed.

    Shapes: source [S]; read [T], BEGIN first → [T,V] twice
    Raises: ValueError if there is no such place, or the token stands there already.
    """
    if not 0 <= place < len(read):
        raise ValueError(f"the decoder reads positions 0 to {len(read) - 1}, asked for {place}")
    if int(read[place]) == token:
        raise ValueError(f"token {token} stands at position {place} already: nothing would change")
    edited = read.clone()
    edited[place] = token
    before, after = (full_pass(model, source[None], tokens[None], switches)[0] for tokens in (read, edited))
    return before, after


def change_between(before: Tensor, after: Tensor) -> Change:
    """Compare the logits of two runs, position by position. Shapes: [T,V] each → [T] each"""
    one, other = before.log_softmax(-1), after.log_softmax(-1)
    divergence = (one.exp() * (one - other)).sum(-1).clamp(min=0)
    return Change((after - before).abs().amax(-1), divergence)


@torch.inference_mode()
def padding_test(model: Transformer, source: Tensor, read: Tensor, most: int, switches: Switches) -> PaddingChange:
    """Put 0, 1, … `most` PAD tokens behind a source, as a batch with longer ones would, and measure what moves.

    With the padding mask nothing should, but for the rounding of sums of another length.

    Shapes: source [S], without PAD; read [T]
    Raises: ValueError if the source has PAD already, or if there is no room for `most`.
    """
    room = model.config.max_source_len - len(source)
    if not 0 <= most <= room:
        raise ValueError(f"there is room for 0 to {room} PAD tokens behind this source, asked for {most}")
    if bool((source == PAD).any()):
        raise ValueError("the source to compare with must have no PAD token")
    runs = [run_padded(model, source, read, count, switches) for count in range(most + 1)]
    memory, logits = runs[0]
    apart = [change_between(logits, other) for _, other in runs]
    return PaddingChange(
        memory=torch.stack([(other - memory).abs().amax(-1) for other, _ in runs]),
        logits=torch.stack([found.logits for found in apart]),
        divergence=torch.stack([found.divergence for found in apart]),
    )


def run_padded(
    model: Transformer, source: Tensor, read: Tensor, pads: int, switches: Switches
) -> tuple[Tensor, Tensor]:
    """Run a source with PAD tokens behind it; return what became of its own tokens, and the logits.

    Shapes: source [S], read [T] → memory of the last decoder layer [S,D], logits [T,V]
    """
    padded = torch.cat((source, source.new_full((pads,), PAD)))[None]
    memories = run_encoder(model, padded, switches, switches.tap())
    hidden = run_decoder(model, padded, read[None], memories, switches, switches.tap())
    return memories[-1][0, : len(source)], model.logits(hidden)[0]


def blind_rows(allowed: Tensor) -> list[int]:
    """List the queries that may attend to nothing, for instance by `trace.self_cells() == Cell.OPEN`.

    Shapes: allowed [Q,K] boolean
    """
    return (~allowed.any(-1)).nonzero().flatten().tolist()


def masked_softmaxes(scores: Tensor, allowed: Tensor) -> dict[str, Tensor]:
    """Mask scores in the three ways that are in use, which differ only in a row that may attend to nothing.

    `ours` gives zeros there, so the attention adds nothing but its bias; `minus infinity` gives NaN, which spreads to
    everything computed from it; `large number` (−10⁹) gives equal weight to what was forbidden.

    Shapes: scores […,Q,K], allowed broadcastable to it, boolean → […,Q,K] each
    """
    return {
        "ours": softmax_normalizer(scores, allowed),
        "minus infinity": scores.masked_fill(~allowed, -torch.inf).softmax(-1),
        "large number": scores.masked_fill(~allowed, -1e9).softmax(-1),
    }
