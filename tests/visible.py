"""All that a page shows, as AppTest has it: texts of elements, options, cells of tables, charts, data of views."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pyarrow
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

# Fields of elements that hold names of code, addresses and styles, and nothing that anybody reads.
UNSEEN = """
    id form_id key element_id fragment_id component_name icon language css css_content html_content js_content theme
    url_path selection_mode page page_script_hash path type width shortcut columns mime_type style script_hash user_key
    config background_color register_component query_param_key allow_html_tags
""".split()  # noqa: SIM905
# What data of a view or a chart holds beside texts: ids, styles, tokens of the model, numbers as base64.
CODED = """
    id ids bdata dtype shape type mode hoverinfo orientation xaxis yaxis anchor color family size kind key page link
    check field source target reads predicts reference template colorscale align side scale attention view pushed
    decided run weights masks history ticks made query params cookie language symbol dash shapes ticksuffix tickformat
    matches overlaying xref yref xanchor yanchor bargroup barmode hovermode dragmode bgcolor fill line marker rows
    columns row_names col_names parts part chosen_by
""".split()  # noqa: SIM905


def visible_texts(at: AppTest) -> Iterator[tuple[str, str]]:
    """Yield every text that is shown, with what shows it."""
    for element in at._tree:
        proto = getattr(element, "proto", None)
        if isinstance(proto, Message) and element.type not in ("code", "html"):
            yield from texts_of(element.type, proto)


def texts_of(place: str, message: Message) -> Iterator[tuple[str, str]]:
    """Yield the texts of an element."""
    for descriptor, value in message.ListFields():
        here = f"{place}.{descriptor.name}"
        if descriptor.name in UNSEEN:
            continue
        if isinstance(value, str | Message | bytes):
            yield from texts_of_value(here, value)
        elif hasattr(value, "__iter__"):
            for each in value:
                yield from texts_of_value(here, each)


def texts_of_value(place: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the texts of one value of an element."""
    if isinstance(value, Message):
        yield from texts_of(place, value)
    elif isinstance(value, bytes):
        yield from cells_of(place, value)
    elif isinstance(value, str) and value[:1] in ("{", "["):
        try:
            yield from texts_in(place, json.loads(value))
        except ValueError:
            yield place, value
    elif isinstance(value, str):
        yield place, value


def texts_in(place: str, data: Any) -> Iterator[tuple[str, str]]:
    """Yield the texts of plain data."""
    if isinstance(data, str):
        yield place, data
    elif isinstance(data, dict):
        for name, each in data.items():
            if name not in CODED:
                yield from texts_in(f"{place}.{name}", each)
    elif isinstance(data, list):
        for each in data:
            yield from texts_in(place, each)


def cells_of(place: str, data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the names of columns and the texts of cells of a table."""
    try:
        table = pyarrow.ipc.open_stream(io.BytesIO(data)).read_all()
    except pyarrow.ArrowInvalid:
        return
    for name in table.column_names:
        yield place, name
        yield from ((f"{place}.cell", value) for value in table.column(name).to_pylist() if isinstance(value, str))
