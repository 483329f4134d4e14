"""What the tree is sent: a beam search as plain data."""

import zlib
from functools import lru_cache
from typing import Any

import torch

from core.decoding import Hypothesis
from core.vocab import END
from pages.shared import models, runs
from pages.shared.payload import CANDIDATES, KINDS, packed, run_id
from pages.shared.runs import RunSpec
from pages.shared.search.searches import Search, greedy, parting, plain, search
from pages.shared.tokens import visible


@lru_cache(maxsize=64)
def tree_payload(spec: RunSpec, width: int, length_penalty: float, layer: int, head: int) -> dict[str, Any]:
    """Return a search as the tree reads it, with one head's cross-attention; the same object for the same search.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    found = search(plain(spec), width, length_penalty)
    task, metadata = spec.task, models.catalogue()[spec.model]
    one, two = metadata.target_vocab.symbols[:2]
    references = [spec.reference.strip(), *(spec.known.references if spec.known else ())]
    at = parting(spec, found.tokens(found.best))
    fork = None if at is None else [0, *found.along(found.tokens(found.best))][at.index]
    return {
        "id": f"{run_id(plain(spec))}-{width}-{zlib.crc32(repr(length_penalty).encode()):x}",
        "width": width,
        "penalty": length_penalty,
        "steps": len(found.steps),
        "longest": metadata.config.max_target_len,
        "between": task.target_text([one, two])[len(one) : -len(two)],
        "references": [task.target_text(task.target_tokens(text)) for text in references if text],
        "source": [
            {"text": visible(token), "kind": KINDS.get(number, "token")}
            for token, number in zip(runs.source_tokens(spec), runs.source_ids(spec), strict=True)
        ],
        "padding": spec.padding,
        "layer": layer,
        "head": head,
        "greedy": found.along(greedy(spec).tokens),
        "fork": fork,
        "nodes": nodes(found, metadata.target_vocab.name),
        "reads": reads(found, metadata.target_vocab.name),
        "weights": packed(torch.cat([step.cross_weights[layer, :, head, 0] for step in found.steps]), "<f4"),
    }


def nodes(found: Search, name: Any) -> list[dict[str, Any]]:
    """Return every hypothesis with what became of it, the root first, in the order of their numbers."""

    def node(hypothesis: Hypothesis, kind: str) -> dict[str, Any]:
        return {
            "n": hypothesis.number,
            "parent": hypothesis.parent,
            "id": hypothesis.token,
            "text": visible(name(hypothesis.token)),
            "log_prob": hypothesis.log_prob,
            "total": hypothesis.total,
            "length": hypothesis.length,
            "kind": kind,
        }

    listed = [node(found.steps[0].read[0], "live")]
    before: set[int] = set()
    for step in found.steps:
        live, done = {each.number for each in step.live}, {each.number for each in step.finished} - before
        for each in step.considered:
            listed.append(node(each, "live" if each.number in live else "done" if each.number in done else "pruned"))
        before |= done
    return listed


def reads(found: Search, name: Any) -> list[dict[str, Any]]:
    """Return what followed each hypothesis that was read on, the likeliest first, in the order of the weights."""
    listed = []
    for step in found.steps:
        for row, hypothesis in enumerate(step.read):
            probs = step.log_probs[row].exp()
            top = torch.topk(probs, min(CANDIDATES, len(probs))).indices.tolist()
            shown = top if END in top else [*top[:-1], END]
            listed.append(
                {
                    "n": hypothesis.number,
                    "top": [
                        {"id": number, "text": visible(name(number)), "p": float(probs[number])} for number in shown
                    ],
                }
            )
    return listed
