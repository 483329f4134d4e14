"""Guiding: shares are counted as the rule says, runs differ in the guide alone, and what is finished stays."""

import json
import statistics
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core import checkpoint, paths
from core.analysis.attention.diagonal import EVERY, REACHED, Look, even_share, look, looks, probes, steps_until
from core.config import ModelConfig
from core.evaluation.evidence import read_evidence
from core.evaluation.exact_match import exact_match
from core.evaluation.token_errors import token_error_rates
from core.experiments import guided_attention
from core.experiments.guided_attention import COURSES, GUIDES, Course, begin, run, summary
from core.experiments.small_models import command
from core.tasks import get_task
from core.tasks.edit_distance import edit_distance
from core.training.__main__ import given, parse
from core.training.batches import make_batch
from core.training.encoding import vocabularies
from core.training.guided import CrossWeights
from core.training.recipe import Recipe
from tests.core import tiny
from tests.core.tiny_task import TASK, VOCABS

PAIRS = [([5, 6, 7, 8, 9, 5, 6], [4, 5]), ([8, 9], [6, 7, 8])]


def near(row: int, column: int, rows: int, columns: int) -> bool:
    return abs(column - row * columns / rows) <= 2


def test_the_share_is_counted_cell_by_cell() -> None:
    model = tiny.model()
    batch = make_batch(PAIRS, model.config)
    keeper = CrossWeights()
    model(batch.source, batch.read, tap=keeper.tap())
    found = look(model, batch, 7)
    shares = []
    for layer in keeper.layers:
        for head in range(layer.shape[1]):
            close = total = 0.0
            for pair, (source, target) in enumerate(PAIRS):
                rows, columns = len(target) + 1, len(source)
                for row in range(rows):
                    for column in range(columns):
                        weight = float(layer[pair, head, row, column])
                        total += weight
                        close += weight * near(row, column, rows, columns)
            shares.append(close / total)
    assert found.step == 7
    assert found.share == pytest.approx(statistics.mean(shares)) and found.best == pytest.approx(max(shares))


def test_even_attention_has_the_share_that_counting_gives() -> None:
    batch = make_batch(PAIRS, tiny.model().config)
    close = rows_seen = 0.0
    for source, target in PAIRS:
        rows, columns = len(target) + 1, len(source)
        close += sum(near(row, column, rows, columns) for row in range(rows) for column in range(columns)) / columns
        rows_seen += rows
    assert even_share(batch) == pytest.approx(close / rows_seen)


def test_steps_until_are_those_of_the_first_look_that_reaches_it() -> None:
    found = [Look(step, share, 1.0) for step, share in ((0, 0.4), (20, 0.79), (40, 0.8), (60, 0.7), (80, 0.9))]
    assert steps_until(found) == 40 and steps_until(found[:2]) is None


def test_outputs_are_scored_as_elsewhere() -> None:
    model = tiny.model(source_vocab_size=len(VOCABS[0]), target_vocab_size=len(VOCABS[1]), dtype=torch.float32)
    examples = TASK.held_out("test", 30)
    rates = token_error_rates(model, TASK, VOCABS, examples)
    plain = exact_match(model, TASK, *VOCABS, examples)
    assert rates.words == 30 and 1 - rates.wer == pytest.approx(plain.total)
    edits = sum(edit_distance(output, example.target) for example, output in plain.errors)
    assert rates.phone_errors == edits and rates.phones == sum(len(x.target) for x in examples)


@pytest.mark.parametrize("name", ["copy", "spelling"])
def test_runs_differ_in_the_guide_alone_and_begin_alike(name: str) -> None:
    plain, *others = (begin(name, guide, 3) for guide in GUIDES)
    for other in others:
        assert replace(other.recipe, guide="none") == plain.recipe and other.recipe.guide != "none"
        assert other.model.config == plain.model.config
        for one, two in zip(plain.model.parameters(), other.model.parameters(), strict=True):
            assert torch.equal(one, two)


@pytest.mark.parametrize("guide", GUIDES)
def test_the_command_told_trains_the_same(guide: str, monkeypatch: pytest.MonkeyPatch) -> None:
    state = begin("copy", guide, 2)
    told = command(state, f"guided-{guide}", COURSES["copy"].sizes)
    monkeypatch.setattr("sys.argv", told.removeprefix("python -m ").split())
    options = parse()
    config = state.model.config
    sizes = {"source_vocab_size": config.source_vocab_size, "target_vocab_size": config.target_vocab_size}
    assert (options.task, options.name, options.threads) == ("copy", f"guided-{guide}", 1)
    assert Recipe(**given(options, Recipe)) == state.recipe
    assert ModelConfig(**sizes, **given(options, ModelConfig)) == config


def test_probes_are_held_out_long_and_always_the_same() -> None:
    task = get_task("copy")
    state = begin("copy", "none", 1)
    one, two = (probes(task, vocabularies(task), state.model.config) for _ in range(2))
    assert torch.equal(one.source, two.source) and len(one.source) == 96
    assert int((one.source != 0).sum(1).min()) >= 8


def test_attention_is_looked_at_before_during_and_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COURSES, "copy", Course(5, 1, 60, 1))
    monkeypatch.setitem(guided_attention.SHARED, "warmup", 1)
    task, state = get_task("copy"), begin("copy", "diagonal", 1)
    found = list(looks(state, task, vocabularies(task), probes(task, vocabularies(task), state.model.config, 4), 2))
    assert [each.step for each in found] == [0, 2, 4, 5]
    assert found[0].share != found[-1].share


def test_what_is_finished_is_kept_and_not_trained_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COURSES, "copy", Course(3, 1, 60, 1))
    monkeypatch.setitem(guided_attention.SHARED, "warmup", 1)
    first = run("copy", "diagonal", 1, tmp_path)
    _, metadata = checkpoint.load(tmp_path / "copy-diagonal-seed1.safetensors")
    assert metadata.name == "guided-diagonal" and metadata.training["steps"] == 3
    monkeypatch.setattr(guided_attention, "begin", None)
    assert run("copy", "diagonal", 1, tmp_path) == first
    row = summary("copy", "diagonal", [1, 2], [first, first | {"per": first["per"] + 0.2}])
    assert row["per"]["mean"] == pytest.approx(first["per"] + 0.1)
    assert row["per"]["spread"] == pytest.approx(0.2 / 2**0.5, abs=1e-6)
    assert row["exact"]["each"] == pytest.approx([1 - first["wer"]] * 2)


def test_the_table_that_ships_agrees_with_its_own_curves() -> None:
    found = read_evidence("guided-attention")
    assert {(row["task"], row["guide"]) for row in found["rows"]} == {(t, g) for t in COURSES for g in GUIDES}
    for row in found["rows"]:
        assert row["seeds"] == [1, 2, 3] and row["steps"][:2] == [0, EVERY]
        for seed, until in enumerate(row["until"]):
            shares = [at["each"][seed] for at in row["share"]]
            reached = [step for step, share in zip(row["steps"], shares, strict=True) if share >= REACHED]
            assert until == (reached[0] if reached else None)
            assert shares[-1] == row["end"]["each"][seed]
        for name in ("exact", "per", "end", "best"):
            assert row[name]["mean"] == pytest.approx(statistics.mean(row[name]["each"]), abs=1e-5)
            assert row[name]["spread"] == pytest.approx(statistics.stdev(row[name]["each"]), abs=1e-5)


def test_the_models_that_ship_are_those_of_the_table() -> None:
    rows = {row["guide"]: row for row in read_evidence("guided-attention")["rows"] if row["task"] == "spelling"}
    configs = set()
    for guide in GUIDES:
        metadata = checkpoint.read_metadata(paths.CHECKPOINTS / f"guided-{guide}.safetensors")
        configs.add(json.dumps(metadata.config.to_dict()))
        assert metadata.scores["conditions"]["as trained"] == rows[guide]["exact"]["each"][0]
        assert (f"--guide {guide}" in metadata.training["command"]) == (guide != "none")
    assert len(configs) == 1
