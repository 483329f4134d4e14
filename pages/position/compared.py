"""Models that differ in their position alone: what each writes for this source, and what each scores."""

from dataclasses import replace
from itertools import zip_longest

import streamlit as st

from core.checkpoint import Metadata
from core.evaluation.evidence import read_evidence
from core.figures.positions import kind_bars
from core.run import models
from core.run.runs import RunSpec
from core.run.titles import title_of
from core.run.tokens import visible
from pages.position.family import Written, name_in_catalogue, nearest_family, write_in_order
from pages.shared.text import as_code, as_output, as_plain, t, table

END = ""


def models_view(spec: RunSpec) -> None:
    """Draw a table of what each model writes, beside what each scores on held-out examples."""
    members = nearest_family(spec.model)
    among = spec.model in {name_in_catalogue(metadata) for metadata in members.values()}
    if not among:
        st.text(t("position.others_family", model=title_of(spec.model)))
    elif len(members) == 1:
        st.text(t("position.alone", model=title_of(spec.model)))
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.markdown(f"**{t('position.on_this_source')}**")
        st.markdown(outputs_table(spec, members))
        st.caption(t("position.outputs_caption"))
        if among:
            st.caption(t("position.loaded_model", model=as_plain(title_of(spec.model))))
        if spec.teacher:
            st.caption(t("position.teacher_on"))
    with right:
        st.markdown(f"**{t('position.on_held_out')}**")
        scored = {kind: metadata for kind, metadata in members.items() if metadata.scores}
        if not scored:
            st.text(t("section.no_scores", model=title_of(spec.model)))
            return
        scores(scored)


def outputs_table(spec: RunSpec, members: dict[str, Metadata]) -> str:
    """Write what each model makes of the source, as trained and with its position switched off, as a Markdown table."""
    rows = []
    for kind, metadata in members.items():
        own = replace(spec, model=name_in_catalogue(metadata))
        ran = write_in_order(own, own.switches)
        without = None if kind == "none" else write_in_order(own, replace(own.switches, position="off"))
        title = t(f"position.kind_{kind}")
        off = "–" if without is None else output_text(without)
        rows.append([f"**{title}** ←" if own.model == spec.model else title, output_text(ran), verdict(spec, ran), off])
    head = [t(f"column.{name}") for name in ("trained_with", "writes", "compared_verdict", "without")]
    return table(head, rows)


def output_text(found: Written | None) -> str:
    """Write an output as code, with a sign where it was cut; nothing is said so."""
    if found is None:
        return t("position.no_row")
    text = as_output(found.text) if found.text else t("position.nothing_written")
    return text if found.finished else f"{text} …"


def verdict(spec: RunSpec, found: Written | None) -> str:
    """Say whether an output is right, or where it first differs from the reference."""
    reference = spec.reference.strip()
    if found is None:
        return ""
    right = {reference, *(spec.known.references if spec.known else ())} - {""}
    if not right:
        return t("position.no_reference")
    if found.text in right and found.finished:
        return t("section.right")
    tokens = (spec.task.target_tokens(text) for text in (found.text, reference or min(right)))
    pairs = enumerate(zip_longest(*tokens, fillvalue=END), start=1)
    step, differing = next(((step, pair) for step, pair in pairs if pair[0] != pair[1]), (0, ()))
    if not differing:
        return t("position.no_end")
    cuts_words = models.catalogue()[spec.model].target_vocab.cuts_words
    wrote, expected = (
        t("position.the_end") if token == END else as_code(visible(token, True) if cuts_words else token)
        for token in differing
    )
    return t("position.first_difference", step=step, wrote=wrote, expected=expected)


def seeds_of(metadata: Metadata) -> list[float]:
    """Return a model's exact match from every seed that was measured: of most models, from one."""
    kept = read_evidence("variants") or {"variants": ()}
    found = next((row["exact"] for row in kept["variants"] if row["name"] == metadata.name), None)
    return found or [metadata.scores["conditions"]["as trained"]]


def scores(members: dict[str, Metadata]) -> None:
    """Draw the share of held-out examples that each kind gets right, trained so and switched off in a trained model."""
    shares = [seeds_of(metadata) for metadata in members.values()]
    off = [
        None if kind == "none" else metadata.scores["conditions"].get("position off")
        for kind, metadata in members.items()
    ]
    labels = [t(f"position.kind_{kind}") for kind in members]
    names = t("position.trained_so"), t("position.switched_off")
    st.plotly_chart(kind_bars(labels, shares, off, names), config={"displayModeBar": False})
    count = max(len(found) for found in shares)
    examples = next(iter(members.values())).scores["examples"]
    st.caption(t(f"position.scores_{'one_seed' if count == 1 else 'seeds'}", examples=f"{examples:,}", seeds=count))
