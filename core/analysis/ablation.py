"""Measure what each part is worth: `python -m core.analysis.ablation dates --examples 500 --write`.

A part is taken from a model that was trained with it. A model trained without it is another experiment.
"""

import argparse
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import torch

from core.analysis.ablation_evidence import EVIDENCE, Ablation, Evidence, Part, examples_fingerprint, fingerprint
from core.analysis.evaluate import exact_match, opened
from core.config import ModelConfig
from core.files import write_whole
from core.model import Transformer
from core.tasks import Example, Task
from core.vocab import Vocabulary


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
        found += [Part("norm", f"{side}.final_norm.norm")] * (config.final_norm and config.layer_norm)
    return tuple(found)


def held_out_examples(task: Task, count: int) -> list[Example]:
    """Draw test examples, the same ones every time, evenly over the test set in its order: at most all of it.

    Each group then has the share that it has of the whole test set.

    Raises: ValueError if the count is not positive.
    """
    if count < 1:
        raise ValueError(f"at least one example is needed, asked for {count}")
    whole = task.held_out("test")
    kept = min(count, len(whole))
    return [whole[number * len(whole) // kept] for number in range(kept)]


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


def main() -> None:
    """Print what each part of a model is worth and, with --write, keep it in assets/evidence."""
    parser = argparse.ArgumentParser(prog="python -m core.analysis.ablation", description=__doc__.splitlines()[0])
    parser.add_argument("name", help="a model in assets/checkpoints, or a path")
    parser.add_argument("--examples", type=int, default=500, help="held-out test examples")
    parser.add_argument("--write", action="store_true", help="keep the table as JSON")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model, about, task = opened(options.name)
    examples = held_out_examples(task, options.examples)
    print(f"{about.name}: exact match on {len(examples)} held-out test examples, without one part at a time")
    results = []
    for result in ablate(model, task, about.source_vocab, about.target_vocab, examples, parts(model.config)):
        results.append(result)
        print(
            f"  {result.part.kind:9} {result.part.label:44} {result.exact_match:8.2%} {result.change:+8.2%}", flush=True
        )
    if options.write:
        evidence = Evidence(
            model=about.name, weights=fingerprint(model), measure="exact match, greedy", split="test",
            examples=len(examples), drawn=examples_fingerprint(examples), results=tuple(results),
            command=f"python -m core.analysis.ablation {about.name} --examples {options.examples}",
        )  # fmt: skip
        EVIDENCE.mkdir(exist_ok=True)
        write_whole(EVIDENCE / f"ablation-{about.name}.json", evidence.to_json())


if __name__ == "__main__":
    main()
