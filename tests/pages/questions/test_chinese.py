"""The questions in Chinese, which has no spaces between words: they are found, and answers read as they should."""

import pytest

from pages.questions import entries as files
from pages.questions.entries import Entry, entries
from pages.questions.matching import is_in, matching


@pytest.fixture
def in_chinese(monkeypatch) -> tuple[Entry, ...]:
    """Return the questions as they stand in Chinese."""
    monkeypatch.setattr(files, "language", lambda: "zh")
    return entries.__wrapped__()


@pytest.mark.parametrize(
    ("search", "name"),
    [
        ("因果掩码", "causal-mask-when-decoding"),
        ("缓存存什么", "what-the-cache-keeps"),
        ("掩码缓存", "causal-mask-when-decoding"),
        ("除以√d", "divide-by-root-d"),
        ("标签平滑PAD", "label-smoothing"),
        ("为什么要多个头？", "many-heads"),
        ("key_padding_mask", "which-mask-is-which"),
    ],
)
def test_words_without_spaces_between_are_found_each(in_chinese, search, name):
    found = [entry.name for entry in matching(in_chinese, search)]
    assert name in found and len(found) < len(in_chinese) / 2


def test_two_characters_that_only_stand_apart_are_not_a_word():
    text = "残余的误差"
    assert is_in("误差", text) and is_in("残余误差", text) and not is_in("残差", text)


def test_no_gap_stands_behind_a_full_width_mark(in_chinese):
    assert [entry.name for entry in in_chinese if "。 " in entry.answer or "。" not in entry.answer] == []
