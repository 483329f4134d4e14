"""What holds on every page: nothing a visitor types breaks it, nothing typed is lost, and one can come and go."""

import re
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from tests.app_pages import PAGES
from tests.pages.decode.test_page import BAD_LINKS, BAD_SOURCES

MODELS = "dates", "spelling", "small-sigmoid", "small-all-at-once"
READS_NONE = {"self_attention", "evidence", "training_lab", "lessons", "questions", "bugs"}
READS_THE_SOURCE = sorted(set(PAGES) - READS_NONE)
every_page = pytest.mark.parametrize("name", PAGES)


def enter(visit, name: str, query: str = ""):
    """Open a page at an address with this query."""
    page = visit(f"{query}&show=penalty" if name == "guided_attention" else query, name)  # its view that reads a source
    assert not page.at.exception
    return page


@every_page
@pytest.mark.parametrize("model", MODELS)
def test_a_page_opens_with_every_kind_of_model(visit, name, model):
    page = enter(visit, name, f"model={model}")
    assert any(re.match(r"### \S", element.value) for element in page.at.markdown)


@pytest.mark.parametrize("name", READS_THE_SOURCE)
def test_a_page_reads_what_was_typed_elsewhere(visit, name):
    page = enter(visit, name, urlencode({"source": "21st of August 2016"}))
    assert page.control("text_input", "source").value == "21st of August 2016"
    page.at.switch_page("pages/decode/page.py").run()
    assert page.control("text_input", "source").value == "21st of August 2016"


@pytest.mark.parametrize("name", READS_THE_SOURCE)
@pytest.mark.parametrize("kind", BAD_SOURCES)
def test_a_source_that_cannot_be_read_is_answered_and_kept(visit, name, kind):
    source, sentence = BAD_SOURCES[kind]
    page = enter(visit, name)
    good = page.control("text_input", "source").value
    page.read(source)
    assert not page.at.exception
    assert sentence in page.said
    assert page.control("text_input", "source").value == source
    page.read(good)
    assert sentence not in page.said


@every_page
@pytest.mark.parametrize("link", ["layer=99", "head=zzz", "step=" + "9" * 400, "model=gpt", "force=999:1"])
def test_a_link_that_asks_for_nonsense_breaks_no_page(visit, name, link):
    assert link in BAD_LINKS or link.startswith("step=9")
    enter(visit, name, link)


@every_page
def test_what_was_said_of_a_link_is_not_said_on_another_page(visit, name):
    page = visit("head=zzz")
    assert "head=zzz" in page.said
    page.at.switch_page(f"pages/{name}/page.py").run()
    assert name == "decode" or "head=zzz" not in page.said


@every_page
def test_a_run_can_be_pinned_only_where_that_shows(visit, name):
    page = enter(visit, name)
    pins = [each for each in page.at.button if (each.key or "").startswith("control-pin")]
    if pins:
        pins[0].click().run()
        assert any(data.get("pinned") for data in page.sent)
    assert bool(pins) == (name == "decode")


@every_page
def test_a_page_knows_what_it_shows_in_the_sidebar_and_above(visit, name):
    """A change of it in a part of the page then draws all of it anew; nothing else does, which would take longer."""
    page = enter(visit, name)
    current = page.at.session_state["app"]
    shown = {each for each in ("model", "source", "reference") for box in (*page.at.selectbox, *page.at.text_input)
             if (box.key or "").startswith(f"control-{each}-")}  # fmt: skip
    assert shown <= set(current.drawn) and not current.is_outdated
    for fact in shown:
        with current.supposing():
            current.spec = replace(current.spec, **{fact: "other"})
            assert current.is_outdated
    with current.supposing():
        current.change(causal=not current.spec.causal, forced=((0, 5),))
        assert not current.is_outdated


@every_page
def test_what_is_told_once_its_page_was_left_breaks_nothing(visit, name):
    """Streamlit calls back for what came just before another page was asked for, with nothing left of what it was."""
    page = enter(visit, name)
    for widget in page.at.session_state._state._state._new_widget_state.widget_metadata.values():
        if widget.value_type != "trigger_value":  # a button tells nothing but that it was pressed
            for callback in (widget.callback, *(widget.callbacks or {}).values()):
                if callback is not None:
                    callback()


@every_page
def test_what_was_chosen_elsewhere_survives_a_page(visit, name):
    page = visit("model=spelling&source=knight&layer=2&head=3&step=3&causal=off")
    before = page.data["pushed"]["view"], page.data["run"]["id"]
    page.at.switch_page(f"pages/{name}/page.py").run()
    page.at.switch_page("pages/decode/page.py").run()
    assert (page.data["pushed"]["view"], page.data["run"]["id"]) == before
