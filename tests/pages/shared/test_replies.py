from core.run.runs import RunSpec
from pages.shared.browser.replies import new_messages, reply_to
from pages.shared.selection import Selection
from pages.shared.state import AppState


def test_what_a_view_says_again_is_taken_once_and_what_it_adds_is_taken():
    current = AppState(Selection(RunSpec(model="any", source="x")))
    first, second = {"id": 7, "part": "memory"}, {"id": 9, "part": "output"}
    assert new_messages(current, "view", {"messages": [first]}) == [first]
    assert reply_to(current, "view") == 7
    assert new_messages(current, "view", {"messages": [second, first], "attempt": 1}) == [second]
    assert new_messages(current, "view", {"messages": [second], "attempt": 2}) == []
    assert (reply_to(current, "view"), reply_to(current, "another")) == (9, 0)


def test_what_no_view_of_ours_says_is_not_taken():
    current = AppState(Selection(RunSpec(model="any", source="x")))
    for sent in ({}, {"messages": None}, {"messages": ["7", {"id": "7"}, {}]}):
        assert new_messages(current, "view", sent) == []
