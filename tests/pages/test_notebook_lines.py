"""The lines that a page shows for a notebook run, and do what the page shows."""

import pytest
import torch

from core import BlockedCell, SilenceHead, Switches
from core.run import runs
from core.run.models import catalogue
from pages.self_attention.choices import HandChoices, compute

SOURCE = "source=3+mars+2001&section=code"
OFF = Switches(causal=False, padding=False, position="off")
CELLS = frozenset({BlockedCell("self", 3, 0), BlockedCell("self", 3, 2)})
# Of each page: what is asked for, and the switches that its run then has; None where they follow from the page alone.
SHOWN = {
    "whole_model": ("step=3&layer=2", Switches()),
    "decode": ("causal=off&padding=off&position=off&force=2:7", OFF),
    "search": ("model=spelling&source=alfre&beam=3&draws_seed=2", Switches()),
    "non_autoregressive": ("model=dates-all-at-once", Switches()),
    "teacher_forcing": ("reference=1999-12-31", Switches()),
    "heads": ("silenced=cross.1.3", Switches(silenced=frozenset({SilenceHead("decoder.0.cross_attn", 2)}))),
    "position": ("position=off", Switches(position="off")),
    "masks": ("show=draw&attention=self&drawn=s4:1.3", Switches(blocked=CELLS)),
    "block": ("aspect=skip&skip=encoder.1.ffn", Switches(skipped=frozenset({"encoder.1.ffn"}))),
    "cross_attention": ("show=explanation&step=3", None),
}


@pytest.mark.parametrize("name", SHOWN)
def test_the_lines_do_what_the_page_shows(visit, name):
    query, switches = SHOWN[name]
    page = visit(f"{SOURCE}&{query}", name)
    lines = next(block.value for block in page.at.code if block.value.startswith("from core import"))
    names: dict = {}
    exec(lines, names)
    spec, trace = page.at.session_state["app"].shown, names["trace"]
    assert catalogue()[spec.model] == names["model"].metadata
    if switches is None:
        assert trace.switches.overwritten
    else:
        assert trace.switches == runs.trace(spec, switches).switches
    if name == "teacher_forcing":
        assert [step.read for step in trace.steps[1:]] == names["model"].target_ids("1999-12-31")[:-1]
        return
    if name == "search":
        assert len(names["outputs"]) == 3 and names["outputs"][0][0] != names["model"].write("alfre")
        assert isinstance(names["sample"], str)
        return
    expected = runs.trace(spec, trace.switches)
    assert trace.tokens == expected.tokens
    assert torch.equal(trace.cross_weights(), expected.cross_weights())
    if "weights" in names:
        view = page.at.session_state["app"].view
        assert names["weights"].shape[0] == (len(trace.source) if view.attention == "encoder" else len(trace.steps))


def test_a_source_is_written_as_python_reads_it(visit):
    page = visit('section=code&source=it\'s+"x"\\', "decode")
    names: dict = {}
    exec(next(block.value for block in page.at.code if block.value.startswith("from core import")), names)
    assert names["trace"].tokens == runs.trace(page.at.session_state["app"].shown).tokens


@pytest.mark.parametrize(
    "query",
    ["attention=self&show=causal", "attention=self&show=draw&drawn=s4:1.3", "attention=encoder&show=padding&pads=2"],
)
def test_the_masks_in_torch_are_those_that_are_shown(visit, query):
    page = visit(f"{SOURCE}&{query}", "masks")
    names: dict = {}
    exec(next(block.value for block in page.at.code if "key_padding_mask" in block.value), names)
    current = page.at.session_state["app"]
    trace = runs.trace(current.shown, Switches(blocked=CELLS if "drawn" in query else frozenset()))
    cells = trace.encoder_cells() if "encoder" in query else trace.self_cells()
    assert torch.equal(names["allowed"], cells == 0)
    attention = torch.nn.MultiheadAttention(8, 2, batch_first=True, dtype=torch.float64)
    x = torch.randn(1, len(cells), 8, dtype=torch.float64)
    masks = {name: names[name] for name in ("attn_mask", "key_padding_mask")}
    weights = attention(x, x, x, **masks)[1][0]
    assert torch.equal(weights > 0, cells == 0)


@pytest.mark.parametrize("score", ["dot", "scaled_dot", "additive"])
@pytest.mark.parametrize("normalizer", ["softmax", "relu", "sigmoid"])
def test_self_attention_in_torch_alone_gives_the_numbers_of_the_board(visit, score, normalizer):
    page = visit(f"section=code&score={score}&normaliser={normalizer}&temperature=2&edits=x:1:1:3", "self_attention")
    names: dict = {}
    exec(next(block.value for block in page.at.code if block.value.startswith("import torch")), names)
    made = compute(page.at.session_state["app"].chosen(HandChoices))
    assert made.inputs.numbers["x"][0, 0] == 3 and f"{score}" == page.at.session_state["app"].chosen(HandChoices).score
    for name, expected in (("weights", made.first.weights), ("outputs", made.first.outputs)):
        assert (names[name] - expected).abs().max() < 1e-5
