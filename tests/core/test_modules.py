"""What torch’s own tools meet in our modules: export works, and a hook, which would never run, is refused."""

import pytest
from torch import nn
from torch.export import Dim, export

from core.interop import to_torch
from core.modules import Module
from tests.core.tiny import VARIANTS, ids, model, worst

HOOKS = [name for name in dir(nn.Module) if name.startswith("register_") and name.endswith("hook")]
OF_CALLS = [name for name in HOOKS if "forward" in name or "backward" in name]


@pytest.mark.parametrize("name", ("paper", "learned, mixed", "no positions"))
def test_a_model_is_exported_for_sources_and_targets_of_any_length(name: str) -> None:
    built = model(**VARIANTS[name])
    lengths = ({1: Dim("S", max=19)}, {1: Dim("T", max=7)})
    exported = export(built, (ids(5, 8), ids(4, 6)), dynamic_shapes=lengths).module()
    source, target = ids(9, 3), ids(7, 2)
    assert worst(exported(source, target), built(source, target)) == 0


@pytest.mark.parametrize("name", OF_CALLS)
def test_a_hook_that_would_never_run_is_refused(name: str) -> None:
    built = model()
    for module in (each for each in built.modules() if isinstance(each, Module)):
        with pytest.raises(ValueError, match=r"runs no hooks: .*core\.interop\.to_torch"):
            getattr(module, name)(lambda *_: None)


def test_hooks_run_on_the_same_model_in_torch() -> None:
    theirs, seen = to_torch(model(head_width=None, d_model=12)), []
    for module in theirs.transformer.decoder.layers:
        module.linear1.register_forward_hook(lambda *call: seen.append(call))
    theirs(ids(5, 8), ids(4, 6))
    assert len(seen) == 2 and len(OF_CALLS) == 5
