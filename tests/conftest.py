"""What all tests share: one processor thread, and hypothesis without deadlines (the machine may be busy)."""

import pytest
import torch
from hypothesis import settings

settings.register_profile("seq2see", deadline=None, max_examples=50)
settings.load_profile("seq2see")


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Use one thread: tiny tensors gain nothing from more."""
    torch.set_num_threads(1)
