"""Cross-attention: every number is that of the run that is shown, and every control changes what it says it does."""

import json
from urllib.parse import urlencode

import numpy as np
import pytest
import torch

from core.analysis.attention.cross_costs import cross_costs
from core.evaluation.evidence import read_evidence
from core.run import models, runs
from core.run.runs import RunSpec
from core.switches import Switches
from core.taps import OverwriteWeight
from pages.cross_attention.choices import CrossChoices
from tests.pages.board_arithmetic import assert_made_as_said, masked, values

SHOWS = "step", "wirings", "alignment", "explanation"
METHODS = "head", "mean", "rollout", "products"
THREE = "small", "small-layerwise", "small-mixed"
SECTIONS = "formula", "code", "measured", "question"
SPELLING = {"model": "spelling", "source": "physiology"}
BAD_LINKS = {
    "show=all": "show=all",
    "token=0": "the weight of “0”; expected one of: largest, products",
    "token=third": "third",
    "scope=half": "scope=half",
    "value=2": "value=2",
    "value=nan": "value=nan",
    "section=evidence": "section=evidence",
}


def cross(visit, **choices):
    """Open the page with choices from its address."""
    page = visit()
    page.at.query_params.clear()
    for name, value in choices.items():
        page.at.query_params[name] = str(value)
    page.at.switch_page("pages/cross_attention/page.py").run()
    page.at.run()  # AppTest knows the values of shared controls from the second run on a page only
    assert not page.at.exception
    return page


def written(page) -> str:
    return "\n".join(element.value for element in page.at.markdown)


def shown(**choices) -> RunSpec:
    """Return the run that a page with such choices shows."""
    return RunSpec(model=choices.get("model", "dates"), source=choices.get("source", "3 mars 2001"))


@pytest.mark.parametrize("model", ("dates", "small-additive", "small-relu", "small-sigmoid"))
def test_every_number_of_the_walk_is_made_as_it_says(visit, model):
    page = cross(visit, model=model, step=4, layer=2, head=2)
    assert assert_made_as_said(page.board, tolerance=1e-3) > 30
    cells, weights = values(page.board["map"]), values(page.board["weights"])[:, 0]
    trace = runs.trace(shown(model=model))
    assert np.allclose(cells, trace.cross_weights()[1, 1].numpy(), atol=1e-6)
    assert np.allclose(weights, cells[3], atol=1e-5)
    assert np.array_equal(masked(page.board["map"])[3], masked(page.board["weights"])[:, 0])


def test_keys_and_values_stay_and_the_query_changes_with_every_step(visit):
    before = cross(visit, step=2).board
    page = cross(visit, step=3)
    for name, same in (("k", True), ("v", True), ("q", False), ("o", False), ("weights", False)):
        assert np.array_equal(values(before[name]), values(page.board[name])) == same, name


def test_the_strip_and_its_buttons_walk_along_the_decoder(visit):
    page = cross(visit, step=1)
    assert page.control("button", "cross_back").disabled
    page.control("button", "cross_next").click().run()
    assert page.at.query_params["step"] == "2" and page.board["map"]["mark"] == 1
    page.control("button_group", "cross_step").set_value(10).run()
    assert page.board["map"]["mark"] == 10 and page.control("button", "cross_next").disabled
    page.control("button", "cross_back").click().run()
    assert page.control("button_group", "cross_step").value == 9


def test_every_step_is_a_place_of_the_strip(visit):
    page = cross(visit)
    names = page.control("button_group", "cross_step").options
    assert list(names) == [str(row + 1) for row in range(11)]
    for row in range(len(names)):
        page.control("button_group", "cross_step").set_value(row).run()
        assert page.board["map"]["mark"] == row


@pytest.mark.parametrize("causal", ("on", "off"))
def test_what_was_computed_is_counted_as_the_run_did_it(visit, causal):
    page = cross(visit, step=7, causal=causal)
    config = models.catalogue()["dates"].config
    made = {cost.part: (cost.made, cost.made_anew)[causal == "off"] for cost in cross_costs(config, 14, 7)}
    assert f"**{made['keys']:,}** keys" in written(page) and f"**{made['queries']:,}** queries" in written(page)
    total = sum(cost.macs for cost in cross_costs(config, 14, 11))
    assert f"**{total:,}**" in written(page)
    assert page.board["k"]["note"] == ("from the encoder, once" if causal == "on" else "from the encoder, again")


def test_each_wiring_shows_what_its_model_makes_of_this_very_source(visit):
    page = cross(visit, show="wirings", source="16. listopada 1998.")
    boards = [data for data in page.sent if "panels" in data]
    kept = {row["name"]: row for row in read_evidence("variants")["variants"]}
    for name, board in zip(THREE, boards, strict=True):
        trace = runs.trace(shown(model=name, source="16. listopada 1998."))
        for layer in range(2):
            expected = trace.cross_weights()[layer].numpy().mean(0)
            assert np.allclose(values(board["panels"][f"layer{layer}"]), expected, atol=1e-6)
        output = "".join(models.catalogue()[name].target_vocab.decode(trace.tokens))
        assert f"{output} ``** {'✓ right' if output == '1998-10-16' else '✗ wrong'}" in written(page)
        assert any(f"{kept[name]['mean']:.1%} right, ± {kept[name]['spread']:.1%}" in x.value for x in page.at.caption)


def test_the_diagram_has_the_shares_that_the_model_learned(visit):
    page = cross(visit, show="wirings", model="small-mixed")
    logits = models.model("small-mixed").mix_logits.double().numpy()
    shares = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    spec = page.at.get("plotly_chart")[0].proto.spec
    assert all(f'"{share:.0%}"' in spec for share in shares.flatten())
    names = json.loads(spec)["layout"]["annotations"]
    assert [each["text"] for each in names if each.get("font", {}).get("weight") == "bold"] == ["learned mix"]
    assert any(f"{share:.3f}".rstrip("0") in latex.value for share in shares.flatten() for latex in page.at.latex)


def test_a_wiring_is_loaded_by_one_click(visit):
    page = cross(visit, show="wirings")
    page.at.button(key="control-cross-load-small-layerwise").click().run()
    assert page.at.query_params["model"] == "small-layerwise"
    assert page.control("selectbox", "model").value == "small-layerwise"
    assert page.at.button(key="control-cross-load-small-layerwise").disabled
    assert page.control("text_input", "source").value == "3 mars 2001"


def test_another_task_sees_the_wirings_on_a_source_of_theirs(visit):
    page = cross(visit, show="wirings", **SPELLING)
    assert "shown on 3 mars 2001" in page.said
    assert "has the wiring “last to all”" in cross(visit, show="wirings").said


@pytest.mark.parametrize("choices", ({}, SPELLING, {"model": "small-sigmoid"}, {"causal": "off"}), ids=str)
def test_the_framed_cells_are_the_largest_of_each_row_and_their_agreement_is_counted(visit, choices):
    page = cross(visit, show="alignment", layer=2, head=2, **choices)
    links = {}
    for name in METHODS:
        panel = page.board[name]
        open_cells = np.where(masked(panel), -np.inf, values(panel))
        links[name] = [column for _, column in panel["marks"]]
        assert [row for row, _ in panel["marks"]] == list(range(len(open_cells)))
        assert np.allclose([row[link] for row, link in zip(open_cells, links[name], strict=True)], open_cells.max(-1))
    shares = [[np.mean(np.equal(links[a], links[b])) for b in METHODS] for a in METHODS]
    assert np.allclose(values(page.board["agreement"]), shares, atol=1e-6)


def test_the_maps_are_the_runs_own(visit):
    page = cross(visit, show="alignment", layer=2, head=3)
    weights = runs.trace(shown()).cross_weights()[1].numpy()
    assert np.allclose(values(page.board["head"]), weights[2], atol=1e-5)
    assert np.allclose(values(page.board["mean"]), weights.mean(0), atol=1e-5)
    assert np.allclose(values(page.board["rollout"]).sum(-1), 0.875, atol=1e-5)
    assert np.allclose(np.abs(values(page.board["products"])).max(-1), 1)


def overwritten(row: int, key: int, value: float, heads: list[tuple[int, int]], **choices):
    """Overwrite weights in a run of one's own; return the distribution of the row, before and after."""
    spec = shown(**choices)
    cells = frozenset(OverwriteWeight(f"decoder.{layer}.cross_attn", head, row, key, value) for layer, head in heads)
    traces = runs.trace(spec), runs.trace(spec, Switches(overwritten=cells))
    return [trace.steps[row].log_probs.exp() for trace in traces]


@pytest.mark.parametrize(("scope", "model"), [(s, m) for s in ("head", "layer", "all") for m in ("dates", "small")])
@pytest.mark.parametrize("value", (0.0, 0.8))
def test_the_verdict_is_that_of_a_run_with_these_weights_overwritten(visit, scope, model, value):
    page = cross(visit, show="explanation", model=model, step=4, layer=2, head=2, scope=scope, token=11, value=value)
    layers = models.catalogue()[model].config.num_decoder_layers
    heads = {
        "head": [(1, 1)],
        "layer": [(1, head) for head in range(4)],
        "all": [(layer, head) for layer in range(layers) for head in range(4)],
    }[scope]
    before, after = overwritten(3, 10, value, heads, model=model)
    token, other = int(before.argmax()), int(after.argmax())
    assert ("The token stays" in written(page)) == (token == other)
    assert f"**{float(before[token]):.2%}** before, **{float(after[token]):.2%}** after" in written(page)
    assert page.board["map"]["marks"] == [[3, 10]] and page.board["row"]["marks"] == [[1, 10]]
    assert values(page.board["row"])[1, 10] == pytest.approx(value, abs=1e-6)
    vocab, chances = models.catalogue()[model].target_vocab, page.board["next"]
    likeliest = torch.maximum(before, after).argsort(descending=True)[:5].tolist()
    assert set(chances["col_names"]) == {vocab.name(number) for number in likeliest}
    for line, (probability, likely) in enumerate(((before, token), (after, other))):
        numbers = vocab.encode(chances["col_names"])
        assert values(chances)[line] == pytest.approx(probability[numbers].numpy(), abs=1e-6)
        assert chances["marks"][line] == [line, numbers.index(likely)]


def test_by_default_the_largest_weight_goes_and_the_gradients_choice_can_be_taken(visit):
    page = cross(visit, show="explanation", step=7, layer=2, head=1, model="small")
    weights = runs.trace(shown(model="small")).cross_weights()[1, 0, 6].numpy()
    assert page.board["map"]["marks"] == [[6, int(weights.argmax())]]
    named = cross(visit, show="alignment", step=7, layer=2, head=1, model="small").board["products"]["marks"][6]
    page = cross(visit, show="explanation", step=7, layer=2, scope="layer", token="products", model="small")
    assert page.board["map"]["marks"] == [named]


def test_a_token_that_the_source_does_not_have_is_its_last(visit):
    page = cross(visit, show="explanation", step=3, token=99)
    assert page.board["map"]["marks"] == [[2, 13]]


@pytest.mark.parametrize("scope", ("head", "all"))
def test_the_formula_compares_what_the_gradient_foretold_with_what_came(visit, scope):
    page = cross(visit, show="explanation", step=4, scope=scope, layer=2, model="small", value=0.1, token=11)
    heads = [(1, 0)] if scope == "head" else [(layer, head) for layer in range(2) for head in range(4)]
    before, after = overwritten(3, 10, 0.1, heads, model="small")
    token = int(before.argmax())
    measured = float(torch.log(after[token]) - torch.log(before[token]))
    said = next(latex.value for latex in page.at.latex if "measured" in latex.value)
    number = said.split("\\;=\\;")[1].split("\\quad")[0].replace("\\cdot10^{", "e").rstrip("}")
    assert float(number) == pytest.approx(measured, rel=0.06)


@pytest.mark.parametrize(
    ("kind", "name", "value", "param"),
    [
        ("selectbox", "cross_token", "2", "token=2"),
        ("button_group", "cross_scope", "all", "scope=all"),
        ("slider", "cross_value", 0.5, "value=0.5"),
        ("button_group", "cross_show", "alignment", "show=alignment"),
        ("button_group", "section", "code", "section=code"),
        ("button_group", "head", 3, "head=3"),
        ("toggle", "padding", False, "padding=off"),
    ],
)
def test_every_control_is_in_the_link_and_the_link_shows_the_same(visit, kind, name, value, param):
    page = cross(visit, show="explanation", step=5, layer=2, model="small")
    before = page.board
    page.control(kind, name).set_value(value).run()
    assert param in urlencode(page.at.query_params, doseq=True)
    again = cross(visit, **dict(page.at.query_params))
    assert again.board == page.board and again.control(kind, name).value == value
    assert page.board != before or name == "section"


@pytest.mark.parametrize("link", BAD_LINKS)
@pytest.mark.parametrize("show", ("step", "explanation"))
def test_a_link_that_makes_no_sense_is_answered(visit, link, show):
    name, value = link.split("=", 1)
    page = cross(visit, **({"show": show} | {name: value}))
    assert BAD_LINKS[link] in page.said


@pytest.mark.parametrize("show", SHOWS)
@pytest.mark.parametrize("model", ("dates", "spelling", "small-mixed", "dates-no-position"))
def test_every_view_has_every_section_for_every_model(visit, show, model):
    page = cross(visit, show=show, model=model, step=2)
    for section in SECTIONS:
        page.enter("cross_attention", page.link | {"section": section})
        assert page.control("button_group", "section").value == section
        if section == "code":
            ran, lines = (block.value for block in page.at.code)
            assert "def " in ran and "model.trace(" in lines


@pytest.mark.parametrize("model", ("dates", "spelling", "small"))
def test_the_evidence_is_what_the_command_kept(visit, model):
    found = read_evidence(f"erasure-{model}")
    page = cross(visit, show="explanation", section="measured", model=model)
    assert found["command"] in written(page) and f"{found['steps']:,} steps" in written(page)
    for row in found["rows"]:
        assert f"{row['weight']:.1%} | {row['lost']:.2%} | {row['changed']:.2%}" in written(page)
    page = cross(visit, show="alignment", section="measured", model=model)
    assert f"{found['agreement'][0][2]:.1%}" in written(page)


def test_what_was_not_measured_says_how_to(visit):
    page = cross(visit, show="explanation", section="measured", model="small-mixed")
    assert "python -m core.experiments.erasure small-mixed --write" in page.said
    assert "core.experiments.ablation" in cross(visit, section="measured", model="small-mixed").said


@pytest.mark.parametrize("show", SHOWS)
def test_a_model_that_writes_all_at_once_is_shown_as_what_it_is(visit, show):
    page = cross(visit, show=show, section="measured", model="small-all-at-once", step=3)
    if show == "step":
        keys, queries = 14 * 2, len(runs.trace(shown(model="small-all-at-once")).read()) * 2
        assert f"**{keys}** keys" in written(page) and f"**{queries}** queries, in one pass" in written(page)
    if show in ("alignment", "explanation"):
        assert "writes all positions in parallel" in page.said and "core.experiments.erasure" not in page.said
        assert not any(button.key == "start-cross_measure" for button in page.at.button)


def test_a_sample_can_be_measured_here(visit):
    page = cross(visit, show="explanation", section="measured", model="small-mixed")
    page.at.button(key="start-cross_measure").click().run()
    page.wait_for("cross_measure")
    assert "on 96 held-out examples" in written(page)


def test_the_page_looks_at_cross_attention_whatever_was_looked_at_before(visit):
    page = cross(visit, attention="encoder", model="spelling", layer=6)
    assert page.at.query_params["attention"] == "cross"
    assert list(page.control("button_group", "layer").options) == ["1", "2", "3"]


def test_the_defaults_leave_the_address_empty():
    assert CrossChoices().params() == {}
