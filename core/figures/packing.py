"""Arrays and views as the browser is sent them."""

import base64
import zlib
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def packed(array: ArrayLike, dtype: str) -> str:
    """Return an array as base64 of its bytes, row by row, in the byte order that `dtype` names."""
    return base64.b64encode(np.ascontiguousarray(np.asarray(array), dtype)).decode()


def identified(data: dict[str, Any]) -> dict[str, Any]:
    """Return what a view is sent with an id: what looks the same has the same."""
    return data | {"id": f"{zlib.crc32(repr(data).encode()):08x}"}
