"""Erased weights: every count made again one source, one step and one change at a time; the command and its table."""

import json
from pathlib import Path

import pytest
import torch

from core import checkpoint, paths, tasks
from core.analysis.attention.alignment import METHODS, agreement, alignments
from core.analysis.attention.batch_weights import PLAIN, method_agreement, run_batch
from core.analysis.attention.erasure import CHOICES, ErasureCounts, Scope, chosen_keys, scopes, try_erasures
from core.analysis.attention.rollout import rollout_of
from core.analysis.attention.weight_gradients import weight_gradients
from core.decoding import Session, decode
from core.evaluation.erasure_effect import KINDS, measure, summary
from core.evaluation.fingerprints import examples_fingerprint, weights_fingerprint
from core.evaluation.held_out import held_out_examples
from core.experiments import erasure
from core.model import Transformer
from core.switches import Switches
from core.taps import OverwriteWeight
from core.trace import Trace, record
from core.vocab import PAD
from tests.core import tiny
from tests.core.tiny_task import LETTERS, TASK, VOCABS

CHANGES = ({}, {"wiring": "mixed", "normalizer": "sigmoid", "norm_order": "pre"}, {"score": "additive"})
LENGTHS = (5, 3, 4)


def built(**changes) -> Transformer:
    return tiny.stopping_model(1, source_vocab_size=11, target_vocab_size=11, **changes)


def alone(model: Transformer, source: torch.Tensor, switches: Switches = PLAIN) -> Trace:
    session = Session(model, source[None], switches)
    return record(session, decode(session))


def counts_by_hand(model: Transformer, sources: torch.Tensor, choice: str) -> dict[Scope, list[float]]:
    """Overwrite one token's weights in a whole run of one source, for every step and scope, and count."""
    found: dict[Scope, list[float]] = {scope: [0.0, 0.0, 0.0] for scope in scopes(2, 3)}
    for source in sources:
        source = source[source != PAD]
        trace = alone(model, source)
        weights, gradients = trace.cross_weights(), weight_gradients(model, trace).gradients
        for scope, sums in found.items():
            layers = range(2) if scope.layer is None else [scope.layer]
            places = [(layer, head) for layer in layers for head in (range(3) if scope.head is None else [scope.head])]
            for step in trace.steps:
                row = step.index
                size = {"largest": weights, "products": weights * gradients}[choice]
                key = int(sum(size[layer, head, row] for layer, head in places).argmax())
                cells = {OverwriteWeight(f"decoder.{layer}.cross_attn", head, row, key, 0.0) for layer, head in places}
                other = alone(model, source, Switches(overwritten=frozenset(cells))).steps[row]
                assert other.read == step.read
                sums[0] += other.predicted != step.predicted
                sums[1] += float(sum(weights[layer, head, row, key] for layer, head in places)) / len(places)
                sums[2] += float(step.log_probs.exp()[step.predicted] - other.log_probs.exp()[step.predicted])
    return found


@pytest.mark.parametrize("changes", CHANGES, ids=str)
@pytest.mark.parametrize("choice", ("largest", "products"))
def test_every_sum_made_again_one_change_at_a_time(changes: dict, choice: str) -> None:
    model, sources = built(**changes), tiny.ids(*LENGTHS, vocab_size=11)
    tally = try_erasures(model, sources, torch.Generator().manual_seed(0))
    expected, place = counts_by_hand(model, sources, choice), CHOICES.index(choice)
    for row, scope in enumerate(scopes(2, 3)):
        changed, weight, lost = expected[scope]
        assert tally.changed[row, place] == changed, scope
        assert tally.weight[row, place].item() == pytest.approx(weight, abs=1e-9)
        assert tally.lost[row, place].item() == pytest.approx(lost, abs=1e-9)
    assert tally.steps == sum(len(alone(model, source[source != PAD]).steps) for source in sources)
    assert bool(tally.changed.any())


def test_a_batch_looks_like_its_sources_alone() -> None:
    model, sources = built(), tiny.ids(*LENGTHS, vocab_size=11)
    looked = run_batch(model, sources)
    pairs = []
    for row, source in enumerate(sources):
        trace = alone(model, source[source != PAD])
        steps, keys = len(trace.steps), len(trace.source)
        assert looked.tokens[row][looked.counted[row]].tolist() == trace.tokens
        found = weight_gradients(model, trace)
        assert tiny.worst(looked.weights[:, row, :, :steps, :keys], found.weights) < 1e-12
        assert tiny.worst(looked.gradients[:, row, :, :steps, :keys], found.gradients) < 1e-10
        assert not bool(looked.weights[:, row, :, :, keys:].any())
        rolled = rollout_of(model, trace)
        each = [alignments(trace, found, rolled, layer, head) for layer in range(2) for head in range(3)]
        assert tiny.worst(looked.rolled[row, :steps, :keys], each[0].rollout) < 1e-12
        pairs.append((steps, torch.stack([agreement(list(a.links.values())) for a in each]).mean(0)))
    expected = sum(steps * shares for steps, shares in pairs) / sum(steps for steps, _ in pairs)
    assert tiny.worst(method_agreement(looked), expected) < 1e-12


def test_the_random_token_is_another_one_of_the_source_if_there_is_one() -> None:
    looked = run_batch(built(), tiny.ids(5, 3, 1, vocab_size=11))
    generator, seen = torch.Generator().manual_seed(0), set()
    for _ in range(60):
        keys = chosen_keys(looked, 0, Scope(1).heads(2, 3), generator)
        assert bool(looked.allowed.gather(1, keys["random"][:, None]).all())
        assert bool((keys["random"] != keys["largest"])[:2].all()) and int(keys["random"][2]) == 0
        seen.add(int(keys["random"][0]))
    assert seen == set(range(5)) - {int(keys["largest"][0])}


def test_scopes_are_every_head_every_layer_and_all() -> None:
    listed = scopes(2, 3)
    assert [scope.kind for scope in listed] == ["head"] * 6 + ["layer"] * 2 + ["all"]
    assert [int(scope.heads(2, 3).sum()) for scope in listed] == [1] * 6 + [3] * 2 + [6]
    assert torch.stack([scope.heads(2, 3) for scope in listed[:6]]).sum(0).tolist() == [[1] * 3] * 2


def test_the_summary_averages_heads_and_layers() -> None:
    model = built()
    tallies = list(measure(model, TASK, VOCABS[0], TASK.held_out("test", 7), batch=3))
    assert [tally.examples for tally in tallies] == [3, 3, 1]
    found = summary(model.config, tallies)
    assert [(row["scope"], row["choice"]) for row in found["rows"]] == [(k, c) for k in KINDS for c in CHOICES]
    assert found["steps"] == sum(tally.steps for tally in tallies) and found["examples"] == 7
    changed = sum(tally.changed for tally in tallies) / found["steps"]
    rows = {(row["scope"], row["choice"]): row for row in found["rows"]}
    assert rows["head", "largest"]["changed"] == pytest.approx(changed[:6, 0].mean().item(), abs=1e-6)
    assert rows["layer", "random"]["changed"] == pytest.approx(changed[6:8, 1].mean().item(), abs=1e-6)
    assert rows["all", "products"]["changed"] == pytest.approx(changed[8, 2].item(), abs=1e-6)
    assert found["by_head"][1][2] == pytest.approx(changed[5, 0].item(), abs=1e-6)
    assert [found["agreement"][n][n] for n in range(4)] == [1.0] * 4


def test_nothing_measured_and_nothing_to_measure() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        summary(tiny.config(), [])
    counts = torch.zeros(9, 3)
    with pytest.raises(ValueError, match="nothing was measured"):
        summary(tiny.config(), [ErasureCounts(7, 0, counts, counts, counts)])  # outputs that end at once
    with pytest.raises(ValueError, match="no next token"):
        next(measure(tiny.model(decoder="end"), TASK, VOCABS[0], TASK.held_out("test", 1)))


@pytest.mark.parametrize("write", (True, False))
def test_the_command_prints_and_keeps_the_same_table(
    write: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = built().to(torch.float32)
    monkeypatch.setitem(tasks.TASKS, "backwards", TASK)
    monkeypatch.setattr(paths, "EVIDENCE", tmp_path)
    metadata = checkpoint.Metadata(
        name="tiny", title="Tiny", task="backwards", config=model.config, source_symbols=LETTERS, target_symbols=LETTERS
    )
    path = tmp_path / "tiny.safetensors"
    checkpoint.save(path, model, metadata)
    options = ["--examples", "4", "--threads", "1", *["--write"] * write]
    monkeypatch.setattr("sys.argv", ["erasure", str(path), *options])
    erasure.main()
    printed = capsys.readouterr().out
    assert "tiny: 4 held-out test examples" in printed
    kept = tmp_path / "erasure-tiny.json"
    assert kept.exists() == write
    if write:
        found = json.loads(kept.read_text(encoding="utf-8"))
        assert found["command"] == "python -m core.experiments.erasure tiny --examples 4"
        assert found["weights"] == {"tiny": weights_fingerprint(checkpoint.load(path)[0])}
        for row in found["rows"]:
            line = [row["scope"], row["choice"], *(f"{row[name]:.2%}" for name in ("weight", "lost", "changed"))]
            assert line in [shown.split() for shown in printed.splitlines()]


@pytest.mark.parametrize("path", sorted(paths.EVIDENCE.glob("erasure-*.json")), ids=lambda path: path.stem)
def test_shipped_evidence_is_of_the_shipped_model(path: Path) -> None:
    found = json.loads(path.read_text(encoding="utf-8"))
    model, about = checkpoint.load(paths.CHECKPOINTS / f"{found['model']}.safetensors")
    assert path.stem == f"erasure-{about.name}" and found["weights"] == {about.name: weights_fingerprint(model)}
    assert found["drawn"] == examples_fingerprint(held_out_examples(tasks.get_task(about.task), found["examples"]))
    assert found["methods"] == list(METHODS)
    assert [(row["scope"], row["choice"]) for row in found["rows"]] == [(k, c) for k in KINDS for c in CHOICES]
    heads = [share for layer in found["by_head"] for share in layer]
    assert found["rows"][0]["changed"] == pytest.approx(sum(heads) / len(heads), abs=2e-6)
