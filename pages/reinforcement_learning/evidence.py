"""The worth of policy gradient after cross-entropy, beside as much more cross-entropy: as it was measured."""

import statistics
from collections.abc import Iterable, Sequence
from typing import Any

import streamlit as st

from core.evaluation.evidence import read_evidence
from core.figures.rewards import band_lines
from pages.reinforcement_learning.choices import WAYS
from pages.shared.text import as_code, cached_by_language, minus, sentences, t, table

WINDOW = 30


def training_view() -> None:
    """Draw what came of it in a sentence and a table, and the curves."""
    found = read_evidence("policy-gradient")
    if found is None:
        st.text(t("reinforcement_learning.no_evidence"))
        return
    rows = rows_by_way()
    st.markdown(f"**{verdict(rows)}**")
    st.markdown(drawn_verdict(rows))
    st.markdown(error_table(rows, found["recipe"]["steps"]))
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(t("reinforcement_learning.reward_title"))
        st.plotly_chart(reward_curves(), config={"displayModeBar": False}, key="rewards-curves")
    with right:
        st.markdown(t("reinforcement_learning.dev_title"))
        st.plotly_chart(error_curves(), config={"displayModeBar": False}, key="rewards-errors")
    if outcome(rows["edit"]["per"]["change"]["each"]) != "better":
        st.markdown(t("reinforcement_learning.why"))
    st.caption(t("reinforcement_learning.curves_caption", window=WINDOW, words=rows["edit"]["dev"][0][0]["words"]))


def band(values: Iterable[float]) -> tuple[float, float, float]:
    """Return the lowest, the mean and the highest."""
    values = list(values)
    return min(values), statistics.mean(values), max(values)


def rows_by_way() -> dict[str, dict[str, Any]]:
    """Return what was measured, by the way of training."""
    return {row["way"]: row for row in read_evidence("policy-gradient")["rows"]}


@cached_by_language(maxsize=4)
def reward_curves() -> Any:
    """Return the figure of what drawn and greedy outputs of the training batches earned, in means over WINDOW steps."""
    row = rows_by_way()["edit"]
    ends = range(WINDOW, len(row["steps"][0]) + 1, WINDOW)

    def averaged(which: int) -> list[tuple[float, float, float]]:
        return [
            band(statistics.mean(step[which] for step in steps[end - WINDOW : end]) for steps in row["steps"])
            for end in ends
        ]

    series = {
        t("reinforcement_learning.curve_drawn"): averaged(0),
        t("reinforcement_learning.curve_greedy"): averaged(1),
    }
    return band_lines(
        list(ends), series, t("reinforcement_learning.axis_steps"), t("reinforcement_learning.axis_reward"), ".2f"
    )


@cached_by_language(maxsize=4)
def error_curves() -> Any:
    """Return the figure of the phone error rate on the development set, way by way."""
    rows = rows_by_way()
    shown = {way: rows[way]["dev"] for way in WAYS if way in rows}
    steps = [look["step"] for look in next(iter(shown.values()))[0]]
    series = {
        t(f"reinforcement_learning.way_{way}"): [
            band(look["per"] for look in looks) for looks in zip(*tales, strict=True)
        ]
        for way, tales in shown.items()
    }
    return band_lines(
        steps, series, t("reinforcement_learning.axis_steps"), t("reinforcement_learning.axis_per"), ".1%"
    )


def spread_text(found: dict[str, Any], sign: str = "") -> str:
    """Write a mean with its spread over the seeds, in percent or points."""
    spread = "" if found["spread"] is None else f" ± {100 * found['spread']:.2f}"
    return minus(f"{100 * found['mean']:{sign}.2f}{spread}")


def error_table(rows: dict[str, Any], steps: int) -> str:
    """Return the table: errors and right words before, and after so many steps of each way."""
    columns = [t(f"reinforcement_learning.column_{name}") for name in ("per", "change", "seeds", "right", "reward")]
    head = [t("reinforcement_learning.steps_more", steps=steps), *columns]
    first = next(iter(rows.values()))
    before = [
        t("reinforcement_learning.way_before"), f"{spread_text(first['per']['before'])} %", "–", "–",
        f"{spread_text(first['exact']['before'])} %",
        f"{first['reward']['before']['mean']:.3f}",
    ]  # fmt: skip
    body = [
        [
            t(f"reinforcement_learning.way_{way}"), f"{spread_text(rows[way]['per']['after'])} %",
            spread_text(rows[way]["per"]["change"], "+"),
            ", ".join(minus(f"{100 * change:+.2f}") for change in rows[way]["per"]["change"]["each"]),
            f"{spread_text(rows[way]['exact']['after'])} %", f"{rows[way]['reward']['after']['mean']:.3f}",
        ]
        for way in WAYS if way in rows
    ]  # fmt: skip
    return table(head, [before, *body])


def verdict(rows: dict[str, Any]) -> str:
    """Say what the edit reward did to the errors, and whether as much more cross-entropy did the same."""
    edit, control = (rows[way]["per"]["change"] for way in ("edit", "control"))
    words = {"change": spread_text(edit, "+"), "control": spread_text(control, "+")}
    apart = [one - other for one, other in zip(edit["each"], control["each"], strict=True)]
    found = t(f"reinforcement_learning.found_{outcome(edit['each'])}", **words)
    return sentences(found, t(f"reinforcement_learning.part_{outcome(apart)}", **words))


def drawn_verdict(rows: dict[str, Any]) -> str:
    """Say what drawn outputs earn, which is what policy gradient goes by, and how many are the greedy one."""
    edit, control = rows["edit"], rows["control"]["reward"]
    more = outcome([-change for change in edit["reward"]["change"]["each"]]) == "better"
    words = {"was": edit["reward"]["before"], "earned": edit["reward"]["after"], "others": control["after"]}
    numbers = {name: f"{found['mean']:.3f}" for name, found in words.items()}
    shares = {f"same_{when}": f"{edit['same'][when]['mean']:.1%}" for when in ("before", "after")}
    right = t("reinforcement_learning.right_change", right=spread_text(edit["exact"]["change"], "+"))
    drawn = t(f"reinforcement_learning.drawn_{'more' if more else 'same'}", **numbers, **shares)
    return sentences(right, drawn)


def outcome(changes: Sequence[float]) -> str:
    """Tell whether errors fell or rose for every seed, and by more than the seeds lie apart, or neither."""
    apart = statistics.stdev(changes) if len(changes) > 1 else 0.0
    if all(change < 0 for change in changes) and abs(statistics.mean(changes)) > apart:
        return "better"
    if all(change > 0 for change in changes) and abs(statistics.mean(changes)) > apart:
        return "worse"
    return "same"


def rewarding_evidence(errors: bool) -> None:
    """Draw the table of errors, unless it stands above, and what is behind it: rewards drawn, rates tried, command."""
    found = read_evidence("policy-gradient")
    if found is None:
        st.text(t("reinforcement_learning.no_evidence"))
        return
    rows = rows_by_way()
    names = "reward", "baseline", "same", "endless", "variance", "variance_less_baseline"
    head = [t(f"reinforcement_learning.column_{name}") for name in ("way", *names)]
    first = next(iter(rows.values()))
    forms = dict.fromkeys(names, ".4f") | {"same": ".1%", "endless": ".2%"}
    body = [
        [t("reinforcement_learning.way_before"), *(f"{first[name]['before']['mean']:{forms[name]}}" for name in names)]
    ]
    body += [
        [
            t(f"reinforcement_learning.way_{way}"),
            *(f"{rows[way][name]['after']['mean']:{forms[name]}}" for name in names),
        ]
        for way in WAYS
        if way in rows
    ]
    if errors:
        st.markdown(error_table(rows, found["recipe"]["steps"]))
    st.markdown(table(head, body))
    words = {"command": found["command"], "rule": t("reinforcement_learning.rule"), "words": f"{first['words']:,}"}
    words |= {"draws": found["drawn"]["draws"], "drawn": found["drawn"]["words"]}
    st.caption(t("reinforcement_learning.evidence_caption", **words))
    st.markdown(t("reinforcement_learning.tried", rates=as_code(" · ".join(tried(found["tried"])))))


def tried(found: dict[str, Sequence[dict[str, float]]]) -> list[str]:
    """Write which learning rates were tried, and where each ended on the development set."""
    return [
        f"{way} " + ", ".join(f"{row['rate']:g}: {row['per']:.2%}" for row in found[way])
        for way in WAYS if way in found
    ]  # fmt: skip
