"""The Block page: every number is what NumPy makes of the model's weights, and every view is a link."""

import json
import re
from functools import cache
from urllib.parse import urlencode

import numpy as np
import pytest

from core.evaluation import evidence
from core.evaluation.ablation import read_ablations
from core.evaluation.exact_match import exact_match
from core.evaluation.held_out import held_out_examples
from core.run import models, runs
from core.run.runs import RunSpec
from core.switches import Switches
from core.vocab import BEGIN, END, PAD
from pages.block import skip, views
from pages.block.choices import BlockChoices
from pages.block.diagram import steps
from tests.pages.board_arithmetic import assert_made_as_said, values
from tests.pages.numpy_model import NumpyModel

SOURCES = {"spelling": "through"}
MODELS = ("dates", "small", "small-pre-norm", "small-no-norm", "small-no-residual", "spelling", "small-all-at-once")
every_model = pytest.mark.parametrize("model", MODELS)


def block(visit, **asked):
    """Open the page with choices from its address."""
    page = visit(urlencode(asked), "block")
    assert not page.at.exception
    return page


def read_of(model: str, text: str, pads: int = 0) -> tuple[list[int], list[int]]:
    """Return the ids of a source and of what the model's decoder read when it was run on it."""
    trace = runs.trace(RunSpec(model=model, source=text, pads=pads))
    return trace.source.tolist(), trace.read().tolist()


@cache
def expected(model: str, text: str = "", pads: int = 0) -> NumpyModel:
    """Run a model in NumPy along the tokens that it reads."""
    run = NumpyModel(models.model(model))
    run.logits(*read_of(model, text or SOURCES.get(model, "3 mars 2001"), pads))
    return run


def source_of(model: str) -> dict[str, str]:
    return {"model": model, "source": SOURCES.get(model, "3 mars 2001"), "pads": "0"}


def close(found: np.ndarray, wanted: np.ndarray) -> bool:
    return np.allclose(np.squeeze(found), np.squeeze(wanted), rtol=2e-3, atol=2e-3)


@every_model
@pytest.mark.parametrize(("side", "place"), [("encoder", "row"), ("decoder", "step")])
def test_every_strip_of_the_stream_is_numpys(visit, model, side, place):
    page = block(visit, **source_of(model), attention=side if side == "encoder" else "self", layer=2, **{place: 3})
    run = expected(model)
    drawn = {name: values(panel) for name, panel in page.board.items() if not name.endswith(".length")}
    attentions = ("self_attn",) if side == "encoder" else ("self_attn", "cross_attn")
    wanted = {"x": run.seen[f"{side}.1.self_attn"]["input"][2]}
    for part in (f"{side}.1.{name}" for name in (*attentions, "ffn")):
        for name in ("added", "sum", "normed"):
            if name in run.seen[part] and (name != "sum" or run.config.residual):
                wanted[f"{part}.{name}"] = run.seen[part][name][2]
    wanted["hidden"] = run.seen[f"{side}.1.ffn"]["hidden"][2].reshape(drawn["hidden"].shape)
    if f"{side}.final_norm" in run.seen and run.config.num_decoder_layers == 2:
        wanted[f"{side}.final_norm.normed"] = run.seen[f"{side}.final_norm"]["normed"][2]
    assert set(drawn) == set(wanted)
    for name, vector in wanted.items():
        assert close(drawn[name], vector), name
        if name != "hidden":
            length = np.sqrt((np.squeeze(vector) ** 2).sum())
            assert close(values(page.board[f"{name}.length"]), length), name


@every_model
@pytest.mark.parametrize("aspect", ("stream", "norm"))
def test_every_number_is_made_as_it_says(visit, model, aspect):
    page = block(visit, **source_of(model), aspect=aspect, attention="encoder", row=2, feature=5)
    if (model, aspect) == ("small-no-norm", "norm"):
        assert not page.board and "trained without LayerNorm" in page.said
    else:
        nothing_is_added = (model, aspect) == ("small-no-residual", "stream")
        assert assert_made_as_said(page.board, tolerance=1e-3) > (3 if nothing_is_added else 50)


def test_the_strips_that_go_on_are_framed(visit):
    lasts = {"small": "normed", "small-pre-norm": "sum", "small-no-norm": "sum", "small-no-residual": "normed"}
    for model, last in lasts.items():
        board = block(visit, **source_of(model), attention="encoder", row=1).board
        framed = {name for name, panel in board.items() if panel["mark"] is not None}
        assert framed == {"x", f"encoder.0.self_attn.{last}", f"encoder.0.ffn.{last}"}


@pytest.mark.parametrize(("model", "other"), [("small", "small-pre-norm"), ("small-pre-norm", "small")])
def test_the_chart_has_the_lengths_of_both_orders_of_norms(visit, model, other):
    page = block(visit, **source_of(model), attention="encoder", row=3)
    spec = json.loads(page.at.get("plotly_chart")[0].proto.spec)
    titles = [note["text"] for note in spec["layout"]["annotations"]]
    assert titles == [models.catalogue()[name].title for name in (model, other)]
    for name, axis in ((model, "x"), (other, "x2")):
        drawn = {line["name"]: line["y"] for line in spec["data"] if line["xaxis"] == axis}
        run = expected(name)
        parts = [part for part in run.seen if part.startswith("encoder")]
        for series, vector in (("sub-layer output", "added"), ("sum", "sum"), ("after LayerNorm", "normed")):
            wanted = [run.seen[part].get(vector) for part in parts]
            lengths = [None if each is None else np.linalg.norm(each[2]) for each in wanted]
            for found, length in zip(drawn[series][1:], lengths, strict=True):
                assert (found is None) == (length is None)
                assert found is None or abs(found - length) < 1e-2
        assert abs(drawn["residual stream"][-1] - np.linalg.norm(run.seen[parts[-1]]["output"][2])) < 1e-2


def test_only_models_that_differ_in_nothing_else_are_called_alike(visit):
    for model, alike in (("small", True), ("small-pre-norm", True), ("small-no-residual", False), ("dates", False)):
        captions = "".join(caption.value for caption in block(visit, **source_of(model)).at.caption)
        assert ("trained alike except for" in captions) == alike
        assert ("also differs in size or in other parts" in captions) != alike


def test_a_model_without_a_counterpart_says_so(visit):
    page = block(visit, **source_of("small-no-norm"))
    assert any("No model of this task has its norms elsewhere" in caption.value for caption in page.at.caption)
    assert len(json.loads(page.at.get("plotly_chart")[0].proto.spec)["layout"]["annotations"]) == 1


def before_norm(model: str, text: str, side: str, part: str, target: str | None = None) -> np.ndarray:
    """Return in NumPy what a norm reads of every token of a source, whose decoder reads the target, or by itself."""
    about = models.catalogue()[model]
    source, read = read_of(model, text)
    if target is not None:
        task = RunSpec(model=model, source=text).task
        read = [BEGIN, *about.target_vocab.encode(task.target_tokens(target))]
    run = NumpyModel(models.model(model))
    run.logits(source, read)
    return run.seen[part]["input" if about.config.norm_order == "pre" or "final" in part else "sum"]


@pytest.mark.parametrize(
    ("model", "side", "norm", "others"),
    [
        ("small", "encoder", "ffn", 3),
        ("small-pre-norm", "decoder", "cross_attn", 2),
        ("spelling", "encoder", "final_norm", 8),
    ],
)
def test_both_norms_are_numpys(visit, model, side, norm, others):
    asked = source_of(model)
    page = block(
        visit, **asked, aspect="norm", attention="encoder" if side == "encoder" else "cross", layer=1, row=2, step=2,
        norm_part=norm, batch_others=others, batch_first=2,
    )  # fmt: skip
    part = f"{side}.{norm}" if norm == "final_norm" else f"{side}.0.{norm}"
    own = before_norm(model, asked["source"], side, part)
    examples = [each for each in RunSpec(**{**asked, "pads": 0}).task.examples() if each.source != asked["source"]]
    examples = (examples[1:] + examples[:1])[:others]
    rest = [before_norm(model, each.source, side, part, each.target) for each in examples]
    batch = np.concatenate([own, *rest])
    where = f"{side}_norm" if norm == "final_norm" else f"{part}_add_norm.norm"
    weights = NumpyModel(models.model(model)).weights
    gamma, beta = (weights[f"{where}.layer_norm.{name}"] for name in ("weight", "bias"))
    x = own[1]
    flat = (x - x.mean()) / np.sqrt(x.var() + 1e-5)
    theirs = (x - batch.mean(0)) / np.sqrt(batch.var(0) + 1e-5)
    wanted = {
        "x": x, "mean": x.mean(), "variance": x.var(), "centred": x - x.mean(), "standardised": flat, "gamma": gamma,
        "beta": beta, "result": flat * gamma + beta, "batch_mean": batch.mean(0), "batch_variance": batch.var(0),
        "batch_standardised": theirs, "batch_result": theirs * gamma + beta,
    }  # fmt: skip
    for name, numbers in wanted.items():
        assert close(values(page.board[name]), numbers), name
    spec = json.loads(page.at.get("plotly_chart")[0].proto.spec)
    moved = {line["name"]: line["y"] for line in spec["data"]}
    alone = (x - own.mean(0)) / np.sqrt(own.var(0) + 1e-5) * gamma + beta
    assert max(moved["LayerNorm"]) < 1e-5
    assert abs(moved["BatchNorm"][others] - np.linalg.norm(theirs * gamma + beta - alone)) < 1e-2


def test_a_batch_moves_batch_norm_and_not_layer_norm(visit):
    page = block(visit, **source_of("small"), aspect="norm", attention="encoder", row=2)
    before = page.board
    page.control("slider", "batch_others").set_value(5).run()
    assert page.at.query_params["batch_others"] == "5"
    more = page.board
    page.control("button", "batch_next").click().run()
    other = page.board
    for name in ("x", "mean", "variance", "result"):
        assert before[name]["values"] == more[name]["values"] == other[name]["values"]
    assert len({board["batch_result"]["values"] for board in (before, more, other)}) == 3


def test_padding_is_not_in_the_batch(visit):
    plain, padded = (
        block(visit, **{**source_of("small"), "pads": pads}, aspect="norm", attention="encoder", row=2)
        for pads in (0, 4)
    )
    assert close(values(plain.board["batch_mean"]), values(padded.board["batch_mean"]))
    on_a_pad = block(visit, **{**source_of("small"), "pads": 4}, aspect="norm", attention="encoder", row=13)
    assert close(values(on_a_pad.board["batch_mean"]), values(plain.board["batch_mean"]))
    assert np.isfinite(values(on_a_pad.board["batch_result"])).all()


def greedy(run: NumpyModel, source: list[int]) -> list[int]:
    """Decode in NumPy, taking the likeliest token each time."""
    tokens: list[int] = []
    while len(tokens) < run.config.max_target_len and END not in tokens:
        tokens.append(int(run.logits(source, [BEGIN, *tokens])[-1].argmax()))
    return tokens


@pytest.mark.parametrize(
    ("model", "skipped"),
    [
        ("dates", "decoder.1.ffn"),
        ("dates", "encoder.0.ffn_add_norm.residual,decoder.2.cross_attn_add_norm.norm"),
        ("small-pre-norm", "decoder.0.self_attn_add_norm.residual,encoder.final_norm.norm"),
        ("spelling", "encoder.2,decoder.0.cross_attn"),
        ("small-all-at-once", "decoder.1.ffn"),
    ],
)
def test_probabilities_without_parts_are_numpys(visit, model, skipped):
    page = block(visit, **source_of(model), aspect="skip", skip=skipped)
    asked = source_of(model)
    source, read = read_of(model, asked["source"])
    tokens = runs.trace(RunSpec(model=model, source=asked["source"], pads=0)).tokens
    for row, parts in enumerate((frozenset(), frozenset(skipped.split(",")))):
        logits = NumpyModel(models.model(model), parts).logits(source, read)
        shares = np.exp(logits - logits.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        assert close(values(page.board["whole"])[row], shares[range(len(tokens)), tokens]), row
    run = NumpyModel(models.model(model), parts)
    written = greedy(run, source) if run.config.autoregressive else logits.argmax(-1).tolist()
    vocab = models.catalogue()[model].target_vocab
    shown = [name.split(" (")[0] for name in page.board["without"]["col_names"]]
    assert shown == [vocab.name(token) for token in written]


def parts_map(page) -> dict[str, dict]:
    data = next(data for data in page.sent if "groups" in data)
    return {cell["part"]: cell for row in data["rows"] for cell in row["cells"] if cell is not None}


@every_model
def test_the_map_has_every_part_once_with_what_was_kept_of_it(visit, model):
    cells = parts_map(block(visit, **source_of(model), aspect="skip"))
    config = models.catalogue()[model].config
    layers = config.num_encoder_layers, config.num_decoder_layers
    norms = (2 * layers[0] + 3 * layers[1] + 2 * config.final_norm) * config.layer_norm
    residuals = (2 * layers[0] + 3 * layers[1]) * config.residual
    assert len(cells) == 3 * layers[0] + 4 * layers[1] + norms + residuals
    kept = read_ablations(model)
    found = {} if kept is None else {result.part.name: result for result in kept.results if result.part.head is None}
    for name, cell in cells.items():
        wanted = (
            None if name not in found else found[name].right / found[name].seen - kept.results[0].right / kept.examples
        )
        assert cell["change"] == (None if wanted is None else pytest.approx(wanted, abs=1e-9)), name


def test_the_shipped_evidence_is_of_the_shipped_weights():
    for model in ("dates", "small", "small-pre-norm", "spelling"):
        kept = read_ablations(model)
        assert kept is not None and kept.command.startswith(f"python -m core.experiments.ablation {model} --examples ")


def test_evidence_of_other_weights_is_not_shown(visit, monkeypatch):
    monkeypatch.setattr(evidence, "file_fingerprint", lambda path: "other")
    page = block(visit, **source_of("dates"), aspect="skip", section="evidence", skip="decoder.1.ffn")
    assert all(cell["change"] is None for cell in parts_map(page).values())
    assert "its effect is not stored" in page.said and "To measure them" in page.said


def test_a_skipped_part_is_marked_told_and_put_back(visit):
    page = block(visit, **source_of("dates"), aspect="skip", skip="decoder.1.ffn")
    assert [name for name, cell in parts_map(page).items() if cell["skipped"]] == ["decoder.1.ffn"]
    kept = {result.part.name: result for result in read_ablations("dates").results if result.part.head is None}
    assert f"{kept['decoder.1.ffn'].right / 2640:.2%} of 2,640 held-out test examples are right without it" in page.said
    page.control("button", "skip_none").click().run()
    assert "skip" not in page.at.query_params and "without" not in page.board
    assert not any(cell["skipped"] for cell in parts_map(page).values())


def test_parts_that_another_model_lacks_are_left_in_peace(visit):
    page = block(visit, **source_of("small"), aspect="skip", skip="encoder.5.ffn,decoder.1.ffn")
    assert [name for name, cell in parts_map(page).items() if cell["skipped"]] == ["decoder.1.ffn"]


def test_measuring_counts_right_outputs_on_test_examples(visit, monkeypatch):
    for module in (skip, views):
        monkeypatch.setattr(module, "MEASURED", 12)
        monkeypatch.setattr(module, "CHUNK", 6)
    part = "decoder.0.ffn"
    page = block(visit, **source_of("small"), aspect="skip", skip=part)
    page.at.button(key="start-measure_parts").click().run()
    page.wait_for("measure_parts")
    about, task = models.catalogue()["small"], RunSpec(model="small", source="x").task
    examples = held_out_examples(task, 12)
    whole, without = (
        exact_match(models.model("small"), task, about.source_vocab, about.target_vocab, examples, switches).total
        for switches in (Switches(), Switches(skipped=frozenset({part})))
    )
    assert f"Right on 12 held-out test examples: {whole:.1%} with all parts, {without:.1%} without" in page.said


@every_model
def test_costs_add_up_to_the_models_parameters(visit, model):
    page = block(visit, **source_of(model), aspect="cost")
    table = page.at.dataframe[0].value
    parameters = sum(parameter.numel() for parameter in models.model(model).parameters())
    parts, total = table.iloc[:-1], table.iloc[-1]
    assert total["parameters"] == parameters == parts["parameters"].sum()
    assert page.at.metric[0].value == f"{parameters:,}"
    for column in ("multiplications", "of which for token pairs"):
        assert total[column] == parts[column].sum()
    config, (source, read) = models.catalogue()[model].config, read_of(model, source_of(model)["source"])
    inner, width = config.num_heads * config.d_head, config.d_model
    pairs = config.num_encoder_layers * len(source) ** 2 + config.num_decoder_layers * len(read) * (
        len(read) + len(source)
    )
    assert total["of which for token pairs"] == 2 * inner * pairs
    ffn = 2 * width * config.d_ff * (len(source) * config.num_encoder_layers + len(read) * config.num_decoder_layers)
    assert parts[parts["part"].str.contains("the FFN") & (parts["multiplications"] > 0)]["multiplications"].sum() == ffn


def test_twice_the_length_is_twice_the_work_and_four_times_for_pairs(visit):
    page = block(visit, **source_of("dates"), aspect="cost", cost_source=20, cost_target=10)
    once = page.at.dataframe[0].value.iloc[-1]
    page.control("slider", "cost_source").set_value(40).run()
    page.control("slider", "cost_target").set_value(20).run()
    assert (page.at.query_params["cost_source"], page.at.query_params["cost_target"]) == ("40", "20")
    twice = page.at.dataframe[0].value.iloc[-1]
    assert twice["of which for token pairs"] == 4 * once["of which for token pairs"]
    linear = [each["multiplications"] - each["of which for token pairs"] for each in (once, twice)]
    assert linear[1] == 2 * linear[0] and twice["parameters"] == once["parameters"]
    page.control("button", "cost_run").click().run()
    assert "cost_source" not in page.at.query_params
    assert page.control("slider", "cost_source").value == len(read_of("dates", "3 mars 2001")[0])


def test_side_layer_token_and_norm_are_chosen_and_shared_with_other_pages(visit):
    page = block(visit, **source_of("dates"), aspect="norm")
    page.control("button_group", "block_side").set_value("encoder").run()
    page.control("button_group", "block_layer").set_value(3).run()
    page.control("button_group", "block_token").set_value(4).run()
    page.control("button_group", "norm_part").set_value("self_attn").run()
    asked = page.at.query_params
    assert (asked["attention"], asked["layer"], asked["row"], asked["norm_part"]) == ("encoder", "3", "5", "self_attn")
    assert close(values(page.board["x"]), expected("dates").seen["encoder.2.self_attn"]["sum"][4])
    page.control("button_group", "block_side").set_value("decoder").run()
    page.control("button_group", "block_token").set_value(1).run()
    assert (page.at.query_params["attention"], page.at.query_params["step"]) == ("cross", "2")
    page.at.switch_page("pages/decode/page.py").run()
    assert (page.data["pushed"]["view"]["step"], page.data["pushed"]["view"]["layer"]) == (2, 2)


def test_the_page_opens_on_the_encoder_unless_a_side_was_chosen(visit):
    for page in (visit("", page="block"), visit().enter("block", {})):
        assert page.control("button_group", "block_side").value == "encoder"
        page.control("button_group", "block_side").set_value("decoder").run()
        assert page.control("button_group", "block_side").value == "decoder"
    assert block(visit, source="3 mars 2001").control("button_group", "block_side").value == "decoder"
    chosen = visit("attention=self").enter("block", {})
    assert chosen.control("button_group", "block_side").value == "decoder"


@pytest.mark.parametrize("aspect", BlockChoices.param("aspect").options)
@pytest.mark.parametrize("section", BlockChoices.param("section").options)
def test_every_view_and_section_is_a_link(visit, aspect, section):
    page = block(visit, **source_of("small-pre-norm"), aspect=aspect, section=section, skip="decoder.1.ffn", feature=9)
    again = block(visit, **dict(page.at.query_params.items()))
    assert dict(again.at.query_params.items()) == dict(page.at.query_params.items())
    assert again.sent == page.sent and again.said == page.said
    assert page.control("button_group", "aspect").value == aspect
    assert page.control("button_group", "section").value == section


@every_model
@pytest.mark.parametrize("aspect", BlockChoices.param("aspect").options)
def test_formulas_and_evidence_of_every_model(visit, model, aspect):
    page = block(visit, **source_of(model), aspect=aspect, skip="decoder.0.ffn")
    assert page.at.latex
    page.control("button_group", "section").set_value("evidence").run()
    page.control("button_group", "section").set_value("code").run()
    assert "def " in page.at.code[0].value


def test_the_formula_has_the_chosen_features_numbers(visit):
    page = block(visit, **source_of("small"), attention="encoder", row=3, feature=9)
    step = expected("small").seen["encoder.0.self_attn"]
    wanted = [step[name][2][8] for name in ("input", "added", "sum", "normed")]
    written = [float(number) for number in re.findall(r"-?\d+\.\d+", page.at.latex[0].value)]
    assert np.allclose(written, wanted, atol=2e-3)


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("aspect=everything", "aspect=everything"),
        ("skip=encoder.0.ffn,encoder.0.heart", "encoder.0.heart"),
        ("skip=<script>", "<script>"),
        ("batch_others=99", "batch_others=99"),
        ("cost_source=-3", "cost_source=-3"),
        ("norm_part=soul", "norm_part=soul"),
        ("feature=0", "feature=0"),
    ],
)
def test_nonsense_in_a_link_is_answered_with_a_sentence(visit, link, sentence):
    name, value = link.split("=", 1)
    page = block(visit, source="3 mars 2001", **{name: value})
    assert sentence in page.said
    if link.startswith("skip=encoder"):
        assert page.at.query_params["skip"] == "encoder.0.ffn"


def test_choices_that_a_model_does_not_have_fall_back(visit):
    page = block(visit, **source_of("small"), aspect="norm", attention="encoder", norm_part="cross_attn", feature=4000)
    assert page.control("button_group", "norm_part").value == "ffn"
    assert values(page.board["mean"]).size == 1 and assert_made_as_said(page.board, 1e-3)


def test_the_stream_without_a_causal_mask_says_when_it_was(visit):
    page = block(visit, **source_of("dates"), causal="off", attention="cross", step=3)
    assert any("after the last step" in caption.value for caption in page.at.caption)


def test_pads_are_not_read(visit):
    assert PAD in read_of("small", "3 mars 2001", 3)[0]
    plain, padded = (
        block(visit, **{**source_of("small"), "pads": pads}, attention="encoder", row=2) for pads in (0, 3)
    )
    assert close(values(plain.board["encoder.0.ffn.sum"]), values(padded.board["encoder.0.ffn.sum"]))


def test_the_diagram_is_of_the_block_as_the_model_has_it():
    """Norms stand where the model has them, and something stands where a residual ends."""
    drawn = {name: steps(models.catalogue()[name].config, "decoder") for name in MODELS}
    assert [step["sublayer"] for step in drawn["small"]] == ["self-attention", "cross-attention", "feed-forward"]
    assert len(steps(models.catalogue()["small"].config, "encoder")) == 2
    places = {name: {(step["before"], step["after"]) for step in found} for name, found in drawn.items()}
    assert places["small"] == {("", "add & norm")} and places["small-pre-norm"] == {("norm", "add")}
    assert places["small-no-norm"] == {("", "add")} and places["small-no-residual"] == {("", "norm")}
