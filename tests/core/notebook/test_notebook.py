"""What README shows of the library runs, line by line; models of one's own learn and are kept; plots are true."""

import re

import pytest
import torch

import core
from core import Switches, evaluate, load, plot, train_on_pairs
from core.paths import ROOT
from core.tasks.pairs_text import BadPairs
from core.trace import Cell

README = (ROOT / "README.md").read_text(encoding="utf-8")
LINES = re.search(r"^### API$.*?^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
PAIRS = [(str(number), str(number)[::-1]) for number in range(100, 160)]


@pytest.fixture(scope="module")
def dates():
    return load("dates")


@pytest.fixture(scope="module")
def own():
    return train_on_pairs(PAIRS, steps=6, d_model=16, num_heads=2)


def test_every_line_of_readmes_api_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert LINES is not None
    names: dict = {}
    values = {}
    for line in LINES[1].splitlines():
        try:
            values[line.split("  #")[0]] = eval(line, names)
        except SyntaxError:
            exec(line, names)
    assert values["model.write(text)"] == "2001-03-03" == values["model.beam(text, width=4)"][0][0]
    assert {name for name in core.__all__ if name[0].islower()} <= set(names)
    assert 0 <= values["evaluate(mine).total"] <= 1
    assert load("mine.safetensors").write("123") == names["mine"].write("123")


def test_a_model_of_ones_own_is_kept_with_its_pairs_and_every_bit(own, tmp_path):
    own.save(tmp_path / "own.safetensors")
    again = load(tmp_path / "own.safetensors")
    assert again.task == own.task and again.metadata == own.metadata
    mine, theirs = own.transformer.state_dict(), again.transformer.state_dict()
    assert all(torch.equal(weight, theirs[name]) for name, weight in mine.items())
    assert again.metadata.config.d_model == 16 and not own.transformer.training


def test_a_score_is_a_count_of_right_outputs(own):
    examples = own.task.held_out("test")
    right = [own.write(each.source) in each.references for each in examples]
    assert evaluate(own).total == sum(right) / len(right) and len(examples) == 6
    switches = Switches(position="off")
    right = [own.write(each.source, switches) in each.references for each in examples[:3]]
    assert evaluate(own, examples[:3], switches=switches).total == sum(right) / 3


def test_training_on_pairs_learns():
    model = train_on_pairs([(letter * 3, letter) for letter in "abcdefghijklmnopqrstuvwxyz"], steps=60)
    assert model.write("aaa") == "a" and model.metadata.training["steps"] == 60


def test_what_cannot_be_learnt_is_said():
    with pytest.raises(BadPairs, match="20"):
        train_on_pairs(PAIRS[:5])
    with pytest.raises(ValueError, match="d_model=15"):
        train_on_pairs(PAIRS, d_model=15)


@pytest.mark.parametrize(("attention", "head"), [("encoder", 1), ("self", None), ("cross", 0)])
def test_a_plot_holds_the_weights_of_the_trace_and_nothing_where_masked(dates, attention, head):
    trace = dates.trace("3 mars 2001", pads=2)
    weights = {"encoder": trace.encoder_weights, "self": trace.self_weights(), "cross": trace.cross_weights()}[
        attention
    ]
    cells = getattr(trace, f"{attention}_cells")()
    figure = plot(dates, trace, attention, layer=0, head=head)
    drawn = torch.tensor(figure.data[0].z)
    expected = weights[0].mean(0) if head is None else weights[0, head]
    assert torch.equal(drawn.isnan(), cells != Cell.OPEN) and bool((cells != Cell.OPEN).any())
    assert torch.equal(drawn[cells == Cell.OPEN], expected[cells == Cell.OPEN])
    queries, keys = figure.layout.yaxis.ticktext, figure.layout.xaxis.ticktext
    assert (len(queries), len(keys)) == tuple(drawn.shape)
    assert queries[0] == ("3" if attention == "encoder" else "⟨BEGIN⟩") and "⟨PAD⟩" not in queries[:3]
