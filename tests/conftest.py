"""What all tests share: a thread each, no deadlines for hypothesis (machines are busy), one process for the browser."""

from typing import Any

import pytest
import torch
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

settings.register_profile("seq2see", deadline=None, max_examples=50)
settings.load_profile("seq2see")


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Use one thread: tiny tensors gain nothing from more."""
    torch.set_num_threads(1)


class OneBrowser(LoadScopeScheduling):
    """Let one process run all browser tests, with one server and one Chromium, and share out all others one by one."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/browser" if nodeid.startswith("tests/browser/") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneBrowser:
    return OneBrowser(config, log)
