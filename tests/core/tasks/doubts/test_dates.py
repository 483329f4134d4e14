"""Rules beside the date model: they say what is wrong with a text, and nothing of a good one."""

from collections import Counter

import pytest

from core.tasks import get_task
from core.tasks.doubts.date_words import SHIPPED, rows
from core.tasks.doubts.dates import certain_day, date_doubts

AMISS = {
    # English, those of the issue first
    "31 June 2021": "no_such_day", "31 February 2021": "no_such_day", "July 2015": "no_day",
    "2/5/2019": "two_readings", "12th December, 1812": "years", "22-23 February": "several",
    "2012-2-30": "no_such_day",
    "July 4, 1776": "years", "29 February 2100": "no_such_day", "32 March 2004": "no_such_day_at_all",
    "31st of April": "no_such_day_ever", "April 5th": "no_year", "2015": "no_day_month", "March": "no_day_year",
    "hello world": "none", "Meet me at noon": "none", "I was born on 3 March 2001": "sentence",
    "March 3 2001 - April 5 2001": "several", "12 March 99": "short_year", "3/5/19": "two_orders",
    "2001-13-13": "no_such_month", "040305": "no_century", "20040230": "no_such_day",
    "0 March 2001": "no_such_day_at_all",
    "3 Marhc 2001": "no_month", "11-12-2013": "two_readings", "the thirty-first of June 2020": "no_such_day",
    # French
    "31 juin 2021": "no_such_day", "30 février 2004": "no_such_day", "juillet 2015": "no_day", "3 mars": "no_year",
    "22-23 février 2004": "several", "14 juillet 1789": "years", "29 février 2019": "no_such_day",
    # German
    "31. Juni 2021": "no_such_day", "30.02.2004": "no_such_day", "Juli 2015": "no_day", "3. März": "no_year",
    "9. November 1799": "years", "29.2.2019": "no_such_day", "wie geht es dir": "none",
    # Spanish
    "31 de junio de 2021": "no_such_day", "30 de febrero": "no_such_day_ever", "julio de 2015": "no_day",
    "12 de octubre de 1492": "years", "3 de marzo": "no_year",
    # Russian
    "31 июня 2021 г.": "no_such_day", "30 февраля 2004": "no_such_day", "июль 2015": "no_day", "3 марта": "no_year",
    "7 сентября 1812": "years",
    # Japanese and Chinese
    "2021年6月31日": "no_such_day", "2021年2月30日": "no_such_day", "2015年7月": "no_day", "3月3日": "no_year",
    "2001年13月3日": "no_such_month", "平成13年3月3日": "era", "二〇〇一年二月三十日": "no_such_day",
    # Arabic, Korean, Thai
    "٤ يوليو ١٧٧٦": "years", "31 يونيو 2021": "no_such_day", "2021년 2월 30일": "no_such_day", "3 มีนาคม 2544": "years",
}  # fmt: skip

# Years that the rules can count, and the shipped models never learnt to.
ERA_DAYS = {
    "平成13年3月3日": "2001-03-03", "3 มีนาคม 2544": "2001-03-03", "3 มีนาคม พ.ศ. 2544": "2001-03-03",
    "令和元年5月1日": "2019-05-01", "民國90年3月3日": "2001-03-03", "昭和39年10月10日": "1964-10-10",
}  # fmt: skip

# Also what people write and CLDR does not list.
GOOD = {
    "the fourth of July 2020": "2020-07-04", "der vierte Juli 2020": "2020-07-04", "1 сентября 2004 года": "2004-09-01",
    "9 мая 1945 года": "1945-05-09", "april2,2021": "2021-04-02", "03-MAR-2001": "2001-03-03",
    "3/March/2001": "2001-03-03", "2001 3 3": "2001-03-03", "25/12/2020": "2020-12-25", "12/25/2020": "2020-12-25",
    "2020-30-09": "2020-09-30", "5/5/2005": "2005-05-05", "二〇〇一年三月三日": "2001-03-03",
    "2001年3月3号": "2001-03-03",
    "le 3 mars 2001": "2001-03-03", "am 3. März 2001": "2001-03-03", "el 3 de marzo de 2001": "2001-03-03",
    "3.3.2001": "2001-03-03", "29 February 2000": "2000-02-29", "29 février 2004": "2004-02-29",
    "Thu 2 Dec 2004": "2004-12-02", "Th 6, 5 thg 3, 2004": "2004-03-05", "Sept 9, 2009": "2009-09-09",
    "31122004": "2004-12-31", "３ mars ２００１": "2001-03-03", "1º de maio de 2010": "2010-05-01",
}  # fmt: skip


@pytest.mark.parametrize(("text", "kind"), AMISS.items())
def test_what_is_no_day_of_the_trained_years_is_doubted(text, kind):
    assert kind in [doubt.kind for doubt in date_doubts(text)]
    assert certain_day(text) == ERA_DAYS.get(text)


@pytest.mark.parametrize(("text", "day"), ERA_DAYS.items())
def test_years_of_an_era_are_doubted_only_where_training_had_none(text, day):
    assert [doubt.kind for doubt in date_doubts(text)] in (["era"], ["years"])
    assert date_doubts(text, counts_eras=True) == []
    assert certain_day(text) == day


@pytest.mark.parametrize(("text", "day"), GOOD.items())
def test_a_good_date_is_not_doubted_and_the_rules_know_its_day(text, day):
    assert date_doubts(text) == []
    assert certain_day(text) == day


def test_no_date_of_the_test_set_is_doubted_in_any_locale():
    examples = get_task("dates").held_out("test")
    assert len(examples) > 2_000
    assert [example.source for example in examples if date_doubts(example.source)] == []


def test_the_day_that_the_rules_read_is_never_another_and_seldom_unknown():
    examples = get_task("dates").held_out("test")
    verdicts = Counter({None: "unknown", example.target: "right"}.get(certain_day(example.source), "wrong")
                       for example in examples)  # fmt: skip
    assert verdicts["wrong"] == 0 and verdicts["right"] > 0.98 * len(examples)


def test_a_doubt_has_the_numbers_of_its_sentence():
    (june,) = date_doubts("31 June 2021")
    assert june.values == {"day": 31, "year": 2021, "month": 6, "days": 30}
    (either,) = date_doubts("2/5/2019")
    assert either.values == {"first": "2019-05-02", "second": "2019-02-05"}
    (years,) = date_doubts("July 4, 1776")
    assert years.values == {"years": "1776", "first": 1900, "last": 2099}


def test_what_is_wrong_twice_is_said_twice():
    assert [doubt.kind for doubt in date_doubts("31 February")] == ["no_such_day_ever", "no_year"]
    assert [doubt.kind for doubt in date_doubts("31 June 1812")] == ["no_such_day", "years"]


@pytest.mark.parametrize(
    "text", ["", " ", "😀", "1" * 500, "///", "99999999999", "0/0/0", "00000000", "12345 12345 1 1"]
)
def test_nonsense_is_doubted_and_breaks_nothing(text):
    assert date_doubts(text)


def test_the_words_that_ship_are_those_of_the_command():
    lines = [line for line in SHIPPED.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert lines == ["\t".join(row) for row in rows()]
