"""The front door for scripts and notebooks: a model that reads and writes text.

from core import Switches, load
model = load("dates")  # a model that ships, or the path of a checkpoint
model.write("3 mars 2001")
trace = model.trace("3 mars 2001", switches=Switches(causal=False))
model.beam("3 mars 2001", width=4)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike, fspath

import torch
from torch import Tensor

from core import checkpoint, paths
from core.checkpoint import CheckpointError, Metadata
from core.decoding import ParallelSession, Session, beam_search, decode, decode_parallel
from core.decoding.sampling import Filter, sampler, temperature, top_k, top_p
from core.model import Transformer
from core.switches import Switches
from core.tasks import Task, task_for
from core.tasks.pairs import PairsTask
from core.tasks.pairs_text import read_again, write_pairs
from core.trace import Trace, record
from core.vocab import END, PAD

USUAL = Switches()
NOTHING_FORCED: Mapping[int, int | str] = {}


@dataclass(frozen=True, eq=False)
class TextModel:
    """Hold a model, what its checkpoint says of it, and its task, which cuts text into tokens and joins them again."""

    transformer: Transformer
    metadata: Metadata
    task: Task

    def source_ids(self, text: str, pads: int = 0) -> Tensor:
        """Cut a source into tokens, as the task normalises it, with padding behind as in a batch. Shapes: → [1,S]

        Raises: ValueError if nothing is left to read, or if it is longer than the model takes.
        """
        tokens, longest = self.task.source_tokens(text), self.metadata.config.max_source_len
        if not 1 <= len(tokens) <= longest:
            raise ValueError(f"this model reads 1 to {longest} tokens, {text!r} has {len(tokens)}")
        ids = self.metadata.source_vocab.encode(tokens)
        return torch.tensor([ids + [PAD] * min(pads, longest - len(ids))])

    def target_ids(self, text: str) -> list[int]:
        """Cut a target into tokens, END last.

        Raises: ValueError if the model cannot write it.
        """
        tokens, longest = self.task.target_tokens(text), self.metadata.config.max_target_len - 1
        if strange := sorted({token for token in tokens if token not in self.metadata.target_vocab}):
            raise ValueError(f"this model cannot write {' '.join(strange)}")
        if len(tokens) > longest:
            raise ValueError(f"this model writes up to {longest} tokens, {text!r} has {len(tokens)}")
        return [*self.metadata.target_vocab.encode(tokens), END]

    def text(self, written: Trace | list[int]) -> str:
        """Join what was written into text."""
        ids = written.tokens if isinstance(written, Trace) else written
        return self.task.target_text(self.metadata.target_vocab.decode(ids))

    def trace(
        self,
        text: str,
        *,
        switches: Switches = USUAL,
        reference: str = "",
        forced: Mapping[int, int | str] = NOTHING_FORCED,
        pads: int = 0,
    ) -> Trace:
        """Run the model on a source and keep all that happened.

        With a reference the decoder reads that in place of its own output (teacher forcing); `forced` maps steps, the
        first is 0, to tokens or their ids, to write there whatever the model thinks.

        Raises: ValueError if a text cannot be read or written, or if the model writes all positions at once and is to
        read a reference or to write a forced token.
        """
        source, vocab = self.source_ids(text, pads), self.metadata.target_vocab
        if not self.metadata.config.autoregressive:
            if reference or forced:
                raise ValueError("this model writes all positions at once: it reads no reference, no token is forced")
            parallel = ParallelSession(self.transformer, source, switches)
            return record(parallel, decode_parallel(parallel))
        ids = {step: vocab.encode([token])[0] if isinstance(token, str) else token for step, token in forced.items()}
        session = Session(self.transformer, source, switches)
        return record(session, decode(session, forced=ids, reference=self.target_ids(reference) if reference else None))

    def write(self, text: str, switches: Switches = USUAL) -> str:
        """Write the greedy output for a source."""
        return self.text(self.trace(text, switches=switches))

    def beam(self, text: str, width: int = 4, length_penalty: float = 0.0) -> list[tuple[str, float]]:
        """Search for the best outputs of a source, the best first, each with its log-probability in nats.

        Raises: ValueError if the model writes all positions at once.
        """
        *_, last = beam_search(self.new_session(text), width, length_penalty)
        return [(self.text(last.tokens(each)), each.total) for each in last.ranked]

    def sample(
        self, text: str, *, degree: float = 1.0, most: int | None = None, share: float = 1.0, seed: int = 0
    ) -> str:
        """Draw an output: at a temperature of this degree, of the likeliest `most` tokens, of this share (top-p).

        Raises: ValueError if the model writes all positions at once, or if a filter would keep nothing.
        """
        filters: list[Filter] = [temperature(degree), *([] if most is None else [top_k(most)]), top_p(share)]
        steps = decode(self.new_session(text), sampler(torch.Generator().manual_seed(seed), *filters))
        return self.text([step.token for step in steps])

    def save(self, path: str | PathLike[str], dtype: torch.dtype = torch.float32) -> None:
        """Write the model to a file that `load` reads, with the pairs that it was trained on, if it was on any.

        Weights keep their 32 bits; `torch.float16` halves the file, and moves logits by about 10⁻³.

        Raises: OSError if it cannot be written.
        """
        pairs = write_pairs(self.task.pairs) if isinstance(self.task, PairsTask) else ""
        checkpoint.save(fspath(path), self.transformer, self.metadata, dtype, pairs)

    def new_session(self, text: str) -> Session:
        """Begin a decode that is advanced token by token.

        Raises: ValueError if the model writes all positions at once.
        """
        if not self.metadata.config.autoregressive:
            raise ValueError("this model writes all positions at once: there is no next token to choose")
        return Session(self.transformer, self.source_ids(text), record=False)


def load(name: str | PathLike[str]) -> TextModel:
    """Load a model by its name in assets/checkpoints, or by the path of its file, in float32, its weights frozen.

    Raises: CheckpointError, or BadPairs, if the file cannot be used, or if no model has that name.
    """
    path = paths.checkpoint_path(fspath(name))
    if path.parent == paths.CHECKPOINTS and not path.exists():
        known = ", ".join(sorted(each.stem for each in paths.CHECKPOINTS.glob("*.safetensors")))
        raise CheckpointError("refusal.no_such_model", name=path.stem, known=known or "–")
    transformer, metadata = checkpoint.load(path)
    pairs = checkpoint.read_pairs(path)
    task = task_for(metadata.task, read_again(pairs) if pairs else (), metadata.subwords)
    return TextModel(transformer, metadata, task)
