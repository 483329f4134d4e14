"""Links that were copied once open what they showed then, whatever their parameters have come to be called since."""

import re
from urllib.parse import parse_qsl

import pytest

KINDS = "toggle", "selectbox", "slider", "select_slider", "number_input", "text_input", "button_group"
# Pages that had another name then; that their addresses lead on needs a browser (tests/browser/test_every_page.py).
FORMERLY = {"by_hand": "self_attention", "all_at_once": "non_autoregressive", "rewards": "reinforcement_learning"}
# Addresses as visitors copied them, each with what the page's own controls then held, written out.
LINKS: dict[str, dict[str, str]] = {
    "decode?source=3+mars+2001&step=6&layer=2&head=1&attention=cross&section=alternatives": {"section": "alternatives"},
    "search?model=spelling&source=knight&show=all&beam=7&temperature=0.8&top_k=20&top_p=0.9&draws=150&seed=3": {
        "search_show": "all", "beam": "7", "sampling_temperature": "0.8", "sampling_top_k": "20",
        "sampling_top_p": "0.9", "sampling_draws": "150", "sampling_seed": "3",
    },
    "search?show=beam&beam=3&section=widths": {"search_show": "beam", "beam": "3", "section": "widths"},
    "all_at_once?model=small-all-at-once&source=3+mars+2001&passes=10&section=measure": {
        "writer": "small-all-at-once", "passes": "10", "target_length": "10", "section": "measure",
    },
    "all_at_once?source=3+mars+2001&longer=-2&passes=3": {"passes": "None", "target_length": "8"},
    "teacher_forcing?model=scheduled-none&beside=scheduled-linear&at=3&section=inject&sample=200": {
        "at": "3", "beside": "scheduled-linear", "section": "inject", "sample_feeds": "200",
    },
    "teacher_forcing?at=4&section=schedule&slope=0.002&floor=0.1&base=0.995&bend=90&update=300": {
        "at": "4", "slope": "0.002", "floor": "0.1", "base": "0.995", "bend": "90", "update": "300",
    },
    "by_hand?tokens=one+two+three&width=3&score=additive&normalizer=sigmoid&temperature=2.5&query=2&seed=4": {
        "show": "one", "tokens": "one two three", "width": "3", "score": "additive", "normalizer": "sigmoid",
        "temperature": "2.5", "query": "1", "seed": "4",
    },
    "by_hand?show=model&attention=self&section=analogy": {"show": "model", "attention": "self", "section": "analogy"},
    "heads?source=3+mars+2001&sort=diagonal&across=all&silenced=cross.2.1&section=measured&sample=250": {
        "sort_heads": "diagonal", "across": "all", "section": "measured", "sample_heads": "250",
    },
    "position?show=encoding&p=7&pair=2&offset=3&section=code": {
        "position_show": "encoding", "p": "8", "pair": "2", "offset": "3", "section": "code",
    },
    "position?model=dates&show=beyond&shift=16&side=both": {"position_show": "beyond", "shift": "16", "side": "both"},
    "masks?show=causal&attention=self&place=4&instead=9": {"show": "causal", "changed": "3", "instead": "9"},
    "masks?show=padding&behind=11": {"show": "padding", "behind": "11"},
    "block?aspect=norm&norm_part=cross_attn&batch_others=5&batch_first=3&attention=cross": {
        "aspect": "norm", "norm_part": "cross_attn", "batch_others": "5",
    },
    "block?aspect=cost&cost_source=200&cost_target=90&section=evidence": {
        "aspect": "cost", "cost_source": "200", "cost_target": "90", "section": "evidence",
    },
    "cross_attention?show=explanation&token=2&scope=layer&value=0.35&step=3&section=measured": {
        "cross_show": "explanation", "cross_token": "2", "cross_scope": "layer", "cross_value": "0.35",
        "section": "measured",
    },
    "guided_attention?show=penalty&guide=diagonal&g=0.4": {
        "guided_show": "penalty", "guide_kind": "diagonal", "guide_width": "0.4",
    },
    "guided_attention?show=training&task=reverse&section=formula": {
        "guided_show": "training", "guided_task": "reverse",
    },
    "guided_attention?show=live&live=reverse&guide=monotonic": {
        "guided_show": "live", "guided_live": "reverse", "guide_kind": "monotonic",
    },
    "rewards?show=step&reward=exact&baseline=none&draws=8&seed=5&rate=0.1&model=spelling&source=imagination": {
        "rewards_show": "step", "rewards_reward": "exact", "rewards_baseline": "none", "rewards_draws": "8",
        "rewards_seed": "5", "rewards_rate": "0.1",
    },
    "rewards?show=flat&shift=-1.5&reward=exact&model=spelling&source=imagination": {
        "rewards_show": "flat", "rewards_reward": "exact", "rewards_seed": "1", "rewards_token": "HH",
        "rewards_shift": "-1.5",
    },
    "training_lab?task=sort&layers=2&width=128&heads=8&block=post&encoding=learned&scoring=additive"
    "&weighing=relu&wiring=mixed&writes=end&dropout=0.1&section=code": {
        "lab_task": "sort", "preset": "None", "lab_layers": "2", "lab_width": "128", "lab_heads": "8",
        "lab_block": "post", "lab_encoding": "learned", "lab_scoring": "additive", "lab_weighing": "relu",
        "lab_wiring": "mixed", "lab_writes": "end", "lab_dropout": "0.1", "section": "code",
    },
    "training_lab?steps=900&batch=700&optimizer=adam&rate=0.004&schedule=linear&warmup=30&smoothing=0.2"
    "&feeding=exponential&guide=diagonal&guiding=2.5&seed=12": {
        "lab_task": "reverse", "lab_steps": "900", "lab_batch": "700", "lab_optimizer": "adam", "lab_rate": "0.004",
        "lab_schedule": "linear", "lab_warmup": "30", "lab_smoothing": "0.2", "lab_feeding": "exponential",
        "lab_guide": "diagonal", "lab_guiding": "2.5", "lab_seed": "12",
    },
    "training_lab?block=post&schedule=inverse_sqrt&rate=0.002&warmup=150&smoothing=0.1": {"preset": "paper"},
    "training_lab?after=0123456789ab&reward=edit&reward_share=0.5&baseline=none": {
        "lab_after": "0123456789ab", "lab_reward": "edit", "lab_reward_share": "0.5", "lab_baseline": "none",
    },
    "evidence?task=dates&experiment=switched": {"task": "dates", "experiment": "switched"},
}  # fmt: skip


def values_by_name(page) -> dict[str, str]:
    """Return what every control holds, by its name."""
    widgets = [widget for kind in KINDS for widget in page.at.get(kind)]
    named = ((re.fullmatch(r"control-(\w+)-\d+", widget.key or ""), widget.value) for widget in widgets)
    return {match[1]: str(value) for match, value in named if match}


@pytest.mark.parametrize("link", LINKS, ids=lambda link: f"{link[:50]}…")
def test_an_old_link_shows_what_it_showed(visit, link):
    page, query = link.split("?")
    opened = visit()
    opened.at.session_state["app"].visitor = "0" * 32
    opened.enter(FORMERLY.get(page, page), dict(parse_qsl(query)))
    controls = values_by_name(opened)
    assert {name: controls.get(name) for name in LINKS[link]} == LINKS[link]
    assert opened.at.session_state["app"].problems == ()


@pytest.mark.parametrize(
    "query", ("section=alternatives&source=4+May+1999&step=3", "force=3:9", "teacher=on", "compare=b")
)
def test_a_link_to_decode_from_when_it_was_the_first_page_opens_decode(visit, query):
    opened = visit(query, "whole_model")
    assert opened.at.session_state["app"].page == "decode"
    assert dict(parse_qsl(query)).items() <= opened.link.items() | {"compare": "b"}.items()


def test_a_link_to_a_run_opens_the_first_page(visit):
    opened = visit("source=4+May+1999&step=3&layer=2", "whole_model")
    assert opened.at.session_state["app"].page == "whole_model" and opened.link["step"] == "3"
    again = visit("&".join(f"{name}={value}" for name, value in opened.link.items()) + "&force=1:9", "whole_model")
    assert again.at.session_state["app"].page == "whole_model"
