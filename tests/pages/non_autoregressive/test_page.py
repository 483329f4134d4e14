"""The Non-autoregressive page: it shows what the model writes, each control does what it says, every view is a link."""

import base64
import json
from itertools import pairwise
from urllib.parse import parse_qsl

import numpy as np
import pytest
import torch

from core.decoding import ParallelSession, refine
from core.evaluation.side_by_side import WAYS
from core.run import models, runs
from core.run.runs import RunSpec
from core.vocab import SPECIALS
from pages.non_autoregressive import measure, writing
from pages.non_autoregressive.choices import AllAtOnceChoices
from pages.non_autoregressive.controls import evidence_of
from pages.shared.frame import PAGES_OWN
from pages.shared.text import as_plain

PARALLEL = [name for name, about in models.catalogue().items() if not about.config.autoregressive]
every_writer = pytest.mark.parametrize("writer", PARALLEL)
SOURCES = {"dates": "3 mars 2001", "spelling": "knight"}


def open_page(visit, **params):
    """Open the page by a link; AppTest knows the first page's address only."""
    page = visit()
    page.at.query_params.clear()
    for name, value in params.items():
        page.at.query_params[name] = str(value)
    page.at.switch_page("pages/non_autoregressive/page.py").run()
    assert not page.at.exception
    return page


def sent(page) -> dict:
    """Return what the view of the passes was sent."""
    found = [json.loads(x.proto.json) for x in page.at.get("bidi_component") if x.proto.json]
    return next(data for data in found if "passes" in data)


def board(page) -> dict:
    found = [json.loads(x.proto.json) for x in page.at.get("bidi_component") if x.proto.json]
    return next(data for data in found if "panels" in data)


def steps_of(writer: str, source: str, passes: int, length: int | None = None, pads: int = 3):
    spec = RunSpec(model=writer, source=source, pads=pads)
    session = ParallelSession(models.model(writer), torch.tensor([runs.source_ids(spec)]), length=length)
    return session, list(refine(session, passes))


def texts(writer: str, tokens: torch.Tensor) -> list[str]:
    vocab = models.catalogue()[writer].target_vocab
    return [vocab.name(number) for number in tokens.tolist()]


@every_writer
@pytest.mark.parametrize("passes", [1, 4, 10])
def test_what_is_shown_is_what_the_model_writes(visit, writer, passes):
    source = SOURCES[models.catalogue()[writer].task]
    page = open_page(visit, model=writer, source=source, passes=passes)
    session, steps = steps_of(writer, source, passes)
    shown = sent(page)
    assert len(shown["passes"]) == len(steps)
    for step, told in zip(steps, shown["passes"], strict=True):
        assert [cell["text"] for cell in told["cells"]] == texts(writer, step.tokens)
        assert [cell["hidden"] for cell in told["cells"]] == step.hidden.tolist()
        assert [cell["p"] for cell in told["cells"]] == pytest.approx(step.sureness.exp().tolist(), rel=1e-5)
        assert [cell["cut"] for cell in told["cells"]].count(False) == step.text_len
    changed = [[cell["changed"] for cell in told["cells"]] for told in shown["passes"][1:]]
    assert changed == [(one.tokens != other.tokens).tolist() for one, other in pairwise(steps)]
    if session.length_log_probs is None:
        assert shown["lengths"] is None
    else:
        bars = {bar["n"]: bar["p"] for bar in shown["lengths"]["bars"]}
        assert shown["lengths"]["foretold"] == session.length and session.length in bars
        for number, share in bars.items():
            assert share == pytest.approx(float(session.length_log_probs[0, number].exp()), rel=1e-4, abs=1e-9)


def test_the_step_by_step_output_stands_beside_it(visit):
    page = open_page(visit, model="dates", source="3 mars 2001")
    shown = sent(page)
    trace = runs.trace(RunSpec(model="dates", source="3 mars 2001"))
    assert [cell["text"] for cell in shown["beside"]["cells"]] == texts("dates", torch.tensor(trace.tokens))
    assert shown["beside"]["correct"] is True
    assert ["".join(answer) for answer in shown["right"]] == ["2001-03-03"]


def test_the_models_that_are_compared_have_one_task_and_write_in_two_ways(visit):
    for name in ("dates", "small-sigmoid", *PARALLEL):
        page = open_page(visit, model=name)
        writer, title = page.control("selectbox", "writer").value, sent(page)["beside"]["title"]
        beside = next(other for other, about in models.catalogue().items() if about.title == title)
        assert models.catalogue()[writer].task == models.catalogue()[beside].task == models.catalogue()[name].task
        assert not models.catalogue()[writer].config.autoregressive and models.catalogue()[beside].config.autoregressive
        assert name in (writer, beside)


def test_another_writer_is_shown_and_linked(visit):
    dates = [name for name in PARALLEL if models.catalogue()[name].task == "dates"]
    page = open_page(visit, model="dates")
    page.control("selectbox", "writer").set_value(dates[-1]).run()
    assert page.at.query_params["writer"] == dates[-1]
    assert page.control("selectbox", "model").value == "dates"
    again = open_page(visit, model="dates", writer=dates[-1])
    assert sent(again)["id"] == sent(page)["id"]
    again = open_page(visit, model=dates[0])
    again.control("selectbox", "writer").set_value(dates[-1]).run()
    again.at.run()
    assert again.control("selectbox", "model").value == dates[-1]


def test_the_length_may_be_overruled_and_the_link_keeps_by_how_much(visit):
    writer = next(name for name in PARALLEL if models.catalogue()[name].config.decoder == "length")
    source = SOURCES[models.catalogue()[writer].task]
    page = open_page(visit, model=writer, source=source)
    foretold = sent(page)["lengths"]["foretold"]
    page.control("slider", "target_length").set_value(foretold + 2).run()
    assert page.at.query_params["longer"] == "2"
    _, steps = steps_of(writer, source, 4, foretold + 2)
    assert [cell["text"] for cell in sent(page)["passes"][-1]["cells"]] == texts(writer, steps[-1].tokens)
    again = open_page(visit, model=writer, source=source, longer=-3)
    assert len(sent(again)["passes"][0]["cells"]) == foretold - 3
    assert sent(again)["lengths"]["length"] == again.control("slider", "target_length").value == foretold - 3


@pytest.mark.parametrize("asked", ["zzz", "--1", "999", "1.5", "²", ""])
def test_a_length_that_makes_no_sense_is_answered(visit, asked):
    page = open_page(visit, model=PARALLEL[0], longer=asked)
    assert "expected a whole number from -40 to 40" in page.said
    assert sent(page)["lengths"]["length"] == sent(page)["lengths"]["foretold"]


def test_passes_are_chosen_and_walked_through(visit):
    page = open_page(visit, model=PARALLEL[0], source="knight" if "spelling" in PARALLEL[0] else "3 mars 2001")
    assert len(sent(page)["passes"]) == 4 and sent(page)["chosen"] == 0
    page.control("segmented_control", "passes").set_value(10).run()
    assert page.at.query_params["passes"] == "10"
    again = open_page(visit, model=PARALLEL[0], passes=10, look=3)
    assert sent(again)["chosen"] == 2
    beyond = open_page(visit, model=PARALLEL[0], passes=2, look=9)
    assert sent(beyond)["chosen"] == 1


@every_writer
def test_the_board_shows_the_chosen_pass(visit, writer):
    source = SOURCES[models.catalogue()[writer].task]
    page = open_page(visit, model=writer, source=source, passes=4, look=2, layer=2, head=3)
    _, steps = steps_of(writer, source, 4)
    step, panels = steps[1], board(page)["panels"]
    assert torch.equal(floats_of(panels["self"]), step.self_weights[1, 2])
    assert torch.equal(floats_of(panels["cross"]), step.cross_weights[1, 2])
    vocab = models.catalogue()[writer].target_vocab
    names = {vocab.name(number): number for number in range(len(vocab))}
    probabilities = step.log_probs.exp()
    for name, row in zip(panels["distributions"]["row_names"], floats_of(panels["distributions"]), strict=True):
        assert torch.equal(row, probabilities[:, names[name]])
    likeliest = {vocab.name(int(number)) for number in probabilities.max(-1).indices}
    assert likeliest <= set(panels["distributions"]["row_names"])
    expected = -(probabilities.double() * probabilities.double().log()).nansum(-1)
    assert floats_of(panels["entropy"])[0].double() == pytest.approx(expected.tolist(), abs=1e-5)


def floats_of(panel: dict) -> torch.Tensor:
    flat = np.frombuffer(base64.b64decode(panel["values"]), "<f4")
    return torch.from_numpy(flat.reshape(panel["shape"]).copy())


@every_writer
def test_known_mistakes_are_those_of_the_evidence_and_bring_their_answer(visit, writer):
    mistakes = evidence_of(writer)["shown"]
    assert mistakes
    page = open_page(visit, model=writer)
    for each in mistakes[:2]:
        page.control("button_group", "mistakes").set_value(each["source"]).run()
        shown = sent(page)
        about = models.catalogue()[writer]
        kept = [cell["text"] for cell in shown["passes"][0]["cells"] if not cell["cut"]]
        text = models.task_of(about.name).target_text([token for token in kept if token not in SPECIALS])
        assert text == each["one_pass"]
        assert shown["passes"][0]["correct"] is False
        assert shown["passes"][-1]["correct"] == each["mended"]


@every_writer
@pytest.mark.parametrize("section", ["formula", "measure", "all_at_once_evidence", "code", "question"])
def test_every_section_opens_and_is_linked(visit, writer, section):
    page = open_page(visit, model=writer)
    page.control("button_group", "section").set_value(section).run()
    assert page.at.query_params.get("section") == (None if section == "formula" else section)
    assert not page.at.exception


@every_writer
def test_the_formula_multiplies_the_probabilities_on_screen(visit, writer):
    page = open_page(visit, model=writer, source=SOURCES[models.catalogue()[writer].task])
    shown = sent(page)
    first, *_ = [element.value for element in page.at.latex]
    factors = [cell["p"] for cell in shown["passes"][0]["cells"]]
    if shown["lengths"]:
        lengths = {bar["n"]: bar["p"] for bar in shown["lengths"]["bars"]}
        factors.insert(0, lengths[shown["lengths"]["length"]])
    total = first.rsplit("=", 1)[1].split(r"\end")[0].replace(r"\cdot10^{", "e").rstrip("}")
    assert float(total) == pytest.approx(torch.tensor(factors).double().prod().item(), rel=1e-2)


def test_the_evidence_is_what_the_command_kept(visit):
    for writer in PARALLEL:
        found = evidence_of(writer)
        page = open_page(visit, model=writer, section="all_at_once_evidence")
        table = page.at.dataframe[0].value
        assert table.iloc[:, 1].tolist() == [row["exact"] for row in (*found["rows"], found["beside"])]
        assert found["command"] in "\n".join(element.value for element in page.at.caption)


@pytest.mark.parametrize("writer", PARALLEL[-1:])
def test_a_measurement_here_and_now_counts_what_came_of_each_source(visit, monkeypatch, writer):
    monkeypatch.setattr(measure, "SAMPLE", 12)
    page = open_page(visit, model=writer, section="measure", passes=2)
    page.at.button(key="start-measure_ways").click().run()
    beside = models.catalogue()[evidence_of(writer)["partner"]].title
    page.wait_for("measure_ways")
    tables = [element.value for element in page.at.markdown if element.value.startswith("| method")]
    assert any(button.key == "start-measure_ways" for button in page.at.button)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in tables[0].splitlines()[2:]]
    found = list(measure.measure_both(writer, evidence_of(writer)["partner"], 2))
    names = ["in parallel, one pass", "refined, 2 passes", f"token by token ({beside})"]
    assert [row[0] for row in rows] == list(map(as_plain, names))
    for row, way in zip(rows, WAYS, strict=True):
        assert row[1] == f"{sum(each.right[way] for each in found) / 12:.1%}"
        assert row[2] == f"{sum(each.passes[way] for each in found) / 12:.1f}"


def test_a_task_that_no_model_writes_all_at_once_is_answered(visit, monkeypatch):
    monkeypatch.setattr(writing, "writers", lambda task: ())
    page = open_page(visit, model="dates")
    assert "No model of “Dates → ISO” writes all positions in parallel" in page.said
    (link,) = (each.proto for each in page.at.get("page_link") if "training_lab" in each.proto.page)
    asked = dict(parse_qsl(link.query_string))
    assert {"decoder": "length", "task": "dates", "source": page.link["source"]}.items() <= asked.items()
    monkeypatch.undo()
    page.control("button_group", "examples").set_value(PAGES_OWN).run()
    assert sent(page)["passes"] and page.link["source"] == "aardvark"


def test_choices_have_names_of_their_own():
    assert not AllAtOnceChoices.url_names() & {"length", "step", "row", "a"}
