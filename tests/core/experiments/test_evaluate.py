"""Exact match counts what equals the reference, by group; scores go into a checkpoint and leave its weights alone."""

from pathlib import Path

import pytest
import torch

from core import checkpoint, tasks
from core.decoding import Session, decode
from core.evaluation.exact_match import BATCH, CONDITIONS, exact_match
from core.experiments import evaluate
from core.model import Transformer
from core.switches import Switches
from core.tasks import Example
from tests.core import tiny
from tests.core.tiny_task import LETTERS, TASK, VOCABS


def built() -> Transformer:
    """Return a model of the tiny task whose outputs differ from source to source."""
    return tiny.stopping_model(1, source_vocab_size=11, target_vocab_size=11, norm_order="pre")


def says(model: Transformer, text: str, switches: Switches = CONDITIONS["as trained"]) -> str:
    """Decode one source by itself."""
    source = torch.tensor([VOCABS[0].encode(TASK.source_tokens(text))])
    tokens = [step.token for step in decode(Session(model, source, switches, record=False))]
    return TASK.target_text(VOCABS[1].decode(tokens))


def examples(model: Transformer, count: int) -> list[Example]:
    """Take the model's own outputs for references, but for those of every third example."""
    drawn = TASK.held_out("test", count)
    return [
        Example(x.source, says(model, x.source) + ("" if number % 3 else "a"), x.group)
        for number, x in enumerate(drawn)
    ]


def test_exact_match_counts_by_group_and_lists_what_is_wrong() -> None:
    model = built()
    asked = examples(model, BATCH + 20)
    result = exact_match(model, TASK, *VOCABS, asked)
    right = {group: sum(x.group == group for n, x in enumerate(asked) if n % 3) for group in ("short", "long")}
    seen = {group: sum(x.group == group for x in asked) for group in ("short", "long")}
    assert min(right.values()) > 0 and len({says(model, x.source) for x in asked}) > 3
    assert (result.right, result.seen) == (right, seen)
    assert result.total == pytest.approx(sum(right.values()) / len(asked))
    assert result.by_group() == {group: right[group] / seen[group] for group in ("long", "short")}
    assert result.errors == tuple((x, x.target[:-1]) for x in asked[::3])


def test_a_group_without_a_right_answer_scores_0_and_nothing_asked_scores_nothing() -> None:
    model = built()
    result = exact_match(model, TASK, *VOCABS, [Example("abc", "no such output", "odd")])
    assert (result.total, result.by_group()) == (0.0, {"odd": 0.0})
    nothing = exact_match(model, TASK, *VOCABS, [])
    assert (nothing.total, nothing.by_group(), nothing.errors) == (0.0, {}, ())


def test_switches_reach_the_decoder() -> None:
    model, switches = built(), CONDITIONS["position off"]
    asked = [Example(x.source, says(model, x.source, switches), x.group) for x in TASK.held_out("test", 20)]
    assert exact_match(model, TASK, *VOCABS, asked, switches).total == 1
    assert exact_match(model, TASK, *VOCABS, asked).total < 1


@pytest.mark.parametrize("decoder", ("length", "end"))
def test_models_that_write_in_parallel_are_scored_too(decoder: str) -> None:
    model = tiny.model(2, source_vocab_size=11, target_vocab_size=11, decoder=decoder)
    assert exact_match(model, TASK, *VOCABS, TASK.held_out("test", 5)).seen.total() == 5


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a checkpoint of the tiny task, whose references are what the model says to two thirds of its examples."""
    model = built().to(torch.float32)
    monkeypatch.setitem(tasks.TASKS, "backwards", TASK)
    path = tmp_path / "tiny.safetensors"
    metadata = checkpoint.Metadata(
        name="tiny", title="Tiny", task="backwards", config=model.config, source_symbols=LETTERS,
        target_symbols=LETTERS, training={"seed": 1}, scores={"old": 1},
    )  # fmt: skip
    checkpoint.save(path, model, metadata)
    asked = examples(checkpoint.load(path)[0], 12)
    monkeypatch.setattr(TASK, "held_out", lambda split, per_group, seed=0: asked[:per_group], raising=False)
    return path


def call(monkeypatch: pytest.MonkeyPatch, path: Path, *options: str) -> None:
    monkeypatch.setattr("sys.argv", ["evaluate", str(path), "--threads", "1", "--per-group", "12", *options])
    evaluate.main()


def test_scores_are_kept_and_the_weights_stay_as_they_are(
    saved: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before, described = checkpoint.load(saved)
    call(monkeypatch, saved, "--write", "--split", "dev")
    after, again = checkpoint.load(saved)
    assert again.scores["examples"] == 12 and again.scores["split"] == "dev"
    assert again.scores["command"] == "python -m core.experiments.evaluate tiny --split dev --per-group 12"
    assert again.scores["conditions"].keys() == CONDITIONS.keys()
    assert again.scores["conditions"]["as trained"] == pytest.approx(8 / 12, abs=1e-5)
    assert again.scores["by_group"].keys() == {"short", "long"}
    assert (again.training, again.config, again.name) == (described.training, described.config, "tiny")
    pairs = zip(before.state_dict().values(), after.state_dict().values(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)
    assert "66.67%" in capsys.readouterr().out


def test_without_write_the_file_stays_and_errors_are_shown_if_asked(
    saved: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    content = saved.read_bytes()
    call(monkeypatch, saved, "--show-errors", "2")
    assert saved.read_bytes() == content
    assert capsys.readouterr().out.count("expected") == 2
