"""Rewards: every number on the page is worked out again, in NumPy, from the weights and the outputs drawn."""

import json
import re
from functools import cache

import numpy as np
import pytest

from core.evaluation.evidence import read_evidence
from core.run import models
from core.run.runs import RunSpec
from core.tasks import Example, get_task
from core.tasks.spelling import Spelling
from core.vocab import BEGIN, END
from pages.reinforcement_learning import live
from pages.reinforcement_learning.choices import START, RewardChoices
from pages.reinforcement_learning.draws import SampleRequest, before_of, draws_of, sample_request, sweep_of
from pages.reinforcement_learning.evidence import outcome, verdict
from pages.shared.frame import PAGES_OWN
from tests.pages.numpy_model import NumpyModel

SHOWS = "samples", "step", "flat", "training", "live"
SECTIONS = "formula", "code", "measured", "question"
SOURCE, REFERENCE = "imagination", "IH M AE JH AH N EY SH AH N"
BAD_LINKS = {
    "show=nothing": "show=nothing", "reward=bleu": "reward=bleu", "draws=99": "draws=99", "rate=7": "rate=7",
    "shift=12": "shift=12", "baseline=mean": "baseline=mean",
}  # fmt: skip


@cache
def model_of(name: str) -> NumpyModel:
    return NumpyModel(models.model(name))


def rewards(visit, **choices):
    """Open the page with choices from its address."""
    return visit().enter("reinforcement_learning", {"model": START, "source": SOURCE} | choices)


def cells(page, number: int = 0) -> list[list[str]]:
    """Return the rows of a table, as Python reads numbers."""
    tables = [element.value.replace("−", "-") for element in page.at.markdown if element.value.startswith("| ")]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in tables[number].split("\n")[2:]]


def charts(page) -> list[dict]:
    return [json.loads(element.proto.spec) for element in page.at.get("plotly_chart")]


def columns(chart: dict) -> dict[str, list[str]]:
    """Return the texts beside the bars, as Python reads numbers."""
    texts = {trace["name"]: trace["text"] for trace in chart["data"] if trace.get("mode") == "text"}
    return {name: [text.replace("−", "-") for text in column] for name, column in texts.items()}


def asked(**choices) -> SampleRequest:
    spec = RunSpec(model=choices.pop("model", START), source=SOURCE, reference=REFERENCE)
    return sample_request(spec, RewardChoices(**choices))


def log_softmax(logits: np.ndarray) -> np.ndarray:
    return logits - logits.max(-1, keepdims=True) - np.log(
        np.exp(logits - logits.max(-1, keepdims=True)).sum(-1, keepdims=True)
    )  # fmt: skip


def log_prob(name: str, source: tuple, output: list[int], token: int = 0, shift: float = 0.0) -> float:
    logits = model_of(name).logits(list(source), [BEGIN, *output[:-1]])
    logits[:, token] += shift
    return float(sum(log_softmax(logits)[place, written] for place, written in enumerate(output)))


def edits(a: list, b: list) -> int:
    """Return the edit distance by the whole table of Wagner and Fischer."""
    table = np.zeros((len(a) + 1, len(b) + 1), dtype=int)
    table[:, 0], table[0] = range(len(a) + 1), range(len(b) + 1)
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            table[i, j] = min(
                table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (a[i - 1] != b[j - 1])
            )  # fmt: skip
    return int(table[-1, -1])


def reward(output: list[int], reference: tuple, kind: str) -> float:
    written = output[: output.index(END)] if END in output else output
    return (
        float(written == list(reference)) if kind == "exact" else 1 - edits(written, list(reference)) / len(reference)
    )


@pytest.mark.parametrize(("kind", "baseline"), [("edit", "greedy"), ("exact", "none")])
def test_rewards_advantages_and_log_probabilities_are_counted_again(visit, kind, baseline):
    page = rewards(visit, reward=kind, baseline=baseline, draws=12, seed=3)
    found = asked(reward=kind, baseline=baseline, draws=12, seed=3)
    draws = draws_of(found)
    scores = [reward(output, found.reference, kind) for output in draws.outputs]
    greedy = reward(draws.greedy, found.reference, kind)
    b = greedy if baseline == "greedy" else 0.0
    shown = columns(charts(page)[0])
    assert [float(text) for text in shown["reward"]] == pytest.approx(scores, abs=0.006)
    assert [float(text) for text in shown["advantage"]] == pytest.approx([r - b for r in scores], abs=0.006)
    exact = [log_prob(START, found.source, output) for output in draws.outputs]
    assert [float(text) for text in shown["log p"]] == pytest.approx(exact, abs=0.006)
    assert exact == sorted(exact, reverse=True)
    counts = [int(text[1:]) for text in shown["drawn"]]
    assert counts == [draws.samples.outputs.count(output) for output in draws.outputs] and sum(counts) == 12
    mean = np.average(scores, weights=counts)
    variance = np.average((np.array(scores) - mean) ** 2, weights=counts)
    rows = cells(page)
    assert [float(cell) for cell in rows[0][1:]] == pytest.approx([mean, mean - greedy], abs=6e-5)
    assert [float(cell) for cell in rows[1][1:]] == pytest.approx([variance, variance], abs=6e-5)
    loss = -sum(n * (r - b) * p for n, r, p in zip(counts, scores, exact, strict=True)) / 12
    printed = float(re.search(r"dots\\big\]=(-?[\d.]+)", page.told)[1])
    assert printed == pytest.approx(loss, abs=2e-4)
    up = sum(n for n, r in zip(counts, scores, strict=True) if r > b + 1e-9)
    assert f"makes {up} likelier" in page.told


def test_one_step_says_what_it_did_and_leaves_the_model_alone(visit):
    before = {name: weight.clone() for name, weight in models.model(START).state_dict().items()}
    page = rewards(visit, show="step", seed=5)
    draws = draws_of(asked(seed=5))
    assert all((weight == before[name]).all() for name, weight in models.model(START).state_dict().items())
    shown = columns(charts(page)[0])
    first = float(shown["p before"][0].rstrip("%")) / 100
    assert first == pytest.approx(np.exp(log_prob(START, asked().source, draws.outputs[0])), abs=6e-4)
    bars = charts(page)[0]["data"][0]["x"]
    for bar, was, now in zip(bars, shown["p before"], shown["p after"], strict=True):
        if was.endswith("%") and now.endswith("%") and float(was[:-1]) > 5:
            assert np.exp(bar) == pytest.approx(float(now[:-1]) / float(was[:-1]), rel=0.03)
    estimate = before_of(START, asked().source, asked().reference, "edit", 5)
    assert cells(page)[0][1] == f"{estimate.mean:.3f} ± {estimate.error:.3f}"
    # A longer step goes further.
    far = rewards(visit, show="step", seed=5, rate="0.3")
    assert max(map(abs, charts(far)[0]["data"][0]["x"])) > max(map(abs, bars))


def test_the_curve_is_that_of_a_model_with_that_bias(visit):
    page = rewards(visit, show="flat", token="AE", shift=0.5)
    found = asked()
    token = models.catalogue()[START].target_vocab.encode(["AE"])[0]
    moved = sweep_of(found, token)
    place = int(np.argmin(np.abs(moved.offsets.numpy() - 0.5)))
    outputs = list({tuple(output) for output in outputs_drawn(found)})
    p = np.exp([log_prob(START, found.source, list(output), token, 0.5) for output in outputs])
    scores = np.array([reward(list(output), found.reference, "edit") for output in outputs])
    assert float(cells(page)[0][2]) == pytest.approx(float(p @ scores / p.sum()), abs=1e-4)
    assert float(moved.covered[place]) == pytest.approx(float(p.sum()), abs=1e-4)
    assert float(cells(page)[0][1]) == pytest.approx(reward(moved.greedy[place], found.reference, "edit"), abs=1e-4)
    assert float(cells(page)[1][2]) == pytest.approx(float(cells(page)[2][2]), abs=2e-3)
    jumps = int((np.abs(np.diff(moved.steps.numpy())) > 1e-9).sum())
    assert f"at {jumps} of 120 steps of δ" in page.told


def outputs_drawn(found: SampleRequest) -> list[list[int]]:
    """Draw once more what the expected reward is taken over."""
    import torch

    from core.decoding.batch import sample_batch
    from core.training.randomness import drawn_for

    source = torch.tensor([found.source]).expand(200, -1)
    return sample_batch(models.model(START), source, drawn_for("fresh", found.seed))


def test_a_sure_model_has_nothing_to_learn_and_another_is_offered(visit):
    page = rewards(visit, model="dates", source="3 mars 2001")
    assert "all advantages are 0" in page.said and "nothing to learn" in page.told
    page.control("button", "take_start").click().run()
    assert page.link["model"] == START and page.link["source"] == SOURCE
    assert "nothing to learn" not in page.told


def test_what_was_shown_elsewhere_stays_and_what_the_page_borrows_is_given_back(visit):
    page = visit().enter("reinforcement_learning", {})
    assert page.control("text_input", "source").value == "3 mars 2001" and "model" not in page.link
    page.control("button_group", "examples").set_value(PAGES_OWN).run()
    assert (page.link["model"], page.link["source"]) == (START, SOURCE)
    examples = page.control("button_group", "examples")
    assert examples.value == PAGES_OWN and sum(SOURCE in option for option in examples.options) == 1
    page.at.query_params.clear()
    page.at.switch_page("pages/decode/page.py").run()
    assert page.control("text_input", "source").value == "3 mars 2001" and "model" not in page.link


def test_what_cannot_be_rewarded_is_answered(visit):
    page = rewards(visit, model="small-all-at-once", source="3 mars 2001")
    assert "all positions in parallel" in page.said and page.control("button", "take_start")
    page = rewards(visit, source="zzyzx")
    assert "there is no reward" in page.said
    page.control("button", "take_start").click().run()
    assert page.link["source"] == SOURCE and charts(page)
    page.read("zzyzx").control("text_input", "reference").set_value("Z IH Z IH K S").run()
    assert "there is no reward" not in page.said and charts(page)
    assert "ignored here" in rewards(visit, position="off").said


def test_the_table_and_the_curves_are_those_that_were_measured(visit):
    page = rewards(visit, show="training", section="measured")
    found = read_evidence("policy-gradient")
    rows = {row["way"]: row for row in found["rows"]}
    shown = cells(page)
    assert shown[0][1] == f"{100 * rows['edit']['per']['before']['mean']:.2f} ± " \
        f"{100 * rows['edit']['per']['before']['spread']:.2f} %"  # fmt: skip
    for row, cell in zip(found["rows"], shown[1:], strict=True):
        assert cell[3] == ", ".join(f"{100 * change:+.2f}" for change in row["per"]["change"]["each"])
        assert cell[5] == f"{row['reward']['after']['mean']:.3f}"
    errors = [trace for trace in charts(page)[1]["data"] if trace.get("name")]
    for row, line in zip(found["rows"], errors, strict=True):
        wanted = [np.mean([look["per"] for look in looks]) for looks in zip(*row["dev"], strict=True)]
        assert line["y"] == pytest.approx(wanted)
    drawn = charts(page)[0]["data"][1]["y"]
    first = np.mean([[step[0] for step in steps[:30]] for steps in rows["edit"]["steps"]])
    assert drawn[0] == pytest.approx(first)


def changed(*each: float) -> dict:
    mean = sum(each) / len(each)
    return {"per": {"change": {"mean": mean, "spread": float(np.std(each, ddof=1)), "each": list(each)}}}


def test_the_verdict_says_what_the_numbers_say():
    assert outcome([-0.01, -0.012, -0.011]) == "better" and outcome([0.02, 0.03, 0.02]) == "worse"
    assert outcome([-0.01, 0.012, -0.011]) == "same" == outcome([-0.001, -0.03, -0.002])
    said = verdict({"edit": changed(-0.02, -0.021, -0.019), "control": changed(-0.001, 0.001, 0.0)})
    assert "lowers" in said and "−2.00" in said and "part of the gain comes from the reward" in said
    said = verdict({"edit": changed(0.001, -0.001, 0.0), "control": changed(-0.02, -0.021, -0.019)})
    assert "does not lower" in said and "do better (−2.00" in said


def test_the_training_here_goes_on_from_a_copy(visit, monkeypatch):
    few = [Example(x.source, x.target, x.group) for x in get_task("spelling").examples()] * 20
    monkeypatch.setattr(Spelling, "training_pairs", lambda self, seed, epoch: few)
    monkeypatch.setattr(Spelling, "held_out", lambda self, split, per_group=None, seed=0: few[:12])
    monkeypatch.setattr(live, "EVERY", 2)
    monkeypatch.setitem(live.RECIPE, "steps", 5)
    before = {name: weight.clone() for name, weight in models.model(START).state_dict().items()}
    turns = list(live.work_for("edit", "greedy")())
    assert [turn.step for turn in turns] == [0, 1, 2, 3, 4, 5]
    assert [turn.step for turn in turns if turn.errors] == [0, 2, 4]
    assert all(0 < turn.reward <= 1 and 0 < turn.baseline <= 1 for turn in turns[1:])
    assert all((weight == before[name]).all() for name, weight in models.model(START).state_dict().items())
    page = rewards(visit, show="live")
    (button,) = [each for each in page.at.get("button") if each.key == "start-train_rewarded"]
    assert button.label == "Train with rewards" and "60 steps" in page.told


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("show", SHOWS)
def test_every_section_of_every_view_draws(visit, show, section):
    page = rewards(visit, show=show, section=section)
    assert page.control("button_group", "section").value == section
    if section == "formula":
        rewards(visit, show=show, model="spelling", reward="exact")


def test_the_controls_go_into_the_link_and_the_link_brings_them_back(visit):
    page = rewards(visit)
    page.control("button_group", "rewards_reward").set_value("exact").run()
    page.control("button_group", "rewards_baseline").set_value("none").run()
    page.control("slider", "rewards_draws").set_value(9).run()
    page.control("number_input", "rewards_seed").set_value(4).run()
    page.control("button_group", "rewards_show").set_value("step").run()
    page.control("select_slider", "rewards_rate").set_value("0.1").run()
    link = page.link
    wanted = {"reward": "exact", "baseline": "none", "draws": "9", "seed": "4", "show": "step", "rate": "0.1"}
    assert wanted.items() <= link.items()
    assert rewards(visit, **link).told == page.told
    page.control("button_group", "rewards_show").set_value("flat").run()
    page.control("selectbox", "rewards_token").set_value("EY").run()
    page.control("slider", "rewards_shift").set_value(-1.5).run()
    link = page.link
    assert link["token"] == "EY" and link["shift"] == "-1.5"
    assert rewards(visit, **link).told == page.told


@pytest.mark.parametrize("link", BAD_LINKS)
def test_nonsense_in_a_link_is_answered(visit, link):
    name, value = link.split("=", 1)
    assert BAD_LINKS[link] in rewards(visit, **{name: value}).said


@pytest.mark.parametrize("show", SHOWS[:3])
def test_whatever_is_typed_is_only_text(visit, show):
    for source in ("<b>1</b> | `x` $y$", "🙂", "x" * 90):
        page = rewards(visit, show=show).read(source)
        assert not page.at.exception
        assert not any("<b>" in element.value for element in page.at.markdown)
    assert rewards(visit, show="flat", token="<b>").control("selectbox", "rewards_token").value != "<b>"
