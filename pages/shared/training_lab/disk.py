"""What is said when the server cannot write: in a sentence, without a path, and with what can be done about it."""

import errno

from pages.shared.text import t

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
LOCKED = {errno.EROFS, errno.EACCES, errno.EPERM}
GONE = {errno.ENOENT, errno.ENOTDIR, errno.ESTALE}


def why_not_written(error: Exception) -> str:
    """Say why something could not be written, in a sentence for a visitor who knows nothing of the server."""
    number = getattr(error, "errno", None)
    if number in FULL:
        return t("lab.disk_full")
    if number in LOCKED:
        return t("lab.disk_locked")
    return t("lab.disk_gone" if number in GONE else "lab.disk_other")
