"""How a text becomes subwords; the characters and words of other tasks need no more than `list` and `split`."""

from core.tokenizers.subwords import MARK, Subwords

__all__ = ["MARK", "Subwords"]
