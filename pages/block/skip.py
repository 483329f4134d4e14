"""A run without some of the model's parts: the map of parts, outputs before and after, the test score."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.config import ModelConfig
from core.evaluation.ablation import Ablation, read_ablations
from core.evaluation.ablation import parts as all_parts
from core.evaluation.exact_match import exact_match
from core.evaluation.held_out import held_out_examples
from core.run import models
from core.run.runs import RunSpec
from core.switches import Switches
from pages.shared.text import t

CHUNK = 25
MEASURED = 200


@dataclass(frozen=True)
class Count:
    """Count right outputs of some examples, with all parts and without those that are left out."""

    whole: int
    without: int
    seen: int


def known_parts(config: ModelConfig) -> tuple[str, ...]:
    """List the parts of a model that can be left out, heads aside, as Switches know them."""
    return tuple(part.name for part in all_parts(config) if part.kind != "head")


def skipped_of(spec: RunSpec, asked: frozenset[str]) -> frozenset[str]:
    """Return those of the parts asked for that the model has."""
    return asked & set(known_parts(models.catalogue()[spec.model].config))


def switches_of(spec: RunSpec, skipped: frozenset[str]) -> Switches:
    """Return a run's switches with parts left out."""
    return replace(spec.switches, skipped=skipped)


def ablation_by_part(model: str) -> dict[str, Ablation]:
    """Return what was measured without each part, by its name; nothing where nothing was kept."""
    found = read_ablations(model)
    results = () if found is None else found.results
    return {result.part.name: result for result in results if result.part.kind not in ("head", "nothing")}


def part_title(name: str) -> str:
    """Return a part's name in words, its layer counted from 1."""
    side, rest = name.split(".", 1)
    side = t(f"block.side_{side}")
    if rest == "final_norm.norm":
        return t("block.title_final_norm", side=side)
    layer, _, inner = rest.partition(".")
    if not inner:
        return t("block.title_layer", side=side, layer=int(layer) + 1)
    if inner.endswith((".residual", ".norm")):
        sublayer, kind = inner.replace("_add_norm", "").split(".")
        around = t(f"block.part_{sublayer}")
        return t(f"block.title_{kind}", side=side, layer=int(layer) + 1, part=around)
    return t("block.title_sublayer", side=side, layer=int(layer) + 1, part=t(f"block.part_{inner}"))


def map_payload(spec: RunSpec, skipped: frozenset[str]) -> dict[str, Any]:
    """Return the map of parts as the browser draws it: rows are layers, columns kinds of parts."""
    config = models.catalogue()[spec.model].config
    known, changes = set(known_parts(config)), ablation_by_part(spec.model)
    columns = [column for _, group in groups() for column in group]

    def cell(name: str) -> dict[str, Any] | None:
        if name not in known:
            return None
        change = changes.get(name)
        score = None if change is None else round(100 * change.exact_match, 1)
        return {
            "part": name, "title": part_title(name), "skipped": name in skipped, "score": score,
            "change": None if change is None else change.change,
        }  # fmt: skip

    rows = []
    for side, count in (("encoder", config.num_encoder_layers), ("decoder", config.num_decoder_layers)):
        for layer in range(count):
            cells = [cell(f"{side}.{layer}{column}") for column in columns]
            rows.append({"title": t("block.row", side=t(f"block.side_{side}"), layer=layer + 1), "cells": cells})
        final = cell(f"{side}.final_norm.norm")
        if final is not None:
            last = [None] * (len(columns) - 1)
            rows.append({"title": t("block.row_final", side=t(f"block.side_{side}")), "cells": [*last, final]})
    heads = [
        {"title": title, "columns": [t(f"block.head_{kind_of(column)}") for column in group]}
        for title, group in groups()
    ]
    return {"groups": heads, "rows": rows}


def groups() -> list[tuple[str, list[str]]]:
    """Return the columns of the map in groups: endings of parts' names within a layer."""
    grouped = [("", [""])]
    for name in ("self_attn", "cross_attn", "ffn"):
        endings = [f".{name}", f".{name}_add_norm.residual", f".{name}_add_norm.norm"]
        grouped.append((t(f"block.group_{name}"), endings))
    return grouped


def kind_of(ending: str) -> str:
    """Return what kind of part an ending stands for."""
    last = ending.rsplit(".", 1)[-1]
    return last if last in ("residual", "norm") else "sublayer" if last else "layer"


def measure_parts(spec: RunSpec, skipped: frozenset[str]) -> Iterator[Count]:
    """Decode held-out examples with all parts and without some, a few at a time.

    Raises: ImportError if what generates the task's examples is not installed.
    """
    metadata, model = models.catalogue()[spec.model], models.model(spec.model)
    task, examples = spec.task, held_out_examples(spec.task, MEASURED)

    def right(chunk: Sequence[Any], switches: Switches) -> int:
        return exact_match(model, task, metadata.source_vocab, metadata.target_vocab, chunk, switches).right.total()

    for start in range(0, len(examples), CHUNK):
        chunk = examples[start : start + CHUNK]
        yield Count(right(chunk, spec.switches), right(chunk, switches_of(spec, skipped)), len(chunk))


def total_of(counts: Sequence[Count]) -> Count:
    """Add counts up."""
    return Count(*(sum(getattr(count, name) for count in counts) for name in ("whole", "without", "seen")))


def changes_by_kind(model: str) -> Mapping[str, list[Ablation]]:
    """Return the kept measurements of a model by kind of part, in the order of the run."""
    grouped: dict[str, list[Ablation]] = {}
    for result in ablation_by_part(model).values():
        grouped.setdefault(result.part.kind, []).append(result)
    return grouped


def ablation_sentence(model: str, skipped: frozenset[str]) -> str:
    """Say what was measured without the part that is left out, if it is one and was measured."""
    evidence, changes = read_ablations(model), ablation_by_part(model)
    if not skipped:
        return t("block.kept_nothing")
    if len(skipped) > 1:
        return t("block.kept_several")
    (part,) = skipped
    if evidence is None or part not in changes:
        return t("block.kept_none", part=part_title(part))
    whole, found = evidence.results[0], changes[part]
    return t(
        "block.kept", part=part_title(part), whole=f"{whole.exact_match:.2%}", without=f"{found.exact_match:.2%}",
        examples=f"{evidence.examples:,}",
    )  # fmt: skip
