"""Lessons: the list, and the panel above the page of the lesson that a visitor is in."""

import pytest

from pages.lessons.lessons import lessons


def panel(page) -> dict | None:
    """Return what the panel was sent, None if there is none."""
    return next((data for data in page.sent if "lesson" in data), None)


def test_the_list_has_all_lessons(visit):
    page = visit("", "lessons")
    rows = next(data["lessons"] for data in page.sent if "lessons" in data)
    assert [row["title"] for row in rows] == [lesson.title for lesson in lessons().values()]
    assert panel(page) is None


@pytest.mark.parametrize("start", ["decode", "whole_model", "lessons"])
def test_a_number_alone_opens_the_lesson_with_its_view(visit, start):
    page = visit("lesson=8", start)
    assert panel(page)["lesson"]["number"] == 8 and panel(page)["page"] == "masks"
    assert page.link == lessons()[8].address


def test_a_lesson_is_kept_when_something_is_chosen_and_from_page_to_page(visit):
    page = visit("lesson=8", "masks")
    page.read("16 listopada 1998")
    assert page.link["lesson"] == "8" and page.link["source"] == "16 listopada 1998" and panel(page) is not None
    page.at.switch_page("pages/heads/page.py").run()
    assert page.link["lesson"] == "8" and panel(page)["page"] == "heads"


def test_an_address_with_more_than_the_number_keeps_what_it_shows(visit):
    page = visit("lesson=8&source=March+3rd%2C+2001&show=padding", "masks")
    assert page.link["source"] == "March 3rd, 2001" and page.link["show"] == "padding"
    assert panel(page)["lesson"]["number"] == 8


def test_a_lesson_in_projector_mode_opens_with_its_own_view_and_stays_in_the_mode(visit):
    page = visit("lesson=8&projector=on", "whole_model")
    assert panel(page)["lesson"]["number"] == 8 and page.link == visit("lesson=8", "whole_model").link | {
        "projector": "on"
    }
    page.control("button", "leave_projector").click().run()
    assert "projector" not in page.link and page.link["lesson"] == "8"


@pytest.mark.parametrize("number", ["0", "15", "x", "-1", "9" * 40, ""])
def test_a_number_that_no_lesson_has_is_answered_with_a_sentence(visit, number):
    page = visit(f"lesson={number}", "decode")
    assert not page.at.exception and panel(page) is None
    assert "lesson=" in page.said and "from 1 to 14" in page.said


def test_the_last_lesson_leads_to_the_list_and_others_to_the_next(visit):
    assert panel(visit("lesson=13"))["next"]["number"] == 14
    assert panel(visit("lesson=14"))["next"] is None


def test_the_first_page_leads_a_newcomer_to_the_first_lesson(visit):
    page = visit("", "whole_model")
    next(each for each in page.at.button if each.key == "open-first-lesson").click().run()
    assert page.at.session_state["app"].lesson == 1 and page.link["lesson"] == "1"
    assert not [each for each in page.at.button if each.key == "open-first-lesson"]
