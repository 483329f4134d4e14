"""The Search page as its visitor meets it: every number recomputed, every control used, every view a link."""

import base64
import math
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
import torch

from core import checkpoint, paths
from core.decoding import Session, beam_search, decode, draw_many, temperature, top_k, top_p
from core.evaluation import beam_widths
from core.model import Transformer
from core.run import models, runs
from core.run.runs import RunSpec
from core.run.tokens import visible
from core.vocab import END
from pages.decode.branches import MOST_BRANCHED, MOST_BRANCHES, remember
from pages.search import searches, sections
from pages.search.choices import LAST, SearchChoices
from pages.search.controls import found_examples
from pages.search.payload import tree_payload
from pages.search.sample_table import percent
from pages.search.tree import go_on_from
from pages.shared.selection import Selection
from pages.shared.state import AppState
from tests.pages.search.test_drawn import table_of

# A held-out word on which greedy decoding and a beam part; whether they do depends on the weights that ship.
PARTED = "model=spelling&source=aforementioned&reference=AH F AO R M EH N SH AH N D"
SPEC = RunSpec(model="spelling", source="aforementioned")
CHANGED = {
    "beam": ("slider", "beam", 3),
    "temperature": ("number_input", "sampling_temperature", 1.7),
    "top_k": ("number_input", "sampling_top_k", 2),
    "top_p": ("number_input", "sampling_top_p", 0.5),
    "draws": ("number_input", "sampling_draws", 50),
    "seed": ("number_input", "sampling_seed", 7),
    "show": ("button_group", "search_show", "draws"),
    "section": ("button_group", "section", "question"),
}
DRAWN = "s2s-drawn"
BAD_LINKS = ("beam=0", "beam=13", "penalty=3", "top_p=0", "draws=5", "show=none", "node=-1", "upto=100", "seed=1.5")


def enter(visit, query: str = ""):
    """Open the page by its menu entry, then its address with a query: AppTest knows the first page's address only."""
    page = visit()
    page.at.switch_page("pages/search/page.py").run()
    page.at.query_params.clear()
    for name, value in parse_qsl(query, keep_blank_values=True):
        page.at.query_params[name] = value
    page.at.run()
    return page


def tree(page) -> dict:
    return next(sent["search"] for sent in page.sent if "search" in sent)


def told(page) -> dict:
    return next(sent for sent in page.sent if "upto" in sent)


def samples(page) -> list[list[str]]:
    """Return the rows of the samples: output, drawn share, exact probability."""
    shown = next(element.proto.body for element in page.at.get("html") if DRAWN in element.proto.body)
    return [cells for row in table_of(shown).iter("tr") if (cells := [each.text for each in row.iter() if each.text])]


def unpacked(text: str, dtype: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype)


def hypotheses(sent: dict) -> list[dict]:
    """Return the hypotheses that the tree was sent, one by one."""
    columns = sent["nodes"] | {name: unpacked(sent["nodes"][name], "<f8") for name in ("log_prob", "total")}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def session(spec: RunSpec) -> Session:
    return Session(models.model(spec.model), torch.tensor([runs.source_ids(spec)]), spec.switches)


@pytest.mark.parametrize(("model", "source"), [("spelling", "knight"), ("dates", "3 mars 2001"), ("small", "1.2.03")])
@pytest.mark.parametrize("causal", [True, False])
def test_the_tree_is_the_search_with_all_its_numbers(model, source, causal):
    spec = RunSpec(model=model, source=source, causal=causal)
    sent = tree_payload(spec, 4, 0.7, 1, 2)
    steps = list(beam_search(session(spec), 4, 0.7))
    assert sent["steps"] == len(steps)
    expected = [h for step in steps for h in step.considered]
    nodes = hypotheses(sent)
    vocab = models.catalogue()[model].target_vocab
    assert [h.number for h in expected] == list(range(1, len(nodes)))
    for node, h in zip(nodes[1:], expected, strict=True):
        assert (node["parent"], node["id"]) == (h.parent, h.token)
        assert sent["names"][str(node["id"])] == visible(vocab.name(h.token))
        assert (node["log_prob"], node["total"]) == pytest.approx((h.log_prob, h.total), abs=1e-5)
    kinds = dict(enumerate(node["kind"] for node in nodes))
    assert {n for n, kind in kinds.items() if kind == "done"} == {h.number for h in steps[-1].finished}
    assert {n for n, kind in kinds.items() if kind == "live"} == {0} | {h.number for step in steps for h in step.live}
    rows = unpacked(sent["weights"], "<f4").reshape(-1, len(sent["source"]))
    heads = torch.cat([step.cross_weights[1, :, 2, -1] for step in steps]).numpy()
    np.testing.assert_allclose(rows, heads, atol=1e-5)
    read = [h.number for step in steps for h in step.read]
    probs = torch.cat([step.log_probs for step in steps]).exp()
    assert sent["reads"]["n"] == read
    shown = unpacked(sent["reads"]["p"], "<f4").reshape(len(read), -1)
    for ids, values, following in zip(sent["reads"]["id"], shown, probs, strict=True):
        assert END in ids and len(set(ids)) == len(ids)
        assert values == pytest.approx(following[ids].numpy(), abs=1e-5)
        assert list(values[:-1]) == sorted(values[:-1], reverse=True)
        assert values[:-1] == pytest.approx(following.topk(len(ids) - 1).values.numpy(), abs=1e-5)


def test_outputs_of_all_three_searches_stand_beside_each_other(visit):
    page = enter(visit, PARTED)
    greedy = [step.token for step in decode(session(SPEC))]
    best = list(beam_search(session(SPEC), 5))[-1].ranked[0]
    vocab = models.catalogue()["spelling"].target_vocab
    shown = "\n".join(element.value for element in page.at.markdown)
    assert SPEC.task.target_text(vocab.decode(greedy)) in shown
    assert f"−{-best.total:.3f}" in shown and f"{math.exp(best.total):.2%}" in shown
    assert tree(page)["width"] == 5
    assert samples(page)


def test_where_greedy_left_the_best_output_both_probabilities_are_the_models():
    found = searches.search(SPEC, 8, 0.0)
    best = found.tokens(found.best)
    at = searches.parting(SPEC, best)
    greedy = [step.token for step in decode(session(SPEC))]
    if at is None:
        assert tuple(greedy) == best
        return
    assert greedy[: at.index] == list(best[: at.index])
    assert (greedy[at.index], best[at.index]) == (at.greedy_token, at.best_token)
    forced = list(decode(session(SPEC), forced=dict(enumerate(best))))[at.index].log_probs
    assert at.greedy_log_prob == pytest.approx(float(forced[at.greedy_token]), abs=1e-5)
    assert at.best_log_prob == pytest.approx(float(forced[at.best_token]), abs=1e-5)
    assert at.greedy_log_prob >= at.best_log_prob


def test_the_reference_has_the_probability_that_reading_it_gives():
    spec = replace(SPEC, reference="AH F AO R M EH N SH AH N D", teacher=False, forced=((0, 7),))
    ids = runs.reference_ids(spec)
    steps = list(decode(session(SPEC), reference=ids))
    expected = sum(float(step.log_probs[token]) for step, token in zip(steps, ids, strict=True))
    assert searches.reference(spec).log_prob == pytest.approx(expected, abs=1e-5)
    assert searches.reference(replace(spec, reference="")) is None


def test_samples_are_those_of_the_seed_and_the_filters(visit):
    page = enter(visit, "model=spelling&source=knight&temperature=1.5&top_k=6&top_p=0.9&draws=100&seed=3")
    filters = temperature(1.5), top_k(6), top_p(0.9)
    spec = RunSpec(model="spelling", source="knight")
    expected = draw_many(session(spec), 100, torch.Generator().manual_seed(3), *filters)[:6]
    _, drawn, exact = zip(*samples(page), strict=True)
    assert list(drawn) == [f"{each.count / 100:.1%}" for each in expected]
    assert list(exact) == [percent(math.exp(each.drawn_log_prob)) for each in expected]


@pytest.mark.parametrize("name", CHANGED)
def test_every_control_changes_what_is_shown_and_stands_in_the_link(visit, name):
    kind, control, value = CHANGED[name]
    page = enter(visit, "model=spelling&source=knight")
    page.control(kind, control).set_value(value).run()
    assert page.at.query_params[name] in (str(value), [str(value)])
    again = enter(visit, urlencode(page.at.query_params, doseq=True))
    assert again.control(kind, control).value == value
    if name in ("temperature", "top_k", "top_p", "draws", "seed"):
        assert samples(again) == samples(page)
    if name == "beam":
        assert tree(again)["width"] == 3


def test_one_search_alone_can_be_shown(visit):
    page = enter(visit, "show=draws")
    assert not [sent for sent in page.sent if "search" in sent]
    page.control("button_group", "search_show").set_value("beam").run()
    assert tree(page)["steps"] and not any(DRAWN in element.proto.body for element in page.at.get("html"))


def test_a_link_brings_back_how_far_the_tree_was_shown_and_what_was_looked_at(visit):
    page = enter(visit, "model=spelling&source=knight&beam=3&penalty=0.6&upto=2&node=5")
    assert (told(page)["upto"], told(page)["node"]) == (2, 5)
    assert tree(page)["penalty"] == 0.6
    assert enter(visit, "model=spelling&source=knight").at.query_params.get("upto") is None


@pytest.mark.parametrize("link", BAD_LINKS)
def test_a_link_that_asks_for_nonsense_gets_a_sentence(visit, link):
    page = enter(visit, f"source=3 mars 2001&{link}")
    assert f"{link}; expected" in page.said
    assert tree(page)["steps"]


@pytest.mark.parametrize("name", ["causal", "padding", "position"])
def test_switches_reach_the_searches(visit, name):
    page = enter(visit, "source=3 mars 2001")
    before = tree(page)["nodes"]
    page.control("toggle", name).set_value(False).run()
    after = tree(page)["nodes"]
    assert after != before
    best = next(beam_search(session(RunSpec(model="dates", source="3 mars 2001", **{name: False})), 5)).considered[0]
    assert hypotheses(tree(page))[1]["log_prob"] == pytest.approx(best.log_prob, abs=1e-5)


def test_the_chosen_head_is_the_one_whose_attention_is_sent(visit):
    page = enter(visit, "source=3 mars 2001")
    page.control("button_group", "head").set_value(3).run()
    assert tree(page)["head"] == 2
    layer, spec = tree(page)["layer"], RunSpec(model="dates", source="3 mars 2001")
    assert tree(page)["weights"] == tree_payload(spec, 5, 0.0, layer, 2)["weights"]
    assert tree(page)["weights"] != tree_payload(spec, 5, 0.0, layer, 1)["weights"]


def test_what_is_forced_on_the_decode_page_is_left_aside_and_said(visit):
    page = enter(visit, "source=3 mars 2001&force=4:12")
    assert "choose freely" in page.said
    assert tree(page)["nodes"] == tree(enter(visit, "source=3 mars 2001"))["nodes"]


def test_a_source_without_a_known_answer_is_judged_by_nobody(visit):
    page = enter(visit, "model=spelling").read("blorptang")
    assert tree(page)["references"] == []
    shown = "\n".join(element.value for element in page.at.markdown)
    assert "✓" not in shown and "✗" not in shown
    assert "No right answer is known" in "\n".join(element.value for element in page.at.caption)


@pytest.mark.parametrize("section", ["formula", "code", "widths", "question"])
def test_every_section_can_be_read(visit, section):
    page = enter(visit, "model=spelling&source=knight&penalty=0.5")
    page.control("button_group", "section").set_value(section).run()
    assert not page.at.exception


def test_the_formula_has_the_numbers_of_the_hypothesis_looked_at(visit):
    page = enter(visit, "model=spelling&source=knight&beam=3&penalty=0.5")
    best = list(beam_search(session(RunSpec(model="spelling", source="knight")), 3, 0.5))[-1].ranked[0]
    written = "\n".join(element.value for element in page.at.latex)
    assert f"{best.total:.4f}" in written
    assert f"{best.total / ((5 + best.length) / 6) ** 0.5:.4f}" in written


@pytest.mark.skipif(not found_examples("spelling"), reason="the command has not been run")
def test_examples_found_by_the_command_are_still_so_and_bring_their_answers(visit):
    page = enter(visit, "model=spelling&source=knight")
    box = page.control("selectbox", "search_found")
    kinds = {}
    for label, row in zip(box.options, found_examples("spelling"), strict=True):
        kinds.setdefault(row["kind"], (label, row))
    assert "greedy_wrong" in kinds
    assert any(row["model"] == "spelling" for _, row in kinds.values())
    for label, row in kinds.values():
        page.control("selectbox", "search_found").set_value(label).run()
        assert page.control("text_input", "source").value == row["source"]
        assert page.control("text_input", "reference").value == row["references"][0]
        assert tree(page)["width"] == row["wide"]
        spec = RunSpec(model=row["model"], source=row["source"])
        assert page.control("selectbox", "model").value == row["model"]
        for width, output in ((row["narrow"], row["narrow_output"]), (row["wide"], row["wide_output"])):
            found = searches.search(spec, width, 0.0)
            assert searches.output(spec, found.tokens(found.best), 0.0).text == output


def test_going_on_from_a_hypothesis_writes_exactly_its_tokens():
    found = searches.search(SPEC, 5, 0.0)
    for h in (found.best, found.steps[2].considered[-1], found.steps[3].live[-1]):
        current = AppState(Selection(replace(SPEC, reference="AH", teacher=True), shown=replace(SPEC, reference="AH")))
        go_on_from(current, found.tokens(h))
        assert tuple(runs.trace(current.spec).tokens[: h.length]) == found.tokens(h)
        assert current.view.step == h.length and current.spec.reference == "AH"
        free = runs.trace(replace(current.spec, forced=current.spec.forced[:-1])).tokens
        if current.spec.forced:
            step, token = current.spec.forced[-1]
            assert free[step] != token, "what the model writes by itself need not be forced"


def test_a_model_that_writes_all_at_once_is_told_so(visit, tmp_path, monkeypatch):
    shipped = checkpoint.read_metadata(paths.checkpoint_path("small"))
    config = replace(shipped.config, decoder="end")
    model = Transformer(config, torch.Generator().manual_seed(1))
    checkpoint.save(
        tmp_path / "at-once.safetensors", model, replace(shipped, name="at-once", title="At once", config=config)
    )
    for name in ("dates", "small"):
        (tmp_path / f"{name}.safetensors").symlink_to(paths.checkpoint_path(name))
    monkeypatch.setattr(paths, "CHECKPOINTS", tmp_path)
    models.catalogue.cache_clear()
    try:
        page = enter(visit, "source=3 mars 2001")
        page.control("selectbox", "model").set_value("at-once").run()
        assert "writes all positions in parallel" in page.said
        page.control("selectbox", "model").set_value("small").run()
        assert tree(page)["steps"]
    finally:
        models.catalogue.cache_clear()


def test_branches_on_the_decode_page_can_be_returned_to(visit):
    page = visit("source=3 mars 2001&force=4:12")
    branched = page.data["run"]["id"]
    assert "2001-03-03" in "".join(page.control("button_group", "branches").options).replace("\\", "")
    page.control("button_group", "branches").set_value(()).run()
    assert page.written == "2001-03-03"
    page.control("button_group", "branches").set_value(((3, 12),)).run()
    assert page.data["run"]["id"] == branched
    assert page.data["pushed"]["view"]["step"] == 4
    page.read("1 gennaio 1984")
    assert not [widget for widget in page.at.get("button_group") if "branches" in (widget.key or "")]
    page.read("3 mars 2001")
    assert page.control("button_group", "branches").value == ()


def test_branches_are_kept_by_source_and_no_more_than_some():
    current = AppState(Selection(SPEC))
    for token in range(MOST_BRANCHES + 3):
        remember(current, replace(SPEC, forced=((0, token),)))
    remember(current, replace(SPEC, forced=((0, MOST_BRANCHES),)))
    assert current.branches[SPEC.model, SPEC.source] == tuple(((0, token),) for token in range(3, MOST_BRANCHES + 3))
    for number in range(MOST_BRANCHED + 5):
        remember(current, replace(SPEC, source=f"word{number}", forced=((0, 1),)))
    remember(current, replace(SPEC, source="never forced"))
    assert len(current.branches) == MOST_BRANCHED
    assert (SPEC.model, "word0") not in current.branches


def test_the_decode_page_leads_to_the_same_source_here(visit):
    page = visit("model=spelling&source=knight&causal=off")
    links = [link.proto.page for link in page.at.get("page_link")]
    assert links == ["search", "teacher_forcing"]
    page.at.switch_page("pages/search/page.py").run()
    assert page.control("text_input", "source").value == "knight"
    assert page.control("toggle", "causal").value is False
    assert SearchChoices().upto == LAST


def test_widths_are_measured_here_in_the_background_and_can_be_stopped(visit, monkeypatch):
    few = SPEC.task.examples()[:3]
    monkeypatch.setattr(sections, "held_out", lambda model: few)
    monkeypatch.setattr(beam_widths, "BATCH", 1)
    monkeypatch.setattr(sections, "BATCH", 1)
    page = enter(visit, "model=spelling&source=knight&section=widths")
    page.at.button(key="start-measure_widths").click().run()
    job = page.at.session_state["app"].jobs["measure_widths"]
    assert job.ended.wait(120)
    page.at.run()
    assert job.finished and len(job.results) == 3
    assert any("on 3 examples drawn" in element.value for element in page.at.caption)
    page.at.button(key="start-measure_widths").click().run()
    again = page.at.session_state["app"].jobs["measure_widths"]
    again.stop.set()
    assert again.ended.wait(120)
    page.at.run()
    assert len(again.results) < 3 or again.finished
    assert page.control("text_input", "source").value == "knight"


def test_a_run_that_cannot_be_searched_stays_where_the_next_one_cannot_be_run(visit):
    """What is shown then is the last run that could be: of a model that writes in parallel."""
    page = visit("model=small-all-at-once&source=3+mars+2001&show=draws", "search")
    page.at.session_state["app"].change(model="small", source="")
    page.at.run()
    assert not page.at.exception and models.catalogue()["small-all-at-once"].title in page.said
