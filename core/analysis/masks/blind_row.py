"""A query that may attend to nothing, masked in the three ways in use: what each makes of a whole run."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.analysis.masks.leak import masked_softmaxes
from core.model import Transformer
from core.switches import AttentionKind, BlockedCell, Switches, full_pass, site_of
from core.taps import Intervention, Recorder
from core.trace import Trace

WAYS = ("ours", "minus infinity", "large number")


@dataclass(frozen=True, eq=False)
class BlindRow:
    """Hold one row of one head with every key blocked, and what became of every position of the target.

    `scores` and `open_weights` are those of the run in which the row is not blocked; `weights` and `logits` are by way
    of masking, and `open_logits` those of the run as it was.

    Shapes: scores, open_weights and each of weights [K]; open_logits and each of logits [T,V]
    """

    scores: Tensor
    open_weights: Tensor
    weights: Mapping[str, Tensor]
    open_logits: Tensor
    logits: Mapping[str, Tensor]


class MaskedBy(Intervention):
    """Put the weights of one way of masking in place of the model's own, in every layer and head of an attention.

    One run only: it remembers the scores from one site to the next.

    Shapes: allowed [Q,K], boolean
    """

    def __init__(self, attention: AttentionKind, allowed: Tensor, way: str) -> None:
        side, part = site_of(attention, 0).split(".0.")
        self.start, self.ends = f"{side}.", (f".{part}.scores", f".{part}.weights")
        self.allowed, self.way, self.scores = allowed, way, torch.empty(0)

    def wants(self, site: str) -> bool:
        return site.startswith(self.start) and site.endswith(self.ends)

    def visit(self, site: str, tensor: Tensor, first_query: int) -> Tensor:
        if site.endswith(".scores"):
            self.scores = tensor
            return tensor
        return masked_softmaxes(self.scores, self.allowed)[self.way]


def ways_of(model: Transformer) -> tuple[str, ...]:
    """List the ways that differ for a model: without a softmax there is nothing to divide by, and only ours is left."""
    return WAYS if model.config.normalizer == "softmax" else WAYS[:1]


@torch.inference_mode()
def blind_row(
    model: Transformer, trace: Trace, attention: AttentionKind, layer: int, head: int, query: int
) -> BlindRow:
    """Forbid one query every key, in all layers and heads, and run what had been read once more in each way.

    Raises: ValueError if the run has no such row, layer or head.
    """
    source, read, switches = trace.source[None], trace.read()[None], trace.switches
    queries = len(trace.source) if attention == "encoder" else read.shape[1]
    keys = read.shape[1] if attention == "self" else len(trace.source)
    if not 0 <= query < queries:
        raise ValueError(f"this run has rows 0 to {queries - 1} here, asked for {query}")
    site = site_of(attention, layer)
    recorder = Recorder(lambda name: name in (f"{site}.scores", f"{site}.weights"))
    open_logits = full_pass(model, source, read, switches, recorder)[0]
    if not recorder.records or not 0 <= head < model.config.num_heads:
        raise ValueError(f"this model has no layer {layer} with head {head} in its {attention} attention")
    scores, open_weights = (recorder.records[f"{site}.{name}"][0, head, query] for name in ("scores", "weights"))
    blocked = with_blind_row(switches, attention, query, keys)
    nothing = torch.zeros(1, keys, dtype=torch.bool)
    ways = ways_of(model)
    weights = {way: masked_softmaxes(scores[None], nothing)[way][0] for way in ways}
    logits = {way: run_masked_by(model, source, read, attention, way, blocked) for way in ways}
    return BlindRow(scores, open_weights, weights, open_logits, logits)


def with_blind_row(switches: Switches, attention: AttentionKind, query: int, keys: int) -> Switches:
    """Return switches that block all of a row as well."""
    row = frozenset(BlockedCell(attention, query, key) for key in range(keys))
    return replace(switches, blocked=switches.blocked | row)


def run_masked_by(
    model: Transformer, source: Tensor, read: Tensor, attention: AttentionKind, way: str, switches: Switches
) -> Tensor:
    """Run encoder and decoder with one attention masked in one way. Shapes: source [1,S], read [1,T] → [T,V]"""
    if way == "ours":  # whoever watches, even if nothing, keeps the run off the fused path: `attend` is what is shown
        return full_pass(model, source, read, switches, Recorder(lambda site: False))[0]
    mask = {
        "encoder": lambda: switches.encoder_mask(source),
        "self": lambda: switches.self_mask(read.shape[1]),
        "cross": lambda: switches.cross_mask(source, read.shape[1]),
    }[attention]()
    assert mask is not None, "a row that is blind has a mask"
    return full_pass(model, source, read, switches, MaskedBy(attention, mask, way))[0]
