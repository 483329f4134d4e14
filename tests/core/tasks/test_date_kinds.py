"""Kinds of dates that people type and CLDR does not list: held out by day, with one reading, apart from the rest."""

import random
from collections import Counter
from datetime import date

import pytest

from core.tasks import get_task
from core.tasks.date_formats import GROUPS
from core.tasks.date_kinds import KINDS, draw_kind
from core.tasks.dates import days_of, split_of
from core.tasks.doubts.dates import certain_day
from core.tasks.typed_dates import TypedDates, has_kinds

TYPED = TypedDates()
KNOWN = {
    "typed-accents": (date(2001, 2, 3), {"3 fevrier 2001", "3. unora 2001", "3 subat 2001"}),
    "typed-nominative": (date(2004, 9, 1), {"1 сентября 2004 года", "1 сентябрь 2004"}),
    "typed-spelled": (date(2020, 7, 4), {"the fourth of July 2020", "der vierte Juli 2020", "am vierten Juli 2020"}),
    "typed-unspaced": (date(2021, 4, 2), {"april2,2021", "2April2021"}),
    "typed-joined": (date(2001, 3, 3), {"3/March/2001", "03-mars-2001", "03.März.2001"}),
    "typed-year-first": (date(2001, 3, 3), {"2001 3 3", "2001. 3. 3", "2001 March 3"}),
    "typed-kanji": (date(2001, 3, 31), {"二〇〇一年三月三十一日", "2001年3月31号"}),
    "typed-era": (date(2001, 3, 3), {"平成13年3月3日", "民國90年3月3日"}),
    "typed-buddhist": (date(2001, 3, 3), {"3 มีนาคม 2544", "3 มีนาคม พ.ศ. 2544"}),
    "typed-one-reading": (date(2020, 9, 30), {"2020-30-09", "30/9/2020", "09/30/2020", "30.09.2020"}),
}


@pytest.fixture(scope="module", autouse=True)
def fewer_days():
    """Let an epoch pass every tenth training day alone: it takes long to draw them all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.tasks.typed_dates.days_of", lambda split: days_of(split)[:: 10 if split == "train" else 1])
        yield


@pytest.fixture(scope="module")
def epoch(fewer_days):
    return TYPED.training_pairs(seed=5, epoch=1)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_writes_what_people_type(kind):
    day, expected = KNOWN[kind]
    rng = random.Random(1)
    drawn = {example.source for example in (draw_kind(day, kind, rng) for _ in range(700)) if example is not None}
    assert expected <= drawn


@pytest.mark.parametrize("kind", KINDS)
def test_each_text_of_a_kind_has_one_reading(kind):
    examples = [example for example in TYPED.held_out_kinds("test", 40) if example.group == kind]
    assert len(examples) == 40 == len({example.target for example in examples})
    assert all(certain_day(example.source) == example.target for example in examples if example.source.islower())


def test_days_are_held_out_in_every_kind(epoch):
    for split in ("dev", "test"):
        assert {split_of(date.fromisoformat(x.target)) for x in TYPED.held_out_kinds(split)} == {split}
    assert sorted(example.target for example in epoch) == [day.isoformat() for day in days_of("train")[::10]]


def test_an_epoch_holds_every_group_and_every_kind_and_repeats_exactly(epoch):
    counts = Counter(example.group for example in epoch)
    assert set(counts) == {*GROUPS, *KINDS}
    assert min(counts.values()) > 0.5 * max(counts.values())
    assert TYPED.training_pairs(seed=5, epoch=1) == epoch


def test_symbols_cover_all_that_is_generated(epoch):
    symbols = set(TYPED.source_symbols())
    assert symbols >= set(get_task("dates").source_symbols())
    assert {token for x in (*epoch, *TYPED.held_out("test")) for token in TYPED.source_tokens(x.source)} <= symbols


def test_the_task_that_ships_is_as_it_was():
    plain = get_task("dates")
    assert not has_kinds(plain.data_version()) and has_kinds(TYPED.data_version())
    assert {example.group for example in plain.held_out("test")} == set(GROUPS)
    assert TYPED.held_out("test")[: len(plain.held_out("test"))] == plain.held_out("test")
