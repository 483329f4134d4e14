"""The Whole model page with a model that a visitor has just trained: its picture, its numbers, its training."""

import numpy as np
import pytest

from core.run import models, runs
from core.run.runs import RunSpec
from core.vocab import BEGIN, END
from tests.pages.numpy_model import NumpyModel
from tests.pages.training_lab.test_page import train, visitor  # noqa: F401 (a fixture)
from tests.pages.whole_model.test_page import assert_as_in_numpy

SOURCE = "jade"


@pytest.mark.parametrize("mode", ["writing", "training"])
def test_every_tensor_of_a_model_of_ones_own_is_what_numpy_computes(visit, visitor, mode):  # noqa: F811
    own = train(visitor, task="reverse").model
    page = visit()
    page.at.session_state["app"].visitor = visitor
    page.enter("whole_model", {"model": own, "source": SOURCE, "mode": mode})
    payload, spec = page.data["run"], RunSpec(model=own, source=SOURCE)
    assert page.control("selectbox", "model").value == own and payload["mode"] == mode
    metadata, run = models.catalogue()[own], NumpyModel(models.model(own))
    if mode == "writing":
        trace = runs.trace(spec)
        run.logits(trace.source.tolist(), trace.read().tolist())
        assert len(payload["reads"]) == len(trace.read())
    else:
        target = [*metadata.target_vocab.encode(list(reversed(SOURCE))), END]
        logits = run.logits(runs.source_ids(spec), [BEGIN, *target[:-1]])
        shifted = logits - logits.max(-1, keepdims=True)
        losses = np.log(np.exp(shifted).sum(-1)) - shifted[range(len(target)), target]
        assert np.allclose(payload["losses"], losses, rtol=2e-3, atol=2e-4)
    assert_as_in_numpy(payload, run)
