"""How a text becomes subwords; the characters and words of other tasks need no more than `list` and `split`."""

from core.tokenizers.subwords import UNSPACED, Subwords
from core.vocab import MARK

__all__ = ["MARK", "UNSPACED", "Subwords"]
