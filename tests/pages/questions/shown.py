"""All that stands on a page that was opened, as text and as numbers: what an answer says has to be among it."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import numpy as np


def texts_of(page) -> str:
    """Return every text of a page: its sentences, formulas, code, tables, charts, and what its views were sent."""
    told = [page.said, page.told, *(block.value for block in page.at.code)]
    tables = [table.value.to_string() for table in page.at.dataframe]
    sent = [json.dumps(data, ensure_ascii=False) for data in (*page.sent, *charts(page))]
    return "\n".join([*told, *tables, *sent]).replace("\u00a0", " ")


def numbers_of(page) -> Iterator[float]:
    """Return every number of a page's tables and charts."""
    for table in page.at.dataframe:
        yield from table.value.select_dtypes("number").to_numpy().ravel().tolist()
    for chart in charts(page):
        yield from leaves(chart["data"])


def charts(page) -> list[dict[str, Any]]:
    """Return the charts of a page."""
    return [json.loads(chart.proto.spec) for chart in page.at.get("plotly_chart")]


def leaves(found: Any) -> Iterator[float]:
    """Return the numbers in what a chart was sent, those that were packed included."""
    if isinstance(found, dict) and "bdata" in found:
        yield from np.frombuffer(base64.b64decode(found["bdata"]), np.dtype(found["dtype"])).tolist()
    elif isinstance(found, dict):
        for value in found.values():
            yield from leaves(value)
    elif isinstance(found, list):
        for value in found:
            yield from leaves(value)
    elif isinstance(found, int | float) and not isinstance(found, bool):
        yield found
