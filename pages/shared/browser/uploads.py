"""A bound on what visitors upload: Streamlit keeps in memory whatever is sent to its address, for as long as they stay.

Streamlit 1.67 takes any file of up to server.maxUploadSize from anybody with an open page, under any name, and as often
as it is sent, whether a page has asked for it or not; the limit that a page gives its uploader holds in the browser
alone. Here a file has to be one that the browser was given an address for, and the newest few of a visitor are kept:
as many as a page has uploaders, since it reads each as soon as it is there.
"""

import threading
from collections import defaultdict, deque
from collections.abc import Sequence

from pages.shared.internals import (
    MemoryUploadedFileManager,
    UploadedFileRec,
    UploadFileUrlInfo,
    upload_manager,
)

MOST_FILES = 2  # of one visitor, each of at most server.maxUploadSize
MOST_BYTES = 200 * 10**6  # of all visitors
MOST_ADDRESSES = 8  # of one visitor, the newest


class BoundedFiles(MemoryUploadedFileManager):
    """Keep what was asked for, and of that the newest: the oldest go, a visitor's own first, then anybody's.

    `addresses` are the names of files that each visitor may send; `order` holds the size of each file by visitor and
    name, the oldest first.
    """

    bounding: threading.RLock
    addresses: dict[str, deque[str]]
    order: dict[tuple[str, str], int]

    @classmethod
    def take_over(cls, manager: MemoryUploadedFileManager) -> None:
        """Bound a manager, which routes and sessions hold already, from now on; what was sent before is let go."""
        manager.bounding = threading.RLock()
        manager.addresses = defaultdict(lambda: deque(maxlen=MOST_ADDRESSES))
        manager.order = {}
        manager.__class__ = cls  # last: a file may come at any time
        for session_id in list(manager.file_storage):
            manager.remove_session_files(session_id)

    def get_upload_urls(self, session_id: str, file_names: Sequence[str]) -> list[UploadFileUrlInfo]:
        """Give out addresses, one a file."""
        given = super().get_upload_urls(session_id, file_names[:MOST_ADDRESSES])
        with self.bounding:
            self.addresses[session_id].extend(each.file_id for each in given)
        return given

    def add_file(self, session_id: str, file: UploadedFileRec) -> None:
        """Keep a file that was asked for.

        Raises: HTTPException, which the browser is answered with, if it was not.
        """
        with self.bounding:
            if file.file_id not in self.addresses.get(session_id, ()):
                from starlette.exceptions import HTTPException  # here, since only a server has use for it

                raise HTTPException(status_code=403, detail="No page asked for this file.")
            super().add_file(session_id, file)
            self.order.pop((session_id, file.file_id), None)
            self.order[session_id, file.file_id] = len(file.data)
            own = [key for key in self.order if key[0] == session_id]
            for key in own[:-MOST_FILES]:
                self.remove_file(*key)
            while sum(self.order.values()) > MOST_BYTES:
                self.remove_file(*next(iter(self.order)))

    def remove_file(self, session_id: str, file_id: str) -> None:
        """Let a file go."""
        with self.bounding:
            self.order.pop((session_id, file_id), None)
            super().remove_file(session_id, file_id)

    def remove_session_files(self, session_id: str) -> None:
        """Let all files of a visitor go, who has gone."""
        with self.bounding:
            self.addresses.pop(session_id, None)
            self.order = {key: size for key, size in self.order.items() if key[0] != session_id}
            super().remove_session_files(session_id)


def bound_uploads() -> None:
    """Bound what this server keeps; one whose uploads are not in the hands of Streamlit's own manager is left alone."""
    manager = upload_manager()
    if manager is not None:
        BoundedFiles.take_over(manager)
