"""Symbols and their numbers. The first four of every vocabulary are special."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core.sentences import Refusal

PAD, BEGIN, END, UNKNOWN = range(4)
SPECIALS = ("⟨PAD⟩", "⟨BEGIN⟩", "⟨END⟩", "⟨UNKNOWN⟩")
MARK = "▁"  # begins a subword that begins a word: it stands for the space before it, and at the beginning of a text


@dataclass(frozen=True)
class Vocabulary:
    """Map symbols to ids and back; `cuts_words` tells whether they are subwords.

    Raises: ValueError if a symbol occurs twice or is the name of a special one.
    """

    symbols: tuple[str, ...]
    _ids: dict[str, int] = field(init=False, repr=False, compare=False)
    cuts_words: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = (*SPECIALS, *self.symbols)
        ids = {name: number for number, name in enumerate(names)}
        if len(ids) != len(names):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise Refusal("refusal.symbols_twice", symbols=", ".join(map(repr, twice)))
        object.__setattr__(self, "_ids", ids)
        object.__setattr__(self, "cuts_words", any(symbol.startswith(MARK) for symbol in self.symbols))

    def __len__(self) -> int:
        return len(SPECIALS) + len(self.symbols)

    def __contains__(self, symbol: str) -> bool:
        return symbol in self._ids

    def encode(self, tokens: Iterable[str]) -> list[int]:
        """Return the ids of tokens; a symbol that the model never saw becomes UNKNOWN."""
        return [self._ids.get(token, UNKNOWN) for token in tokens]

    def decode(self, ids: Sequence[int]) -> list[str]:
        """Return the tokens up to the first END, without the specials.

        Raises: IndexError if an id is not in the vocabulary.
        """
        tokens = []
        for number in ids:
            if number == END:
                break
            name = self.name(number)
            if number >= len(SPECIALS):
                tokens.append(name)
        return tokens

    def name(self, number: int) -> str:
        """Return the text of one id, specials included.

        Raises: IndexError if the id is not in the vocabulary.
        """
        if not 0 <= number < len(self):
            raise IndexError(f"id {number} is outside the vocabulary of {len(self)} symbols")
        return SPECIALS[number] if number < len(SPECIALS) else self.symbols[number - len(SPECIALS)]
