"""Foreign text on every page: typed, out of an address or an uploaded file, it reaches Markdown and charts escaped."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import torch
from google.protobuf.message import Message

from core import checkpoint
from core.config import ModelConfig
from core.model import Transformer
from core.run import models
from core.tasks.pairs import PairsTask
from core.tasks.pairs_text import write_pairs
from pages.training_lab import upload, visitor_runs, workshop
from tests.pages.test_every_page import PAGES
from tests.states.drawing import choices_of_pages

NASTY = "![x](http://foreign.test/p) <b>foreign</b>"
PAIRS = tuple((f"{NASTY} {number}", f"{NASTY} {number}") for number in range(24))
# As Markdown would read it, and as HTML and Plotly would.
LIVE = "![x](http", "<b>foreign"
# What Streamlit draws as it is.
PLAIN = {
    "Text.body", "Code.code_text", "TextInput.default", "TextInput.value", "TextArea.default", "TextArea.value",
    "Selectbox.options", "Selectbox.raw_value", "BidiComponent.json",
}  # fmt: skip


@pytest.fixture(scope="module")
def own(tmp_path_factory) -> Iterator[tuple[str, str]]:
    """Return a visitor, and the model that they uploaded: its title and its pairs are foreign text."""
    place, visitor = tmp_path_factory.mktemp("runs"), secrets.token_hex(16)
    with pytest.MonkeyPatch.context() as patch:
        for module in (models, visitor_runs, upload, workshop):
            patch.setattr(module, "RUNS", place)
        run = upload.take_in(visitor, uploaded(place))
        yield visitor, next(run_of.model for run_of in visitor_runs.runs_of(visitor) if run_of.id == run)


def uploaded(place: Path) -> bytes:
    """Return the file of a small model of these pairs."""
    task = PairsTask(PAIRS)
    source, target = task.source_symbols(), task.target_symbols()
    config = ModelConfig(
        source_vocab_size=len(source) + 4, target_vocab_size=len(target) + 4, d_model=16, num_heads=2, d_ff=16,
        num_encoder_layers=2, num_decoder_layers=2, max_source_len=64, max_target_len=64,
    )  # fmt: skip
    about = checkpoint.Metadata(
        name="x", title=NASTY, task=task.name, config=config, source_symbols=source, target_symbols=target,
        training={"steps": 7}, scores={},
    )  # fmt: skip
    model = Transformer(config, torch.Generator().manual_seed(1))
    checkpoint.save(place / "x.safetensors", model, about, pairs=write_pairs(PAIRS))
    return (place / "x.safetensors").read_bytes()


def texts(message: Message) -> Iterator[tuple[str, str]]:
    """Go through every text of a message, each with the name of its field."""
    for field, value in message.ListFields():
        for each in value if field.is_repeated else [value]:
            if isinstance(each, Message):
                yield from texts(each)
            elif isinstance(each, str):
                yield f"{message.DESCRIPTOR.name}.{field.name}", each


def live(page) -> list[tuple[str, str]]:
    """Return what of the foreign text would be read as Markdown or HTML, with where it stands; code spans are not."""
    assert not page.at.exception
    protos = [proto for node in page.at._tree if isinstance(proto := getattr(node, "proto", None), Message)]
    drawn = [found for proto in protos for found in texts(proto) if found[0] not in PLAIN]
    assert len(drawn) > 20
    read = [(name, re.sub(r"`` .*? ``", "", text).replace("\\u003c", "<")) for name, text in drawn]
    return [
        (name, text[:300]) for name, text in read if any(mark in text for mark in LIVE[name == "PlotlyChart.spec" :])
    ]  # fmt: skip


def views(name: str) -> list[dict[str, str]]:
    """Return choices that show every view of a page, and every section below the first."""
    kind = choices_of_pages()[name]
    chosen = [each.name for each in fields(kind) if each.name in ("show", "aspect", "section")]
    return [{}, *({each: option} for each in chosen for option in kind.param(each).options)]


@pytest.mark.parametrize("name", PAGES)
def test_no_page_reads_an_uploaded_model_or_own_pairs_as_markdown(visit, own, name):
    visitor, model = own
    page = visit("")
    page.at.session_state["app"].visitor = visitor
    found = []
    for choices in views(name):
        found += live(page.enter(name, {"model": model, "source": PAIRS[3][0], "reference": PAIRS[4][1], **choices}))
    assert found == []


@pytest.mark.parametrize("name", PAGES)
def test_no_page_reads_an_address_as_markdown(visit, name):
    names = "source", "reference", "writer", "beside", "token", "wrong", "run", "model", "step", NASTY
    typed = dict.fromkeys(names, NASTY) | {"tokens": f"{NASTY} foreign"}
    page = visit("")
    page.at.session_state["app"].visitor = secrets.token_hex(16)
    found = []
    for choices in views(name):
        found += live(page.enter(name, typed | choices))
    assert found == []
