"""How the Masks page names what it shows."""

from core.switches import AttentionKind
from core.trace import Trace
from pages.shared.run import models, runs
from pages.shared.run.runs import RunSpec
from pages.shared.run.tokens import visible


def bare_keys(spec: RunSpec, trace: Trace, attention: AttentionKind) -> tuple[str, ...]:
    """Return the keys of an attention as they stand above narrow columns: without their places."""
    if attention == "self":
        vocab = models.catalogue()[spec.model].target_vocab
        return tuple(short(vocab.name(token)) for token in trace.read().tolist())
    return tuple(short(token) for token in runs.source_tokens(spec))


def short(token: str) -> str:
    """Return a token as it looks on screen, a special one by its first letter."""
    seen = visible(token)
    return f"⟨{seen[1]}⟩" if seen.startswith("⟨") and seen.endswith("⟩") and len(seen) > 3 else seen


def written_text(spec: RunSpec, trace: Trace) -> str:
    """Return what a run wrote, as text."""
    return text_of(spec, trace.tokens)


def text_of(spec: RunSpec, tokens: list[int]) -> str:
    """Return target tokens as text, up to END."""
    return spec.task.target_text(models.catalogue()[spec.model].target_vocab.decode(tokens))
