"""Evidence on writing all at once: outputs are those written alone, and counts are those of counting by hand."""

from pathlib import Path

import pytest
import torch

from core import checkpoint, paths, tasks
from core.checkpoint import Metadata
from core.decoding import ParallelSession, Session, beam_search_batch, decode, refine
from core.evaluation import evidence
from core.evaluation.loaded_model import LoadedModel, partner
from core.evaluation.mistakes import kinds_of_mistake
from core.evaluation.side_by_side import WAYS, side_by_side
from core.experiments import all_at_once
from core.experiments.all_at_once import binned, measure
from core.tasks import Example
from tests.core import tiny
from tests.core.tiny_task import LETTERS, TASK, VOCABS

SOURCES = "gfedc", "a", "bcd", "fg", "abcde", "cc", "dab", "e"
EXAMPLES = [Example(source, source[::-1], "any", (source,)) for source in SOURCES]


def writer_of(decoder: str, name: str, seed: int = 1, **changes) -> LoadedModel:
    model = tiny.stopping_model(
        seed, source_vocab_size=11, target_vocab_size=11, norm_order="pre", decoder=decoder, **changes
    )
    metadata = Metadata(
        name=name, title=name, task="backwards", config=model.config, source_symbols=LETTERS, target_symbols=LETTERS,
        training={"parameters": 7},
    )  # fmt: skip
    return LoadedModel(model, metadata, TASK)


@pytest.fixture(autouse=True)
def tiny_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tasks.TASKS, "backwards", TASK)


def alone(writer: LoadedModel, example: Example, passes: int) -> tuple[tuple[str, ...], int]:
    """Write one target without any batch."""
    source = torch.tensor([VOCABS[0].encode(example.source)])
    if writer.model.config.autoregressive:
        ids = [step.token for step in decode(Session(writer.model, source))]
        return tuple(VOCABS[1].decode(ids)), len(ids)
    steps = list(refine(ParallelSession(writer.model, source), passes))
    return tuple(VOCABS[1].decode(steps[-1].text)), len(steps)


@pytest.mark.parametrize("decoder", ("autoregressive", "length", "end"))
@pytest.mark.parametrize("passes", (1, 4))
def test_what_is_written_in_batches_is_what_is_written_alone(decoder: str, passes: int) -> None:
    writer = writer_of(decoder, "one")
    written = writer.write(EXAMPLES, passes)
    assert [(writer.tokens(each.tokens), each.passes) for each in written] == [
        alone(writer, example, passes) for example in EXAMPLES
    ]


def test_plausible_answers_are_those_of_a_beam() -> None:
    writer = writer_of("autoregressive", "one")
    for example, found in zip(EXAMPLES, writer.plausible(EXAMPLES), strict=True):
        session = Session(writer.model, torch.tensor([VOCABS[0].encode(example.source)]), record=False)
        assert found == {tuple(VOCABS[1].decode(outcome.tokens)) for outcome in beam_search_batch(session, 5)[0]}


@pytest.mark.parametrize("decoder", ("length", "end"))
def test_every_count_is_what_counting_one_by_one_gives(decoder: str) -> None:
    writer, beside = writer_of(decoder, "all"), writer_of("autoregressive", "steps", 2)
    found = measure(writer, beside, EXAMPLES)
    plausible = beside.plausible(EXAMPLES)
    for row in (*found["rows"], found["beside"]):
        by = writer if "passes" in row else beside
        outputs = [alone(by, example, row.get("passes", 1)) for example in EXAMPLES]
        right = [{tuple(answer) for answer in example.references} for example in EXAMPLES]
        wrong = [i for i, (text, _) in enumerate(outputs) if text not in right[i]]
        assert row["exact"] == round(1 - len(wrong) / len(EXAMPLES), 6)
        assert row["mistakes"] == len(wrong)
        assert row["mean_passes"] == round(sum(count for _, count in outputs) / len(EXAMPLES), 3)
        kinds = [kind for i in wrong for kind in kinds_of_mistake(outputs[i][0], right[i], right[i] | plausible[i])]
        assert row["kinds"] == {kind: kinds.count(kind) for kind in row["kinds"]}
        assert sum(row["kinds"].values()) == len(kinds) > 0
    assert sum(row["examples"] for row in found["by_length"]) == len(EXAMPLES)
    for each in found["shown"]:
        example = next(x for x in EXAMPLES if x.source == each["source"])
        assert each["one_pass"] == "".join(alone(writer, example, 1)[0])
        assert each["refined"] == "".join(alone(writer, example, all_at_once.REFINED)[0])
        assert each["mended"] == (each["refined"] in example.references)
        assert each["one_pass"] not in example.references


def test_lengths_are_counted_together_in_at_most_twelve_bins() -> None:
    assert binned([3, 5, 4]) == [3, 5, 4]
    assert binned([1, 2, 3, 30]) == [1, 1, 1, 28]
    assert len(set(binned(list(range(4, 90))))) <= all_at_once.MOST_BINS


def test_the_partners_that_were_measured_are_those_that_the_rule_finds() -> None:
    shipped = {path.stem: checkpoint.read_metadata(path) for path in paths.CHECKPOINTS.glob("*.safetensors")}
    for name in ("dates-all-at-once", "small-all-at-once", "small-all-at-once-end", "spelling-all-at-once"):
        assert partner(name, shipped) == evidence.read_evidence(f"all-at-once-{name}")["partner"]


def test_the_partner_differs_in_the_fewest_parts() -> None:
    known = {
        "all": writer_of("length", "all").metadata,
        "alike": writer_of("autoregressive", "alike").metadata,
        "pre": writer_of("autoregressive", "pre", activation="gelu").metadata,
        "also-alike": writer_of("autoregressive", "also-alike").metadata,
        "other-way": writer_of("end", "other-way").metadata,
    }
    assert partner("all", known) == "alike"
    del known["alike"]
    assert partner("all", known) == "also-alike"
    assert partner("all", {"all": known["all"], "other-way": known["other-way"]}) is None


@pytest.mark.parametrize("decoder", ("length", "end"))
def test_side_by_side_writes_each_source_each_way(decoder: str) -> None:
    writer, beside = writer_of(decoder, "all"), writer_of("autoregressive", "steps", 2)
    found = list(side_by_side(writer, beside, EXAMPLES, 3))
    assert len(found) == len(EXAMPLES)
    for example, each in zip(EXAMPLES, found, strict=True):
        for way, by, passes in zip(WAYS, (writer, writer, beside), (1, 3, 1), strict=True):
            text, count = alone(by, example, passes)
            assert each.right[way] == ("".join(text) in example.references)
            assert each.passes[way] == count
            assert each.seconds[way] >= 0
        assert each.length == len(example.source)


def test_the_command_prints_and_keeps_what_it_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(paths, "EVIDENCE", tmp_path)
    monkeypatch.setattr(paths, "CHECKPOINTS", tmp_path)
    monkeypatch.setattr(TASK, "held_out", lambda split, per_group=None: EXAMPLES, raising=False)
    for decoder, name in (("length", "all"), ("autoregressive", "steps")):
        made = writer_of(decoder, name)
        checkpoint.save(tmp_path / f"{name}.safetensors", made.model.float(), made.metadata, torch.float32)
    monkeypatch.setattr("sys.argv", ["all_at_once", "--folder", str(tmp_path), "--write", "--threads", "1"])
    all_at_once.main()
    kept = evidence.read_evidence("all-at-once-all")
    printed = capsys.readouterr().out
    assert kept["partner"] == "steps" and kept["command"] == "python -m core.experiments.all_at_once all"
    for row in (*kept["rows"], kept["beside"]):
        assert f"{row['exact']:.2%}" in printed
