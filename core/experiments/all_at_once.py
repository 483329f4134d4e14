"""Compare models that write all positions at once with one that writes step by step.

    python -m core.experiments.all_at_once

On the same held-out examples: exact match in one pass and with more passes of refinement, how many passes of the
decoder each needs, how it depends on the length of the source, and what kinds of mistakes there are.
"""

import argparse
import math
import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from core import checkpoint, paths
from core.decoding import Refined
from core.evaluation.evidence import write_evidence
from core.evaluation.fingerprints import weights_fingerprint
from core.evaluation.loaded_model import LoadedModel, load_model, partner
from core.evaluation.mistakes import KINDS, Tokens, kinds_of_mistake
from core.tasks import Example

PASSES = 1, 2, 4, 10
REFINED = 4  # how many passes the mistakes on show are refined with
SHOWN = 4  # examples of each kind of mistake
MOST_BINS = 12


def counted(
    outputs: Sequence[Tokens], right: Sequence[set[Tokens]], plausible: Mapping[int, set[Tokens]]
) -> dict[str, int]:
    """Count the kinds of the mistakes; a mistake may be of several kinds."""
    mistakes = [i for i in plausible if outputs[i] not in right[i]]
    found = Counter(kind for i in mistakes for kind in kinds_of_mistake(outputs[i], right[i], right[i] | plausible[i]))
    return {kind: found[kind] for kind in KINDS}


def binned(lengths: Sequence[int]) -> list[int]:
    """Return for each length the shortest of those that are counted together with it."""
    shortest = min(lengths)
    width = math.ceil((max(lengths) - shortest + 1) / MOST_BINS)
    return [shortest + (length - shortest) // width * width for length in lengths]


def measure(writer: LoadedModel, beside: LoadedModel, examples: Sequence[Example]) -> dict[str, Any]:
    """Write all examples with both models and count."""
    right = [writer.right(example) for example in examples]
    written = {passes: writer.write(examples, passes) for passes in PASSES}
    outputs = {passes: [writer.tokens(each.tokens) for each in found] for passes, found in written.items()}
    peer = beside.write(examples, 1)
    beside_outputs = [beside.tokens(each.tokens) for each in peer]
    every: dict[int | str, list[Tokens]] = {passes: found for passes, found in outputs.items()}
    every["beside"] = beside_outputs
    wrong = [i for i in range(len(examples)) if any(found[i] not in right[i] for found in every.values())]
    plausible = dict(zip(wrong, beside.plausible([examples[i] for i in wrong]), strict=True))

    def row(found: Sequence[Refined], texts: Sequence[Tokens]) -> dict[str, Any]:
        return {
            "exact": share(texts, right),
            "mean_passes": round(sum(each.passes for each in found) / len(found), 3),
            "mistakes": sum(text not in answers for text, answers in zip(texts, right, strict=True)),
            "kinds": counted(texts, right, plausible),
        }

    lengths = binned([len(writer.task.source_tokens(example.source)) for example in examples])
    return {
        "examples": len(examples),
        "rows": [{"passes": passes, **row(written[passes], outputs[passes])} for passes in PASSES],
        "beside": row(peer, beside_outputs),
        "length_right": round(
            sum(len(text) in map(len, a) for text, a in zip(outputs[1], right, strict=True)) / len(right), 6
        ),
        "by_length": by_length(lengths, every, right),
        "shown": shown(writer, examples, outputs, right, plausible),
    }


def share(texts: Sequence[Tokens], right: Sequence[set[Tokens]]) -> float:
    """Return the share of right outputs, from 0 to 1."""
    return round(sum(text in answers for text, answers in zip(texts, right, strict=True)) / max(1, len(texts)), 6)


def by_length(
    lengths: Sequence[int], every: Mapping[int | str, Sequence[Tokens]], right: Sequence[set[Tokens]]
) -> list[dict[str, Any]]:
    """Return the shares of right outputs by the length of the source."""
    places: dict[int, list[int]] = defaultdict(list)
    for i, length in enumerate(lengths):
        places[length].append(i)
    return [
        {"length": length, "examples": len(at)}
        | {str(name): share([texts[i] for i in at], [right[i] for i in at]) for name, texts in every.items()}
        for length, at in sorted(places.items())
    ]


def shown(
    writer: LoadedModel, examples: Sequence[Example], outputs: Mapping[int, Sequence[Tokens]],
    right: Sequence[set[Tokens]], plausible: Mapping[int, set[Tokens]],
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the first mistakes of each kind that one pass makes, as many that refinement mends as that it does not."""
    kept: dict[tuple[str, bool], list[dict[str, Any]]] = defaultdict(list)
    for i, found in plausible.items():
        if outputs[1][i] in right[i]:
            continue
        mended = outputs[REFINED][i] in right[i]
        for kind in kinds_of_mistake(outputs[1][i], right[i], right[i] | found):
            text = {passes: writer.task.target_text(list(map(str, outputs[passes][i]))) for passes in (1, REFINED)}
            kept[kind, mended].append(
                {"kind": kind, "source": examples[i].source, "right": list(examples[i].references),
                 "one_pass": text[1], "refined": text[REFINED], "mended": mended}
            )  # fmt: skip
    return [each for kind in KINDS for mended in (True, False) for each in kept[kind, mended][: SHOWN // 2]]


def report(found: dict[str, Any]) -> None:
    """Print what was measured."""
    print(f"{found['name']} ({found['parameters']:,} weights), {found['examples']} held-out {found['split']} examples")
    kinds = "".join(f"{kind:>10}" for kind in KINDS)
    print(f"  {'':28} {'exact':>8} {'passes':>7} {'mistakes':>9}{kinds}")
    rows = [(f"up to {row['passes']} passes" if row["passes"] > 1 else "one pass", row) for row in found["rows"]]
    for name, row in (*rows, (f"step by step: {found['partner']}", found["beside"])):
        text = "".join(f"{row['kinds'][kind]:10}" for kind in KINDS)
        print(f"  {name:28} {row['exact']:8.2%} {row['mean_passes']:7.2f} {row['mistakes']:9}{text}")
    print(f"  right length: {found['length_right']:.2%}")
    for row in found["by_length"]:
        text = ", ".join(f"{name} {value:.1%}" for name, value in row.items() if name not in ("length", "examples"))
        print(f"  sources from {row['length']:2} tokens ({row['examples']}): {text}")
    for each in found["shown"]:
        text = f"{each['one_pass']}, refined {each['refined']}, right {' or '.join(each['right'])}"
        print(f"  {each['kind']}: {each['source']!r} → {text}")


def main() -> None:
    """Measure checkpoints and, with --write, keep what is found as evidence."""
    parser = argparse.ArgumentParser(prog="python -m core.experiments.all_at_once", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="models in assets/checkpoints (default: all that write all at once)")
    parser.add_argument("--split", choices=("dev", "test"), default="test")
    parser.add_argument("--per-group", type=int, help="held-out examples of each group (default: the whole set)")
    parser.add_argument("--folder", type=Path, default=paths.CHECKPOINTS, help="where the models are")
    parser.add_argument("--write", action="store_true", help="keep what is found in assets/evidence")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    known = {path.stem: checkpoint.read_metadata(path) for path in sorted(options.folder.glob("*.safetensors"))}
    for name in options.names or [name for name in known if not known[name].config.autoregressive]:
        other = partner(name, known)
        if other is None:
            raise SystemExit(f"there is no model that writes step by step to compare {name} with")
        writer, beside = (load_model(str(options.folder / f"{each}.safetensors")) for each in (name, other))
        found = {
            "name": name,
            "partner": other,
            "split": options.split,
            "parameters": writer.metadata.training.get("parameters"),
            "partner_parameters": beside.metadata.training.get("parameters"),
            **measure(writer, beside, writer.task.held_out(options.split, options.per_group)),
        }
        report(found)
        if options.write:
            weights = {each.metadata.name: weights_fingerprint(each.model) for each in (writer, beside)}
            write_evidence(f"all-at-once-{name}", f"python -m core.experiments.all_at_once {name}", weights, found)


if __name__ == "__main__":
    main()
