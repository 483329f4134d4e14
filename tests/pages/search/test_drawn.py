"""The table of samples: bars to one scale, marks where they had to end, and nothing but text from what was written."""

from xml.etree import ElementTree

import pytest

from pages.search.sample_table import ROWS, Row, sample_table

NAMES = "drawn", "exact"


def table_of(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(html[html.index("<table") :])


def places(table: ElementTree.Element) -> list[tuple[str, str]]:
    """Return how long each bar is, and where its mark lies, as the style says it."""
    return [(div.find("i").get("style"), div.find("b").get("style")) for div in table.iter("div")]


def test_every_output_has_its_bar_its_mark_and_its_numbers():
    rows = [Row("ab", 0.5, 0.4, True), Row("b" * 60, 0.3, 0.35, False), Row("", 0.2, 0.0004, False)]
    table = table_of(sample_table(rows, NAMES))
    assert places(table) == [
        ("width:100.00%", "left:80.00%"),
        ("width:60.00%", "left:70.00%"),
        ("width:40.00%", "left:0.08%"),
    ]
    shown = [[cell.text for cell in row.iter() if cell.text] for row in table.iter("tr")]
    assert shown[:3] == [["ab", "50.0%", "40.0%"], ["b" * 60, "30.0%", "35.0%"], ["∅", "20.0%", "<0.1%"]]
    assert [row.get("data-right") for row in table.iter("tr")][:3] == ["", None, None]
    assert "exact: 0.040%" in list(table.iter("tr"))[2].get("title")


def test_an_exact_probability_may_be_the_largest_number():
    table = table_of(sample_table([Row("a", 0.2, 0.8, True)], NAMES))
    assert places(table) == [("width:25.00%", "left:100.00%")]


@pytest.mark.parametrize("count", [0, 1, ROWS])
def test_the_table_is_as_tall_however_few_outputs_there_are(count):
    table = table_of(sample_table([Row("a", 0.1, 0.1, False)] * count, NAMES))
    assert len(list(table.iter("tr"))) == ROWS


def test_outputs_are_text():
    written = '<img src=x onerror="alert(1)">&amp;'
    table = table_of(sample_table([Row(written, 1.0, 1.0, False)], NAMES))
    assert table.find(".//bdi").text == written and table.find(".//img") is None
