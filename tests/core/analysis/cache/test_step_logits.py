"""Cached and recomputed logits: equal but for rounding on every model that ships, and in 64 bits on every variant."""

import pytest
import torch
from torch import Tensor

from core import checkpoint, paths
from core.analysis.cache.step_logits import cached_logits, recomputed_logits
from core.analysis.cache.step_times import time_steps
from core.decoding import Session, decode
from core.model import Transformer
from core.switches import Switches
from core.vocab import BEGIN, PAD
from tests.core import tiny
from tests.core.tiny import VARIANTS, ids, worst

PLAIN = Switches()
SHIPPED = sorted(path.stem for path in paths.CHECKPOINTS.glob("*.safetensors"))
AUTOREGRESSIVE = [
    name for name in SHIPPED if checkpoint.read_metadata(paths.checkpoint_path(name)).config.autoregressive
]
# Of a step's largest logit: a few units of the 24th binary digit, the last that 32-bit numbers have.
ROUNDING = 2e-6


def both_ways(built: Transformer, source: Tensor, read: Tensor, switches: Switches = PLAIN) -> list[Tensor]:
    """Return the logits of every step, cached and recomputed. Shapes: → two of [B,T,V]"""
    so_far = [read[:, :step] for step in range(1, read.shape[1] + 1)]
    makers = cached_logits, recomputed_logits
    return [torch.stack([make(built, source, part, switches) for part in so_far], dim=1) for make in makers]


@pytest.mark.parametrize("name", AUTOREGRESSIVE)
def test_logits_of_every_shipped_model_differ_by_rounding_only(name: str) -> None:
    """Its own output as far as it writes one, with three PADs behind the source, at every step."""
    built, about = checkpoint.load(paths.checkpoint_path(name))
    text = "3 mars 2001" if about.task == "dates" else "knight"
    source = torch.tensor([[*about.source_vocab.encode(list(text)), PAD, PAD, PAD]])
    tokens = [step.token for step in decode(Session(built, source, record=False))]
    read = torch.tensor([[BEGIN, *tokens[:-1]]])
    cached, recomputed = both_ways(built, source, read)
    assert cached.shape == (1, len(tokens), built.config.target_vocab_size)
    assert bool(((cached - recomputed).abs().amax(-1) <= ROUNDING * recomputed.abs().amax(-1)).all())
    assert cached.argmax(-1)[0].tolist() == tokens


def test_some_models_are_checked() -> None:
    assert {"dates", "spelling", "small-additive", "small-layerwise", "small-mixed"} <= set(AUTOREGRESSIVE)


@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS.keys())
def test_logits_of_a_batch_are_equal_in_64_bits(changes: dict) -> None:
    built, source, read = tiny.model(**changes), ids(6, 4), ids(5, 5, seed=1)
    assert worst(*both_ways(built, source, read)) < 1e-11


def test_without_the_causal_mask_earlier_rows_change_so_that_nothing_may_be_kept() -> None:
    """Keys of tokens that were read before, as they were, would give other logits: a session keeps none then."""
    built, source, read = tiny.model(), ids(6), ids(5)
    off = Switches(causal=False)
    assert worst(*both_ways(built, source, read, off)) < 1e-11
    assert worst(cached_logits(built, source, read, PLAIN), recomputed_logits(built, source, read, off)) > 1e-3


def test_every_round_times_every_length_both_ways() -> None:
    built = tiny.model()
    found = list(time_steps(built, ids(6), ids(7), (2, 7), PLAIN, rounds=3))
    assert len(found) == 3
    for each in found:
        assert each.lengths == (2, 7) and len(each.cached) == len(each.recomputed) == 2
        assert min(*each.cached, *each.recomputed) >= 0
    with pytest.raises(ValueError, match="9 tokens are to be read, there are 7"):
        next(time_steps(built, ids(6), ids(7), (2, 9), PLAIN, rounds=1))
