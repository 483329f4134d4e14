"""Teacher forcing: both rows are those of the core's decoder, and every control does what it says."""

import json
import math
from collections import Counter
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
import torch

from core.evaluation.error_injection import items_of
from core.evaluation.evidence import read_evidence
from core.evaluation.held_out import held_out_examples
from core.evaluation.recovery_rates import measure_recovery, shares
from core.run import models, runs
from core.run.runs import RunSpec
from core.switches import full_pass
from core.tasks import get_task
from core.tasks.edit_distance import edit_distance
from core.vocab import BEGIN, END, SPECIALS
from pages.teacher_forcing.evidence import verdict
from pages.teacher_forcing.feeds import Error, Feed
from pages.teacher_forcing.messages import after_fed, sentence

HELPS = "Scheduled sampling helps small date models."
COMPARED = "Compared with teacher forcing alone, recovery changes by"
PAIR = "model=scheduled-none&beside=scheduled-linear"


def enter(visit, query: str = ""):
    page = visit(query)
    page.at.switch_page("pages/teacher_forcing/page.py").run()
    # AppTest reads the address on the first page, which does not know this one's choices: hand them over again.
    if query:
        for name, value in (pair.split("=", 1) for pair in query.split("&")):
            page.at.query_params[name] = value
        page.at.run()
    return page


def rows(page) -> dict:
    sent = [json.loads(element.proto.json) for element in page.at.get("bidi_component") if element.proto.json]
    return next(data for data in sent if "blocks" in data)


def told(page) -> str:
    return "\n".join(element.value for element in (*page.at.markdown, *page.at.caption, *page.at.latex))


def param(page, name: str) -> str:
    """Return a query parameter; AppTest gives what a page wrote as it is, what a test wrote as a list."""
    value = page.at.query_params[name]
    return value if isinstance(value, str) else value[0]


def redone(model: str, source: str, reads: list[int]) -> torch.Tensor:
    """Run encoder and decoder once over all that was read: log-probabilities of every next token."""
    spec = RunSpec(model=model, source=source)
    logits = full_pass(models.model(model), torch.tensor([runs.source_ids(spec)]), torch.tensor([reads]), spec.switches)
    return logits[0].log_softmax(-1)


@pytest.mark.parametrize("model", ["dates", "scheduled-linear"])
def test_every_number_of_both_rows_is_that_of_a_full_pass(visit, model):
    page = enter(visit, f"model={model}&at=4")
    data, vocab = rows(page), models.catalogue()[model].target_vocab
    reference = [*vocab.encode("2001-03-03"), END]
    for row in data["blocks"][0]["rows"]:
        written = [vocab._ids[place["text"]] for place in row["places"]]
        fed = [*reference[:3], written[3], *reference[4:]] if row["kind"] == "fed" else written
        log_probs = redone(model, "3 mars 2001", [BEGIN, *fed[:-1]])[: len(written)]
        for number, (place, found) in enumerate(zip(row["places"], log_probs, strict=True)):
            assert place["read"] == vocab.name([BEGIN, *fed][number])
            assert place["p"] == pytest.approx(math.exp(found[written[number]]), abs=1e-5)
            assert place["choice"] == vocab.name(int(found.argmax()))
            if number < len(reference):
                assert place["loss"] == pytest.approx(-float(found[reference[number]]), abs=1e-4)
                assert place["right"] == (written[number] == reference[number])
            assert place["wrong"] == (number == 3)
    assert data["at"] == 4


def test_the_wrong_token_is_the_likeliest_that_is_not_right(visit):
    page = enter(visit, "at=7")
    found = redone("dates", "3 mars 2001", [BEGIN, *models.catalogue()["dates"].target_vocab.encode("2001-0")])[-1]
    vocab = models.catalogue()["dates"].target_vocab
    likely = [token for token in found.argsort(descending=True).tolist() if token >= len(SPECIALS)]
    expected = next(vocab.name(token) for token in likely if vocab.name(token) != "3")
    assert [row["places"][6]["text"] for row in rows(page)["blocks"][0]["rows"]] == [expected] * 2


def test_the_sentence_about_recovery_is_true(visit):
    for at in range(1, 11):
        page = enter(visit, f"model=scheduled-none&at={at}")
        own = rows(page)["blocks"][0]["rows"][1]
        written = [place["text"] for place in own["places"]]
        further = edit_distance(written, [*"2001-03-03", "⟨END⟩"]) - 1
        if further:
            assert own["said"].startswith("✗") and f"further edits needed: {further}." in own["said"]
        else:
            assert own["said"].startswith("✓ Recovered")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("edXba", "✓ Recovered: only the forced token"),
        ("edXcba", "Recovered, but one place late"),
        ("edba", "Recovered, but one place early"),
        ("edXa", "✗"),
    ],
)
def test_what_is_right_but_stands_elsewhere_is_not_said_to_be_all_right(written, said):
    """An inserted token is one edit, but the chips after it are marked as wrong, place by place."""
    end, error = 2, Error(2, ord(written[2]))
    ids = tuple(SimpleNamespace(predicted=number) for number in (*map(ord, written), end))
    feed = Feed("own", ids, ids, (*map(ord, "edcba"), end), error)
    assert sentence(feed).startswith(said)


def test_comparing_schedules_leaves_other_pages_their_model(visit):
    page = enter(visit, "source=1+gennaio+1984&model=dates-learned-position".replace("+", " "))
    page.control("button", "pair_schedules").click().run()
    assert [block["title"] for block in rows(page)["blocks"]] == [
        models.catalogue()[name].title for name in ("scheduled-none", "scheduled-linear")
    ]
    page.at.query_params.clear()
    page.at.switch_page("pages/decode/page.py").run()
    assert page.control("selectbox", "model").value == "dates-learned-position"
    assert page.control("text_input", "source").value == "1 gennaio 1984"


def test_the_evidence_says_of_which_models_it_speaks(visit):
    assert "small date models" in told(enter(visit, "model=spelling&source=through&section=exposure"))


def test_any_token_can_be_the_wrong_one_and_the_address_holds_it(visit):
    page = enter(visit)
    page.control("slider", "at").set_value(4).run()
    tokens = page.control("selectbox", "wrong")
    assert len(tokens.options) == 10  # all digits and the hyphen but the right one
    page.control("selectbox", "wrong").select_index(7).run()
    chosen = [row["places"][3]["text"] for row in rows(page)["blocks"][0]["rows"]]
    assert chosen[0] == chosen[1] != "1"
    assert param(page, "wrong") == chosen[0]
    again = enter(visit, urlencode({"at": 4, "wrong": chosen[0]}))
    assert rows(again)["blocks"] == rows(page)["blocks"]


def test_another_step_begins_with_the_likeliest_wrong_token(visit):
    page = enter(visit, "at=4&wrong=-")
    assert rows(page)["blocks"][0]["rows"][0]["places"][3]["text"] == "-"
    page.control("slider", "at").set_value(5).run()
    assert "wrong" not in page.at.query_params
    page.control("slider", "at").set_value(0).run()
    assert not any(place["wrong"] for row in rows(page)["blocks"][0]["rows"] for place in row["places"])
    assert "11 of 11 positions are right" in rows(page)["blocks"][0]["rows"][0]["said"]


def test_two_models_get_the_same_wrong_token(visit):
    page = enter(visit, f"{PAIR}&at=3")
    titles = [block["title"] for block in rows(page)["blocks"]]
    assert titles == [models.catalogue()[name].title for name in ("scheduled-none", "scheduled-linear")]
    tokens = {row["places"][2]["text"] for block in rows(page)["blocks"] for row in block["rows"]}
    assert len(tokens) == 1
    page.control("selectbox", "beside").set_value("").run()
    assert len(rows(page)["blocks"]) == 1


def test_the_pair_is_one_click_away(visit):
    page = enter(visit)
    page.control("button", "pair_schedules").click().run()
    assert len(rows(page)["blocks"]) == 2
    assert page.control("selectbox", "model").value == "scheduled-none"
    assert page.control("button", "pair_schedules").disabled


def test_without_a_reference_the_other_row_is_still_there(visit):
    page = enter(visit)
    page.control("text_input", "reference").set_value("").run()
    (row,) = rows(page)["blocks"][0]["rows"]
    assert row["kind"] == "own" and {place["loss"] for place in row["places"]} == {None}
    assert "Type it into Reference" in page.said
    page.control("button_group", "section").set_value("formula").run()
    assert "Without a reference there is no loss" in page.said


def test_a_word_with_its_phones(visit):
    page = enter(visit, "model=spelling&source=through&at=2")
    assert rows(page)["reference"] == ["TH", "R", "UW", "⟨END⟩"]
    assert rows(page)["at"] == 2


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("wrong=zzz", "“zzz” is not a wrong token at step 6"),
        ("wrong=0&at=6", "“0” is not a wrong token at step 6"),
        ("beside=gpt", "not here: gpt"),
        ("at=-1", "at=-1; expected a whole number"),
        ("base=7", "base=7; expected a number from 0.99 to 0.9999"),
    ],
)
def test_a_link_that_asks_for_nonsense_gets_a_sentence(visit, query, sentence):
    page = enter(visit, query)
    assert sentence in page.said
    assert rows(page)["blocks"]


def test_a_step_beyond_the_end_is_the_last_one(visit):
    assert rows(enter(visit, "at=300"))["at"] == 10


def test_forced_tokens_and_another_models_page_are_left_aside(visit):
    page = enter(visit, "force=2:5")
    assert "ignored here" in page.said
    page = enter(visit, "model=dates&beside=spelling")
    assert len(rows(page)["blocks"]) == 1


def test_the_loss_is_written_out(visit):
    page = enter(visit, "model=scheduled-none&section=formula")
    losses = [place["loss"] for place in rows(page)["blocks"][0]["rows"][1]["places"][:11]]
    assert "{11}" in told(page) and f"={sum(losses) / 11:.3f}&" in told(page)


def test_the_schedules_follow_their_sliders(visit):
    page = enter(visit, "section=schedule")
    assert f"={math.pow(0.9985, 450):.3f}" in told(page)
    page.control("slider", "update").set_value(100).run()
    page.control("slider", "slope").set_value(0.002).run()
    assert "=0.800" in told(page)
    assert f"={150 / (150 + math.exp(100 / 150)):.3f}" in told(page)
    assert param(page, "slope") == "0.002"


@pytest.mark.parametrize("section", ["exposure", "formula", "schedule", "inject", "code", "question"])
def test_every_section_draws(visit, section):
    page = enter(visit)
    page.control("button_group", "section").set_value(section).run()
    assert rows(page)["blocks"]


def test_the_evidence_on_screen_is_what_was_kept(visit):
    found = read_evidence("scheduled-sampling")
    text = told(enter(visit)).replace("\N{NO-BREAK SPACE}", " ")
    for row in found["schedules"]:
        recovered = row["all"]["recovered"]
        assert f"{100 * recovered['mean']:.1f} ± {100 * recovered['spread']:.1f} %" in text
    assert f"{found['injections']:,}" in text and found["command"] in text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([], "✓ Every token after it is right (5 of 5)."),
        ([4], "✗ 1 of the next 5 tokens is wrong too."),
        ([4, 6], "✗ 2 of the next 5 tokens are wrong too."),
    ],
)
def test_the_tokens_after_a_wrong_one_are_counted(wrong, said):
    feed = SimpleNamespace(error=SimpleNamespace(step=2), steps=range(8), right=lambda place: place not in wrong)
    assert after_fed(feed) == said


@pytest.mark.parametrize(
    ("recovered", "begins"),
    [
        (
            [(0.4, 0.02), (0.5, 0.03), (0.6, 0.01)],
            f"{HELPS} {COMPARED} +10.0 to +20.0",
        ),
        ([(0.4, 0.02), (0.3, 0.01), (0.2, 0.01)], "Scheduled sampling hurts small date models"),
        ([(0.4, 0.2), (0.5, 0.03), (0.6, 0.01)], "Scheduled sampling does not clearly help small date models"),
        ([(0.4, 0.0), (0.3, 0.0), (0.6, 0.0)], "Scheduled sampling does not clearly help small date models"),
    ],
)
def test_the_verdict_follows_from_the_numbers(recovered, begins):
    table = [{"all": {"recovered": {"mean": mean, "spread": spread}}} for mean, spread in recovered]
    assert verdict(table).startswith(begins)


def test_a_sample_is_measured_here_and_now(visit):
    """The table that a visitor waits for is that of the core, on the same examples."""
    page = enter(visit, f"{PAIR}&section=inject&sample=40")
    page.at.button(key="start-measure_feeds").click().run()
    page.wait_for("measure_feeds")
    task, metadata = get_task("dates"), models.catalogue()["scheduled-none"]
    items = items_of(task, held_out_examples(task, 40), metadata.source_vocab, metadata.target_vocab)
    found = shares(sum(measure_recovery(models.model("scheduled-none"), items, 20), Counter()))
    line = next(line for line in told(page).splitlines() if line.startswith("| recovered |"))
    assert line.split("|")[2].strip() == f"{found['recovered']:.1%}"
    assert "40 examples" in told(page) and "400 wrong tokens" in told(page)
