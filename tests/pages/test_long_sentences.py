"""A sentence of twenty words, a vocabulary of thousands: every page and section is drawn, what is sent is bounded."""

import importlib
import json
import math
import random
import shutil
from collections.abc import Iterator
from dataclasses import fields
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlencode

import pytest

from core import paths
from core.figures.packing import unpacked
from core.run import models, runs
from core.run.runs import RunSpec
from pages.shared.url.fields import Choices
from pages.shared.widgets.tokens import LIKELIEST, MOST_LISTED
from tests.core.tiny_sentences import ENGLISH, write_checkpoint
from tests.pages.test_every_page import READS_THE_SOURCE

PIECES = 8000
READS_NO_SOURCE = "training", "siblings", "live"
BYTES_A_WEIGHT, SPARE = 2, 40_000
LANGUAGE, WORDS = "de", 20
DICE = random.Random(20)
SENTENCE = " ".join(DICE.choice(ENGLISH).rstrip(".") for _ in range(WORDS // 5)) + "."
SOURCE = f"→{LANGUAGE} {SENTENCE}"


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let a model with thousands of pieces lie beside one that ships."""
    folder = tmp_path_factory.mktemp("checkpoints")
    write_checkpoint(folder / "sentences.safetensors", strange=PIECES)
    shutil.copy(paths.checkpoint_path("dates"), folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "CHECKPOINTS", folder)
        models.catalogue.cache_clear()
        models._shipped_model.cache_clear()
        yield
    models.catalogue.cache_clear()
    models._shipped_model.cache_clear()


def choices_of(page: str) -> type[Choices]:
    module = importlib.import_module(f"pages.{page}.choices")
    found = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Choices)]
    return next(each for each in found if each is not Choices)


def views_and_sections(page: str) -> list[dict[str, str]]:
    """Return choices with which every view and every section of a page is drawn at least once."""
    kind = choices_of(page)
    options = {each.name: kind.param(each.name).options for each in fields(kind)}
    options = {
        name: found for name, found in options.items() if name in ("show", "aspect", "section", "part") and found
    }
    rows = zip(*map(cycle, options.values()), strict=True)
    return [dict(zip(options, row, strict=True)) for row in islice(rows, max(map(len, options.values())))]


ALL = [(page, chosen) for page in READS_THE_SOURCE for chosen in views_and_sections(page)]


def numbers_in(data: Any) -> int:
    """Count the numbers that a view was sent: the cells of matrices, the weights and tensors of runs."""
    if isinstance(data, list):
        return sum(map(numbers_in, data))
    if not isinstance(data, dict):
        return 0
    if isinstance(data.get("values"), str):
        return math.prod(data["shape"])
    if "steps" in data and isinstance(data.get("weights"), dict):
        streams = [stream["data"] for stream in data.get("streams", {}).values()]
        return sum(unpacked(text).size for text in [*data["weights"].values(), *streams])
    own = unpacked(data["weights"]).size if "nodes" in data else 0
    return own + sum(map(numbers_in, data.values()))


@pytest.mark.parametrize(("name", "chosen"), ALL, ids=[f"{name}-{'-'.join(each.values())}" for name, each in ALL])
def test_every_view_and_section_draws_a_long_sentence_and_sends_little(visit, sentences, name, chosen) -> None:
    page = visit(urlencode({"model": "sentences", "source": SOURCE, "step": 5} | chosen), name)
    assert not page.at.exception
    if chosen.get("show") not in READS_NO_SOURCE:
        assert page.control("text_input", "source").value == SENTENCE
    for kind in ("selectbox", "button_group", "multiselect"):
        for widget in page.at.get(kind):
            assert len(widget.options) <= MOST_LISTED, widget.key
    for data in page.sent:
        size = len(json.dumps(data, ensure_ascii=False).encode())
        assert size <= BYTES_A_WEIGHT * numbers_in(data) + SPARE + len(json.dumps(data.get("text", ""))), sorted(data)


def test_a_distribution_is_the_likeliest_tokens_and_the_sum_of_the_others(visit, sentences) -> None:
    page = visit(urlencode({"model": "sentences", "source": SOURCE}))
    steps = page.data["run"]["steps"]
    for sent, step in zip(steps, runs.trace(RunSpec(model="sentences", source=SOURCE)).steps, strict=True):
        shown = {one["id"]: one["p"] for one in sent["top"]} | {page.data["run"]["end_id"]: sent["end"]}
        assert sent["others"] == len(step.log_probs) - len(shown) > PIECES - 10
        assert sum(shown.values()) + sent["rest"] == pytest.approx(1, abs=1e-4)


def test_a_search_is_sent_the_names_that_occur(visit, sentences) -> None:
    page = visit(urlencode({"model": "sentences", "source": SOURCE, "show": "beam"}), "search")
    (search,) = [data["search"] for data in page.sent if "search" in data]
    used = {*search["nodes"]["id"], *(number for row in search["reads"]["id"] for number in row)}
    assert {int(number) for number in search["names"]} == used and len(used) < 500


@pytest.mark.parametrize(
    ("page", "choices", "control", "field"),
    [("masks", {"show": "causal"}, "instead", "instead"), ("teacher_forcing", {"at": 3}, "wrong", "wrong"),
     ("position", {"show": "in_out", "part": "tied"}, "symbol", "symbol")],
)  # fmt: skip
def test_a_token_is_chosen_among_the_likeliest_or_typed(visit, sentences, page, choices, control, field) -> None:
    shown = visit(urlencode({"model": "sentences", "source": SOURCE} | choices), page)
    assert len(shown.control("selectbox", control).options) <= LIKELIEST + 2
    shown.control("text_input", "typed_token").set_value("Ω77").run()
    assert field in shown.link and "Ω77" in str(shown.control("selectbox", control).value) + "".join(
        option for option in shown.control("selectbox", control).options if "Ω77" in option
    )
    assert shown.control("text_input", "typed_token").value == ""
    shown.control("text_input", "typed_token").set_value("no such piece").run()
    assert "no such piece" in shown.said
