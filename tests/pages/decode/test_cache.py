"""The section on the cache: which keys and values a step makes, and that it makes the logits that a full pass makes."""

import json
import re

import pytest
import torch

from core.analysis.block.part_costs import part_costs
from core.run import models, runs
from core.run.runs import RunSpec
from tests.pages.board_arithmetic import values

NEW, AGAIN, KEPT, GONE = 1.0, 0.6, 0.1, 0.0
DATE = "source=3 mars 2001&section=cache"


def cells(page, name: str) -> list[list[float]]:
    """Return how strongly a panel's cells are coloured."""
    return [[round(value, 1) for value in row] for row in values(page.board[name]).tolist()]


def rows_of(page, head: str) -> list[list[str]]:
    """Return the cells of the table whose head begins so."""
    (table,) = [each.value for each in page.at.markdown if each.value.startswith(f"| {head}")]
    return [[cell.strip(" |*`") for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]


def number(text: str) -> int:
    return 0 if text == "–" else int(text.replace(",", ""))


@pytest.mark.parametrize("step", [1, 5, 11])
def test_a_step_makes_one_column_and_keeps_the_others(visit, step):
    page = visit(f"{DATE}&step={step}")
    assert cells(page, "own") == [[KEPT] * (step - 1) + [NEW]] * 3
    assert cells(page, "query") == [[GONE] * (step - 1) + [NEW]] * 3
    assert cells(page, "cross") == [[KEPT] * 14] * 3 and cells(page, "memory") == [[KEPT] * 14]
    read = ["⟨BEGIN⟩", *"2001-03-03"][:step]
    assert [name.split(" ")[0] for name in page.board["own"]["col_names"]] == read
    assert page.board["own"]["texts"] == (["kept"] * (step - 1) + ["new"]) * 3


def test_before_the_first_step_only_what_the_source_gives_is_there(visit):
    page = visit(f"{DATE}&step=0&recompute=on")
    assert "own" not in page.board and cells(page, "cross") == [[NEW] * 14] * 3
    assert page.control("toggle", "recompute").disabled
    parts = {part.part: part for part in part_costs(models.catalogue()["dates"].config, 14, 1)}
    encoder = sum(part.macs for name, part in parts.items() if name.startswith("encoder"))
    assert f"{encoder + 3 * 2 * 14 * 128 * 128:,} multiplications are not repeated" in page.told


def test_recomputing_makes_everything_again_and_the_same_logits(visit):
    page = visit(f"{DATE}&step=5")
    assert "The logits are equal" not in page.told
    page.control("toggle", "recompute").set_value(True).run()
    assert page.link["recompute"] == "on"
    assert cells(page, "own") == cells(page, "query") == [[AGAIN] * 4 + [NEW]] * 3
    assert cells(page, "cross") == [[AGAIN] * 14] * 3 and cells(page, "memory") == [[AGAIN] * 14]
    spec, model = RunSpec(model="dates", source="3 mars 2001"), models.model("dates")
    source, read = torch.tensor([runs.source_ids(spec)]), runs.trace(spec).read()[None, :5]
    with torch.inference_mode():
        logits = model(source, read)[0, -1]
    vocab, shown = models.catalogue()["dates"].target_vocab, rows_of(page, "token")
    assert len(shown) == 3
    for (token, cached, recomputed, difference), expected in zip(shown, logits.topk(3).indices.tolist(), strict=True):
        assert token == vocab.name(expected)
        assert float(cached) == pytest.approx(float(logits[expected]), abs=1e-4)
        assert float(recomputed) == pytest.approx(float(logits[expected]), abs=1e-4)
        assert difference == "0" or re.fullmatch(r"\d\.\d · 10⁻[⁵⁶⁷⁸⁹]", difference)
    assert "The logits are equal" in page.told and "over all 15 tokens" in page.told


def test_the_table_adds_up_to_a_full_pass_and_the_chart_says_the_same(visit):
    page = visit(f"{DATE}&step=5")
    *parts, total = rows_of(page, "multiplications in step 5")
    for column in (1, 2):
        assert sum(number(row[column]) for row in parts) == number(total[column])
    config = models.catalogue()["dates"].config
    assert number(total[2]) == sum(part.macs for part in part_costs(config, 14, 5))
    (chart,) = [json.loads(each.proto.spec) for each in page.at.get("plotly_chart")]
    assert [line["y"][4] for line in chart["data"]] == [number(total[1]), number(total[2])]
    assert [line["x"][-1] for line in chart["data"]] == [config.max_target_len] * 2
    assert f"{number(total[1]):,} multiplications" in page.told
    assert f"{number(total[2]) / number(total[1]):.1f} times as many" in page.told


def test_without_the_causal_mask_nothing_of_the_target_is_kept(visit):
    page = visit(f"{DATE}&step=5&causal=off")
    assert "Without the causal mask there is no cache" in page.told
    assert cells(page, "own") == [[AGAIN] * 4 + [NEW]] * 3 and cells(page, "memory") == [[KEPT] * 14]
    assert not [each for each in page.at.button if each.key == "start-measure_cache"]


@pytest.mark.parametrize("name", ["small-all-at-once", "small-all-at-once-end"])
def test_a_model_that_writes_in_one_pass_has_nothing_to_cache(visit, name):
    page = visit(f"section=cache&step=3&model={name}")
    assert "This model has no steps" in page.told and "own" not in page.board


def test_a_long_word_is_drawn_without_words_in_its_cells(visit):
    page = visit("section=cache&step=9&model=spelling&source=antidisestablishmentarianism")
    assert page.board["own"]["texts"] is None and cells(page, "own") == [[KEPT] * 8 + [NEW]] * 3


@pytest.mark.parametrize(("name", "lengths"), [("small", [8, 16, 32, 64, 128]), ("small-learned-position", [8, 16])])
def test_both_ways_are_timed_at_every_length_that_the_model_can_read(visit, name, lengths):
    page = visit(f"{DATE}&step=5&model={name}")
    page.at.button(key="start-measure_cache").click().run()
    page.wait_for("measure_cache")
    assert page.told.count("Medians of 9 rounds")
    rows = rows_of(page, "tokens")
    assert [int(row[0]) for row in rows] == lengths
    for length, cached, recomputed, ratio, fast, slow, _ in rows:
        config = models.catalogue()[name].config
        assert number(recomputed) == sum(part.macs for part in part_costs(config, 14, int(length)))
        assert ratio == f"{number(recomputed) / number(cached):.1f} ×"
        assert float(fast) > 0 and float(slow) > 0
