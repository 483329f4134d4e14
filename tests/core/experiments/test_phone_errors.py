"""Error reports: the search that is counted is the model's own, and every count is what counting by hand gives."""

import json
from pathlib import Path

import pytest
import torch

from core import checkpoint, paths, tasks
from core.decoding import Session, beam_search_batch
from core.experiments import phone_errors
from core.experiments.phone_errors import Searcher, by_length, choose_beam, confusions, oracle
from core.tasks import Example
from core.tasks.edit_distance import error_rates
from tests.core import tiny
from tests.core.tiny_task import LETTERS, TASK, VOCABS

AB, AC, BC = ("a", "b"), ("a", "c"), ("b", "c")


@pytest.fixture
def searcher(monkeypatch: pytest.MonkeyPatch) -> Searcher:
    """Search with a model of the tiny task whose outputs differ from source to source."""
    model = tiny.stopping_model(1, source_vocab_size=11, target_vocab_size=11, norm_order="pre")
    monkeypatch.setitem(tasks.TASKS, "backwards", TASK)
    metadata = checkpoint.Metadata(
        name="tiny", title="Tiny", task="backwards", config=model.config, source_symbols=LETTERS,
        target_symbols=LETTERS,
    )  # fmt: skip
    return Searcher(model, metadata)


def words(*sources: str) -> list[Example]:
    return [Example(source, "ab", "any", ("ac",)) for source in sources]


def test_outputs_come_in_the_order_asked_and_are_those_of_the_search(searcher: Searcher) -> None:
    asked = words("gfedc", "a", "bcd", "fg")
    found = searcher.n_best(asked, 3, 0.5)
    for example, outputs in zip(asked, found, strict=True):
        source = torch.tensor([VOCABS[0].encode(example.source)])
        alone = beam_search_batch(Session(searcher.model, source, record=False), 3, 0.5)[0]
        assert outputs == [tuple(VOCABS[1].decode(outcome.tokens)) for outcome in alone]
    assert len({outputs[0] for outputs in found}) > 1


def test_any_reference_is_right_and_later_outputs_count_for_the_oracle(searcher: Searcher) -> None:
    asked = words("aa", "bb", "cc", "dd")
    n_best = [[AB, BC, BC], [BC, AC, AB], [BC, BC, AC], [BC, BC, ()]]
    assert error_rates(searcher.scored(asked, n_best)).wer == 0.75
    assert oracle(asked, n_best, searcher) == [0.75, 0.5, 0.25]


def test_errors_by_length_and_confusions(searcher: Searcher) -> None:
    asked = words("aa", "bb", "ccc")
    scored = searcher.scored(asked, [[AB], [BC], [("a", "c", "c")]])
    rows = by_length(asked, scored)
    assert [(row["letters"], row["words"], row["wer"]) for row in rows] == [(2, 2, 0.5), (3, 1, 1.0)]
    assert [row["per"] for row in rows] == [0.25, 0.5]  # b c for a c: one edit of four; a c c for a c: one of two
    counted = {(row["meant"], row["wrote"]): row["count"] for row in confusions(scored)}
    assert counted == {("a", "b"): 1, (None, "c"): 1}


def test_the_beam_is_chosen_by_the_fewest_wrong_words(searcher: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    right = {(1, 0.0): 1, (2, 0.0): 2, (2, 0.5): 3, (3, 0.0): 3, (3, 0.5): 0}
    monkeypatch.setattr(phone_errors, "WIDTHS", (1, 2, 3))
    monkeypatch.setattr(phone_errors, "PENALTIES", (0.0, 0.5))
    n_best = lambda examples, width, penalty=0.0: [[AB if i < right[width, penalty] else BC] for i in range(4)]  # noqa: E731
    monkeypatch.setattr(searcher, "n_best", n_best)
    rows, width, penalty = choose_beam(searcher, words("a", "b", "c", "d"))
    assert (width, penalty) == (2, 0.5) and len(rows) == 5
    assert {(row["width"], row["length_penalty"]): row["wer"] for row in rows} == {
        beam: 1 - count / 4 for beam, count in right.items()
    }


def test_the_command_prints_and_keeps_what_it_measured(
    searcher: Searcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "tiny.safetensors"
    checkpoint.save(path, searcher.model.to(torch.float32), searcher.metadata)
    drawn = {"dev": TASK.held_out("dev", 9), "test": TASK.held_out("test", 14)}
    monkeypatch.setattr(TASK, "held_out", lambda split: drawn[split], raising=False)
    monkeypatch.setattr(paths, "EVIDENCE", tmp_path / "evidence")
    monkeypatch.setattr("sys.argv", ["phone_errors", str(path), "--threads", "1", "--write"])
    phone_errors.main()
    kept = json.loads((tmp_path / "evidence" / "phone-errors-tiny.json").read_text())
    assert kept["greedy"]["words"] == kept["beam"]["words"] == 14
    assert sum(row["words"] for row in kept["by_length"]) == 14
    assert kept["oracle"] == sorted(kept["oracle"], reverse=True)
    printed = capsys.readouterr().out
    assert f"{kept['beam']['wer']:.2%}" in printed and kept["rule"] in printed
