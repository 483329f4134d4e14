"""What all tests share: a thread each, no deadlines for hypothesis (machines are busy), few browsers."""

import os

# Before NumPy is imported: its threads spin while they wait for each other, which takes several times as long in all.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from typing import Any

import pytest
import torch
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

settings.register_profile("seq2see", deadline=None, max_examples=50)
settings.load_profile("seq2see")


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Use one thread, whatever the test before has set: tiny tensors gain nothing from more, and sums stay the same."""
    torch.set_num_threads(1)


class FewBrowsers(LoadScopeScheduling):
    """Share out browser tests by the file, so that each process has one server and one Chromium; others one by one."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::")[0] if nodeid.startswith("tests/browser/") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FewBrowsers:
    return FewBrowsers(config, log)
