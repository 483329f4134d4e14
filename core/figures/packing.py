"""Arrays and views as the browser is sent them: exactly, or, where they are many numbers, rounded to twelve bits.

Twelve bits in base64 are two bytes. A rounded array begins with ROUNDED: then come its scales, a float32 for each run
of equally many numbers, another ROUNDED, and the codes from −2047 to 2047, two in three bytes. A number is its code
times its scale.
"""

import base64
import zlib
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def packed(array: ArrayLike, dtype: str) -> str:
    """Return an array as base64 of its bytes, row by row, in the byte order that `dtype` names."""
    return base64.b64encode(np.ascontiguousarray(np.asarray(array), dtype).data).decode()


ROUNDED = "~"
LARGEST_CODE = 2047
MOST_EXACT = 9_000  # numbers of one view that are sent as they are


def many(count: int) -> bool:
    """Tell whether a view has so many numbers that it is sent them rounded."""
    return count > MOST_EXACT


def sent(array: ArrayLike, is_rounded: bool, runs: int = 1) -> str:
    """Return an array rounded, each run of its numbers with a scale of its own, or as float32."""
    return rounded(array, runs) if is_rounded else packed(array, "<f4")


def rounded(array: ArrayLike, runs: int = 1) -> str:
    """Return an array as base64 of its numbers in twelve bits, each run of them with a scale of its own.

    A number is off by at most half of a 2047th of the largest of its run; one that is not finite becomes 0.

    Raises: ValueError if the numbers cannot be dealt out to so many runs.
    """
    values = np.nan_to_num(np.asarray(array, dtype=np.float64), nan=0, posinf=0, neginf=0).reshape(runs, -1)
    scales = (np.abs(values).max(1, initial=0) / LARGEST_CODE).astype("<f4")
    codes = np.rint(values / np.where(scales == 0, 1, scales)[:, None]).clip(-LARGEST_CODE, LARGEST_CODE)
    whole = codes.astype(np.int32).ravel() + LARGEST_CODE
    pairs = np.pad(whole, (0, len(whole) % 2)).reshape(-1, 2)
    joined = pairs[:, 0] | (pairs[:, 1] << 12)
    data = np.stack([joined & 255, (joined >> 8) & 255, joined >> 16], axis=1).ravel()[: (3 * len(whole) + 1) // 2]
    return f"{ROUNDED}{packed(scales, '<f4')}{ROUNDED}{packed(data, 'u1')}"


def unpacked(text: str) -> np.ndarray:
    """Return the numbers of an array that was sent, exact or rounded, in one row; the inverse of both."""
    if not text.startswith(ROUNDED):
        return np.frombuffer(base64.b64decode(text), "<f4").astype(np.float64)
    sent_scales, sent = (base64.b64decode(part) for part in text[1:].split(ROUNDED))
    data = np.frombuffer(sent, np.uint8).astype(np.int32)
    count = len(data) * 2 // 3
    triples = np.append(data, np.zeros(-len(data) % 3, np.int32)).reshape(-1, 3)
    codes = np.stack([triples[:, 0] | ((triples[:, 1] & 15) << 8), (triples[:, 1] >> 4) | (triples[:, 2] << 4)], axis=1)
    values = codes.ravel()[:count] - LARGEST_CODE
    scales = np.frombuffer(sent_scales, "<f4").astype(np.float64)
    return values * np.repeat(scales, count // len(scales)) if count else values.astype(np.float64)


def identified(data: dict[str, Any]) -> dict[str, Any]:
    """Return what a view is sent with an id: what looks the same has the same."""
    return data | {"id": f"{zlib.crc32(repr(data).encode()):08x}"}
