"""What ablations found, as values and as JSON: which part was taken out and what became of the answers."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from core.model import Transformer
from core.switches import Switches
from core.taps import SilenceHead
from core.tasks import Example

EVIDENCE = Path(__file__).parents[2] / "assets" / "evidence"
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
class Evidence:
    """Hold the ablations of one model and how to measure them again; the first result is the whole model's.

    `weights` tells whether a model is the one that was measured: compare it with `fingerprint(model)`; so does `drawn`
    of the examples: compare it with `examples_fingerprint(examples)`.
    """

    model: str
    weights: str
    command: str
    measure: str
    split: str
    examples: int
    drawn: str
    results: tuple[Ablation, ...]

    def to_json(self) -> str:
        """Return the evidence as JSON, one result a line."""
        told = {name: value for name, value in asdict(self).items() if name != "results"}
        lines = [json.dumps(plain(result)) for result in self.results]
        return json.dumps(told, indent=1)[:-2] + ',\n "results": [\n  ' + ",\n  ".join(lines) + "\n ]\n}\n"

    @classmethod
    def from_json(cls, text: str) -> "Evidence":
        """Read what `to_json` wrote."""
        data = json.loads(text)
        counts = ("right", "seen", "lost", "gained")
        results = (
            Ablation(Part(row["kind"], row["name"], row["head"]), *(row[name] for name in counts))
            for row in data.pop("results")
        )
        return cls(**data, results=tuple(results))


def plain(result: Ablation) -> dict[str, Any]:
    """Return one result as a flat row."""
    row = asdict(result)
    return {**row.pop("part"), **row}


def examples_fingerprint(examples: Sequence[Example]) -> str:
    """Return a short name for examples in this order, which no others have."""
    told = "\n".join(f"{example.source}\t{example.target}" for example in examples)
    return hashlib.blake2s(told.encode(), digest_size=16).hexdigest()


def fingerprint(model: Transformer) -> str:
    """Return a short name for a model's weights, which no other weights have."""
    digest = hashlib.blake2s(digest_size=16)
    for name, parameter in sorted(model.named_parameters()):
        digest.update(name.encode() + parameter.detach().float().numpy().tobytes())
    return digest.hexdigest()
