"""`python -m core.experiments.monotony`: a table for each language, of the test sentences."""

from pathlib import Path

import pytest
import torch

from core import paths
from core.evaluation.evidence import read_evidence
from core.evaluation.loaded_model import load_model
from core.experiments import monotony
from core.tasks.sentence_pairs import write_rows
from tests.core.tiny_sentences import ROWS, TASK, write_checkpoint


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Write a tiny model of sentences, which ships, and its pairs."""
    monkeypatch.setattr(paths, "CHECKPOINTS", tmp_path)
    monkeypatch.setattr(paths, "EVIDENCE", tmp_path / "evidence")
    write_checkpoint(tmp_path / "tiny.safetensors", max_target_len=48)
    write_rows(tmp_path / "pairs.tsv", ROWS)
    return tmp_path / "tiny.safetensors", tmp_path / "pairs.tsv"


def test_the_table_is_printed_and_kept_for_every_language(files, monkeypatch, capsys) -> None:
    model, pairs = files
    options = [model, "--pairs", pairs, "--per-language", 3, "--write", "--threads", 1, "--device", "cpu"]
    monkeypatch.setattr("sys.argv", ["monotony", *map(str, options)])
    monotony.main()
    printed, kept = capsys.readouterr().out, read_evidence("monotony-tiny")
    assert [row["language"] for row in kept["languages"]] == ["de", "es", "fr", "ja", "zh"]
    config = load_model(str(model)).model.config
    for row in kept["languages"]:
        assert f"{row['language']} {row['sentences']:5} sentences: {row['near_diagonal']:.1%} near" in printed
        assert [len(heads) for heads in row["heads"]] == [config.num_heads] * config.num_decoder_layers
        assert -1 <= row["rank_correlation"] <= 1 and 0 < row["even"] < 1


def test_each_alignment_is_that_of_the_sentence_alone(files) -> None:
    loaded = load_model(str(files[0]))
    examples = [x for x in TASK.held_out("test") if TASK.fits(x)][:5]
    together = dict(monotony.alignments(loaded, examples))
    for example in examples:
        ((_, alone),) = monotony.alignments(loaded, [example])
        assert torch.allclose(together[example], alone, atol=1e-6)
        assert alone.shape[-1] == len(TASK.source_tokens(example.source))
