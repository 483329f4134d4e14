"""Ablations: every part once, every count counted again one source at a time, and a file that says how to repeat it."""

import json
import math
from pathlib import Path

import pytest
import torch

from core import checkpoint, paths, tasks
from core.config import ModelConfig
from core.decoding import Session, decode
from core.evaluation.ablation import Ablation, AblationTable, Part, ablate, parts
from core.evaluation.fingerprints import examples_fingerprint, weights_fingerprint
from core.evaluation.held_out import held_out_examples
from core.experiments import ablation
from core.model import Transformer
from core.sites import sites
from core.switches import Switches, full_pass
from core.taps import SilenceHead
from core.tasks import Example, get_task
from tests.core import tiny
from tests.core.tiny import VARIANTS
from tests.core.tiny_task import LETTERS, TASK, VOCABS


def built() -> Transformer:
    """Return a model of the tiny task whose outputs differ from source to source."""
    return tiny.stopping_model(1, source_vocab_size=11, target_vocab_size=11, norm_order="pre")


def says(model: Transformer, text: str, switches: Switches) -> str:
    source = torch.tensor([VOCABS[0].encode(list(text))])
    return "".join(VOCABS[1].decode([step.token for step in decode(Session(model, source, switches, record=False))]))


def examples(model: Transformer, count: int = 12) -> list[Example]:
    """Take for references what the model says, for every third example without one norm."""
    drawn = TASK.held_out("test", count)
    other = Switches(skipped=frozenset({"decoder.0.ffn_add_norm.norm"}))
    said = (says(model, x.source, Switches() if n % 3 else other) for n, x in enumerate(drawn))
    return [Example(x.source, output, x.group) for x, output in zip(drawn, said, strict=True)]


def by_registry(config: ModelConfig) -> set[tuple[str, str, int | None]]:
    """List the parts again, from what a run shows of them."""
    names = [site.name for site in sites(config)]
    found: set[tuple[str, str, int | None]] = set()
    for name in names:
        part = name.rpartition(".")[0]
        if name.endswith("_attn.head_outputs"):
            found |= {("head", part, head) for head in range(config.num_heads)} | {("attention", part, None)}
            found.add(("layer", part.rpartition(".")[0], None))
        elif name.endswith(".ffn.hidden"):
            found.add(("ffn", part, None))
        elif name.endswith(".sum") and config.residual:
            found.add(("residual", f"{part}.residual", None))
        elif name.endswith(".normed"):
            found.add(("norm", f"{part}.norm", None))
    return found


@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS.keys())
def test_every_part_is_listed_once(changes: dict) -> None:
    listed = parts(tiny.config(**changes))
    assert len(set(listed)) == len(listed)
    assert {(part.kind, part.name, part.head) for part in listed} == by_registry(tiny.config(**changes))


@pytest.mark.parametrize("changes", ({}, {"norm_order": "pre", "final_norm": True}), ids=str)
def test_taking_any_part_out_changes_the_answer(changes: dict) -> None:
    model = tiny.model(**changes)
    source, read = tiny.ids(5, 7), tiny.ids(6, 6, seed=1)
    plain = full_pass(model, source, read, Switches())
    for part in parts(model.config):
        assert tiny.worst(plain, full_pass(model, source, read, part.switches)) > 1e-6, part
    assert torch.equal(plain, full_pass(model, source, read, Part("nothing").switches))


def test_switches_and_labels_of_parts() -> None:
    head = Part("head", "decoder.0.cross_attn", 2)
    assert head.switches == Switches(silenced=frozenset({SilenceHead("decoder.0.cross_attn", 2)}))
    assert Part("ffn", "encoder.1.ffn").switches == Switches(skipped=frozenset({"encoder.1.ffn"}))
    assert Part("head", "encoder.1.self_attn", 0).label == "encoder.1.self_attn.0"
    assert [Part("nothing").label, Part("layer", "encoder.1").label] == ["nothing", "encoder.1"]


def test_every_count_counted_again_one_source_at_a_time() -> None:
    model = built()
    asked = examples(model)
    taken = parts(model.config)
    found = list(ablate(model, TASK, *VOCABS, asked, taken))
    assert [result.part for result in found] == [Part("nothing"), *taken]
    normally = [says(model, x.source, Switches()) == x.target for x in asked]
    right = normally.count(True)
    assert 8 <= right == found[0].right < 12 and (found[0].lost, found[0].gained) == (0, 0)
    some = [result for result in found if result.part.kind != "head" or result.part.head == 1]
    for result in some:
        silenced = frozenset({SilenceHead(result.part.name, 1)}) if result.part.kind == "head" else frozenset()
        skipped = frozenset({result.part.name} if result.part.name and not silenced else ())
        without = [says(model, x.source, Switches(silenced=silenced, skipped=skipped)) == x.target for x in asked]
        pairs = list(zip(normally, without, strict=True))
        assert (result.right, result.seen) == (without.count(True), 12)
        assert (result.lost, result.gained) == (pairs.count((True, False)), pairs.count((False, True)))
        assert result.exact_match == without.count(True) / 12
        assert result.change == pytest.approx((without.count(True) - right) / 12)
    assert len({result.right for result in found}) > 2 and any(result.gained for result in found)


def test_results_come_one_at_a_time() -> None:
    model, asked = built(), []
    steps = ablate(model, TASK, *VOCABS, TASK.held_out("test", 3), (asked.append(p) or p for p in parts(model.config)))
    assert next(steps).part == Part("nothing") and asked == []
    assert next(steps).part == asked[0] and len(asked) == 1


def test_nothing_to_measure_with() -> None:
    with pytest.raises(ValueError, match="no examples"):
        next(ablate(built(), TASK, *VOCABS, [], ()))


def test_examples_are_the_same_every_time_and_of_all_groups() -> None:
    task = get_task("dates")
    whole = task.held_out("test")
    drawn = held_out_examples(task, 100)
    assert drawn == held_out_examples(task, 100) and len(set(drawn)) == 100 and set(drawn) <= set(whole)
    counts = [sum(x.group == group for x in drawn) for group in {x.group for x in whole}]
    assert min(counts) >= 2 and max(counts) <= 3
    assert held_out_examples(task, 2640) == held_out_examples(task, 10**6) == whole
    with pytest.raises(ValueError, match="asked for 0"):
        held_out_examples(task, 0)


def test_examples_of_words_have_the_lengths_that_the_test_set_has() -> None:
    task = get_task("spelling")
    drawn, whole = held_out_examples(task, 500), task.held_out("test")
    for length in {x.group for x in whole}:
        shares = [sum(x.group == length for x in these) / len(these) for these in (drawn, whole)]
        assert shares[0] == pytest.approx(shares[1], abs=0.05)


def test_evidence_survives_json_and_knows_its_model() -> None:
    results = (Ablation(Part("nothing"), 9, 10, 0, 0), Ablation(Part("head", "encoder.0.self_attn", 1), 7, 10, 3, 1))
    evidence = AblationTable(
        model="tiny",
        weights={"tiny": weights_fingerprint(built())},
        command="c",
        measure="m",
        split="test",
        examples=10,
        drawn="d",
        results=results,
    )
    assert AblationTable.from_dict(json.loads(evidence.to_json())) == evidence
    assert json.loads(evidence.to_json())["results"][1] == {
        "kind": "head", "name": "encoder.0.self_attn", "head": 1, "right": 7, "seen": 10, "lost": 3, "gained": 1,
    }  # fmt: skip
    other = built()
    other.encoder[0].ffn.in_proj.weight[0, 0] += 1
    assert weights_fingerprint(built()) == evidence.weights["tiny"] != weights_fingerprint(other)


def test_chance_alone_explains_a_change_as_often_as_coins_fall_so() -> None:
    """A fair coin for each example that changed: what two standard errors exclude happens in about 5 % of cases."""
    flips = 60
    weight = {lost: math.comb(flips, lost) / 2**flips for lost in range(flips + 1)}
    found = {lost: Ablation(Part("nothing"), 0, 1000, lost, flips - lost).beyond_chance for lost in weight}
    assert 0.03 < sum(weight[lost] for lost, beyond in found.items() if beyond) < 0.06
    assert found[0] and found[60] and not found[30] and not found[35]
    assert not Ablation(Part("nothing"), 10, 10, 0, 0).beyond_chance


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a checkpoint of the tiny task and let evidence go beside it."""
    model = built().to(torch.float32)
    monkeypatch.setitem(tasks.TASKS, "backwards", TASK)
    monkeypatch.setattr(paths, "EVIDENCE", tmp_path / "evidence")
    path = tmp_path / "tiny.safetensors"
    metadata = checkpoint.Metadata(
        name="tiny", title="Tiny", task="backwards", config=model.config, source_symbols=LETTERS, target_symbols=LETTERS
    )
    checkpoint.save(path, model, metadata)
    return path


@pytest.mark.parametrize("write", (True, False))
def test_the_command_prints_and_keeps_the_same_table(
    saved: Path, write: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--examples", "3", "--threads", "1", *["--write"] * write]
    monkeypatch.setattr("sys.argv", ["ablation", str(saved), *options])
    ablation.main()
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "tiny: exact match on 3 held-out test examples, without one part at a time"
    kept = saved.parent / "evidence" / "ablation-tiny.json"
    assert kept.exists() == write
    model, _ = checkpoint.load(saved)
    assert len(printed) == 2 + len(parts(model.config))
    if write:
        evidence = AblationTable.from_dict(json.loads(kept.read_text(encoding="utf-8")))
        assert evidence.command == "python -m core.experiments.ablation tiny --examples 3"
        assert evidence.weights == {"tiny": weights_fingerprint(model)}
        for line, result in zip(printed[1:], evidence.results, strict=True):
            share, change = (f"{number:.2%}" for number in (result.exact_match, result.change))
            kind, label, *shown = line.split()
            assert (kind, label) == (result.part.kind, result.part.label)
            assert shown == [share, change if change.startswith("-") else f"+{change}"]


@pytest.mark.parametrize("path", sorted(paths.EVIDENCE.glob("ablation-*.json")), ids=lambda path: path.stem)
def test_shipped_evidence_is_of_the_shipped_model(path: Path) -> None:
    evidence = AblationTable.from_dict(json.loads(path.read_text(encoding="utf-8")))
    model, about = checkpoint.load(paths.CHECKPOINTS / f"{evidence.model}.safetensors")
    assert path.stem == f"ablation-{about.name}"
    assert evidence.weights == {about.name: weights_fingerprint(model)}
    assert evidence.drawn == examples_fingerprint(held_out_examples(get_task(about.task), evidence.examples))
    assert [result.part for result in evidence.results] == [Part("nothing"), *parts(model.config)]
    assert all(result.seen == evidence.examples for result in evidence.results)
    whole = evidence.results[0]
    for result in evidence.results:
        assert result.right - whole.right == result.gained - result.lost
    if evidence.examples == about.scores["examples"]:
        assert whole.exact_match == pytest.approx(about.scores["conditions"]["as trained"], abs=1e-6)
