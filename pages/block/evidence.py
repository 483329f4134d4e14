"""The worth of parts: taken from a model that was trained with them, or never there."""

import statistics

import streamlit as st

from core.evaluation.ablation import read_ablations
from core.figures.bars import share_bars
from core.run.titles import title_of
from pages.block.skip import changes_by_kind
from pages.shared.text import as_plain, t
from pages.shared.variants import variants_evidence

TRAINED_WITHOUT = ("small", "small-pre-norm", "small-no-norm", "small-no-residual")


def evidence(model: str) -> None:
    """Show what parts are worth that were taken from this model, and what models score that never had them."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"##### {t('block.taken_heading', model=as_plain(title_of(model)))}")
        kept = read_ablations(model)
        if kept is None:
            st.text(
                t("block.taken_none", command=f"python -m core.experiments.ablation {model} --examples 2640 --write")
            )
        else:
            labels, shares = exact_without(model)
            figure = share_bars(
                [t("block.taken_whole"), *labels], [kept.results[0].exact_match, *shares], [False] * (len(labels) + 1)
            )
            st.plotly_chart(figure, config={"displayModeBar": False})
            st.caption(t("block.taken_explained", examples=f"{kept.examples:,}", command=kept.command))
    with right:
        st.markdown(f"##### {t('block.trained_heading')}")
        variants_evidence(TRAINED_WITHOUT)
        st.caption(t("block.trained_explained"))


def exact_without(model: str) -> tuple[list[str], list[float]]:
    """Return the mean score without one part, for every kind of part on each side, and what to call it."""
    labels, shares = [], []
    for kind, results in changes_by_kind(model).items():
        for side in ("encoder", "decoder"):
            mine = [result for result in results if result.part.name.startswith(side)]
            if mine:
                labels.append(
                    t("block.taken", kind=t(f"block.kind_of_{kind}"), side=t(f"block.of_{side}"), count=len(mine))
                )
                shares.append(statistics.mean(result.exact_match for result in mine))
    return labels, shares
