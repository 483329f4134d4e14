"""`--device`: every command that trains or measures models takes it, and says what is missing."""

from pathlib import Path

import pytest
import torch

from core.evaluation import translate
from core.experiments import evaluate, monotony, phone_errors, policy_gradient, scheduled_sampling, variants
from core.tasks.sentence_pairs import write_rows
from tests.core.tiny_sentences import ROWS, write_checkpoint


@pytest.mark.parametrize(
    "command",
    (evaluate, monotony, phone_errors, policy_gradient, scheduled_sampling, translate, variants),
    ids=lambda module: module.__name__,
)
def test_a_gpu_that_is_not_there_costs_a_sentence(command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    model, pairs, runs = tmp_path / "tiny.safetensors", tmp_path / "pairs.tsv", tmp_path / "runs"
    write_checkpoint(model)
    write_rows(pairs, ROWS)
    options = {
        evaluate: ["dates"], phone_errors: ["spelling"],
        monotony: [model, "--pairs", pairs], translate: [model, "--pairs", pairs],
    }.get(command, ["--runs", runs])  # fmt: skip
    monkeypatch.setattr("sys.argv", ["command", *map(str, options), "--device", "cuda"])
    with pytest.raises(SystemExit, match="these options do not work: device=cuda needs a GPU for each process"):
        command.main()
    assert not runs.exists()
