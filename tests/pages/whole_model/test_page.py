"""The Whole model page: every tensor in the picture is what NumPy makes of the model's weights."""

import math

import numpy as np
import pytest

from core import paths
from core.figures.packing import LARGEST_CODE, unpacked
from core.run import models, runs
from core.run.runs import RunSpec
from core.vocab import BEGIN, END
from pages.shared.browser import here
from pages.whole_model.payload import whole_payload
from tests.app_pages import PAGES
from tests.pages.numpy_model import NumpyModel

STEP = 0.51 / LARGEST_CODE
SOURCES = {"spelling": "through"}
MODELS = ("dates", "spelling", "small-pre-norm", "small-no-norm", "small-no-residual", "small-all-at-once")


def spec_of(model: str, **options: object) -> RunSpec:
    return RunSpec(model=model, source=SOURCES.get(model, "3 mars 2001"), **options)


def tensors(payload: dict, side: str) -> dict[str, np.ndarray]:
    """Return the tensors of a stack by name, as the browser reads them."""
    stack = payload["streams"][side]
    flat = unpacked(stack["data"])
    rows = len(payload["source"]) if side == "encoder" else len(payload["reads"])
    return dict(zip(stack["parts"], flat.reshape(len(stack["parts"]), rows, -1), strict=True))


def is_rounded_alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Tell whether numbers are alike but for the rounding of what is sent."""
    return bool((np.abs(one - other) <= 1e-4 + 2 * STEP * largest(other)).all())


def largest(numbers: np.ndarray) -> np.ndarray:
    """Return the largest number of each row, by which what is sent of it is rounded."""
    return np.abs(numbers).max(-1, keepdims=True)


def assert_as_in_numpy(payload: dict, run: NumpyModel) -> None:
    """Hold every tensor of both stacks against an independent run of the same tokens."""
    for side in ("encoder", "decoder"):
        for name, found in tensors(payload, side).items():
            if name == "embedding":
                wanted = run.seen[f"{side}.0.self_attn"]["input"]
            elif name.endswith(".added"):
                wanted = run.seen[f"{side}.{name.removesuffix('.added')}"]["added"]
            else:
                wanted = run.seen[f"{side}.{name}"]["output"]
            assert (np.abs(found - wanted) <= 2e-3 * np.abs(wanted) + 2e-3 + STEP * largest(wanted)).all(), (side, name)


@pytest.mark.parametrize("model", MODELS)
def test_every_tensor_of_a_run_is_what_numpy_computes(model):
    spec, run = spec_of(model), NumpyModel(models.model(model))
    trace = runs.trace(spec)
    logits = run.logits(trace.source.tolist(), trace.read().tolist())
    payload = whole_payload(spec, "writing")
    assert_as_in_numpy(payload, run)
    for step, row in zip(payload["steps"], logits, strict=False):
        shifted = np.exp(row - row.max())
        assert math.isclose(step["probability"], shifted[row.argmax()] / shifted.sum(), rel_tol=1e-3)


@pytest.mark.parametrize("model", ("dates", "spelling"))
def test_training_reads_the_reference_shifted_and_has_a_loss_at_every_position(model):
    reference = {"dates": "2001-03-04", "spelling": "TH R OW"}[model]
    spec = spec_of(model, reference=reference)
    metadata = models.catalogue()[model]
    target = [*metadata.target_vocab.encode(spec.task.target_tokens(reference)), END]
    run = NumpyModel(models.model(model))
    logits = run.logits(runs.source_ids(spec), [BEGIN, *target[:-1]])
    payload = whole_payload(spec, "training")
    assert payload["mode"] == "training" and payload["reads"][1:] == spec.task.target_tokens(reference)
    assert_as_in_numpy(payload, run)
    shifted = logits - logits.max(-1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(-1)) - shifted[range(len(target)), target]
    assert np.allclose(payload["losses"], losses, rtol=2e-3, atol=2e-4)


def test_without_the_causal_mask_each_step_has_tensors_of_its_own():
    spec = spec_of("small", causal=False)
    payload, trace = whole_payload(spec, "writing"), runs.trace(spec)
    assert len(payload["past"]) == len(trace.steps)
    parts = payload["streams"]["decoder"]["parts"]
    last = tensors(payload, "decoder")
    for count, data in enumerate(payload["past"], start=1):
        flat = unpacked(data).reshape(len(parts), count, -1)
        alike = [is_rounded_alike(flat[place], last[name][:count]) for place, name in enumerate(parts)]
        assert all(alike) == (count == len(trace.steps)) and alike[parts.index("embedding")]
    assert whole_payload(spec_of("small"), "writing")["past"] is None


@pytest.mark.parametrize(("model", "layers"), (("small-layerwise", 2), ("small-mixed", 2)))
def test_another_wiring_sends_what_each_decoder_layer_reads(model, layers):
    payload = whole_payload(spec_of(model), "writing")
    found = unpacked(payload["memories"]).reshape(layers, len(payload["source"]), -1)
    outputs = np.stack([tensors(payload, "encoder")[f"{layer}.ffn"] for layer in range(layers)])
    shares = np.eye(layers)
    if model == "small-mixed":
        logits = models.model(model).mix_logits.numpy()
        shares = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    assert is_rounded_alike(found, np.einsum("te,esd->tsd", shares, outputs))
    assert whole_payload(spec_of("small"), "writing")["memories"] is None


def test_a_model_that_writes_in_one_pass_has_no_training_of_its_own(visit):
    page = visit("model=small-all-at-once&mode=training", "whole_model")
    assert page.data["run"]["mode"] == "writing" and not page.data["run"]["trainable"]


def test_training_without_a_reference_says_what_stands_in_for_it(visit):
    page = visit("model=spelling&source=blorft&mode=training", "whole_model")
    assert page.data["run"]["mode"] == "training" and "No reference is given" in page.said
    page.control("text_input", "reference").set_value("B L AO R F T").run()
    assert "No reference is given" not in page.said


@pytest.mark.parametrize(
    "query", ("", "model=spelling&source=knight&mode=training&part=encoder.ffn", "causal=off&part=memory")
)
def test_a_link_opens_the_same_picture(visit, query):
    page = visit(query, "whole_model")
    again = visit("", "whole_model").enter("whole_model", page.link)
    for name in ("part", "run"):
        assert page.data[name] == again.data[name]
    assert page.data["pushed"]["view"] == again.data["pushed"]["view"]


def test_every_other_page_marks_its_part_of_the_small_picture():
    script = (paths.COMPONENTS / "here" / "main.js").read_text(encoding="utf-8")
    assert {*here.PARTS, here.WHOLE} == set(PAGES)
    assert all(f"['{part}'," in script for parts in here.PARTS.values() for part in parts)
