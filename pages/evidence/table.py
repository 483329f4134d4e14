"""Every measurement that ships, one a row: models as trained, with a part switched off, with a part taken out."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from core import paths
from core.checkpoint import Metadata
from core.evaluation.ablation import read_ablations
from core.evaluation.evidence import read_evidence
from core.run import models
from core.run.titles import title_of, variant_title
from pages.evidence.choices import EvidenceChoices
from pages.shared.text import called, t, t_or

AS_TRAINED = "as trained"
# What of a model's configuration is worth a column of its own.
CONFIG = (
    "decoder", "position", "norm_order", "layer_norm", "residual", "score", "normalizer", "wiring", "num_heads",
    "d_model", "num_encoder_layers", "num_decoder_layers",
)  # fmt: skip
COLUMNS = (
    "model", "part", "exact", "mean", "spread", "seeds", "examples", "score_command", "task", "experiment",
    "parameters", "megabytes", "steps", "minutes", "seed", *CONFIG, "train_command",
)  # fmt: skip


def measurements() -> Iterator[dict[str, Any]]:
    """List all measurements, under short names; those of one model stand together, as trained first."""
    kept = read_evidence("variants") or {"variants": ()}
    seeds = {row["name"]: row for row in kept["variants"]}
    for name, metadata in models.catalogue().items():
        for condition, exact in metadata.scores.get("conditions", {}).items():
            trained = condition == AS_TRAINED
            yield described(name, metadata) | {
                "experiment": "trained" if trained else "switched",
                "part": called("condition", condition, condition),
                "exact": exact,
                "examples": metadata.scores["examples"],
                "score_command": metadata.scores["command"],
                **(of_seeds(seeds.get(name)) if trained else {}),
            }
        yield from taken_out(name, metadata)
    yield from (unshipped(row, kept["examples"]) for name, row in seeds.items() if name not in models.catalogue())


def unshipped(row: Mapping[str, Any], examples: int) -> dict[str, Any]:
    """Return the measurement of a variant that there is no room for: scores and commands without the model."""
    return {
        "model": variant_title(row),
        "task": "dates",
        "experiment": "trained",
        "part": called("condition", AS_TRAINED, AS_TRAINED),
        "exact": row["exact"][0],
        "examples": examples,
        "seed": row["seeds"][0],
        "train_command": f"python -m core.experiments.variants --only {row['name']}",
        "score_command": f"python -m core.experiments.variants --only {row['name']}",
        **of_seeds(row),
    }


def described(name: str, metadata: Metadata) -> dict[str, Any]:
    """Return what all rows of a model have in common."""
    training = metadata.training
    return {
        "model": title_of(name),
        "task": metadata.task,
        "parameters": training.get("parameters"),
        "megabytes": paths.checkpoint_path(name).stat().st_size / 1e6,
        "steps": training.get("steps"),
        "minutes": training.get("seconds", 0) / 60,
        "seed": training.get("seed"),
        "train_command": training.get("command"),
        **{field: getattr(metadata.config, field) for field in CONFIG},
    }


def of_seeds(row: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return mean and spread over the seeds of a variant's recipe, nothing for what was trained once."""
    return {} if row is None else {"mean": row["mean"], "spread": row["spread"], "seeds": len(row["seeds"])}


def taken_out(name: str, metadata: Metadata) -> Iterator[dict[str, Any]]:
    """List the measurements of a model without one head, layer, sub-layer, residual or norm, if they are kept."""
    kept = read_ablations(name)
    for result in () if kept is None else kept.results:
        if result.part.kind != "nothing":
            yield described(name, metadata) | {
                "experiment": "taken",
                "part": t("evidence.without", part=result.part.label),
                "exact": result.exact_match,
                "examples": result.seen,
                "score_command": kept.command,
            }


def task_name(task: str) -> str:
    """Return what a task is called in the table and above it."""
    return t_or(f"evidence.task_{task}", "evidence.task_other", task=task)


def chosen_table(choices: EvidenceChoices) -> pd.DataFrame:
    """Return the measurements that were asked for, as a table with the columns' names as they are shown."""
    rows = [
        row
        for row in measurements()
        if choices.task in ("all", row["task"]) and choices.experiment in ("all", row["experiment"])
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    table["experiment"] = [t(f"evidence.experiment_{name}") for name in table["experiment"]]
    table["task"] = [task_name(name) for name in table["task"]]
    return table.rename(columns={name: t(f"evidence.{name}") for name in COLUMNS})
