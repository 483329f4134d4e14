"""What a wider beam is worth: every answer is that of its own search, every count what counting by hand gives."""

import json
from pathlib import Path

import pytest
import torch

from core import checkpoint, paths, tasks
from core.decoding import Session, beam_search, decode
from core.evaluation import beam_widths
from core.evaluation.beam_widths import GREEDY, Answer, Answers, Batch, greedy_wrong, wider_worse, width_table
from core.experiments import beam_widths as command
from core.tasks import Example
from tests.core import tiny
from tests.core.tiny_task import LETTERS, TASK, VOCABS

WIDTHS = (1, 2, 3)


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch):
    """Return a model of the tiny task, what it is called, and examples whose answers differ."""
    model = tiny.stopping_model(1, source_vocab_size=11, target_vocab_size=11, norm_order="pre")
    monkeypatch.setitem(tasks.TASKS, "backwards", TASK)
    metadata = checkpoint.Metadata(
        name="tiny", title="Tiny", task="backwards", config=model.config, source_symbols=LETTERS,
        target_symbols=LETTERS,
    )  # fmt: skip
    return model, metadata, [Example(source, "ab", "any", ("ac",)) for source in ("gfedc", "a", "bcd", "fg", "ee")]


def test_every_answer_is_that_of_its_own_search(searched, monkeypatch: pytest.MonkeyPatch) -> None:
    model, metadata, examples = searched
    monkeypatch.setattr(beam_widths, "BATCH", 2)
    batches = list(beam_widths.search_widths(model, metadata, TASK, examples, WIDTHS))
    assert [len(batch.answers) for batch in batches] == [2, 2, 1]
    answers = [each for batch in batches for each in batch.answers]
    assert sorted(each.example.source for each in answers) == sorted(example.source for example in examples)
    for each in answers:
        source = torch.tensor([VOCABS[0].encode(each.example.source)])
        greedy = [step.token for step in decode(Session(model, source))]
        assert each.by_width[GREEDY].text == "".join(VOCABS[1].decode(greedy))
        for width in WIDTHS:
            best = list(beam_search(Session(model, source), width))[-1].ranked[0]
            assert each.by_width[width].log_prob == pytest.approx(best.total)
        assert each.by_width[1].text == each.by_width[GREEDY].text
    assert all(batch.seconds.keys() == {GREEDY, *WIDTHS} and min(batch.seconds.values()) > 0 for batch in batches)


def answers(*told: tuple[str, dict[int, tuple[bool, float]]]) -> list[Answers]:
    return [
        Answers(
            Example(source, "x", "any"), {width: Answer("x" if ok else "y", ok, p) for width, (ok, p) in by.items()}
        )
        for source, by in told
    ]


FOUND = answers(
    ("a", {0: (False, 0), 1: (False, -3.0), 2: (True, -2.0), 3: (True, -2.0)}),
    ("b", {0: (True, 0), 1: (True, -2.0), 2: (True, -2.0), 3: (False, -1.5)}),
    ("c", {0: (False, 0), 1: (False, -3.0), 2: (True, -1.0), 3: (False, -0.5)}),
    ("d", {0: (True, 0), 1: (True, -1.0), 2: (True, -1.0), 3: (True, -1.0)}),
)


def test_examples_are_those_on_which_the_searches_disagree() -> None:
    wrong = greedy_wrong(FOUND, WIDTHS)
    assert [(row["source"], row["narrow"], row["wide"], row["gain"]) for row in wrong] == [
        ("c", 1, 2, 2.0),
        ("a", 1, 2, 1.0),
    ]
    assert (wrong[0]["narrow_output"], wrong[0]["wide_output"], wrong[0]["references"]) == ("y", "x", ["x"])
    worse = wider_worse(FOUND, WIDTHS)
    assert [(row["source"], row["narrow"], row["wide"], row["gain"]) for row in worse] == [
        ("b", 2, 3, 0.5),
        ("c", 2, 3, 0.5),
    ]


def test_the_table_counts_and_compares_with_greedy() -> None:
    batches = [
        Batch(tuple(FOUND[:1]), {0: 1.0, 1: 2.0, 2: 3.0, 3: 4.0}),
        Batch(tuple(FOUND[1:]), {0: 1.0, 1: 1.0, 2: 2.0, 3: 6.0}),
    ]
    assert width_table(batches) == [
        {"width": 0, "exact": 0.5, "time": 1.0},
        {"width": 1, "exact": 0.5, "time": 1.5},
        {"width": 2, "exact": 1.0, "time": 2.5},
        {"width": 3, "exact": 0.5, "time": 5.0},
    ]
    with pytest.raises(ValueError, match="nothing was answered"):
        width_table([])


def test_the_command_prints_what_it_keeps(searched, tmp_path: Path, monkeypatch, capsys) -> None:
    model, metadata, _ = searched
    checkpoint.save(tmp_path / "tiny.safetensors", model, metadata)
    monkeypatch.setattr(paths, "EVIDENCE", tmp_path)
    argv = ["beam_widths", str(tmp_path / "tiny.safetensors"), "--per-group", "3", "--write"]
    monkeypatch.setattr("sys.argv", argv)
    threads = torch.get_num_threads()
    command.main()
    torch.set_num_threads(threads)
    written = json.loads((tmp_path / "beam-widths-tiny.json").read_text())
    printed = capsys.readouterr().out
    assert written["command"] == "python -m core.experiments.beam_widths tiny --split test --per-group 3"
    assert [row["width"] for row in written["table"]] == [GREEDY, *beam_widths.WIDTHS]
    for row in written["table"]:
        assert f"{row['exact']:.2%} right   {row['time']:6.2f}×" in printed
    assert written["counts"].keys() == {"greedy_wrong", "wider_worse"}


@pytest.mark.parametrize("path", sorted(paths.EVIDENCE.glob("beam-widths-*.json")), ids=lambda path: path.stem)
def test_what_is_kept_belongs_together(path: Path) -> None:
    found = json.loads(path.read_text())
    assert found["table"][0]["time"] == 1.0
    assert found["table"][0]["exact"] == pytest.approx(found["table"][1]["exact"], abs=2 / found["examples"])
    for row in found["greedy_wrong"]:
        assert row["wide_output"] in row["references"] and row["narrow_output"] not in row["references"]
    for row in found["wider_worse"]:
        assert row["narrow_output"] in row["references"] and row["wide_output"] not in row["references"]
        assert 1 <= row["narrow"] < row["wide"]
