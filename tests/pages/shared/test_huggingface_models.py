"""Hugging Face's models that the server's owner lets visitors open: every page works on them."""

import json
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytest.importorskip("transformers", reason="transformers is not installed: requirements-hf.txt")

from core import paths
from core.run import huggingface, models
from core.sentences import Refusal
from pages.search import samples
from pages.search.choices import SearchChoices
from pages.shared.first import first_spec
from pages.shared.text import t
from tests.app_pages import PAGES, every_view
from tests.pages.test_every_page import READS_THE_SOURCE, enter
from tests.parity.their_folders import m2m100_folder, marian_folder, train_pieces

NOTES = {"title": "Many languages", "source_language": "de", "target_language": "fr", "examples": ["a dog and a cat"]}
NAMES = "hf-marian", "hf-m2m100"
SOURCE = "the dog ran"
NOT_LISTED = (
    "hf-", "hf-..", "hf-/etc", "hf-../marian", "hf-marian/", "hf-readme.txt", "hf-Helsinki-NLP/opus-mt-en-de",
    "hf-" + "a" * 290,
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a Marian, an M2M100 that is told its languages, one that is not, and a pickle."""
    place = tmp_path_factory.mktemp("theirs")
    pieces = train_pieces(tmp_path_factory.mktemp("pieces") / "source.spm")
    marian_folder(pieces, place / "marian")
    for name in ("m2m100", "unsaid"):
        m2m100_folder(pieces, place / name)
    (place / "marian" / huggingface.NOTES).write_text(json.dumps({"examples": NOTES["examples"]}))
    (place / "m2m100" / huggingface.NOTES).write_text(json.dumps(NOTES))
    (place / "pickled").mkdir()
    (place / "pickled" / "config.json").write_text("{}")
    (place / "pickled" / "pytorch_model.bin").write_bytes(b"")
    (place / "misnamed").mkdir()
    (place / "misnamed" / "config.json").write_text("{}")
    (place / "misnamed" / huggingface.NOTES).write_text('{"examples": []}')
    (place / "readme.txt").write_text("not a model")
    return place


@pytest.fixture(autouse=True)
def allowed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let visitors open what is in the folder."""
    monkeypatch.setattr(paths, "HUGGING_FACE", folder)
    yield
    huggingface._open_folder.cache_clear()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("model", NAMES)
def test_every_page_opens_with_a_hugging_face_model(visit, model, name):
    page = enter(visit, name, f"model={model}")
    current = page.at.session_state["app"]
    assert current.problems == ()
    if name in READS_THE_SOURCE and current.selection.lent is None:
        assert current.shown is None or current.shown.model == model
        page.read(SOURCE)
        assert current.shown is None or current.shown.source == SOURCE
    if current.shown is None:
        return
    for section in page.at.get("button_group"):
        if (section.key or "").startswith("control-section"):
            for option in section.options:
                section.select(option).run()
                assert not page.at.exception, option


@every_view
@pytest.mark.parametrize("model", NAMES)
def test_every_view_opens_with_a_hugging_face_model(visit, model, place, parameter, show):
    page = enter(visit, place, f"model={model}&{parameter}={show}")
    assert page.at.session_state["app"].problems == ()


def test_a_model_is_chosen_by_its_title_and_read_as_its_own_tokenizer_does(visit):
    page = visit()
    box = page.control("selectbox", "model")
    assert {"marian", "Many languages"} <= set(box.options)
    box.select("hf-m2m100").run()
    assert page.control("text_input", "source").value == "a dog and a cat"
    run = page.data["run"]
    assert run["source"][0]["text"] == "__de__" and run["steps"][0]["predicts"] == "__fr__"
    assert page.link["model"] == "hf-m2m100"
    theirs = models.task_of("hf-m2m100")
    assert [each["text"] for each in run["source"][-4:-3]] == ["⟨END⟩"]
    assert theirs.source_text(theirs.source_tokens("a dog and a cat")) == "a dog and a cat"


@pytest.mark.parametrize(
    "name, why",
    [
        ("hf-pickled", "as a pickle alone"),
        ("hf-misnamed", "seq2see.json beside the model may hold"),
    ],
)
def test_a_model_that_cannot_be_opened_is_told_of_and_changes_nothing(visit, name, why):
    page = visit()
    before = page.at.session_state["app"].spec
    page.control("selectbox", "model").select(name).run()
    assert why in page.said
    assert page.at.session_state["app"].spec == before
    assert page.link.get("model") is None
    linked = visit(f"model={name}")
    assert why in linked.said and linked.at.session_state["app"].spec.model == "dates"


@pytest.mark.parametrize("name", NOT_LISTED)
def test_an_address_opens_nothing_but_what_lies_in_the_folder(visit, name):
    page = visit(f"model={name}")
    assert page.at.session_state["app"].spec.model == "dates"
    assert not huggingface.is_listed(name)
    with pytest.raises((KeyError, Refusal)):
        models.task_of(name)


def test_without_a_folder_there_are_none(visit, monkeypatch):
    monkeypatch.setattr(paths, "HUGGING_FACE", None)
    page = visit("model=hf-marian")
    assert not any(name.startswith(huggingface.PREFIX) for name in models.choosable(""))
    assert page.at.session_state["app"].spec.model == "dates"


def test_at_most_two_stay_loaded(folder: Path):
    for name in (*NAMES, "hf-marian"):
        assert huggingface.open_model(name) is huggingface.open_model(name)
    assert huggingface._open_folder.cache_info().maxsize == huggingface.MOST_LOADED == 2


def test_fewer_samples_are_drawn_among_very_many_tokens(visit, monkeypatch):
    """A page with 65,000 tokens to draw from would otherwise take minutes."""
    assert samples.most_draws(first_spec("sentences")) >= SearchChoices().draws
    monkeypatch.setattr(samples, "CHOICES_A_STEP", 20 * first_spec("hf-marian").config.target_vocab_size)
    page = enter(visit, "search", "model=hf-marian&show=draws")
    box = page.control("number_input", "sampling_draws")
    assert (box.value, box.max) == (20, 20)
    assert t("search.drawn", count=20) in str([element.proto.body for element in page.at.get("html")])


def test_visitors_who_ask_at_the_same_moment_wait_for_one_load():
    huggingface._open_folder.cache_clear()
    with ThreadPoolExecutor(4) as visitors:
        found = list(visitors.map(huggingface.open_model, ["hf-marian"] * 4))
    assert len({id(model) for model in found}) == 1
    assert huggingface._open_folder.cache_info().misses == 1


def test_a_model_that_is_taken_away_while_it_is_looked_at_is_told_of(visit, tmp_path, folder, monkeypatch):
    shutil.copytree(folder / "marian", tmp_path / "marian")
    monkeypatch.setattr(paths, "HUGGING_FACE", tmp_path)
    page = visit("model=hf-marian")
    assert page.at.session_state["app"].spec.model == "hf-marian"
    shutil.rmtree(tmp_path / "marian")
    page.at.run()
    assert not page.at.exception
    assert t("problem.model_gone") in page.said
    assert page.at.session_state["app"].spec.model == "dates"


@pytest.mark.parametrize("model", NAMES)
def test_position_writes_the_formula_of_the_models_own_sinusoids(visit, model):
    """Marian has its sines before its cosines; M2M100's wavelengths and first position differ, too."""
    page = enter(visit, "position", f"model={model}&place=3&pair=1&section=formula")
    table, width = models.model(model).source_position.table, models.catalogue()[model].config.d_model
    sine, cosine = table[2, 1], table[2, width // 2 + 1]
    numbers = [float(found) for each in page.at.latex for found in re.findall(r"=(-?\d\.\d{4})", each.value)]
    assert numbers[:2] == pytest.approx([float(sine), float(cosine)], abs=6e-5)
    assert t("position.formula_halves") in page.told
    assert "which is rounding" in str(page.sent)  # R_k PE[p] is PE[p + k], for all p
