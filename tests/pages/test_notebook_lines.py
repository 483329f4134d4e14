"""The lines that a page shows for a notebook run, and do what the page shows."""

import pytest
import torch

from core import BlockedCell, SilenceHead, Switches
from pages.shared.run import runs
from pages.shared.run.models import catalogue

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
