"""Long computations: in order, watched, stopped, abandoned, failing."""

import threading
import time
from collections.abc import Iterator

from streamlit.testing.v1 import AppTest

from core.evaluation import queue
from core.evaluation.queue import Job, Queue
from pages.shared import jobs

PATIENCE = 20


def counted(count: int, gate: threading.Event | None = None) -> Iterator[int]:
    for number in range(count):
        if gate is not None:
            gate.wait(PATIENCE)
        yield number


def test_a_job_yields_all_its_results():
    job = Job("key", 5)
    Queue().start(job, lambda: counted(5))
    assert job.ended.wait(PATIENCE)
    assert job.results == [0, 1, 2, 3, 4] and job.finished


def test_jobs_take_turns_in_the_order_in_which_they_came():
    line, gate, order = Queue(), threading.Event(), []

    def noted(name: str) -> Iterator[str]:
        gate.wait(PATIENCE)
        order.append(name)
        yield name

    waiting = [Job(name, 1) for name in "abc"]
    for job in waiting:
        line.start(job, lambda name=job.key: noted(name))
    assert [line.ahead_of(job) for job in waiting] == [0, 1, 2]
    gate.set()
    assert all(job.ended.wait(PATIENCE) for job in waiting)
    assert order == ["a", "b", "c"] and line.jobs == []


def test_a_stopped_job_keeps_what_it_has_and_lets_the_next_one_in():
    line, gate = Queue(), threading.Event()
    first, second = Job("first", 1000), Job("second", 2)
    line.start(first, lambda: counted(1000, gate))
    line.start(second, lambda: counted(2))
    first.stop.set()
    gate.set()
    assert second.ended.wait(PATIENCE) and second.finished
    assert first.ended.is_set() and not first.finished and len(first.results) == 1


def test_a_job_whose_visitor_has_gone_ends(monkeypatch):
    monkeypatch.setattr(queue, "GONE_SECONDS", 0.0)
    job = Job("key", 10)
    time.sleep(0.01)
    Queue().start(job, lambda: counted(10))
    assert job.ended.wait(PATIENCE)
    assert job.results == [] and not job.finished


def test_a_job_that_fails_ends_unfinished_and_the_line_goes_on(monkeypatch):
    logged = []
    monkeypatch.setattr(threading, "excepthook", lambda args: logged.append(args.exc_type))

    def failing() -> Iterator[int]:
        yield 1
        raise ArithmeticError("no")

    line, first, second = Queue(), Job("first", 3), Job("second", 1)
    line.start(first, failing)
    line.start(second, lambda: counted(1))
    assert second.ended.wait(PATIENCE) and second.finished
    assert first.ended.is_set() and first.results == [1] and not first.finished
    assert logged == [ArithmeticError]


def page() -> None:
    import streamlit as st

    from pages.shared import jobs
    from pages.shared.state import state

    size = st.number_input("size", value=3)
    jobs.panel(
        state(), "measure_test", key=size, total=size, work=lambda: iter(range(size)),
        draw=lambda results: st.text(f"results: {results}"),
    )  # fmt: skip


def test_the_panel_starts_shows_and_forgets_what_belongs_to_another_key(monkeypatch):
    monkeypatch.setattr(jobs, "QUEUE", Queue())  # in which no job of another test comes first
    monkeypatch.setattr(jobs, "t", lambda key, **values: key)
    at = AppTest.from_function(page, default_timeout=60).run()
    assert at.text[0].value == "results: []"
    at.button(key="start-measure_test").click().run()
    deadline = time.monotonic() + PATIENCE
    while at.text[-1].value != "results: [0, 1, 2]" and time.monotonic() < deadline:
        at.run()
    assert at.text[-1].value == "results: [0, 1, 2]" and not at.exception
    at.number_input[0].set_value(4).run()
    assert at.text[-1].value == "results: []"


def test_finished_results_are_found_again_after_a_reload(monkeypatch):
    monkeypatch.setattr(jobs, "QUEUE", Queue())
    monkeypatch.setattr(jobs, "t", lambda key, **values: key)
    job = Job(3, 3, "measure_test")
    jobs.QUEUE.start(job, lambda: counted(3))
    assert job.ended.wait(PATIENCE)
    at = AppTest.from_function(page, default_timeout=60).run()
    assert at.text[-1].value == "results: [0, 1, 2]" and not at.exception
    at.number_input[0].set_value(4).run()
    assert at.text[-1].value == "results: []"
    at.number_input[0].set_value(3).run()
    assert at.text[-1].value == "results: [0, 1, 2]"


def test_what_runs_goes_on_after_a_reload_but_not_in_two_places_at_once(monkeypatch):
    monkeypatch.setattr(jobs, "QUEUE", Queue())
    monkeypatch.setattr(jobs, "t", lambda key, **values: key)
    gate, job = threading.Event(), Job(3, 3, "measure_test")
    jobs.QUEUE.start(job, lambda: counted(3, gate))
    at = AppTest.from_function(page, default_timeout=60).run()
    assert [button.key for button in at.button] == ["start-measure_test"]  # its visitor is still there
    monkeypatch.setattr(queue, "SILENT_SECONDS", 0.0)
    at.run()
    assert [button.key for button in at.button] == ["stop-measure_test"]
    gate.set()
    assert job.ended.wait(PATIENCE)
    assert at.run().text[-1].value == "results: [0, 1, 2]" and not at.exception


def test_only_the_latest_finished_results_are_remembered(monkeypatch):
    monkeypatch.setattr(queue, "MOST_FINISHED", 2)
    line = Queue()
    for name, count in (("", 1), ("a", 1), ("b", 1), ("a", 2), ("c", 1)):
        job = Job("key", count, name)
        line.start(job, lambda count=count: counted(count))
        assert job.ended.wait(PATIENCE)
    assert [line.done(name, "key") is None for name in ("", "a", "b", "c")] == [True, False, True, False]
    assert line.done("a", "key").results == [0, 1]


def test_what_was_stopped_is_not_taken_for_finished():
    line, gate, job = Queue(), threading.Event(), Job("key", 3, "name")
    line.start(job, lambda: counted(3, gate))
    assert line.under_way("name", "key") is job and line.under_way("name", "other") is None
    job.stop.set()
    assert line.under_way("name", "key") is None
    gate.set()
    assert job.ended.wait(PATIENCE)
    assert line.done("name", "key") is None
