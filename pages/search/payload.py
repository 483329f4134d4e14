"""A beam search as plain data, as the tree is sent it."""

import zlib
from typing import Any

import torch

from core.figures.packing import packed, sent
from core.run import models, runs
from core.run.kept import kept
from core.run.payload import CANDIDATES, KINDS, run_id
from core.run.runs import RunSpec
from core.run.tokens import name_in
from core.vocab import END, MARK, Vocabulary
from pages.search.searches import Search, greedy, parting, plain, search

MOST_EXACT = 3_000  # weights that are sent as they are, beside what a search is sent of its hypotheses


@kept
def tree_payload(spec: RunSpec, width: int, length_penalty: float, layer: int, head: int) -> dict[str, Any]:
    """Return a search as the tree reads it, with one head's cross-attention; the same object for the same search.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    found = search(plain(spec), width, length_penalty)
    task, metadata = spec.task, models.catalogue()[spec.model]
    one, two = metadata.target_vocab.symbols[:2]
    references = [spec.reference.strip(), *(spec.known.references if spec.known else ())]
    at = parting(spec, found.tokens(found.best))
    weights = torch.cat([step.cross_weights[layer, :, head, 0] for step in found.steps])
    listed, following = nodes(found), reads(found)
    fork = None if at is None else [0, *found.along(found.tokens(found.best))][at.index]
    return {
        "id": f"{run_id(plain(spec))}-{width}-{zlib.crc32(repr(length_penalty).encode()):x}",
        "width": width,
        "penalty": length_penalty,
        "steps": len(found.steps),
        "between": task.target_text([one, two])[len(one) : -len(two)],
        "references": [task.target_text(task.target_tokens(text)) for text in references if text],
        "source": [
            {"text": name, "kind": KINDS.get(number, "token")}
            for name, number in zip(runs.source_names(spec), runs.source_ids(spec), strict=True)
        ],
        "padding": spec.padding,
        "layer": layer,
        "head": head,
        "greedy": found.along(greedy(spec).tokens),
        "fork": fork,
        "end_id": END,
        "symbols": len(metadata.target_vocab),
        **token_texts(metadata.target_vocab, listed["id"], following["id"]),
        "nodes": listed,
        "reads": following,
        "weights": sent(weights, weights.numel() > MOST_EXACT),
    }


def token_texts(vocab: Vocabulary, written: list[int], followers: list[list[int]]) -> dict[str, Any]:
    """Return how the tokens of a search look, by id, and what they add to a text where that is something else."""
    occurring = sorted({*written, *(number for row in followers for number in row)})
    pieces = {str(number): vocab.name(number).replace(MARK, " ") for number in sorted(set(written))}
    return {
        "names": {str(number): name_in(vocab, number) for number in occurring},
        "pieces": pieces if vocab.cuts_words else None,
    }


def nodes(found: Search) -> dict[str, Any]:
    """Return every hypothesis with what became of it, as columns, the root first, in the order of their numbers."""
    listed, kinds = [found.steps[0].read[0]], ["live"]
    before: set[int] = set()
    for step in found.steps:
        live, done = {each.number for each in step.live}, {each.number for each in step.finished} - before
        for each in step.considered:
            listed.append(each)
            kinds.append("live" if each.number in live else "done" if each.number in done else "pruned")
        before |= done
    return {
        "parent": [each.parent for each in listed],
        "id": [each.token for each in listed],
        "kind": kinds,
        "log_prob": packed(torch.tensor([each.log_prob for each in listed], dtype=torch.float64), "<f8"),
        "total": packed(torch.tensor([each.total for each in listed], dtype=torch.float64), "<f8"),
    }


def reads(found: Search) -> dict[str, Any]:
    """Return what followed each hypothesis that was read on, the likeliest first, in the order of the weights.

    Shapes: of N hypotheses and C candidates each, id [N][C], p [N,C]
    """
    log_probs = torch.cat([step.log_probs for step in found.steps])
    top = torch.topk(log_probs, min(CANDIDATES, log_probs.shape[1])).indices
    without_end = ~(top == END).any(dim=1)
    top[without_end, -1] = END
    return {
        "n": [hypothesis.number for step in found.steps for hypothesis in step.read],
        "id": top.tolist(),
        "p": packed(log_probs.gather(1, top).exp(), "<f4"),
    }
