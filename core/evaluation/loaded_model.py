"""A model that is loaded, with its task: it writes the targets of many examples, whichever way it writes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from tqdm import tqdm

from core.checkpoint import Metadata
from core.decoding import Refined, Session, beam_search_batch, decode_batch, refine_batch
from core.evaluation.exact_match import BATCH
from core.evaluation.mistakes import Tokens
from core.library import load
from core.model import Transformer
from core.tasks import Example, Task
from core.training.batches import pad

BEAM = 5


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """Hold a model, what is said of it and its task, and write the targets of many examples with it."""

    model: Transformer
    metadata: Metadata
    task: Task

    def batches(self, examples: Sequence[Example], what: str) -> Iterator[tuple[list[int], torch.Tensor]]:
        """Yield the places of about equally long sources, and these as ids. Shapes: → [B,S]"""
        places = sorted(range(len(examples)), key=lambda i: len(examples[i].source))
        for start in tqdm(range(0, len(places), BATCH), desc=f"{self.metadata.name}, {what}", leave=False):
            batch = places[start : start + BATCH]
            rows = (self.task.source_tokens(examples[i].source) for i in batch)
            yield batch, pad([self.metadata.source_vocab.encode(row) for row in rows]).to(self.model.device)

    def write(self, examples: Sequence[Example], passes: int) -> list[Refined]:
        """Write every target: refined in up to so many passes, or greedily, one pass for each token and END."""
        found: dict[int, Refined] = {}
        for batch, source in self.batches(examples, f"{passes} passes"):
            if self.model.config.autoregressive:
                written = [Refined(tokens, len(tokens)) for tokens in decode_batch(self.model, source)]
            else:
                written = refine_batch(self.model, source, passes)
            found |= dict(zip(batch, written, strict=True))
        return [found[i] for i in range(len(examples))]

    def plausible(self, examples: Sequence[Example]) -> list[set[Tokens]]:
        """Return the likeliest outputs of a beam for each example."""
        found: dict[int, set[Tokens]] = {}
        for batch, source in self.batches(examples, f"beam of {BEAM}"):
            outcomes = beam_search_batch(Session(self.model, source, record=False), BEAM)
            found |= {
                i: {self.tokens(outcome.tokens) for outcome in each} for i, each in zip(batch, outcomes, strict=True)
            }
        return [found[i] for i in range(len(examples))]

    def tokens(self, ids: Sequence[int]) -> Tokens:
        """Return ids as tokens, without specials."""
        return tuple(self.metadata.target_vocab.decode(ids))

    def right(self, example: Example) -> set[Tokens]:
        """Return the right answers as tokens."""
        return {tuple(self.task.target_tokens(reference)) for reference in example.references}


def load_model(name: str) -> LoadedModel:
    """Load a model by its name in assets/checkpoints or by its path, with its task: ours, or what its pairs make.

    Raises: CheckpointError, or BadPairs, if the file cannot be used.
    """
    loaded = load(name)
    return LoadedModel(loaded.transformer, loaded.metadata, loaded.task)


def partner(name: str, metadata: Mapping[str, Metadata]) -> str | None:
    """Return the step-by-step model of the same task that is most like this one.

    It was trained at least a quarter as long and has at least half as many weights if there is such a one, differs in
    the fewest parts, and then in the number of steps; of equals it is the first by name.
    """
    steps = {each: about.training.get("steps", 0) for each, about in metadata.items()}
    weights = {each: about.training.get("parameters", 0) for each, about in metadata.items()}

    def unlike(other: str) -> tuple[bool, int, int]:
        mine, theirs = (metadata[each].config.to_dict() for each in (name, other))
        different = sum(mine[field] != theirs[field] for field in mine)
        lesser = steps[other] < steps[name] / 4 or weights[other] < weights[name] / 2
        return lesser, different, abs(steps[other] - steps[name])

    same_task = [other for other in metadata if metadata[other].task == metadata[name].task]
    candidates = [other for other in sorted(same_task) if metadata[other].config.autoregressive and other != name]
    return min(candidates, key=unlike, default=None)
