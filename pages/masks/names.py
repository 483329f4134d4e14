"""How the Masks page names what it shows."""

from core.run import models, runs
from core.run.runs import RunSpec
from core.run.tokens import name_in
from core.switches import AttentionKind
from core.trace import Trace


def bare_keys(spec: RunSpec, trace: Trace, attention: AttentionKind) -> tuple[str, ...]:
    """Return the keys of an attention as they stand above narrow columns: without their places."""
    if attention == "self":
        vocab = models.catalogue()[spec.model].target_vocab
        return tuple(short(name_in(vocab, token)) for token in trace.read().tolist())
    return tuple(map(short, runs.source_names(spec)))


def short(name: str) -> str:
    """Return the name of a token as it stands where room is short: a special one by its first letter."""
    return f"⟨{name[1]}⟩" if name.startswith("⟨") and name.endswith("⟩") and len(name) > 3 else name


def written_text(spec: RunSpec, trace: Trace) -> str:
    """Return what a run wrote, as text."""
    return text_of(spec, trace.tokens)


def text_of(spec: RunSpec, tokens: list[int]) -> str:
    """Return target tokens as text, up to END."""
    return spec.task.target_text(models.catalogue()[spec.model].target_vocab.decode(tokens))
