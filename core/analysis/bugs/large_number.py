"""A mask that adds a large negative number, and is beaten by large scores."""

import torch
from torch import Tensor

from core.analysis.bugs.symptom import Case, Measure, Symptom
from core.analysis.masks.leak import change_between
from core.masks import causal_mask
from core.model import Transformer
from core.switches import Switches, full_pass
from core.taps import Intervention, Recorder
from core.training.batches import Batch
from core.vocab import SPECIALS

LARGE = 1e4
FACTORS = (1, 100, 1_000, 2_000, 3_000, 10_000)
LEAKS = 0.01  # of the attention of a row


def percent(share: float) -> str:
    """Write a share."""
    return f"{100 * share:.1f} %"


class AddedMask(Intervention):
    """Mask the decoder's self-attention by adding a large negative number to the scores of later tokens."""

    def __init__(self) -> None:
        self.scores = torch.empty(0)

    def wants(self, site: str) -> bool:
        return site.startswith("decoder.") and site.endswith((".self_attn.scores", ".self_attn.weights"))

    def visit(self, site: str, tensor: Tensor, first_query: int) -> Tensor:
        if site.endswith(".scores"):
            self.scores = tensor
            return tensor
        hidden = ~causal_mask(tensor.shape[-1])
        return (self.scores - LARGE * hidden).softmax(-1)


@torch.inference_mode()
def large_number(case: Case) -> Symptom:
    """Multiply the scores of a model: once they exceed the number that is added, the mask is beaten."""
    batch = case.batch(case.shown[-1:])
    found = [(factor, *later_weight(case.model, batch, factor)) for factor in FACTORS]
    rows = tuple(
        (f"{factor:,}", f"{score:,.0f}", percent(wrong), percent(right)) for factor, score, wrong, right in found
    )
    first = leak_score(case.model, batch)
    moves = [moved(case.model, batch, masked) for masked in (True, False)]
    return Symptom(
        (Measure("leak_score", "number", first, None), Measure("earlier_move", "number", *moves)),
        ("factor", "largest_score"), "later_weight", rows,
    )  # fmt: skip


def later_weight(model: Transformer, batch: Batch, factor: float) -> tuple[float, float, float]:
    """Return the largest score, and the largest weight on a later token by an added number and by our mask."""
    hidden = ~causal_mask(batch.read.shape[1])[0, 0]
    found: list[float] = []
    for masked in ((AddedMask(),), ()):
        recorder = Recorder(AddedMask().wants)
        full_pass(model, batch.source, batch.read, Switches(temperature=1 / factor), *masked, recorder)
        kept = recorder.records
        scores = max(float(kept[name].abs().max()) for name in kept if name.endswith(".scores"))
        weights = max(float(kept[name][..., hidden].max()) for name in kept if name.endswith(".weights"))
        found += [scores, weights] if not found else [weights]
    return found[0], found[1], found[2]


def leak_score(model: Transformer, batch: Batch) -> float:
    """Return the largest score of the run in which an added number first lets more than a hundredth through."""
    least, most = 1.0, float(FACTORS[-1])
    while most / least > 1.01:
        middle = (least * most) ** 0.5
        least, most = (least, middle) if later_weight(model, batch, middle)[1] > LEAKS else (middle, most)
    return later_weight(model, batch, most)[0]


def moved(model: Transformer, batch: Batch, masked: bool) -> float:
    """Change each token that is read, and return how far any earlier logit moves at most, at the largest factor."""
    switches = Switches(temperature=1 / FACTORS[-1])

    def run(read: Tensor) -> Tensor:
        return full_pass(model, batch.source, read, switches, *((AddedMask(),) if masked else ()))[0]

    before, found = run(batch.read), []
    for place in range(1, batch.read.shape[1]):
        edited = batch.read.clone()
        edited[0, place] = len(SPECIALS) + (int(edited[0, place]) == len(SPECIALS))
        found.append(float(change_between(before, run(edited)).logits[:place].max()))
    return max(found)
