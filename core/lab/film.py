"""The film of a run: what the model made of one held-out example, at steps that grow further apart."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from core.decoding import ParallelSession, Session, decode, decode_parallel
from core.files import whole_file
from core.lab.status import BrokenRun, is_step
from core.model import Transformer
from core.tasks import Example, Task
from core.trace import record
from core.vocab import END, Vocabulary

GROWTH = 1.12
WEIGHTS = ("encoder", "self", "cross")
WIDEST = 12  # tokens


@dataclass(frozen=True, eq=False)
class Frame:
    """Hold what the model made of the example after a step: its weights, fed the reference, and its own output.

    Shapes: encoder [L,H,S,S], self [L,H,T,T], cross [L,H,T,S], half precision
    """

    step: int
    output: str
    weights: dict[str, Tensor]


def example_of(task: Task) -> Example:
    """Return the held-out example to film: the longest of those that fit on a screen, with most to attend to."""
    examples = task.examples()
    short = [each for each in examples if len(task.source_tokens(each.source)) <= WIDEST]
    return max(short or examples[:1], key=lambda each: len(task.source_tokens(each.source)))


def frame_steps(most: int) -> Iterator[int]:
    """List the steps to film: each one at first, then further and further apart, and the last."""
    step = 0
    while step < most:
        yield step
        step = max(step + 1, round(step * GROWTH))
    yield most


@torch.inference_mode()
def take(model: Transformer, example: Example, task: Task, vocabs: tuple[Vocabulary, Vocabulary], step: int) -> Frame:
    """Film one step. The decoder reads the reference, so that all frames have the same rows; the output is its own."""
    source = torch.tensor([vocabs[0].encode(task.source_tokens(example.source))])
    reference = [*vocabs[1].encode(task.target_tokens(example.target)), END]
    if model.config.autoregressive:
        session = Session(model, source)
        trace = record(session, decode(session, reference=reference))
        written = [each.token for each in decode(Session(model, source, record=False))]
    else:
        length = len(reference) - 1 if model.config.decoder == "length" else None
        fed = ParallelSession(model, source, length=length)
        trace = record(fed, decode_parallel(fed))
        free = ParallelSession(model, source, record=False)
        written = [each.token for each in decode_parallel(free)]
    weights = {"encoder": trace.encoder_weights, "self": trace.self_weights(), "cross": trace.cross_weights()}
    output = task.target_text(vocabs[1].decode(written))
    return Frame(step, output, {name: found.half() for name, found in weights.items()})


def save(frame: Frame, folder: Path) -> None:
    """Keep a frame, as a whole or not at all."""
    weights = {name: tensor.contiguous() for name, tensor in frame.weights.items()}
    with whole_file(folder / f"{frame.step:07d}.safetensors") as partial:
        save_file(weights, partial, {"film": json.dumps({"step": frame.step, "output": frame.output})})


def load(path: Path) -> Frame:
    """Read a frame that was kept.

    Raises: BrokenRun if the file is none.
    """
    try:
        with safe_open(path, "pt") as file:
            about = json.loads(file.metadata()["film"])
            weights = {name: file.get_tensor(name) for name in WEIGHTS}
        step, output = about["step"], about["output"]
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BrokenRun(f"{path.name} is not a frame of a film") from error
    if not (is_step(step) and isinstance(output, str) and all(each.ndim == 4 for each in weights.values())):
        raise BrokenRun(f"{path.name} holds values that no frame has")
    return Frame(step, output, weights)
