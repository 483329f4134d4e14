"""The proxy that ships, in front of two replicas: headers, limits, and every visitor at one replica."""

import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.paths import ASSETS
from tests.browser.harness import answers, at_rest, serve

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
HEADERS = {
    "Content-Security-Policy": ("frame-ancestors 'self'", "img-src 'self' data: blob:", "default-src 'self'"),
    "X-Frame-Options": ("SAMEORIGIN",),
    "X-Content-Type-Options": ("nosniff",),
    "Referrer-Policy": ("same-origin",),
}
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def proxy(address, tmp_path_factory) -> Iterator[tuple[str, tuple[str, str]]]:
    """Run two replicas behind the proxy; yield its address, and theirs."""
    if NGINX is None:
        if os.environ.get("CI"):
            pytest.fail("no nginx on this machine: apt-get install nginx-light")
        pytest.skip("no nginx on this machine: apt-get install nginx-light")
    folder = tmp_path_factory.mktemp("proxy")
    with serve() as other, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
        free.close()
        replicas = (address, other)
        servers = " ".join(f"server {each.removeprefix('http://')};" for each in replicas)
        text = (ASSETS / "server" / "nginx.conf").read_text(encoding="utf-8")
        text = re.sub(r"server app:8501;.*", servers, text)
        text = text.replace("listen 8080;", f"listen {place};").replace("/tmp/", f"{folder}/")
        user = "user root;\n" if os.geteuid() == 0 else ""
        Path(folder, "nginx.conf").write_text(f"daemon off;\n{user}{text}", encoding="utf-8")
        server = subprocess.Popen([NGINX, "-c", f"{folder}/nginx.conf", "-p", str(folder)])
        try:
            while not answers(f"http://{place}"):
                assert server.poll() is None
                time.sleep(0.05)
            yield f"http://{place}", replicas
        finally:
            server.terminate()
            server.wait(10)


def status_of(address: str, body: bytes | None = None) -> int:
    request = urllib.request.Request(address, data=body, method="GET" if body is None else "PUT")
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.status
    except urllib.error.HTTPError as error:
        return error.code


def test_every_answer_has_the_headers_that_guard_a_visitor(proxy):
    with urllib.request.urlopen(f"{proxy[0]}/heads", timeout=20) as reply:
        for name, parts in HEADERS.items():
            assert all(part in reply.headers[name] for part in parts), name
        assert "nginx/" not in reply.headers["Server"]


def test_metrics_are_closed_and_a_large_body_is_refused(proxy):
    assert status_of(f"{proxy[0]}/_stcore/health") == 200
    assert status_of(f"{proxy[0]}/_stcore/metrics") == 404
    try:
        assert status_of(f"{proxy[0]}/_stcore/upload_file/somebody/file", bytes(12 * MEGABYTE)) == 413
    except urllib.error.URLError as error:  # closed before all was sent
        assert isinstance(error.reason, ConnectionError)


def test_pages_work_behind_it_and_break_no_rule_of_its_policy(browser, proxy):
    page: Page = browser.new_page()
    broken: list[str] = []
    page.on("console", lambda message: broken.append(message.text) if "Content Security" in message.text else None)
    for path, ready in (
        ("", ".s2s-whole[data-painted]"),
        ("block", "[data-testid=stPlotlyChart]"),
        ("decode", ".s2s-view"),
    ):
        page.goto(f"{proxy[0]}/{path}")
        page.wait_for_selector(ready)
        at_rest(page)
    page.goto(f"{proxy[0]}/decode?step=2")
    page.wait_for_selector(".s2s-view")
    at_rest(page)
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("step=3"))
    assert not broken
    page.close()


def test_a_visitor_stays_at_one_replica_and_visitors_are_shared_out(proxy):
    seen = set()
    for _ in range(24):
        with urllib.request.urlopen(proxy[0], timeout=20) as reply:
            cookie = reply.headers["Set-Cookie"].split(";")[0]
        again = urllib.request.Request(proxy[0], headers={"Cookie": cookie})
        with urllib.request.urlopen(again, timeout=20) as reply:
            assert reply.headers["Set-Cookie"].split(";")[0] == cookie
        seen.add(cookie)
    assert len(seen) == 24
