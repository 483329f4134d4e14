"""`--device`: what runs on a GPU stays there. Torch's `meta` device refuses the processor's numbers, as a GPU does."""

import pytest
import torch

from core.config import ModelConfig
from core.decoding import ParallelSession, Session
from core.switches import BlockedCell, Switches
from core.training import Recipe, TrainingState
from core.training.batches import make_batch
from core.training.device import chosen_device
from core.training.distributed import World
from core.training.guided import diagonal_share
from core.training.loss import Objective
from core.training.masking import mask_some
from core.training.rewards import sequence_log_probs
from core.training.scheduled_sampling import mix_tokens
from core.vocab import BEGIN
from tests.core import tiny

META = torch.device("meta")
PAIRS = [([4, 5, 6], [7, 8]), ([9, 4], [5, 6, 7])]


def model_on_meta(**changes):
    return tiny.model(dtype=torch.float32, **changes).to(META)


@pytest.mark.parametrize(
    ("changes", "recipe"),
    [
        ({}, {}), ({}, {"guide": "diagonal"}), ({}, {"guide": "monotonic"}), ({"position": "learned"}, {}),
        ({"decoder": "length"}, {"mask_predict": True}), ({"decoder": "end", "wiring": "mixed"}, {}),
        ({"score": "additive", "normalizer": "relu"}, {}), ({"position": "none", "normalizer": "sigmoid"}, {}),
    ],
    ids=str,
)  # fmt: skip
def test_the_loss_and_its_gradients_are_where_the_model_is(changes: dict, recipe: dict) -> None:
    built = model_on_meta(**changes).train().requires_grad_(True)
    batch = make_batch(PAIRS, built.config)
    if recipe.get("mask_predict"):
        batch = mask_some(batch, torch.Generator().manual_seed(1))
    with pytest.raises(Exception, match="device"):
        Objective(built, Recipe(**recipe))(batch)
    terms = {name: term.mean for name, term in Objective(built, Recipe(**recipe))(on_meta(batch)).items()}
    sum(terms.values()).backward()
    assert {term.device for term in terms.values()} == {META}
    assert all(p.grad is None or p.grad.device == META for p in built.parameters())


def on_meta(batch):
    """Put a batch on meta; how many tokens it has is counted before, since meta holds no numbers."""
    moved = batch.to(META)
    kind = type("Counted", (type(batch),), {"tokens": batch.tokens})
    return kind(moved.source, moved.read, moved.labels)


def test_sessions_run_where_the_model_is() -> None:
    source = torch.tensor([[4, 5, 6]], device=META)
    for switches in (
        Switches(padding=False),
        Switches(padding=False, causal=False, blocked=(BlockedCell("self", 1, 0),)),
    ):
        session = Session(model_on_meta(), source, switches)
        for _ in range(2):
            found = session.advance(source.new_full((1,), BEGIN))
        assert {found.log_probs.device, found.cross_weights.device, session.encoder_weights.device} == {META}
    switches = Switches(padding=False, causal=False)
    parallel = ParallelSession(model_on_meta(decoder="length"), source, switches, length=3)
    assert parallel.log_probs.device == META


def test_what_learns_from_samples_runs_where_the_model_is() -> None:
    source = torch.tensor([[4, 5], [6, 7]], device=META)
    assert sequence_log_probs(model_on_meta(), source, [[4, 2], [5, 6, 2]]).device == META
    lengths = torch.tensor([4, 3], device=META), torch.tensor([5, 4], device=META)
    assert diagonal_share(torch.ones(2, 3, 4, 5, device=META), *lengths).device == META
    read, logits = torch.full((2, 3), BEGIN, device=META), torch.zeros(2, 3, 9, device=META)
    assert mix_tokens(read, logits, 0.5, False, torch.Generator().manual_seed(1)).device == META


def test_a_run_moves_with_its_average_and_its_optimiser() -> None:
    config = ModelConfig(source_vocab_size=9, target_vocab_size=9, d_model=8, num_heads=2, d_ff=8)
    state = TrainingState.new("x", config, Recipe())
    state.add_to_average()
    state.move_to(META)
    assert state.model.device == META and {x.device for x in state.average.values()} == {META}
    assert {p.device for group in state.optimizer.param_groups for p in group["params"]} == {META}
    assert state.averaged_model().device == META


def test_a_world_keeps_to_its_device() -> None:
    assert World().device == torch.device("cpu") and World(0, 1, META).device == META


@pytest.mark.parametrize(
    ("name", "gpus", "rank", "expected"),
    [
        ("auto", 0, "0", "cpu"), ("auto", 2, "1", "cuda:1"), ("cpu", 2, "0", "cpu"), ("cuda", 1, "0", "cuda:0"),
        ("cuda", 0, "0", None), ("cuda", 2, "2", None), ("gpu", 2, "0", None),
    ],
)  # fmt: skip
def test_a_device_is_chosen_by_name_and_by_what_there_is(monkeypatch, name, gpus, rank, expected) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    monkeypatch.setenv("LOCAL_RANK", rank)
    if expected is None:
        with pytest.raises(ValueError, match="device"):
            chosen_device(name)
    else:
        assert chosen_device(name) == torch.device(expected)
