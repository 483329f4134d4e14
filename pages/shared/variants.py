"""Models that differ in one part alone, each trained from several seeds: mean and spread, as measured."""

from collections.abc import Collection

import pandas as pd
import streamlit as st

from core.evaluation.evidence import read_evidence
from core.run.titles import variant_title
from pages.shared.text import t


def variants_evidence(names: Collection[str] | None = None) -> None:
    """Draw the table of some variants, or of all of them, and the command that measures it again."""
    found = read_evidence("variants")
    if found is None:
        st.text(t("variants.no_evidence"))
        return
    chosen = [row for row in found["variants"] if names is None or row["name"] in names]
    seeds = [f"{t('variants.seed')} {seed}" for seed in chosen[0]["seeds"]]
    rows = [
        {
            t("variants.model"): variant_title(row),
            t("variants.mean"): row["mean"],
            t("variants.spread"): row["spread"],
            **dict(zip(seeds, row["exact"], strict=True)),
        }
        for row in chosen
    ]
    percent = st.column_config.NumberColumn(format="percent")
    shares = dict.fromkeys((t("variants.mean"), t("variants.spread"), *seeds), percent)
    st.dataframe(pd.DataFrame(rows), hide_index=True, height=420 if names is None else "auto", column_config=shares)
    st.caption(t("variants.explained", examples=f"{found['examples']:,}", command=found["command"]))
