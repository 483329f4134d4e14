"""What is half-written, damaged, foreign or gone in the folder of runs: no page breaks, and the lab says what is so."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from core import checkpoint
from core.lab import RunFolder
from core.lab import __main__ as worker
from core.run import models
from pages.training_lab import film, live, sections, visitor_runs, workshop
from tests.pages.test_every_page import PAGES
from tests.pages.training_lab.test_page import asked, lab

VISITOR = "a" * 32


def write(name: str, text: str | bytes) -> Callable[[RunFolder], None]:
    """Return what puts something else into a file."""
    data = text if isinstance(text, bytes) else text.encode()
    return lambda folder: (folder.path / name).write_bytes(data)


def tear(name: str) -> Callable[[RunFolder], None]:
    """Return what cuts a file in half."""
    return lambda folder: write(name, (folder.path / name).read_bytes()[: (folder.path / name).stat().st_size // 2])(
        folder
    )


def remove(name: str) -> Callable[[RunFolder], None]:
    """Return what takes away a file or folder."""

    def act(folder: RunFolder) -> None:
        path = folder.path / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return act


def make_folder(name: str) -> Callable[[RunFolder], None]:
    """Return what puts a folder in place of a file."""

    def act(folder: RunFolder) -> None:
        (folder.path / name).unlink(missing_ok=True)
        (folder.path / name).mkdir()

    return act


def change(name: str, **values: object) -> Callable[[RunFolder], None]:
    """Return what changes values of a JSON file, those of the recipe in a request by their own names."""

    def act(folder: RunFolder) -> None:
        data = json.loads((folder.path / name).read_text())
        for key, value in values.items():
            part = data["recipe"] if key in data.get("recipe", {}) else data
            part[key] = value
        (folder.path / name).write_text(json.dumps(data))

    return act


def write_over(name: str, old: str, new: str) -> Callable[[RunFolder], None]:
    """Return what puts another text in place of one in a file."""

    def act(folder: RunFolder) -> None:
        text = (folder.path / name).read_text()
        assert old in text
        (folder.path / name).write_text(text.replace(old, new))

    return act


def change_model(change: Callable[[checkpoint.Metadata], str]) -> Callable[[RunFolder], None]:
    """Return what changes the description in a model's file."""

    def act(folder: RunFolder) -> None:
        about = checkpoint.read_metadata(folder.model)
        save_file(shapeless(folder), folder.model, {checkpoint.KEY: change(about)})

    return act


def shapeless(folder: RunFolder) -> dict[str, torch.Tensor]:
    model, _ = checkpoint.load(folder.model)
    return {name: parameter.clone() for name, parameter in model.named_parameters()}


def other_shapes(folder: RunFolder) -> None:
    about, tensors = checkpoint.read_metadata(folder.model), shapeless(folder)
    tensors["encoder.0.ffn.out_proj.weight"] = torch.zeros(1, 1)
    save_file(tensors, folder.model, {checkpoint.KEY: about.to_json()})


def other_frame(folder: RunFolder) -> None:
    frame = sorted(folder.film.glob("*.safetensors"))[-1]
    said = {"film": json.dumps({"step": 20, "output": "x"})}
    save_file({name: torch.zeros(5, 7, 2, 3) for name in ("encoder", "self", "cross")}, frame, said)


LAST_FRAME = "film/0000020.safetensors"
UNKNOWN = {  # how far it is cannot be told, but it is there, and can be gone on with
    "no status": remove("status.json"),
    "empty status": write("status.json", ""),
    "status of other bytes": write("status.json", b"\xff\xfe\x00"),
    "status that is a list": write("status.json", "[]"),
    "status nested too deep": write("status.json", "[" * 100_000),
    "status of an unknown phase": change("status.json", phase="dreaming"),
    "status of wrong types": change("status.json", step="7"),
    "status of impossible steps": change("status.json", step=-1),
    "status of a newer format": change("status.json", mood="good"),
    "status that is a folder": make_folder("status.json"),
}
LEFT_OUT = {
    "no request": remove("request.json"),
    "torn request": tear("request.json"),
    "empty request": write("request.json", ""),
    "request of other bytes": write("request.json", b"\xff\xfe\x00"),
    "request that is a number": write("request.json", "5"),
    "request nested too deep": write("request.json", "[" * 100_000),
    "request of a newer format": change("request.json", mood="good"),
    "request of a newer recipe": change("request.json", recipe={"mood": "good"}),
    "request of wrong types": change("request.json", steps="many"),
    "request of no model": change("request.json", config=None),
    "request of a switch that is a list": write_over("request.json", '"residual": true', '"residual": []'),
    "request whose title is a number": change("request.json", title=7),
    "request of an unknown task": change("request.json", task="juggling"),
    "request of odd pairs": change("request.json", pairs=[["a"]]),
    "request that is a folder": make_folder("request.json"),
    "nothing at all": lambda folder: [remove(path.name)(folder) for path in folder.path.iterdir()],
}
NO_MODEL = {
    "torn model": tear("model.safetensors"),
    "empty model": write("model.safetensors", b""),
    "model of other bytes": write("model.safetensors", b"\xff" * 1000),
    "model that is a folder": make_folder("model.safetensors"),
    "model of other shapes": other_shapes,
    "model of a newer format": change_model(
        lambda about: about.to_json().replace('"format_version": ', '"format_version": 9')
    ),
    "model of a switch that is a list": change_model(
        lambda about: about.to_json().replace('"residual": true', '"residual": []')
    ),
    "model that is a stranger's": change_model(lambda about: replace(about, name="dates").to_json()),
    "model of odd steps": change_model(lambda about: replace(about, training={"steps": "some"}).to_json()),
    "model of an unknown task": change_model(lambda about: replace(about, task="juggling").to_json()),
}
HARMLESS = {
    "no log": remove("log.jsonl"),
    "torn log": tear("log.jsonl"),
    "log of other bytes": write("log.jsonl", b"\xff\xfe\n[]\n5\n{}\n"),
    "log of wrong types": write("log.jsonl", '{"step": "1", "seconds": 1}\n{"step": 1, "seconds": 1, "loss": []}\n'),
    "log of odd parts": write("log.jsonl", '{"step": 1, "seconds": 1, "loss": 1, "parts": {"a": "b"}}\n'),
    "log that is a folder": make_folder("log.jsonl"),
    "no film": remove("film"),
    "film that is a file": lambda folder: (remove("film")(folder), write("film", "")(folder)),
    "torn frame": tear(LAST_FRAME),
    "frame that is a folder": make_folder(LAST_FRAME),
    "frame of another model": other_frame,
    "frame by another name": write("film/holiday.safetensors", b"x"),
    "no beat": remove("beat"),
    "beat that is a folder": make_folder("beat"),
    "odd command": write("command.json", "5"),
    "command that is a folder": make_folder("command.json"),
}
DAMAGE = UNKNOWN | LEFT_OUT | NO_MODEL | HARMLESS
IDS = {name: f"{number:012x}" for number, name in enumerate(DAMAGE, 0x123400000000)}


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> RunFolder:
    """Return a run that was trained to its end."""
    folder = RunFolder(tmp_path_factory.mktemp("whole") / "0123456789ab")
    folder.create(asked(task="copy"))
    worker.work_on(folder)
    return folder


@pytest.fixture
def runs(tmp_path: Path, monkeypatch) -> Path:
    """Return a folder of runs of its own, and let a new workshop look after it."""
    fresh = workshop.Workshop()
    for module in (models, visitor_runs, workshop):
        monkeypatch.setattr(module, "RUNS", tmp_path)
    for module in (visitor_runs, workshop, live):
        monkeypatch.setattr(module, "WORKSHOP", fresh)
    return tmp_path


def copied(whole: RunFolder, runs: Path, name: str = "0123456789ab") -> RunFolder:
    """Return another run, just like the one that is whole."""
    folder = RunFolder(runs / VISITOR / name)
    shutil.copytree(whole.path, folder.path)
    model, about = checkpoint.load(folder.model)
    checkpoint.save(folder.model, model, replace(about, name=name))
    return folder


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_run_is_told_of_and_hides_no_other(whole, runs, name):
    good, bad = copied(whole, runs), copied(whole, runs, IDS[name])
    DAMAGE[name](bad)
    found, problems = visitor_runs.read_runs(VISITOR)
    listed = {run.folder: run for run in found}
    assert listed[good].model == f"my-{good.path.name}-20"
    assert (bad in listed) == (name not in LEFT_OUT)
    assert [f"The run {bad.path.name[:4]} is not shown" in each for each in problems] == [True] * (name in LEFT_OUT) + [
        False
    ] * (name in NO_MODEL)
    if name in UNKNOWN:
        assert listed[bad].status.phase == "failed" and "cannot be read" in str(listed[bad].status.message)
    if name in NO_MODEL:
        assert listed[bad].model is None and not models.is_there(f"my-{bad.path.name}-20")
    own = models.own(VISITOR)
    assert (f"my-{bad.path.name}-20" in own) == (name not in NO_MODEL and name != "nothing at all")
    for run in found:
        film.frames_of(run)
        sections.row_of(run, [])
        live.curves_of(run.folder.lines())


@pytest.mark.parametrize("asked_of", ("request_of", "usable_metadata"))
def test_a_run_that_goes_while_runs_are_read_is_left_out(whole, runs, monkeypatch, asked_of):
    good, going = copied(whole, runs), copied(whole, runs, "ba9876543210")
    real = getattr(models, asked_of)

    def ask(folder: RunFolder) -> object:
        if folder == going:
            shutil.rmtree(folder.path, ignore_errors=True)
        return real(folder)

    for module in (models, visitor_runs):
        monkeypatch.setattr(module, asked_of, ask)
    if asked_of == "request_of":
        found, problems = visitor_runs.read_runs(VISITOR)
        assert [run.folder for run in found] == [good] and problems == []
    assert list(models.own(VISITOR)) == ["my-0123456789ab-20"]


def test_every_page_opens_for_a_visitor_whose_runs_are_all_damaged(visit, whole, runs):
    for name, damage in DAMAGE.items():
        damage(copied(whole, runs, IDS[name]))
    for path in ("lost+found", f"{VISITOR}/notes.txt", f"{VISITOR}/.hidden"):
        (runs / path).mkdir()
    (runs / "readme").write_text("")
    for place in PAGES:
        page = visit("")
        page.at.session_state["app"].visitor = VISITOR
        page.at.switch_page(f"pages/{place}/page.py").run()
        assert not page.at.exception, place
    page = lab(visit, VISITOR, "")
    assert page.said.count("is not shown") == len(LEFT_OUT) and str(runs) not in page.said


def test_the_lab_shows_every_damaged_run_that_it_lists(visit, whole, runs):
    for name, damage in (UNKNOWN | NO_MODEL | HARMLESS).items():
        damage(copied(whole, runs, IDS[name]))
    page = lab(visit, VISITOR, "")
    for name in (*UNKNOWN, *NO_MODEL, *HARMLESS):
        page.control("selectbox", "lab_run").set_value(IDS[name]).run()
        assert not page.at.exception, name
        assert ("The progress of this run cannot be read" in page.said) == (name in UNKNOWN), name


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_run_of_which_nothing_is_known_goes_on_from_what_was_saved(whole, runs, name):
    folder = copied(whole, runs)
    UNKNOWN[name](folder)
    if name != "status that is a folder":
        worker.work_on(folder)
        assert folder.status().phase == "finished" and folder.status().step == 20
    else:
        with pytest.raises(OSError):
            worker.work_on(folder)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (write("run.state", b"\xff" * 100), "saved state of this run cannot be read"),
        (tear("run.state"), "saved state of this run cannot be read"),
        (make_folder("run.state"), "saved state of this run cannot be read"),
        (remove("request.json"), "no request.json"),
    ],
)
def test_a_run_that_cannot_go_on_says_why(whole, runs, monkeypatch, damage, sentence):
    folder = copied(whole, runs)
    damage(folder)
    monkeypatch.setattr("os.nice", lambda _: 0)
    with pytest.raises(ValueError, match=sentence):
        worker.claim_and_work(folder)
    assert folder.status().phase == "failed" and sentence in str(folder.status().message)


@pytest.mark.parametrize(
    "name", ("torn frame", "frame by another name", "no film", "torn log", "odd command", "no beat")
)
def test_a_run_goes_on_over_small_damage(whole, runs, name):
    folder = copied(whole, runs)
    HARMLESS[name](folder)
    worker.work_on(folder)
    assert folder.status().phase == "finished"


def test_a_model_that_breaks_while_it_is_looked_at_gives_way(visit, whole, runs):
    folder = copied(whole, runs)
    page = visit("")
    page.at.session_state["app"].visitor = VISITOR
    page.at.session_state["app"].choose_model(f"my-{folder.path.name}-20")
    page.at.run()
    page.at.session_state["app"].pin()
    tear("model.safetensors")(folder)
    page.at.run()
    assert "no longer exists" in page.said and page.control("selectbox", "model").value == models.default_model()
