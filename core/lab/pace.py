"""How long a step of a run takes on this machine, told by a few that are made ahead and thrown away."""

import time
from collections.abc import Mapping

from torch import Tensor

from core.lab.request import Request, parameters
from core.training import TrainingState
from core.training.batches import Batch, make_batch
from core.training.encoding import encode_example
from core.training.loop import update

HEAVIEST = 2e10  # operations: about a second, which a server can spare
EXAMPLES = 4


def step_work(request: Request) -> float:
    """Return the arithmetic of a step, in operations: six for each parameter and token, as usual.

    Source: Kaplan et al. 2020, § 2.1
    """
    return 6.0 * parameters(request.config) * request.recipe.batch_tokens


def seconds_a_step(request: Request, weights: Mapping[str, Tensor] | None = None) -> float | None:
    """Make real steps of this run, from the middle of its schedule, on the task's own examples; return a mean step.

    The first on each batch, which is slower, does not count. None if a step is too much work to be made for this.

    Raises: ValueError as a run does that cannot begin.
    """
    if step_work(request) > HEAVIEST:
        return None
    state = TrainingState.new(request.task, request.config, request.recipe, weights)
    state.step = request.recipe.steps // 2
    times = []
    for batch in batches(request):
        update(state, batch)
        began = time.perf_counter()
        update(state, batch)
        times.append(time.perf_counter() - began)
    return sum(times) / len(times)


def batches(request: Request) -> list[Batch]:
    """Return a batch of the recipe's size for each example of the task, which is repeated in it.

    Raises: ValueError if an example is longer than the model takes.
    """
    task, vocabs = request.learnt_task(), request.vocabularies()
    pairs = [encode_example(task, vocabs, x) for x in task.examples()[:EXAMPLES]]
    sizes = [max(1, request.recipe.batch_tokens // max(len(source), len(target) + 1)) for source, target in pairs]
    return [make_batch([pair] * size, request.config) for pair, size in zip(pairs, sizes, strict=True)]
