"""What is sent ahead: for every control that a view draws, just what the page shows once the control is pressed."""

import re
from copy import deepcopy
from dataclasses import fields

import pytest

from core.run.runs import RunSpec
from core.run.view import View
from pages.self_attention.choices import HandChoices
from pages.shared.browser import prefetch as ahead_of_time
from pages.shared.browser.prefetch import SpareTime
from pages.shared.selection import Selection
from pages.shared.state import AppState

# A page, its choices, and the controls of which it tells ahead what they will show.
PAGES = [
    ("self_attention", {}, ("score", "normalizer", "query", "show", "draw", "reset_numbers")),
    ("self_attention", {"show": "layers", "score": "additive"}, ("normalizer", "query", "show")),
    ("self_attention", {"show": "model"}, ("attention", "layer", "head")),
    ("masks", {"show": "draw"}, ("attention", "layer", "head", "only_past", "neighbours", "block_column", "padding")),
    ("masks", {"show": "nothing"}, ("attention", "layer")),
    ("block", {}, ("block_side", "block_layer", "block_token", "causal")),
    ("block", {"aspect": "norm"}, ("block_token", "norm_part", "batch_next")),
    ("cross_attention", {"step": 6}, ("cross_next", "cross_back", "cross_step", "head", "position")),
    ("cross_attention", {"show": "alignment"}, ("cross_next", "layer")),
    ("cross_attention", {"show": "explanation"}, ("cross_next", "cross_scope")),
    ("position", {"show": "shuffle"}, ("another_order", "own_order")),
    ("guided_attention", {"show": "penalty"}, ("guide_kind", "head")),
    ("non_autoregressive", {}, ("passes", "padding")),
    ("decode", {}, ("causal", "padding", "position", "teacher")),
    ("search", {"show": "beam"}, ("padding", "position")),
]
KINDS = "button", "toggle", "button_group"


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch):
    """Let all that is named be worked ahead, however slow this machine is."""
    monkeypatch.setattr(ahead_of_time, "SPARE", ahead_of_time.SpareTime(1.0))
    monkeypatch.setattr(ahead_of_time, "LONGEST", float("inf"))


def ahead(page) -> dict:
    """Let the browser ask what the controls will show, and return what it is sent."""
    asked = shown(page)["id"]
    page.at.session_state["app"].prefetch_request = asked
    page.at.run()
    (sent,) = [data for data in page.sent if "variants" in data]
    assert sent["of"] == asked
    return sent


def shown(page) -> dict:
    """Return what the view that is told ahead was sent."""
    views = [data for data in page.sent if data.get("prefetched") or "passes" in data or "cards" in data]
    views += [data[name] for data in page.sent for name in ("run", "search") if name in data]
    return views[0]


def press(page, name: str, option: object) -> None:
    """Press a control as a visitor would: the option of a group, a switch, a button."""
    drawn = {re.sub(r"^control-|-\d+$", "", widget.key or ""): widget for kind in KINDS for widget in page.at.get(kind)}
    (drawn[name].click() if option is None else drawn[name].set_value(option)).run()


@pytest.mark.parametrize(("name", "choices", "controls"), PAGES)
def test_what_is_sent_ahead_is_what_a_press_shows(visit, name, choices, controls):
    for control in controls:
        for end in (0, -1):
            page = visit().enter(name, choices)
            page.at.run()  # AppTest knows the values of shared controls from the second run on a page only
            sent, before = ahead(page), shown(page)["id"]
            place, option = list(page.at.session_state["app"].press_options[control].options.items())[end]
            press(page, control, option)
            foretold = sent["variants"].get(f"{control}:{place}")
            if option == "model" or (after := shown(page))["id"] == before:  # another view
                assert foretold is None
            else:
                assert foretold == {key: after[key] for key in foretold}


@pytest.mark.parametrize("name", ("block", "cross_attention", "masks", "heads", "search", "non_autoregressive"))
def test_nothing_is_worked_ahead_for_presses_that_lead_elsewhere(visit, name):
    current = visit().enter(name, {"show": "draw"} if name == "masks" else {}).at.session_state["app"]
    controls, kind = current.press_options, current.kind
    elsewhere = {kind.control_name(each.name) for each in fields(kind) if kind.param(each.name).elsewhere}
    assert "section" in elsewhere and not any(controls[each].prefetch for each in {*elsewhere, "pin"} & controls.keys())
    assert controls["padding"].prefetch
    if name != "block":  # it has a choice of its own, which is worked ahead
        assert controls["layer"].prefetch is controls["head"].prefetch is (name in ("cross_attention", "masks"))


def test_no_more_than_a_share_of_the_time_is_spent_ahead():
    now = 100.0
    spare = SpareTime(0.25, clock=lambda: now)
    with spare.taken() as mine:
        assert mine
        with spare.taken() as another:
            assert not another, "one at a time"
        now += 2.0
    for later, free in ((5.9, False), (6.1, True)):
        now = 102.0 + later
        with spare.taken() as mine:
            assert mine == free
    with pytest.raises(ValueError, match="no such"), spare.taken():
        raise ValueError("no such head")
    with spare.taken() as mine:
        assert mine, "what fails is over too"


def test_where_time_is_short_nothing_is_sent_ahead(visit, monkeypatch):
    page = visit().enter("masks", {"show": "draw"})
    page.at.run()
    assert ahead(page)["variants"] and ahead(page)["whole"]
    monkeypatch.setattr(ahead_of_time, "LONGEST", -1.0)
    assert not ahead(page)["variants"] and not ahead(page)["whole"]
    monkeypatch.setattr(ahead_of_time, "LONGEST", float("inf"))
    monkeypatch.setattr(ahead_of_time, "is_run_awaited", lambda: True)
    assert not ahead(page)["variants"] and not ahead(page)["whole"]
    monkeypatch.setattr(ahead_of_time, "is_run_awaited", lambda: False)
    ahead_of_time.SPARE.free_from = float("inf")
    refused, again = ahead(page), ahead(page)
    assert not refused["variants"] and not refused["whole"]
    assert refused != again, "a browser hears only what differs, and asks again only once it has heard"


def test_what_is_only_supposed_changes_nothing():
    state = AppState(Selection(RunSpec(model="dates", source="3 mars 2001")))
    state.choose(HandChoices, undo_as="width 3", width=3)
    before = deepcopy(state)
    with state.supposing():
        state.choose(HandChoices, undo_as="seed 9", seed=9)
        state.undo(HandChoices)
        state.undo(HandChoices)
        state.change(causal=False)
        state.look(step=4)
        assert state.chosen(HandChoices).width == 4 and state.view == View(step=4)
    assert state == before


def test_what_fails_while_it_is_supposed_changes_nothing_either():
    state = AppState(Selection(RunSpec(model="dates", source="3 mars 2001")))
    with pytest.raises(ValueError, match="no such"), state.supposing():
        state.change(causal=False)
        raise ValueError("no such head")
    assert state.spec.causal


def test_what_silencing_a_head_will_do_is_what_it_does(visit):
    sent = ahead(visit().enter("heads", {"step": 4}))
    names = [key.removeprefix("silence:") for key in sent["variants"] if key.startswith("silence:")]
    assert len(names) == 4
    for name in (names[0], names[-1]):
        (after,) = [data for data in visit().enter("heads", {"step": 4, "silenced": name}).sent if "cards" in data]
        foretold = sent["variants"][f"silence:{name}"]
        assert foretold == {key: after[key] for key in foretold}
