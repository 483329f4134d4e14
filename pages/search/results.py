"""Greedy decoding, the beam's best and the reference side by side, and where greedy decoding went wrong."""

import math

import streamlit as st

from core.run import models
from core.run.runs import RunSpec
from core.run.tokens import name_in
from core.vocab import END
from pages.search.choices import SearchChoices
from pages.search.searches import Output, greedy, output, parting, plain, reference, search
from pages.shared.text import as_code, minus, t, table

STYLE = """<style>
.st-key-search-results table { font-size: 0.9rem; }
[data-testid="stMain"] .st-key-search-results table { width: auto; }
[data-testid="stMain"] .st-key-search-results :is(th, td) { padding: 0.2rem 0.45rem; white-space: nowrap; }
[data-testid="stMain"] .st-key-search-results td:nth-child(3) { white-space: normal; min-width: 6.5rem; }
[data-testid="stMain"] .st-key-search-results td code { white-space: normal; overflow-wrap: anywhere; }
</style>"""


def answers_of(spec: RunSpec) -> tuple[str, ...]:
    """Return every right answer that is known, as the model would write it."""
    texts = [spec.reference.strip(), *(spec.known.references if spec.known else ())]
    task = spec.task
    return tuple(dict.fromkeys(task.target_text(task.target_tokens(text)) for text in texts if text))


def results(spec: RunSpec, choices: SearchChoices) -> None:
    """Draw the outputs as a table, and say in words where greedy decoding left the beam's best."""
    found = search(plain(spec), choices.beam, choices.penalty)
    best = output(spec, found.tokens(found.best), found.best.total)
    first, known = greedy(spec), reference(spec)
    answers = answers_of(spec)
    named = [(t("search.greedy"), first), (t("search.beam", width=choices.beam), best)]
    rows = [row(name, each, verdict(each, answers)) for name, each in named]
    if known is not None:
        rows.append(row(t("search.reference"), known, ""))
    head = ("", t("search.right"), t("column.output"), t("search.log_prob"), t("column.probability"))
    st.html(STYLE)
    with st.container(key="search-results"):
        st.markdown(table(head, rows))
    st.text(story(spec, best))
    if known is not None and (sentence := blame(first, best, known, answers)):
        st.text(sentence)


def row(name: str, shown: Output, right: str) -> list[str]:
    """Return an output as a row of the table."""
    probability = f"{math.exp(shown.log_prob):.2%}"
    return [name, right, as_code(shown.text), minus(f"{shown.log_prob:.3f}"), probability]


def verdict(shown: Output, answers: tuple[str, ...]) -> str:
    """Return a mark for an output: right or wrong, or nothing where no answer is known."""
    if not answers:
        return ""
    return "✓" if shown.finished and shown.text in answers else "✗"


def story(spec: RunSpec, best: Output) -> str:
    """Say where greedy decoding left the beam's best output, with both probabilities."""
    at = parting(spec, best.tokens)
    first = greedy(spec)
    if at is None:
        return t("search.same") if first.tokens == best.tokens else t("search.cut")
    vocab = models.catalogue()[spec.model].target_vocab
    return t(
        "search.parted",
        step=at.index + 1,
        greedy=name_in(vocab, at.greedy_token),
        greedy_p=f"{math.exp(at.greedy_log_prob):.1%}",
        best=name_in(vocab, at.best_token),
        best_p=f"{math.exp(at.best_log_prob):.1%}",
        greedy_total=f"{math.exp(first.log_prob):.2%}",
        best_total=f"{math.exp(best.log_prob):.2%}",
    )


def blame(first: Output, best: Output, known: Output, answers: tuple[str, ...]) -> str:
    """Say of a wrong answer whether the search missed what the model likes better, or the model likes it best."""
    if known.tokens[-1] != END or best.text in answers:
        return t("search.greedy_wrong") if best.text in answers and first.text not in answers else ""
    return t("search.search_error" if known.log_prob > best.log_prob else "search.model_error")
