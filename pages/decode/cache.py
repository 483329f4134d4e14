"""The section on the cache: what the shown step makes and reuses, and what it would cost to reuse nothing."""

import streamlit as st

from core.analysis.cache.step_costs import cost_before_first, step_costs, totals
from core.analysis.cache.step_logits import recomputed_logits
from core.decoding import Session
from core.figures.number_lines import number_lines
from core.layers import KeyValueCache
from core.run import models
from core.run.runs import RunSpec
from core.run.tokens import name_in
from core.run.view import View
from pages.decode.cache_measure import measure_panel
from pages.decode.cache_step import CacheStep, cache_board, cache_step, logits_both_ways
from pages.decode.choices import DecodeChoices
from pages.shared import sections
from pages.shared.browser.components import board_view
from pages.shared.state import AppState
from pages.shared.text import as_code, powers, t, table
from pages.shared.widgets.controls import choice

MOST_TOKENS = 3
PLAIN = {"displayModeBar": False}


def cache_section(current: AppState, spec: RunSpec, view: View) -> None:
    """Draw the keys and values of the shown step, its logits both ways, and what both ways multiply and take."""
    if not spec.config.autoregressive:
        st.markdown(t("cache.parallel", layers=spec.config.num_decoder_layers))
        return
    at = cache_step(spec, view, current.chosen(DecodeChoices).recompute)
    if at.keeps:
        choice(current, DecodeChoices, "recompute", disabled=not at.step)
    st.markdown(step_sentence(at))
    board_view(cache_board(at), current, key="decode-cache")
    if at.keeps:
        if at.again:
            logits_table(at)
        left, right = st.columns([3, 2], gap="large")
        with left:
            with st.container(key="dense-table-cost"):
                st.markdown(cost_table(at))
            st.caption(t("cache.counted"))
        with right:
            growth_chart(at)
        measure_panel(current, spec)
    with st.expander(t("section.code")):
        sections.code(KeyValueCache.append, Session.advance, recomputed_logits)


def step_sentence(at: CacheStep) -> str:
    """Say what this step makes and what it reuses."""
    config, cached, recomputed = at.spec.config, *totals(at.costs)
    words = {
        "step": at.step, "kept": at.step - 1, "source": len(at.source), "layers": config.num_decoder_layers,
        "cached": f"{cached:,}", "recomputed": f"{recomputed:,}", "times": f"{recomputed / cached:.1f}",
        "once": f"{cost_before_first(config, len(at.source)):,}",
    }  # fmt: skip
    if not at.keeps:
        return t("cache.not_causal" if at.step else "cache.not_causal_before", **words)
    if not at.step:
        return t("cache.before", **words)
    return t("cache.again" if at.again else "cache.first" if at.step == 1 else "cache.step", **words)


def logits_table(at: CacheStep) -> None:
    """Show the largest logits of the step both ways, and the largest difference of any."""
    cached, recomputed = logits_both_ways(at.spec, at.step)
    vocab = models.catalogue()[at.spec.model].target_vocab
    apart = (cached - recomputed).abs()
    rows = [
        [as_code(name_in(vocab, token)), f"{cached[token]:.6f}", f"{recomputed[token]:.6f}", small(apart[token])]
        for token in recomputed.topk(min(MOST_TOKENS, len(recomputed))).indices.tolist()
    ]
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    with left, st.container(key="dense-table-logits"):
        st.markdown(table([t(f"cache.column_{name}") for name in ("token", "with", "without", "difference")], rows))
    with right:
        key = "cache.equal" if float(apart.max()) else "cache.identical"
        st.markdown(t(key, largest=small(apart.max()), count=len(apart)))


def small(number: float) -> str:
    """Write a difference, which may be as small as rounding."""
    return powers(f"{float(number):.1e}") if float(number) else "0"


def cost_table(at: CacheStep) -> str:
    """Write the multiplications of each part of the step, with the cache and without, as a Markdown table."""
    rows = [
        [t(f"cache.part_{cost.part}"), f"{cost.cached:,}" if cost.cached else "–", f"{cost.recomputed:,}"]
        for cost in at.costs
    ]
    cached, recomputed = totals(at.costs)
    rows.append([f"**{t('cache.total')}**", f"**{cached:,}**", f"**{recomputed:,}**"])
    head = [t("cache.column_part", step=max(1, at.step)), t("cache.column_cached"), t("cache.column_recomputed")]
    return table(head, rows)


def growth_chart(at: CacheStep) -> None:
    """Draw the multiplications of a step over its length, as far as the model writes, with this step marked."""
    config, source_len = at.spec.config, len(at.source)
    steps = range(1, config.max_target_len + 1)
    both = [totals(step_costs(config, source_len, step)) for step in steps]
    series = {t(f"cache.line_{name}"): [each[n] for each in both] for n, name in enumerate(("cached", "recomputed"))}
    titles = t("cache.axis_step"), t("cache.axis_macs")
    st.plotly_chart(number_lines(list(steps), series, titles, here=max(1, at.step)), config=PLAIN)
