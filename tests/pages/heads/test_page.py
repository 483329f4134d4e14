"""The Heads page: every number beside its head, silencing and what it does, links, and the measurement on a sample."""

import base64
import json
import re
from dataclasses import replace
from itertools import product
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
import torch

from core import paths
from core.decoding import Session
from core.evaluation.ablation import ablate, parts, read_ablations
from core.evaluation.held_out import held_out_examples
from core.evaluation.silencing import compare_outputs, in_all
from core.figures.packing import unpacked
from core.run import models, runs
from core.run.runs import RunSpec
from core.switches import Switches, full_pass, site_of
from core.taps import Recorder, SilenceHead
from core.tasks import get_task
from core.vocab import BEGIN, PAD
from pages.heads.choices import Head, HeadsChoices, read_heads, toggle, write_heads
from pages.heads.report import report_of
from pages.heads.words import number_text, share_text
from pages.shared.text import prose
from tests.pages.board_arithmetic import values
from tests.pages.numpy_model import NumpyModel

DATE = RunSpec(model="dates", source="3 mars 2001", reference="2001-03-03")


class Heads:
    """The page as one visitor sees it."""

    def __init__(self, page) -> None:
        self.page, self.at, self.control = page, page.at, page.control

    @property
    def wall(self) -> dict:
        return next(data for data in self.page.sent if "cards" in data)

    @property
    def state(self):
        return self.at.session_state["app"]

    @property
    def address(self) -> dict[str, str]:
        """Return what stands in the address bar."""
        return dict(parse_qsl(urlencode(self.at.query_params, doseq=True)))

    def cards(self) -> dict[str, dict[str, str]]:
        """Return each head's numbers as they stand on screen, in the order of the heads."""
        return {card["id"]: {pair["label"]: pair["value"] for pair in card["numbers"]} for card in self.wall["cards"]}

    def runs(self) -> dict[str, list[dict]]:
        return {row["name"]: row["cells"] for row in self.wall["effect"]["rows"]}

    def silence(self, *heads: Head) -> "Heads":
        for head in heads:
            toggle(self.state, head)
        self.at.run()
        return self

    def latex(self) -> str:
        return "\n".join(element.value for element in self.at.latex)


@pytest.fixture
def heads(visit):
    """Return a function that opens the page, with an optional query string."""

    def open_page(query: str = "", **params: str) -> Heads:
        page = visit()
        page.at.switch_page("pages/heads/page.py").run()
        if query or params:
            page.at.query_params.clear()
            for name, value in params.items():
                page.at.query_params[name] = value
            for pair in filter(None, query.split("&")):
                name, value = pair.split("=", 1)
                page.at.query_params[name] = value
            page.at.run()
        return Heads(page)

    return open_page


def weights_in(panel: dict) -> np.ndarray:
    return unpacked(panel["values"]).reshape(panel["shape"])


def weights_and_cells(spec: RunSpec, attention: str) -> tuple[np.ndarray, np.ndarray]:
    """Run the model once more, all at once, and return weights [L,H,Q,K] and the cells that count [Q,K]."""
    model, trace = models.model(spec.model), runs.trace(spec)
    read = torch.tensor([[BEGIN, *trace.tokens[:-1]]])
    recorder = Recorder()
    full_pass(model, trace.source[None], read, spec.switches, recorder)
    config = model.config
    layers = config.num_encoder_layers if attention == "encoder" else config.num_decoder_layers
    found = [recorder.records[f"{site_of(attention, layer)}.weights"][0].double().numpy() for layer in range(layers)]
    queries, keys = found[0].shape[1:]
    real = trace.source.numpy() != PAD
    allowed = np.ones((queries, keys), dtype=bool)
    allowed = np.tril(allowed) if attention == "self" else allowed & real
    if attention == "encoder":
        allowed = allowed & real[:, None]
    return np.stack(found), allowed


def rows_of_head(weights: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    kept = np.where(allowed, weights, 0)[allowed.any(1)]
    return kept / kept.sum(1, keepdims=True)


def entropy(rows: np.ndarray) -> np.ndarray:
    return -np.sum(rows * np.log(np.where(rows > 0, rows, 1)), axis=-1)


def divergence(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.mean(entropy((one + other) / 2) - entropy(one) / 2 - entropy(other) / 2) / np.log(2))


@pytest.mark.parametrize("attention", ("encoder", "self", "cross"))
@pytest.mark.parametrize("model", ("dates", "small-sigmoid", "small-one-head"))
def test_every_number_stands_with_its_own_head(heads, model, attention):
    page = heads(model=model, source="3 mars 2001", attention=attention, across="all")
    weights, allowed = weights_and_cells(replace(DATE, model=model), attention)
    layers, number = weights.shape[:2]
    cards = page.cards()
    assert list(cards) == [f"{attention}.{layer + 1}.{head + 1}" for layer in range(layers) for head in range(number)]
    first = rows_of_head(weights[0, 0], allowed)
    places = np.argwhere(allowed)
    for layer, head in np.ndindex(layers, number):
        shown, rows = cards[f"{attention}.{layer + 1}.{head + 1}"], rows_of_head(weights[layer, head], allowed)
        assert float(shown["entropy"]) == pytest.approx(entropy(rows).mean(), abs=0.006)
        full = np.zeros(allowed.shape)
        full[allowed.any(1)] = rows
        distance = sum(full[i, j] * abs(i - j) for i, j in places) / len(rows)
        assert float(shown["distance"]) == pytest.approx(distance, abs=0.006)
        diagonal = [full[i, i] for i in range(min(full.shape)) if allowed[i, i]]
        assert float(shown["diagonal"].rstrip(" %")) == pytest.approx(100 * np.mean(diagonal), abs=0.6)
        assert float(shown["apart"]) == pytest.approx(divergence(first, rows), abs=0.006)
        total = np.where(allowed, weights[layer, head], 0).sum(1)[allowed.any(1)].mean()
        assert ("row sum" in shown) == (model == "small-sigmoid")
        assert float(shown.get("row sum", 1)) == pytest.approx(total, abs=0.006)


def test_the_maps_hold_the_weights_of_the_run(heads):
    page = heads(model="small-sigmoid", attention="self", layer="2")
    weights, allowed = weights_and_cells(replace(DATE, model="small-sigmoid"), "self")
    for number, card in enumerate(page.wall["cards"]):
        np.testing.assert_allclose(weights_in(card["panel"]), weights[1, number], atol=1e-6)
        mask = np.frombuffer(base64.b64decode(card["panel"]["mask"]), "u1").reshape(allowed.shape)
        assert (mask != 0).tolist() == (~allowed).tolist()
    assert page.wall["cards"][0]["panel"]["row_names"][0] == "⟨BEGIN⟩ → 2"


def test_the_length_is_that_of_the_heads_own_columns_of_the_output_projection(heads):
    shown = heads(layer="3").cards()
    model, trace = models.model("dates"), runs.trace(DATE)
    recorder = Recorder()
    full_pass(model, trace.source[None], trace.read()[None], DATE.switches, recorder)
    outputs = recorder.records["decoder.2.cross_attn.head_outputs"][0].numpy()
    weight = model.get_submodule("decoder.2.cross_attn").out_proj.weight.numpy()
    for head in range(4):
        terms = outputs[head] @ weight[:, 32 * head : 32 * head + 32].T
        length = np.sqrt((terms**2).sum(1)).mean()
        assert float(shown[f"cross.3.{head + 1}"]["length"]) == pytest.approx(length, abs=0.006)


SORTS = {
    "entropy": ("entropy", 1), "distance": ("distance", -1), "diagonal": ("diagonal", -1), "norm": ("length", -1),
    "divergence": ("apart", 1), "first": ("first", -1), "last": ("last", -1), "previous": ("previous", -1),
    "next": ("next", -1), "change": ("test set", 1),
}  # fmt: skip


@pytest.mark.parametrize("sort", SORTS)
def test_heads_can_be_sorted_by_any_of_their_numbers(heads, sort):
    page = heads(across="all")
    page.control("selectbox", "sort_heads").set_value(sort).run()
    label, sign = SORTS[sort]
    values = [float(numbers[label].rstrip(" %").replace("−", "-")) for numbers in page.cards().values()]
    assert values == sorted(values, key=lambda value: sign * value)
    assert all([pair["label"] for pair in card["numbers"] if pair["sorted"]] == [label] for card in page.wall["cards"])
    assert page.address["sort"] == sort


def test_a_number_that_this_attention_lacks_sorts_nothing(heads):
    page = heads(sort="last", attention="self")
    assert list(page.cards()) == [f"self.1.{head}" for head in range(1, 5)]
    assert page.control("selectbox", "sort_heads").value == "model"


def test_the_matrix_of_agreement_holds_every_pair_like_beside_like(heads):
    page = heads(attention="encoder", layer="2", head="3")
    panel = page.page.board["divergence"]
    weights, allowed = weights_and_cells(DATE, "encoder")
    rows = {f"{layer + 1}.{head + 1}": rows_of_head(weights[layer, head], allowed) for layer, head in np.ndindex(3, 4)}
    assert sorted(panel["row_names"]) == sorted(rows) and panel["row_names"] == panel["col_names"]
    for (i, one), (j, other) in product(enumerate(panel["row_names"]), repeat=2):
        assert weights_in(panel)[i, j] == pytest.approx(divergence(rows[one], rows[other]), abs=1e-5)
    assert panel["row_names"][panel["mark"]] == "2.3" and panel["clickable"]


def probabilities(spec: RunSpec, silenced: frozenset, read: list[int]) -> np.ndarray:
    """Return the distribution after each token read, from one pass without a cache. Shapes: → [T,V]"""
    model = models.model(spec.model)
    source = torch.tensor([runs.source_ids(spec)])
    logits = full_pass(model, source, torch.tensor([read]), Switches(silenced=silenced))[0].double().numpy()
    strengths = np.exp(logits - logits.max(1, keepdims=True))
    return strengths / strengths.sum(1, keepdims=True)


@pytest.mark.parametrize("model", ("dates", "small-one-head", "small-sigmoid"))
def test_silencing_shows_every_probability_before_and_after(heads, model):
    spec = replace(DATE, model=model)
    page = heads(model=model, silenced="cross.2.1,encoder.1.1")
    silenced = frozenset({SilenceHead("decoder.1.cross_attn", 0), SilenceHead("encoder.0.self_attn", 0)})
    tokens, read = runs.trace(spec).tokens, [BEGIN, *runs.trace(spec).tokens[:-1]]
    for name, without in (("before", frozenset()), ("fed", silenced)):
        expected = probabilities(spec, without, read)[np.arange(len(tokens)), tokens]
        shares = [cell["share"] for cell in page.runs()[name]]
        np.testing.assert_allclose(shares, expected, atol=1e-4)
    alone, vocab = [], models.catalogue()[model].target_vocab
    while not alone or (alone[-1] != 2 and len(alone) < 16):
        alone.append(int(probabilities(spec, silenced, [BEGIN, *alone])[-1].argmax()))
    free = page.runs()["free"]
    assert [cell["text"] for cell in free] == [vocab.name(token) for token in alone]
    assert [cell["differs"] for cell in free] == [tokens[i : i + 1] != [token] for i, token in enumerate(alone)]
    said = page.wall["effect"]["said"]
    assert "".join(vocab.decode(alone)) in said and "".join(vocab.decode(tokens)) in said


def test_nothing_silenced_shows_the_run_alone(heads):
    page = heads()
    assert list(page.runs()) == ["before"] and not page.wall["effect"]["any"]
    page.silence(Head("cross", 2, 0)).silence(Head("cross", 2, 0))
    assert list(page.runs()) == ["before"] and "silenced" not in page.address


def test_under_teacher_forcing_both_runs_read_the_reference(heads):
    page = heads(reference="1999-12-31", teacher="on", silenced="cross.3.1")
    reference = [BEGIN, *models.catalogue()["dates"].target_vocab.encode(list("1999-12-31"))]
    tokens = runs.trace(replace(DATE, reference="1999-12-31", teacher=True)).tokens
    silenced = frozenset({SilenceHead("decoder.2.cross_attn", 0)})
    expected = probabilities(DATE, silenced, reference)[np.arange(len(tokens)), tokens]
    np.testing.assert_allclose([cell["share"] for cell in page.runs()["fed"]], expected, atol=1e-4)


def test_what_is_silenced_stands_in_the_address_and_comes_back(heads):
    page = heads(across="all", sort="entropy", section="formula")
    page.silence(Head("self", 0, 2), Head("cross", 1, 0), Head("encoder", 2, 3))
    assert page.address["silenced"] == "encoder.3.4,self.1.3,cross.2.1"
    again = heads(**page.address)
    assert again.wall["effect"] == page.wall["effect"] and again.wall["cards"] == page.wall["cards"]
    marked = [
        cell["name"] for group in again.wall["map"]["groups"] for row in group["rows"] for cell in row
        if cell["silenced"]
    ]  # fmt: skip
    assert marked == ["encoder.3.4", "self.1.3", "cross.2.1"]


BAD = {
    "silenced=cross.2,self.1.1": "silences “cross.2”, which is not a head",
    "silenced=<b>.1.1": "which is not a head",
    "silenced=cross.0.1": "which is not a head",
    "silenced=cross.9.1,self.1.1": "This model has no head cross.9.1",
    "sort=beauty": "sort=beauty",
    "across=none": "across=none",
    "sample=3": "sample=3",
    "section=poem": "section=poem",
}


@pytest.mark.parametrize("query", BAD)
def test_a_link_that_asks_for_nonsense_gets_a_sentence_and_keeps_the_rest(heads, query):
    page = heads(query)
    assert BAD[query] in page.page.said
    assert len(page.cards()) == 4
    if "self.1.1" in query:
        assert list(page.runs()) == ["before", "fed", "free"]


def test_names_of_heads_in_the_address():
    silenced = (Head("encoder", 0, 0), Head("cross", 11, 2))
    assert read_heads({"silenced": write_heads(silenced)}, "silenced", []) == silenced
    assert write_heads(silenced) == "encoder.1.1,cross.12.3"
    assert HeadsChoices().params() == {}


def test_another_model_keeps_the_silenced_heads_that_it_has(heads):
    page = heads(model="dates", silenced="cross.3.1,cross.1.1")
    page.control("selectbox", "model").set_value("small-one-head").run()
    assert "This model has no head cross.3.1" in page.page.said
    assert "Cross 1.1" in page.wall["effect"]["said"] and "3.1" not in page.wall["effect"]["said"]
    page.control("selectbox", "model").set_value("dates").run()
    assert "Cross 1.1, Cross 3.1" in page.wall["effect"]["said"]


def test_the_map_shows_what_was_measured_for_these_weights(heads):
    kept = read_ablations("dates")
    results = {(result.part.name, result.part.head): result for result in kept.results}
    whole = kept.results[0]
    groups = heads().wall["map"]["groups"]
    for group, attention in zip(groups, ("encoder", "self", "cross"), strict=True):
        for layer, row in enumerate(group["rows"]):
            for head, cell in enumerate(row):
                result = results[site_of(attention, layer), head]
                points = 100 * (result.right - whole.right) / kept.examples
                assert float(cell["text"].replace("−", "-")) == pytest.approx(points, abs=0.051)
                assert cell["name"] == f"{attention}.{layer + 1}.{head + 1}"
                assert f"{result.right / kept.examples:.2%} right" in cell["title"]
                changed = result.lost + result.gained
                sure = abs(result.lost - result.gained) > 2 * changed**0.5
                assert (cell["level"] is not None) == sure and (not sure or cell["level"] * points > 0)


def test_heads_one_by_one_stand_beside_all_of_them_at_once(heads):
    kept = json.loads((paths.EVIDENCE / "ablation-dates.json").read_text(encoding="utf-8"))
    whole, rows = kept["results"][0]["right"], kept["results"][1:]
    told = markdown(heads("section=measured"))
    for title, attention in (("Encoder self", "encoder"), ("Decoder self", "self"), ("Cross", "cross")):
        for layer in range(3):
            here = [row for row in rows if row["name"] == site_of(attention, layer)]
            alone = sum(100 * (row["right"] - whole) / 2640 for row in here if row["kind"] == "head")
            (at_once,) = (100 * (row["right"] - whole) / 2640 for row in here if row["kind"] == "attention")
            shown = re.search(rf"\| {title} {layer + 1} \| (\S+) \| (\S+) \|", told)
            assert [float(number.replace("−", "-")) for number in shown.groups()] == pytest.approx(
                [alone, at_once], abs=0.051
            )


def test_the_question_tells_what_was_measured():
    kept = read_ablations("dates")
    points = {(result.part.kind, result.part.name, result.part.head): 100 * result.change for result in kept.results}
    asked, answer = prose("heads_question").split("---\n", 1)
    alone = [-points["head", "decoder.2.cross_attn", head] for head in range(4)]
    assert "cost {:.1f}, {:.1f}, {:.1f} and {:.1f} points".format(*alone) in asked
    assert f"alone; added up, {sum(alone):.1f}." in " ".join(asked.split())
    whole = [-points["attention", f"decoder.{layer}", None] for layer in ("2.cross_attn", "1.self_attn")]
    assert f"falls by {whole[0]:.1f} points and not by {sum(alone):.1f}" in " ".join(answer.split())
    assert f"Decoder self 2, it falls by {whole[1]:.1f} and not by 0" in " ".join(answer.split())
    for head in range(4):
        assert abs(points["head", "decoder.1.self_attn", head]) < 0.05
    for layer in (0, 1):
        assert abs(points["attention", f"decoder.{layer}.cross_attn", None]) < 0.05


def test_weights_that_were_not_measured_say_so(heads, monkeypatch, tmp_path):
    page = heads("section=measured")
    assert "held-out test examples right" in markdown(page)
    other = json.loads((paths.EVIDENCE / "ablation-dates.json").read_text(encoding="utf-8"))
    other["weights"]["dates"] = "of another model"
    (tmp_path / "ablation-dates.json").write_text(json.dumps(other))
    monkeypatch.setattr(paths, "EVIDENCE", tmp_path)
    report_of.cache_clear()
    page.at.run()
    report_of.cache_clear()
    assert "No measurement of exactly these weights" in markdown(page)
    assert page.at.code[0].value == "python -m core.experiments.ablation dates --examples 2000 --write"
    assert {cell["text"] for group in page.wall["map"]["groups"] for row in group["rows"] for cell in row} == {""}
    assert "test set was not measured" in page.wall["map"]["caption"]


def markdown(page: Heads) -> str:
    return "\n".join(element.value for element in page.at.markdown)


def measured(page: Heads, name: str) -> None:
    """Start a measurement and wait until it has ended."""
    page.at.button(key=f"start-{name}").click().run()
    page.page.wait_for(name)


def test_every_head_is_measured_on_a_sample_as_the_command_does_it(heads):
    page = heads("model=small-one-head&section=measured&sample=50")
    measured(page, "measure_heads")
    metadata, model = models.catalogue()["small-one-head"], models.model("small-one-head")
    task = get_task("dates")
    alone = [part for part in parts(model.config) if part.kind == "head"]
    whole, *expected = ablate(
        model, task, metadata.source_vocab, metadata.target_vocab, held_out_examples(task, 50), alone
    )  # fmt: skip
    shown = np.concatenate([weights_in(page.page.board[f"measured-{name}"]) for name in ("encoder", "self", "cross")])
    by_site = {result.part.name: 100 * result.change for result in expected}
    order = [site_of(kind, layer) for kind in ("encoder", "self", "cross") for layer in range(2)]
    np.testing.assert_allclose(shown[:, 0], [by_site[site] for site in order], atol=1e-4)
    said = "\n".join(element.value for element in page.at.caption)
    assert f"With all heads, {whole.right} of 50 examples are right" in said
    assert "python -m core.experiments.ablation small-one-head --examples 50" in said


def test_a_set_of_heads_is_measured_on_a_sample(heads):
    page = heads("model=small&section=measured&sample=50")
    assert "Silence one or more heads" in "\n".join(element.value for element in page.at.caption)
    page.silence(Head("cross", 1, 0), Head("cross", 1, 1))
    measured(page, "measure_set")
    metadata, task = models.catalogue()["small"], get_task("dates")
    silenced = frozenset(SilenceHead("decoder.1.cross_attn", head) for head in (0, 1))
    found = in_all(
        compare_outputs(
            models.model("small"), task, metadata.source_vocab, metadata.target_vocab, held_out_examples(task, 50),
            Switches(silenced=silenced),
        )
    )  # fmt: skip
    told = f"**{found.before / 50:.1%} → {found.after / 50:.1%}** right on 50 test examples with 2 heads silenced"
    assert told in markdown(page)
    page.silence(Head("cross", 0, 0))
    assert "heads silenced:" not in markdown(page)


def test_the_formulas_hold_the_numbers_of_the_chosen_row(heads):
    page = heads("section=formula&layer=2&head=3&step=4&attention=cross")
    weights, allowed = weights_and_cells(DATE, "cross")
    row = rows_of_head(weights[1, 2], allowed)[3]
    numbers = [float(number) for number in re.findall(r"(\d\.\d+)\\ln", page.latex())]
    assert numbers == pytest.approx(sorted(row, reverse=True)[: len(numbers)], abs=6e-4)
    assert float(re.search(r"&=(\d\.\d+)\\text\{ nats", page.latex())[1]) == pytest.approx(entropy(row), abs=6e-4)
    caption = next(element.value for element in page.at.caption if "attends most like this one" in element.value)
    layer, head = map(int, re.search(r"layer (\d), head (\d)", caption).groups())
    rows = {place: rows_of_head(weights[place], allowed) for place in np.ndindex(3, 4)}
    nearest = min((place for place in rows if place != (1, 2)), key=lambda place: divergence(rows[1, 2], rows[place]))
    assert (layer - 1, head - 1) == nearest
    mean = float(re.search(r"are (\d\.\d+) bits", caption)[1])
    assert mean == pytest.approx(divergence(rows[1, 2], rows[nearest]), abs=6e-4)
    bits = float(re.search(r"=(\d\.\d+)\\text\{ bits", page.latex())[1])
    assert bits == pytest.approx(divergence(row[None], rows[nearest][3:4]), abs=6e-4)


def test_the_formula_of_a_row_that_counts_nothing(heads):
    page = heads("section=formula&attention=encoder&row=14")
    assert "attends to nothing in the row of ⟨PAD⟩" in page.page.said


@pytest.mark.parametrize("section", ("agreement", "measured", "formula", "code", "question"))
@pytest.mark.parametrize("model", ("spelling", "small-relu", "small-one-head"))
def test_every_section_draws(heads, model, section):
    page = heads(f"model={model}&attention=self")
    page.control("button_group", "section").set_value(section).run()
    assert page.wall["cards"]


def test_controls_choose_attention_layers_and_sample(heads):
    page = heads("section=measured")
    page.control("button_group", "attention").set_value("encoder").run()
    assert list(page.cards()) == [f"encoder.1.{head}" for head in range(1, 5)]
    page.control("button_group", "across").set_value("all").run()
    assert len(page.cards()) == 12
    page.control("button_group", "layer").set_value(2).run()
    page.control("button_group", "head").set_value(3).run()
    assert [card["id"] for card in page.wall["cards"] if card["chosen"]] == ["encoder.2.3"]
    page.control("slider", "sample_heads").set_value(200).run()
    assert page.address["sample"] == "200"
    page.control("toggle", "padding").set_value(False).run()
    assert not np.frombuffer(base64.b64decode(page.wall["cards"][0]["panel"]["mask"]), "u1").any()


def test_numbers_in_few_characters_are_never_more_certain_than_they_are():
    assert [share_text(share) for share in (1, 0.99996, 0.9999, 0.995, 0.994, 0.5, 0.0994, 0.001, 0.0001)] == [
        "100", "100", ">99", ">99", "99", "50", "9.9", "0.1", "<0.1",
    ]  # fmt: skip
    assert [number_text("change", x) for x in (0, -0.852, 0.0004, float("nan"))] == ["0", "−85.2", "+0.04", "–"]
    assert (number_text("first", 0.256), number_text("entropy", 1.005)) == ("26 %", "1.00")


def test_silencing_changes_no_shared_model():
    before = Session(models.model("dates"), torch.tensor([runs.source_ids(DATE)])).memories[0]
    runs.trace(DATE, Switches(silenced=frozenset({SilenceHead("encoder.0.self_attn", 0)})))
    after = Session(models.model("dates"), torch.tensor([runs.source_ids(DATE)])).memories[0]
    assert torch.equal(before, after)


@pytest.mark.parametrize(
    ("model", "attention", "side"), (("dates", "cross", "decoder"), ("spelling", "encoder", "encoder"))
)
def test_one_input_goes_through_all_heads_as_numpy_computes(visit, model, attention, side):
    """Each head's q, k and v, its weights and output, then all of them joined and multiplied by W^O."""
    source = {"dates": "3 mars 2001", "spelling": "through"}[model]
    query = f"model={model}&source={source}&step=4&layer=2&attention={attention}&row=3&section=joined&pads=0"
    page = visit(query, "heads")
    found = {name: values(panel)[0] for name, panel in page.board.items()}
    run, part = NumpyModel(models.model(model)), f"{side}.1.{'self' if side == 'encoder' else 'cross'}_attn"
    trace = runs.trace(RunSpec(model=model, source=source, pads=0))
    run.logits(trace.source.tolist(), trace.read().tolist())
    stream = run.seen[part]
    pre = run.config.norm_order == "pre"
    x, row = stream["normed" if pre else "input"], {"encoder": 2, "decoder": 3}[side]
    memory = x if side == "encoder" else run.seen["encoder.2.ffn"]["output"]
    assert np.allclose(found["x"], x[row], atol=2e-3)
    q, k, v = (run.linear(f"{part}.{name}_proj", z) for name, z in (("q", x[row]), ("k", memory), ("v", memory)))
    heads, width = run.config.num_heads, run.config.d_head
    for head in range(heads):
        own = slice(head * width, (head + 1) * width)
        scores = q[own] @ k[:, own].T / np.sqrt(width)
        weights = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
        assert np.allclose(found[f"q{head + 1}"], q[own], atol=2e-3)
        assert np.allclose(found[f"α{head + 1}"], weights, atol=2e-3)
        assert np.allclose(found[f"o{head + 1}"], weights @ v[:, own], atol=2e-3)
    joined = np.concatenate([found[f"o{head + 1}"] for head in range(heads)])
    assert np.allclose(found[f"[o1 … o{heads}]"], joined)
    assert np.allclose(found["output"], run.linear(f"{part}.out_proj", joined), atol=2e-3)
