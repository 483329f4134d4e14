"""Beyond training: shifted scores are those of a loop written here, and the kept evidence agrees with the models."""

import json
import math
import random
from dataclasses import replace

import pytest
import torch

from core import checkpoint, paths, tasks
from core.checkpoint import Metadata
from core.evaluation.loaded_model import LoadedModel
from core.experiments import unseen_positions
from core.experiments.unseen_positions import (
    LETTERS,
    by_length,
    by_shift,
    furthest,
    longest_trained,
    rates,
    run_together,
)
from core.model import Transformer
from core.tasks import Example
from core.tasks.edit_distance import edit_distance
from core.vocab import BEGIN, END
from tests.core import tiny
from tests.core.tiny_task import LETTERS as SYMBOLS
from tests.core.tiny_task import TASK, VOCABS


def kept(name: str = "unseen-positions") -> dict:
    return json.loads((paths.EVIDENCE / f"{name}.json").read_text(encoding="utf-8"))


def opened(monkeypatch: pytest.MonkeyPatch, **changes) -> Transformer:
    """Let the command find a tiny model of the tiny task under any name."""
    model = tiny.stopping_model(3, source_vocab_size=11, target_vocab_size=11, **changes)
    monkeypatch.setitem(tasks.TASKS, "backwards", TASK)
    metadata = Metadata(
        name="tiny", title="Tiny", task="backwards", config=model.config, source_symbols=SYMBOLS,
        target_symbols=SYMBOLS, training={"seed": 4},
    )  # fmt: skip
    monkeypatch.setattr(unseen_positions, "load_model", lambda name: LoadedModel(model, metadata, TASK))
    return model


def greedy(model: Transformer, source: str, source_shift: int, target_shift: int) -> str:
    """Decode one source with its positions moved on, running everything again for every token."""
    ids = torch.tensor([VOCABS[0].encode(source)])
    places = torch.arange(len(source)) + source_shift
    memories = model.encode(ids, None, model.source_position.table[places])
    tokens = [BEGIN]
    while tokens[-1] != END and len(tokens) <= model.config.max_target_len - target_shift:
        length = len(tokens)
        mask = torch.ones(length, length, dtype=torch.bool).tril()[None, None]
        positions = model.target_position.table[torch.arange(length) + target_shift]
        hidden = model.decode(torch.tensor([tokens]), memories, mask, None, positions)
        tokens.append(int(model.logits(hidden)[0, -1].argmax()))
    return "".join(VOCABS[1].decode(tokens[1:]))


def test_shifted_scores_are_those_of_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """References are what the loop writes for some sources and nonsense for the others, so the right share is known."""
    model = opened(monkeypatch)
    drawn = random.Random(1)
    sources = ["".join(drawn.choices(SYMBOLS, k=drawn.randint(1, 5))) for _ in range(40)]
    for side, target_shift in (("source", 0), ("both", 1)):
        outputs = {source: greedy(model, source, 1, target_shift) for source in sources}
        short = [source for source, output in outputs.items() if 0 < len(output) < 5]
        examples = [Example(source, outputs[source] if i % 2 else "gggg", "x") for i, source in enumerate(short)]
        monkeypatch.setattr(TASK, "held_out", lambda split, per_group, examples=examples: examples, raising=False)
        right = sum(outputs[example.source] == example.target for example in examples)
        assert by_shift("tiny", [1], None)["exact"][side] == [pytest.approx(right / len(examples), abs=1e-6)]
        assert 0 < right < len(examples)
        assert any(outputs[source] != greedy(model, source, 0, 0) for source in short)


def test_learned_positions_end_where_the_table_does(monkeypatch: pytest.MonkeyPatch) -> None:
    model = opened(monkeypatch)
    examples = [Example("abcde", "edc", "long"), Example("ab", "ba", "short")]
    assert furthest(model, TASK, examples, "source") == 19 - 5
    assert furthest(model, TASK, examples, "both") == 7 - 4
    assert furthest(tiny.model(), TASK, examples, "both") is None
    monkeypatch.setattr(TASK, "held_out", lambda split, per_group: examples, raising=False)
    found = by_shift("tiny", [0, 3, 4, 14, 15], None)
    assert [share is None for share in found["exact"]["source"]] == [False, False, False, False, True]
    assert [share is None for share in found["exact"]["both"]] == [False, False, True, True, True]


def test_the_longest_source_is_the_models_word_or_its_first_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    opened(monkeypatch)
    metadata = unseen_positions.load_model("tiny").metadata
    assert longest_trained(TASK, metadata) == max(len(pair.source) for pair in TASK.training_pairs(4, 0))
    assert longest_trained(TASK, replace(metadata, training={"longest_source": 3})) == 3


def test_words_run_together_are_whole_words_with_one_pronunciation() -> None:
    words = [Example("abcdef", "A B", "6"), Example("ghijkl", "C", "6"), Example("toolong", "D", "7"),
             Example("twosay", "E", "6", ("F",)), Example("it's-a", "G", "6")]  # fmt: skip
    found = run_together(words, 3, 20)
    assert found == run_together(words, 3, 20) != run_together(words, 3, 20, seed=1)
    said = {"abcdef": "A B", "ghijkl": "C"}
    for example in found:
        parts = [example.source[start : start + LETTERS] for start in range(0, 3 * LETTERS, LETTERS)]
        assert example.target == " ".join(said[part] for part in parts)
    assert len({example.source for example in found}) > 4
    with pytest.raises(ValueError, match="none of 1 words has 6 letters"):
        run_together(words[2:3], 3, 20)


def test_rates_count_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    model = opened(monkeypatch)
    metadata = unseen_positions.load_model("tiny").metadata
    monkeypatch.setattr(TASK, "target_tokens", list, raising=False)
    rng = random.Random(0)
    examples = [Example("".join(rng.choices(SYMBOLS, k=4)), "".join(rng.choices(SYMBOLS, k=3)), "x") for _ in range(9)]
    edits = [edit_distance(greedy(model, x.source, 0, 0), x.target) for x in examples]
    found = rates(model, metadata, examples)
    assert found["words"] == 9
    assert found["per"] == pytest.approx(sum(edits) / 27, abs=1e-6)
    assert found["wer"] == pytest.approx(sum(map(bool, edits)) / 9, abs=1e-6)


def test_lengths_are_counted_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    opened(monkeypatch)
    examples = [Example(source, "ab", "x") for source in ("ab", "cd", "abc", "gfedcb")]
    monkeypatch.setattr(TASK, "held_out", lambda split: examples, raising=False)
    found = by_length("tiny", [1, 2], 5)
    assert [(row["letters"], row["words"]) for row in found["words"]] == [(2, 2), (3, 1), (6, 1)]
    assert [(row["letters"], row["joined"], row["words"]) for row in found["joined"]] == [(6, 1, 5), (12, 2, 5)]


def test_what_is_kept_begins_at_the_models_own_scores_and_no_position_never_notices() -> None:
    found = kept()
    for row in found["models"]:
        metadata = checkpoint.read_metadata(paths.CHECKPOINTS / f"{row['name']}.safetensors")
        assert row["position"] == metadata.config.position and row["examples"] == metadata.scores["examples"]
        for side, exact in row["exact"].items():
            assert len(exact) == len(found["shifts"])
            assert exact[0] == pytest.approx(metadata.scores["conditions"]["as trained"], abs=1e-3)
            reach = math.inf if row["reach"][side] is None else row["reach"][side]
            assert [share is None for share in exact] == [shift > reach for shift in found["shifts"]]
            if row["position"] == "none":
                assert len(set(exact)) == 1


def test_the_kept_errors_by_length_are_those_of_all_test_words() -> None:
    errors = kept("phone-errors-spelling")
    (found,) = kept()["lengths"]
    words = sum(row["words"] for row in found["words"])
    wrong = sum(row["words"] * row["wer"] for row in found["words"])
    assert words == errors["greedy"]["words"]
    assert wrong / words == pytest.approx(errors["greedy"]["wer"], abs=1e-3)
    assert any(row["letters"] > found["longest_source"] for row in found["joined"])
