"""`python -m core.evaluation.translate`: BLEU and chrF of a model of sentences, and sentences that nobody picked."""

from pathlib import Path

import pytest

from core.evaluation import translate
from core.evaluation.translation_scores import is_short, references_by_place, score
from core.tasks import Example
from core.tasks.sentence_pairs import write_rows
from tests.core.tiny_sentences import ROWS, TASK, write_checkpoint


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Write a tiny model of sentences and its pairs."""
    write_checkpoint(tmp_path / "tiny.safetensors")
    write_rows(tmp_path / "pairs.tsv", ROWS)
    return tmp_path / "tiny.safetensors", tmp_path / "pairs.tsv"


def run(monkeypatch: pytest.MonkeyPatch, *options: object) -> None:
    monkeypatch.setattr("sys.argv", ["translate", *map(str, options), "--threads", "1", "--device", "cpu"])
    translate.main()


def test_it_scores_every_language_both_ways_and_shows_sentences(files, monkeypatch, capsys) -> None:
    model, pairs = files
    run(monkeypatch, model, "--pairs", pairs, "--per-language", 3)
    printed = capsys.readouterr().out
    for how in ("greedy", "beam of 4"):
        for language, cutter in (("de", "13a"), ("es", "13a"), ("fr", "13a"), ("ja", "char"), ("zh", "zh")):
            assert any(
                line.startswith(f"{how:9} {language}") and f"BLEU ({cutter})" in line for line in printed.splitlines()
            )
    assert "of ≤ 8 words" in printed
    tested = [x for x in TASK.held_out("test") if f"\n{x.source}\n" in printed]
    assert len(tested) >= 10 and all(f"reference  {x.target}" in printed for x in tested)


def test_the_same_seed_shows_the_same_sentences(files, monkeypatch, capsys) -> None:
    model, pairs = files
    shown = []
    for seed in (1, 1, 2):
        run(monkeypatch, model, "--pairs", pairs, "--beam", 0, "--seed", seed)
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1] != shown[2] and "beam" not in shown[0]


def test_a_model_of_another_task_is_refused(files, monkeypatch) -> None:
    with pytest.raises(SystemExit, match="Dates → ISO, not for sentences"):
        run(monkeypatch, "dates", "--pairs", files[1])


def test_pairs_that_are_not_there_cost_a_sentence(files, monkeypatch, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="these options do not work"):
        run(monkeypatch, files[0], "--pairs", tmp_path / "nowhere.tsv")


def test_what_equals_any_reference_scores_full_marks_and_other_text_less() -> None:
    examples = [
        Example("→fr I see the big house.", "Je vois la grande maison.", "fr", ("Je vois la maison qui est grande.",)),
        Example("→fr She reads the book.", "Elle lit le livre.", "fr"),
    ]
    assert references_by_place(examples)[1] == ["Je vois la maison qui est grande.", None]
    full = score("fr", examples, ["Je vois la maison qui est grande.", "Elle lit le livre."])
    assert (full.sentences, full.word_cutter) == (2, "13a")
    assert full.bleu == pytest.approx(100) and full.chrf == pytest.approx(100)
    less = score("fr", examples, ["Je vois une maison.", "Il lit."])
    assert 0 <= less.bleu < 60 and 10 < less.chrf < 90
    with pytest.raises(ValueError, match="no sentence"):
        score("fr", [], [])


def test_short_sentences_have_at_most_eight_words() -> None:
    assert is_short(Example("→fr one two three four five six seven eight", "", "fr"))
    assert not is_short(Example("→fr one two three four five six seven eight nine", "", "fr"))
