"""Evidence from held-out examples for each view of "Cross-attention", some of it measured here."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import streamlit as st

from core.analysis.attention.alignment import METHODS
from core.analysis.attention.erasure import ErasureCounts
from core.evaluation.ablation import read_ablations
from core.evaluation.erasure_effect import measure, summary
from core.evaluation.evidence import read_evidence
from core.evaluation.held_out import held_out_examples
from core.figures.bars import share_bars
from core.run import models
from core.run.runs import RunSpec
from core.run.titles import title_of
from core.tasks import Example, Task
from core.tasks.sentences import ASKED
from pages.cross_attention.choices import Place
from pages.cross_attention.languages import rank_text, share_text
from pages.cross_attention.wirings import NAMES
from pages.shared import jobs
from pages.shared.state import AppState
from pages.shared.text import as_plain, t, table
from pages.shared.translation import is_asked
from pages.shared.variants import variants_evidence

SAMPLE, BATCH = 96, 16


def evidence(current: AppState, place: Place, show: str) -> None:
    """Draw the evidence of a view."""
    if show == "step":
        parts_evidence(place)
    elif show == "languages":
        languages_evidence(place)
    elif show == "wirings":
        variants_evidence(NAMES)
        st.markdown(t("cross.wirings_evidence"))
    else:
        erasure_evidence(current, place, show)


def languages_evidence(place: Place) -> None:
    """Draw how monotone the alignments of the test set are, language by language."""
    name = place.spec.model
    if not is_asked(place.spec):
        return
    found = read_evidence(f"monotony-{name}")
    if found is None:
        st.text(t("cross.languages_not_measured", model=title_of(name), name=name))
        return
    by_language = {row["language"]: row for row in found["languages"]}
    rows = [
        [as_plain(t(f"target_language.{language}")), f"{row['sentences']:,}", share_text(row["near_diagonal"]),
         share_text(row["even"]), rank_text(row["rank_correlation"])]
        for language in ASKED if (row := by_language.get(language)) is not None
    ]  # fmt: skip
    head = [t(f"cross.languages_{column}") for column in ("language", "sentences", "near", "even", "rank")]
    st.markdown(table(head, rows))
    st.caption(t("cross.languages_evidence", command=found["command"]))


def parts_evidence(place: Place) -> None:
    """Draw what the model scores without the cross-attention of each layer."""
    title, found = title_of(place.spec.model), read_ablations(place.spec.model)
    if found is None:
        st.text(t("cross.no_ablation", model=title, name=place.spec.model))
        return
    results = [
        result
        for result in found.results
        if result.part.kind == "nothing"
        or (result.part.kind == "attention" and result.part.name.endswith("cross_attn"))
    ]
    labels = [
        t("cross.whole_model") if result.part.kind == "nothing"
        else t("cross.without_cross", layer=int(result.part.name.split(".")[1]) + 1)
        for result in results
    ]  # fmt: skip
    left, right = st.columns([3, 2], gap="large")
    with left:
        shares = [result.exact_match for result in results]
        st.plotly_chart(share_bars(labels, shares, [False] * len(shares)), config={"displayModeBar": False})
    with right:
        words = {"model": as_plain(title), "examples": f"{found.examples:,}", "command": found.command}
        st.markdown(t("cross.parts_explained", **words))


def erasure_evidence(current: AppState, place: Place, show: str) -> None:
    """Draw what was measured by the command, then, if asked for, the same on a sample, here and now."""
    spec = place.spec
    config, found = spec.config, read_evidence(f"erasure-{spec.model}")
    draw = {"alignment": agreement_tables, "explanation": erasure_tables}[show]
    if not config.autoregressive:
        st.text(t("cross.no_steps", model=title_of(spec.model)))
        return
    if found is None:
        st.text(t("cross.not_measured", model=title_of(spec.model), name=spec.model))
    else:
        measured = {name: f"{found[name]:,}" for name in ("examples", "steps")}
        draw(found, t("cross.measured", command=found["command"], **measured), "kept")

    def here(tallies: Sequence[ErasureCounts]) -> None:
        if tallies and not any(tally.steps for tally in tallies):
            st.text(t("cross.nothing_written"))
        elif tallies:
            sampled = summary(config, tallies)
            draw(
                sampled,
                t("cross.measured_here", **{name: f"{sampled[name]:,}" for name in ("examples", "steps")}),
                "here",
            )

    jobs.panel(
        current, "cross_measure", key=(spec.model, SAMPLE), total=math.ceil(SAMPLE / BATCH), work=work_for(spec),
        draw=here,
    )  # fmt: skip


def work_for(spec: RunSpec) -> Callable[[], Iterator[ErasureCounts]]:
    """Return what measures a model on a sample; it runs in a thread of its own."""
    about, task, model = models.catalogue()[spec.model], spec.task, models.model(spec.model)

    def work() -> Iterator[ErasureCounts]:
        yield from measure(model, task, about.source_vocab, sample(task), BATCH)

    return work


def sample(task: Task) -> list[Example]:
    """Return held-out examples: of the test set, or, where the packages that make it are missing, those on screen."""
    try:
        return held_out_examples(task, SAMPLE)
    except ImportError:
        return list(task.examples())


def erasure_tables(found: dict[str, Any], sentence: str, name: str) -> None:
    """Draw how often tokens change: as bars, as a table, and head by head."""
    st.markdown(sentence)
    rows = found["rows"]
    labels = [t(f"cross.erased_{row['scope']}", choice=t(f"cross.choice_{row['choice']}")) for row in rows]
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown(t("cross.erased_heading"))
        chart = share_bars(labels, [row["changed"] for row in rows], [row["choice"] == "random" for row in rows])
        st.plotly_chart(chart, config={"displayModeBar": False}, key=f"cross-erased-{name}")
    with right:
        columns = ("erased", "weight_taken", "lost", "changed")
        cells = [
            [label, f"{row['weight']:.1%}", f"{row['lost']:.2%}", f"{row['changed']:.2%}"]
            for label, row in zip(labels, rows, strict=True)
        ]
        st.markdown(table([t(f"cross.column_{column}") for column in columns], cells))
        heads = " · ".join(
            t("cross.by_head", layer=layer, shares="  ".join(f"{share:.2%}" for share in shares))
            for layer, shares in enumerate(found["by_head"], start=1)
        )
        st.caption(t("cross.by_heads", heads=heads))


def agreement_tables(found: dict[str, Any], sentence: str, name: str) -> None:
    """Draw how often the methods name the same source token."""
    st.markdown(sentence)
    names = [t(f"cross.short_{method}") for method in METHODS]
    rows = [
        [f"**{method}**", *(f"{share:.1%}" for share in shares)]
        for method, shares in zip(names, found["agreement"], strict=True)
    ]
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(table([t("cross.column_agreement"), *names], rows))
    with right:
        st.markdown(t("cross.agreement_explained"))
