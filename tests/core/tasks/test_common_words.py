"""Training examples drawn by how often a word is used: common words come often, held-out words never."""

from collections import Counter

from core.tasks.common_words import CommonWords, chances
from core.tasks.spelling import Spelling, words_of

SHARE = 0.25


def test_common_words_come_often_and_every_word_still_comes() -> None:
    plain, drawn = (task.training_pairs(seed=1, epoch=0) for task in (Spelling(), CommonWords(SHARE)))
    assert len(drawn) == round(len(plain) / (1 - SHARE))
    before, after = (Counter(pair.source for pair in pairs) for pairs in (plain, drawn))
    assert not before - after
    assert after["of"] > after["this"] > 10 * before["this"]


def test_no_held_out_word_is_drawn_and_each_draw_is_a_pronunciation() -> None:
    words = {word.source: word.references for word in words_of("train")}
    assert len(chances()) == len(words)
    first, again, later = (CommonWords(SHARE).training_pairs(seed=2, epoch=epoch) for epoch in (0, 0, 1))
    assert all(pair.target in words[pair.source] for pair in first)
    assert first == again != later


def test_the_checkpoint_says_how_much_was_drawn() -> None:
    assert CommonWords(SHARE).data_version().startswith(f"{Spelling().data_version()}, 25% drawn by frequency")
