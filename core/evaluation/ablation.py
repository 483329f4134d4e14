"""Ablation of parts of a model: each is taken from a model that was trained with it, and the answers are counted."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any, Literal

from core.config import ModelConfig
from core.evaluation.evidence import read_evidence
from core.evaluation.exact_match import exact_match
from core.model import Transformer
from core.switches import Switches
from core.taps import SilenceHead
from core.tasks import Example, Task
from core.vocab import Vocabulary

Kind = Literal["nothing", "head", "layer", "attention", "ffn", "residual", "norm"]


@dataclass(frozen=True)
class Part:
    """Name one part of a model, as Switches know it: `head` counts within the attention `name`."""

    kind: Kind
    name: str = ""
    head: int | None = None

    @property
    def switches(self) -> Switches:
        """Return the switches of a run without this part."""
        if self.kind == "nothing":
            return Switches()
        if self.head is not None:
            return Switches(silenced=frozenset({SilenceHead(self.name, self.head)}))
        return Switches(skipped=frozenset({self.name}))

    @property
    def label(self) -> str:
        """Return the part's full name, heads counted from 0."""
        return self.kind if self.kind == "nothing" else self.name + ("" if self.head is None else f".{self.head}")


@dataclass(frozen=True)
class Ablation:
    """Count right outputs without a part; `lost` were right with it and `gained` are right only without."""

    part: Part
    right: int
    seen: int
    lost: int
    gained: int

    @property
    def exact_match(self) -> float:
        """Return the share that is right without the part, from 0 to 1."""
        return self.right / self.seen

    @property
    def change(self) -> float:
        """Return by how much that differs from the whole model, from −1 to 1."""
        return (self.gained - self.lost) / self.seen

    @property
    def beyond_chance(self) -> bool:
        """Tell whether the change is more than two standard errors away from none.

        Source: McNemar 1947: only examples that were answered differently tell anything.
        """
        return (self.gained - self.lost) ** 2 > 4 * (self.gained + self.lost)


@dataclass(frozen=True, kw_only=True)
class AblationTable:
    """Hold the ablations of one model and how to measure them again; the first result is the whole model's.

    `weights` has the fingerprint of the model's weights under its name; `drawn` is that of the examples.
    """

    command: str
    weights: Mapping[str, str]
    model: str
    measure: str
    split: str
    examples: int
    drawn: str
    results: tuple[Ablation, ...]

    def to_json(self) -> str:
        """Return the evidence as JSON, one result a line."""
        about = {name: value for name, value in asdict(self).items() if name != "results"}
        lines = [json.dumps(flat_row(result)) for result in self.results]
        return json.dumps(about, indent=1)[:-2] + ',\n "results": [\n  ' + ",\n  ".join(lines) + "\n ]\n}\n"

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "AblationTable":
        """Take the values that the JSON holds."""
        counts = ("right", "seen", "lost", "gained")
        results = (
            Ablation(Part(row["kind"], row["name"], row["head"]), *(row[name] for name in counts))
            for row in data["results"]
        )
        return cls(**{**data, "results": tuple(results)})


def flat_row(result: Ablation) -> dict[str, Any]:
    """Return one result as a flat row."""
    row = asdict(result)
    return {**row.pop("part"), **row}


def read_ablations(model: str) -> AblationTable | None:
    """Return what was measured of a shipped model's parts, None unless it was of these very weights."""
    return read_evidence(f"ablation-{model}", AblationTable.from_dict)


def parts(config: ModelConfig) -> tuple[Part, ...]:
    """List every part that can be taken out alone: each head, layer, sub-layer, residual and norm."""
    found: list[Part] = []
    for side, layers in (("encoder", config.num_encoder_layers), ("decoder", config.num_decoder_layers)):
        attentions = ("self_attn",) if side == "encoder" else ("self_attn", "cross_attn")
        for layer in (f"{side}.{number}" for number in range(layers)):
            found.append(Part("layer", layer))
            for name in attentions:
                found.append(Part("attention", f"{layer}.{name}"))
                found += [Part("head", f"{layer}.{name}", head) for head in range(config.num_heads)]
            found.append(Part("ffn", f"{layer}.ffn"))
            for name in (*attentions, "ffn"):
                found += [Part("residual", f"{layer}.{name}_add_norm.residual")] * config.residual
                found += [Part("norm", f"{layer}.{name}_add_norm.norm")] * config.layer_norm
        for norm, built in (("embedding_norm", config.embedding_norm), ("final_norm", config.final_norm)):
            found += [Part("norm", f"{side}.{norm}.norm")] * (built and config.layer_norm)
    return tuple(found)


def ablate(
    model: Transformer, task: Task, source_vocab: Vocabulary, target_vocab: Vocabulary, examples: Sequence[Example],
    taken: Iterable[Part],
) -> Iterator[Ablation]:  # fmt: skip
    """Measure the whole model, then the model without each part, one result at a time.

    Raises: ValueError if there are no examples.
    """
    if not examples:
        raise ValueError("there is nothing to measure with: no examples")
    before: Counter[Example] | None = None
    for part in chain((Part("nothing"),), taken):
        result = exact_match(model, task, source_vocab, target_vocab, examples, part.switches)
        wrong = Counter(example for example, _ in result.errors)
        before = wrong if before is None else before
        lost, gained = (wrong - before).total(), (before - wrong).total()
        yield Ablation(part, result.right.total(), len(examples), lost, gained)
