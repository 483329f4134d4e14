"""The film of a run in the browser: the weights of one example after each filmed step, sent once, scrubbed there."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad

from core.figures.packing import packed
from core.lab import film
from core.run.models import entries
from core.run.tokens import visible
from pages.shared.browser.callbacks import mount
from pages.shared.text import under
from pages.training_lab.visitor_runs import Run

LIVE_HEIGHT, HEIGHT = 250, 380  # px that the maps may take


@lru_cache(maxsize=512)
def frame_of(path: Path, written: int) -> film.Frame:
    """Read a frame; `written` is when it was, in nanoseconds."""
    return film.load(path)


def frames_of(run: Run) -> list[film.Frame]:
    """Return what was filmed of a run and can be read: all of it, or while it is live the last frame alone."""
    paths = [path for path in entries(run.folder.film) if path.suffix == ".safetensors"]
    found = filter(None, map(readable_frame, reversed(paths)))
    frames = list(islice(found, 1) if run.live else found)[::-1]
    config = run.request.config
    layers = {
        "encoder": config.num_encoder_layers, "self": config.num_decoder_layers, "cross": config.num_decoder_layers,
    }  # fmt: skip
    shapes = {name: (count, config.num_heads) for name, count in layers.items()}
    return [each for each in frames if {name: tuple(w.shape[:2]) for name, w in each.weights.items()} == shapes]


def readable_frame(path: Path) -> film.Frame | None:
    """Read a frame; None if it is none, or has gone."""
    try:
        return frame_of(path, path.stat().st_mtime_ns)
    except (OSError, ValueError):
        return None


def maps_of(weights: Sequence[Tensor]) -> dict[str, Any]:
    """Return weights of several frames as bytes, 0 to 255 for 0 to 1; what is smaller than others is filled with 0."""
    rows, columns = (max(each.shape[axis] for each in weights) for axis in (-2, -1))
    even = [pad(each.float(), (0, columns - each.shape[-1], 0, rows - each.shape[-2])) for each in weights]
    levels = (torch.stack(even).clamp(0, 1) * 255).round().to(torch.uint8)
    return {"shape": list(levels.shape), "bytes": packed(levels, "u1")}


def film_view(run: Run) -> None:
    """Mount the film of a run; nothing is drawn while nothing was filmed."""
    frames = frames_of(run)
    if not frames:
        return
    task, autoregressive = run.request.learnt_task(), run.request.config.autoregressive
    example = film.example_of(task)
    target = [visible(token) for token in task.target_tokens(example.target)]
    data = {
        "id": run.id,
        "live": run.live,
        "tallest": LIVE_HEIGHT if run.live else HEIGHT,
        "frames": [
            {"step": each.step, "output": each.output, "right": each.output in example.references} for each in frames
        ],
        "weights": {name: maps_of([each.weights[name] for each in frames]) for name in ("encoder", "self", "cross")},
        "source": [visible(token) for token in task.source_tokens(example.source)],
        "target": [*target, "⊣"],
        "read": ["⊢", *target] if autoregressive else ["⊢"] * (len(target) + 1),
        "reference": example.target,
        "text": under("film"),
    }
    mount("film", "lab-film", data, {})
