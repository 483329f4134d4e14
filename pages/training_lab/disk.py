"""Sentences for where the server's disk does not take something; never a path, which holds a visitor's secret name."""

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from core.sentences import Sentence
from pages.shared.state import AppState
from pages.shared.text import say

LOG = logging.getLogger(__name__)
FULL = errno.ENOSPC, errno.EDQUOT, errno.EFBIG
CLOSED = errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR
GONE = errno.ENOENT, errno.ESTALE


def why(error: Exception) -> Sentence:
    """Return why the disk did not take something, as the end of a sentence."""
    number = getattr(error, "errno", None)
    kinds = (kind for kind, numbers in {"full": FULL, "closed": CLOSED, "gone": GONE}.items() if number in numbers)
    return Sentence(f"disk.{next(kinds, 'other')}")


@contextmanager
def answered(current: AppState, key: str) -> Iterator[None]:
    """Answer with a sentence, the string of this key, if what is done here cannot be kept; the log says the rest."""
    current.problems = ()
    try:
        yield
    except OSError as error:
        LOG.warning("could not be kept", exc_info=error)
        current.problems = (say(Sentence(key, {"why": why(error)})),)
