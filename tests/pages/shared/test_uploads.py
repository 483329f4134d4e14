"""What a server keeps of what is sent to it: as a page asks for it, of bounded size, and no more than a little."""

import re
import secrets
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from websockets.sync.client import ClientConnection, connect

from pages.shared.browser import uploads
from pages.shared.browser.uploads import MOST_ADDRESSES, MOST_FILES, BoundedFiles
from pages.training_lab.upload import MOST_MEGABYTES
from tests.browser.harness import serve

PATIENCE = 60
MEGABYTE = 1024**2


class Sender:
    """One visitor who speaks to the server without a browser, and so without its limits."""

    def __init__(self, address: str, socket: ClientConnection) -> None:
        self.address, self.socket = address, socket
        with urllib.request.urlopen(f"{address}/_stcore/health") as reply:
            self.cookie = reply.headers["Set-Cookie"].split(";")[0]
        self.tell(BackMsg(rerun_script={}))
        self.session = self.hear("new_session").new_session.initialize.session_id
        self.hear("script_finished")

    def tell(self, message: BackMsg) -> None:
        self.socket.send(message.SerializeToString())

    def hear(self, kind: str) -> ForwardMsg:
        """Wait for a message of this kind."""
        while True:
            message = ForwardMsg.FromString(self.socket.recv(PATIENCE))
            if message.WhichOneof("type") == kind:
                return message

    def addresses(self, count: int) -> list[str]:
        """Ask where to send so many files, as a browser does before it sends one."""
        asked = BackMsg(file_urls_request={"request_id": "x", "file_names": ["f"] * count, "session_id": self.session})
        self.tell(asked)
        return [each.upload_url for each in self.hear("file_urls_response").file_urls_response.file_urls]

    def send(self, place: str, size: int) -> int:
        """Send a file of so many bytes; return the status with which it is answered."""
        head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        request = urllib.request.Request(f"{self.address}{place}", head + bytes(size) + b"\r\n--x--\r\n", method="PUT")
        request.add_header("Content-Type", "multipart/form-data; boundary=x")
        request.add_header("Cookie", self.cookie)
        request.add_header("X-Xsrftoken", self.cookie.split("=", 1)[1])
        try:
            with urllib.request.urlopen(request) as reply:
                return reply.status
        except urllib.error.HTTPError as error:
            return error.code
        except (ConnectionError, urllib.error.URLError):  # it was answered, and hung up, before all was sent
            return 413


@contextmanager
def coming(address: str) -> Iterator[Sender]:
    """Come to a server and open its first page."""
    with connect(f"{address.replace('http', 'ws')}/_stcore/stream", max_size=None) as socket:
        yield Sender(address, socket)


def kept_bytes(address: str) -> int:
    """Return how many bytes of uploads a server says that it holds."""
    with urllib.request.urlopen(f"{address}/_stcore/metrics") as reply:
        found = re.search(r"cache_memory_bytes\{[^}]*UploadedFileManager[^}]*\} (\d+)", reply.read().decode())
    return int(found[1]) if found else 0


def test_a_server_keeps_a_little_of_what_is_sent_to_it_past_the_browser():
    with serve() as address, coming(address) as sender:
        unasked = [sender.send(f"/_stcore/upload_file/{sender.session}/{secrets.token_hex(8)}", 10**6) for _ in "ab"]
        assert unasked == [403, 403]
        (place,) = sender.addresses(1)
        assert sender.send(place, 11 * MEGABYTE) == 413
        assert sender.send(place, MOST_MEGABYTES * 10**6) == 204  # the largest that a page takes
        assert [sender.send(place, 5 * 10**6) for _ in range(3)] == [204] * 3
        for _ in range(2):
            assert {sender.send(place, 5 * 10**6) for place in sender.addresses(3)} == {204}
        assert kept_bytes(address) == MOST_FILES * 5 * 10**6


@pytest.fixture
def manager() -> BoundedFiles:
    """Return a manager that held a file before it was bounded."""
    plain = MemoryUploadedFileManager("/upload")
    plain.add_file("early", UploadedFileRec("f", "f", "", bytes(10)))
    BoundedFiles.take_over(plain)
    return plain


def put(manager: BoundedFiles, session: str, size: int) -> str:
    """Send a file as a browser does, and return its name."""
    (asked,) = manager.get_upload_urls(session, ["f"])
    manager.add_file(session, UploadedFileRec(asked.file_id, "f", "", bytes(size)))
    return asked.file_id


def test_the_newest_files_of_a_visitor_are_there_and_the_others_gone(manager):
    assert not manager.file_storage["early"]
    sent = [put(manager, "me", 10) for _ in range(5)]
    other = put(manager, "you", 10)
    assert [file.file_id for file in manager.get_files("me", sent)] == sent[-MOST_FILES:]
    assert [file.file_id for file in manager.get_files("you", [other])] == [other]
    manager.remove_file("me", sent[-1])
    again = put(manager, "me", 10)
    assert [file.file_id for file in manager.get_files("me", [*sent, again])] == [sent[-2], again]


def test_of_all_visitors_the_oldest_file_goes_first(manager, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 100)
    first, second, third = (put(manager, visitor, 40) for visitor in "abc")
    assert not manager.get_files("a", [first])
    assert manager.get_files("b", [second]) and manager.get_files("c", [third])


def test_what_a_visitor_left_is_forgotten(manager):
    sent = put(manager, "me", 10)
    manager.remove_session_files("me")
    assert not manager.get_files("me", [sent]) and not manager.order and not manager.addresses


def test_no_more_addresses_are_given_out_than_are_remembered(manager):
    assert len(manager.get_upload_urls("me", ["f"] * 1000)) == MOST_ADDRESSES == len(manager.addresses["me"])
