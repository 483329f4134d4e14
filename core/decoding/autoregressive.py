"""Greedy, sampled, forced and teacher-forced decoding: one generator, differing in who chooses the token."""

from collections.abc import Iterator, Mapping, Sequence

from core.decoding.sampling import Chooser, argmax
from core.decoding.session import Session
from core.decoding.step import DecodeStep
from core.vocab import BEGIN, END

NOTHING_FORCED: Mapping[int, int] = {}


def decode(
    session: Session,
    choose: Chooser = argmax,
    *,
    forced: Mapping[int, int] = NOTHING_FORCED,
    reference: Sequence[int] | None = None,
) -> Iterator[DecodeStep]:
    """Write one token a step, until END or until the model can write no more.

    `forced` maps steps to the tokens to write there, whatever the model thinks. With a reference (END last) the decoder
    reads the reference instead of its own output (teacher forcing), for as many steps as the reference has tokens.

    Raises: ValueError if the session holds more than one source, or has been decoded already.
    """
    if session.read.shape[1]:
        raise ValueError(f"this session has read {session.read.shape[1]} tokens already: begin a new Session")
    if session.source.shape[0] != 1:
        raise ValueError(f"decode() steps through one source, this session holds {session.source.shape[0]}")
    read = BEGIN
    steps = session.max_len if reference is None else min(len(reference), session.max_len)
    for index in range(steps):
        advance = session.advance(session.source.new_tensor([read]))
        log_probs = advance.log_probs[0]
        token = forced[index] if index in forced else choose(log_probs)
        yield DecodeStep(
            index=index,
            read=read,
            token=token,
            chosen_by="forced" if index in forced else "model",
            log_probs=log_probs,
            self_weights=None if advance.self_weights is None else advance.self_weights[:, 0],
            cross_weights=None if advance.cross_weights is None else advance.cross_weights[:, 0],
        )
        read = token if reference is None else reference[index]
        if reference is None and token == END:
            return
