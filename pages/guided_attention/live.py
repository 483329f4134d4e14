"""The same training with and without a guide, here and now: two small models that take turns in one thread."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import streamlit as st
from torch import Tensor

from core.analysis.attention.diagonal import CELLS, REACHED, Look, even_share, look, probes
from core.experiments.guided_attention import COURSES, begin
from core.figures.boards import Board, Line
from core.figures.panels import Panel
from core.figures.shares import reached_lines
from core.run.tokens import disambiguate
from core.tasks import Example, Task, get_task
from core.training.batches import Batch, make_batch
from core.training.encoding import encode_example, vocabularies
from core.training.guided import CrossWeights
from core.training.loop import train
from core.training.state import TrainingState
from core.vocab import END, SPECIALS
from pages.guided_attention.choices import GuidedChoices
from pages.shared import jobs
from pages.shared.browser.components import board_view
from pages.shared.state import AppState
from pages.shared.text import t
from pages.shared.widgets.controls import choice

EVERY, SEED, CELL = 10, 1, 16


@dataclass(frozen=True, eq=False)
class Turn:
    """Hold where two runs have come to: their shares near the diagonal, and their maps of one example.

    Shapes: maps [T,S] each, mean over heads
    """

    looks: tuple[Look, Look]
    maps: tuple[Tensor, Tensor]


def live_view(current: AppState) -> None:
    """Draw the choice of a task, the button that trains, and both curves and maps as they come to be."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        choice(current, GuidedChoices, "live")
    with right:
        choice(current, GuidedChoices, "guide")
    choices = current.chosen(GuidedChoices)
    task, steps = get_task(choices.live), COURSES[choices.live].steps

    def draw(turns: Sequence[Turn]) -> None:
        if turns:
            draw_turns(turns, task, choices, current)

    jobs.panel(
        current, "train_guided", key=(choices.live, choices.guide), total=steps // EVERY + 1,
        work=work_for(choices.live, choices.guide), draw=draw,
    )  # fmt: skip
    st.caption(t("guided.live_caption", guide=t(f"guided.guide_{choices.guide}"), steps=steps))
    st.page_link("pages/training_lab/page.py", label=t("guided.lab"), icon=":material/science:")


def work_for(name: str, kind: str) -> Callable[[], Iterator[Turn]]:
    """Return what trains both models; it runs in a thread of its own."""

    def work() -> Iterator[Turn]:
        task = get_task(name)
        vocabs, states = vocabularies(task), [begin(name, guide, SEED) for guide in ("none", kind)]
        batch = probes(task, vocabs, states[0].model.config)
        shown = make_batch([encode_example(task, vocabs, example_of(task))], states[0].model.config)
        yield turn(states, batch, shown)
        runs = [train(state, task, *vocabs) for state in states]
        for count, _ in enumerate(zip(*runs, strict=True), start=1):
            if count % EVERY == 0:
                yield turn(states, batch, shown)

    return work


def example_of(task: Task) -> Example:
    """Return the held-out example whose maps are shown: the longest."""
    return max(task.examples(), key=lambda x: len(x.source))


def turn(states: Sequence[TrainingState], batch: Batch, shown: Batch) -> Turn:
    """Look at both models where they are."""
    for state in states:
        state.model.eval()
    looks = tuple(look(state.model, batch, state.step) for state in states)
    maps = tuple(mean_map(state, shown) for state in states)
    for state in states:
        state.model.train()
    return Turn(looks, maps)


def mean_map(state: TrainingState, shown: Batch) -> Tensor:
    """Return one example's cross-attention, averaged over all heads. Shapes: → [T,S]"""
    keeper = CrossWeights()
    state.model(shown.source, shown.read, tap=keeper.tap())
    return sum(layer[0].mean(0) for layer in keeper.layers).detach() / len(keeper.layers)


def draw_turns(turns: Sequence[Turn], task: Task, choices: GuidedChoices, current: AppState) -> None:
    """Draw both curves so far, and both maps as they are now."""
    names = t("guided.guide_none"), t(f"guided.guide_{choices.guide}")
    steps = [each.looks[0].step for each in turns]
    series = {name: [(each.looks[of].share,) * 3 for each in turns] for of, name in enumerate(names)}
    example = example_of(task)
    left, right = st.columns([2, 3], gap="large")
    with left:
        levels = REACHED, even_of(task.name)
        until = COURSES[choices.live].steps
        figure = reached_lines(steps, series, levels, t("guided.axis_steps"), t("guided.axis"), until)
        st.plotly_chart(figure, config={"displayModeBar": False}, key="guided-live")
    with right:
        sources = disambiguate(task.source_tokens(example.source))
        target = [*task.target_tokens(example.target), SPECIALS[END]]
        panels = [
            Panel(
                id=f"live{of}", title=name, note=t("guided.near", share=f"{turns[-1].looks[of].share:.0%}"),
                values=turns[-1].maps[of], rows=[f"→ {token}" for token in target], columns=sources, numbers=False,
                scale="sequential", top=1.0, cell=CELL, name=t("guided.weight_name"),
            )
            for of, name in enumerate(names)
        ]  # fmt: skip
        summary = t("guided.live_summary", source=example.source, step=steps[-1], cells=CELLS)
        board_view(Board([Line([panels[0], "  ", panels[1]])], summary), current, key="guided-maps")


@cache
def even_of(name: str) -> float:
    """Return the share that even attention has near the diagonal."""
    task = get_task(name)
    return even_share(probes(task, vocabularies(task), begin(name, "none", SEED).model.config))
