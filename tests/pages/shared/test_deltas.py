"""What a run has drawn reaches the browser, whatever runs next before it has been sent."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from pages.shared.internals import keep_deltas


@pytest.fixture(autouse=True)
def as_served(monkeypatch):
    monkeypatch.setattr(ForwardMsgQueue, "clear", ForwardMsgQueue.clear)
    keep_deltas()
    keep_deltas()


def delta(path: list[int], text: str, fragment: str = "") -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path[:] = path
    message.delta.new_element.text.body = text
    message.delta.fragment_id = fragment
    return message


def end_of_run() -> ForwardMsg:
    return ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY)


def contents(queue: ForwardMsgQueue) -> list[str | int]:
    return [
        message.delta.new_element.text.body if message.HasField("delta") else message.script_finished
        for message in queue.flush()
    ]


def test_what_a_fragment_drew_in_a_run_of_the_whole_app_is_sent_though_it_runs_again_at_once():
    queue = ForwardMsgQueue()
    for message in (delta([0, 0], "title"), delta([0, 1], "old", "view"), end_of_run()):
        queue.enqueue(message)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["view"])
    queue.enqueue(delta([0, 1], "new", "view"))
    assert contents(queue) == ["title", "old", ForwardMsg.FINISHED_SUCCESSFULLY, "new"]


def test_a_run_of_the_whole_app_still_takes_the_place_of_what_was_not_sent():
    queue = ForwardMsgQueue()
    for message in (delta([0, 0], "old"), end_of_run()):
        queue.enqueue(message)
    queue.clear(retain_lifecycle_msgs=True)
    queue.enqueue(delta([0, 0], "new"))
    assert contents(queue) == [ForwardMsg.FINISHED_EARLY_FOR_RERUN, "new"]
