"""The command that measures what the causal mask keeps out: what it counts, and a model trained without the mask."""

import json
import random
from pathlib import Path

import pytest
import torch

from core import checkpoint, paths
from core.evaluation import evidence
from core.evaluation.held_out import held_out_examples
from core.experiments import causal_mask, variants
from core.tasks import get_task
from core.vocab import BEGIN, END, SPECIALS

SMALL = paths.CHECKPOINTS / "small.safetensors"
ROWS = json.loads((paths.EVIDENCE / "causal-mask.json").read_text(encoding="utf-8"))["rows"]


def test_the_changed_token_is_an_ordinary_other_one_after_the_first_position() -> None:
    read = [BEGIN, 7, 5, 9]
    drawn = [causal_mask.other_place(random.Random(seed), read, 13) for seed in range(200)]
    assert {place for place, _ in drawn} == {1, 2, 3}
    assert all(len(SPECIALS) <= token < 13 and token != read[place] for place, token in drawn)
    assert drawn == [causal_mask.other_place(random.Random(seed), read, 13) for seed in range(200)]


@pytest.mark.parametrize("causal", (True, False))
def test_the_numbers_counted_again_with_the_models_own_forward(causal: bool) -> None:
    built, about = checkpoint.load(SMALL)
    task = get_task(about.task)
    examples = held_out_examples(task, 6)
    found = causal_mask.measure(built, about, task, examples, causal)
    rng, moves, right = random.Random(0), [], []
    for example in examples:
        source = torch.tensor([about.source_vocab.encode(task.source_tokens(example.source))])
        target = about.target_vocab.encode(task.target_tokens(example.target))
        read = [BEGIN, *target]
        place, token = causal_mask.other_place(rng, read, len(about.target_vocab))
        before = built(source, torch.tensor([read]), causal=causal)[0]
        after = built(source, torch.tensor([[*read[:place], token, *read[place + 1 :]]]), causal=causal)[0]
        moves.append(float((after - before).abs().amax(-1)[:place].mean()))
        right.append((before.argmax(-1) == torch.tensor([*target, END])).tolist())
    assert found["move"] == pytest.approx(sum(moves) / 6, abs=1e-4)
    assert found["fed_tokens"] == pytest.approx(sum(map(sum, right)) / sum(map(len, right)))
    assert found["fed"] == pytest.approx(sum(map(all, right)) / 6)
    assert (found["move"] == found["divergence"] == 0) == causal


def test_a_model_trained_without_the_mask_reads_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    about = checkpoint.read_metadata(SMALL)
    seen: list[bool | None] = []
    hidden = causal_mask.Transformer.hidden

    def watched(self, source, target, *, causal=None, **how):  # type: ignore[no-untyped-def]
        seen.append(causal)
        return hidden(self, source, target, causal=causal, **how)

    monkeypatch.setattr(causal_mask.Transformer, "hidden", watched)
    built = causal_mask.trained_without(about, 2)
    assert seen == [False, False]
    assert not built.training and not any(parameter.requires_grad for parameter in built.parameters())


def test_the_command_prints_and_keeps_its_table(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(paths, "EVIDENCE", tmp_path)
    command = ["causal_mask", "small", "--examples", "5", "--steps", "1", "--write"]
    monkeypatch.setattr("sys.argv", command)
    causal_mask.main()
    kept = evidence.read_evidence("causal-mask")
    assert kept is not None and kept["command"] == "python -m core.experiments.causal_mask small --examples 5"
    assert [(row["trained"], row["causal"], row["examples"]) for row in kept["rows"]] == [
        ("with", True, 5), ("with", False, 5), ("without", False, 5), ("without", True, 5),
    ]  # fmt: skip
    printed = capsys.readouterr().out
    assert printed.count("earlier logits move") == 4
    for row in kept["rows"]:
        assert f"{row['move']:9.6f}" in printed and f"free-running {row['free']:7.2%}" in printed


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['model']} {row['trained']} {row['causal']}")
def test_the_evidence_that_ships_says_what_the_page_claims(row) -> None:
    """Exactly nothing leaks under the mask; a model trained without it copies, and cannot write."""
    assert (row["move"] == row["divergence"] == 0) == row["causal"]
    if row["trained"] == "without" and not row["causal"]:
        assert row["fed"] > 0.95 and row["free"] < 0.05


def test_the_recipe_is_that_of_the_small_models() -> None:
    """Else a model trained without the mask would differ from `small` in more than the mask."""
    words = variants.RECIPE.split()
    told = {name[2:].replace("-", "_"): float(value) for name, value in zip(words[::2], words[1::2], strict=True)}
    recipe = causal_mask.RECIPE | {"steps": causal_mask.STEPS}
    assert {name: told[name] for name in recipe if name != "seed"} == {
        name: value for name, value in recipe.items() if name != "seed"
    }
    about = checkpoint.read_metadata(SMALL)
    assert (about.config.d_model, about.config.d_ff, about.training["seed"]) == (
        told["d_model"], told["d_ff"], recipe["seed"],
    )  # fmt: skip
