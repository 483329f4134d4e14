"""Every question's link opens its view, and the view shows what the answer says."""

import math

import pytest

from pages.questions.entries import Entry, entries
from pages.questions.figures import figure_value, written_figures
from tests.pages.questions.shown import numbers_of, texts_of

# What has to stand on the view that a question opens, beside the figures of its answer.
# How much rounding changes depends on the machine.
SHOWS: dict[str, tuple[str, ...]] = {
    "query-key-value": ("what this token looks for", "“her” gives 83 % of its weight to “Mia”"),
    "divide-by-root-d": ("“her” gives 98 % of its weight to “Mia”", r"e_{ij}=q_i\cdot k_j \qquad"),
    "rows-that-do-not-sum-to-one": (r"\alpha_{3,1}=\sigma(4-1.386)=0.9317",),
    "many-heads": ("| Cross 3 | −10.9 | −99.3 |",),
    "which-head-to-print": ("one head, largest", "all heads, largest"),
    "why-positions": ("**sinusoids** ←",),
    "add-or-concatenate": ("embedding × √D", "input of layer 1"),
    "times-root-d": ("Each token’s row of the table, times √",),
    "tied-weights": ("multiplied by the table of embeddings",),
    "longer-than-in-training": ("| **32 ←** |",),
    "pre-or-post-norm": ("after the norm of self-attention", "Small\\: pre\\-norm"),
    "why-residual": ("Small: no residual",),
    "layer-or-batch-norm": ("LayerNorm’s numbers stay, BatchNorm’s numbers change",),
    "causal-mask-when-decoding": ("Causal mask on: the 6 positions before the change move by 0. Off: 6 of them move",),
    "which-mask-is-which": ("mask: click or drag", "Decoder self-attention"),
    "does-true-mean-masked": (
        "def causal_mask",
        "torch.ones(length, length, dtype=torch.bool",
        "move by 0. Off: 6 of them move",
    ),
    "nan-in-a-masked-row": ("−∞: 11 of 11 positions have no number left", r"\frac{0}{0}=\text{NaN}"),
    "minus-infinity-or-a-large-number": ("−10⁹: each of 14 keys gets 0.071", "torch.finfo(scores.dtype).min"),
    "why-mask-pad": ("PAD tokens change the logits by", "at most with the mask: rounding"),
    "pad-left-or-right": ("| **2 ←** |",),
    "which-side-gives-which": (r"m_{5}W^K", r"\text{computed once}", r"q_{7}=s_{7}W^Q"),
    "which-encoder-layer": ("97.8% right", "97.4% right", "97.3% right"),
    "parallel-in-training": ('"mode": "training"',),
    "shifted-right": ('"mode": "training"',),
    "what-the-cache-keeps": ("computed, with cache", "**8.7 times** the multiplications"),
    "never-end": ('"cut": true',),
    "all-positions-in-one-pass": ("in parallel, one pass", "token by token (Spelling → sound)"),
    "beam-width": ("beam of 12",),
    "length-penalty": (r"s=\frac{-1.4888}{\left(\frac{5+5}{6}\right)^{1}}=-0.8933",),
    "greedy-is-not-the-likeliest": ("AE L F R AH", "AE L F ER"),
    "good-loss-bad-output": ("*trained without the causal mask*",),
    "exposure-bias": ("teacher forcing alone",),
    "label-smoothing": (r"(1-\varepsilon)\,[v=y_t]+\frac{\varepsilon}{|V|}",),
    "train-on-the-score": ("slope",),
}
every_entry = pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.name)


@every_entry
def test_a_question_opens_a_view_that_shows_its_answer(visit, visitor, entry: Entry):
    page = visit("")
    page.at.session_state["app"].visitor = visitor
    page.enter(entry.page, entry.params)
    assert page.at.session_state["app"].problems == ()
    assert {name: page.link.get(name, asked) for name, asked in entry.params.items()} == entry.params
    shown, numbers = texts_of(page), list(numbers_of(page))
    assert [text for text in SHOWS[entry.name] if text not in shown] == []
    for name, reference in entry.figures.items():
        written, value = written_figures(entry.figures)[name], figure_value(reference)
        ways = written, f"{written.removesuffix('%')} ± "
        assert any(way in shown for way in ways) or any(math.isclose(number, value, abs_tol=5e-7) for number in numbers)


@every_entry
def test_an_answer_is_short_and_has_all_its_figures(entry: Entry):
    assert 2 <= len(entry.sentences) <= 5
    assert all(f"{{{name}}}" in " ".join(entry.sentences) for name in entry.figures)
    assert "{" not in entry.answer and entry.answer.endswith(entry.sentences[-1].rpartition("}")[2])


def test_each_question_has_a_name_of_its_own_and_what_its_view_has_to_show():
    names = [entry.name for entry in entries()]
    assert len(names) == len(set(names)) >= 25 and set(names) == set(SHOWS)
