"""Query parameters read one at a time: what cannot be read is said in a sentence and left as it was."""

import math
from collections.abc import Mapping
from difflib import get_close_matches

from pages.shared.text import listed, t

MOST_NAMED = 12  # choices that one sentence lists
LONGEST_COMPARED = 60  # characters
LEAST_LIKE = 0.5  # share of the characters that two words must have in common


def whole_number(params: Mapping[str, str], name: str, least: int, most: int, problems: list[str]) -> int | None:
    """Read a whole number within bounds, or None."""
    text = params.get(name)
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) < 9 and least <= int(text) <= most:
        return int(text)
    problems.append(t("problem.url_number", name=name, least=least, most=most, got=shortened(text)))
    return None


def decimal_number(
    params: Mapping[str, str], name: str, least: float, most: float, problems: list[str]
) -> float | None:
    """Read a number within bounds, or None."""
    text = params.get(name)
    if text is None:
        return None
    number = as_number(text)
    if number is not None and least <= number <= most:
        return number
    problems.append(t("problem.url_decimal", name=name, least=f"{least:g}", most=f"{most:g}", got=shortened(text)))
    return None


def as_number(text: str) -> float | None:
    """Return the finite number that a short plain text writes, or None."""
    if not text.isascii() or len(text) > 20 or "_" in text:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def read_option(params: Mapping[str, str], name: str, choices: tuple[str, ...], problems: list[str]) -> dict[str, str]:
    """Read one of a few words, as a dictionary that is empty if there is none."""
    if name not in params:
        return {}
    if params[name] in choices:
        return {name: params[name]}
    problems.append(not_a_choice(name, params[name], choices))
    return {}


def not_a_choice(name: str, got: str, choices: tuple[str, ...]) -> str:
    """Say that a word is none of the choices, and which there are; of many, those that are spelled most like it."""
    if len(choices) <= MOST_NAMED:
        return t("problem.url_choice", name=name, choices=listed(choices), got=shortened(got))
    nearest = get_close_matches(got[:LONGEST_COMPARED], choices, cutoff=LEAST_LIKE)
    key = "problem.url_choice_near" if nearest else "problem.url_choice_far"
    return t(key, name=name, choices=listed(nearest), got=shortened(got), count=len(choices))


def shortened(text: str) -> str:
    """Return a text short enough to repeat in a sentence, as plain characters."""
    kept = "".join(character if character.isprintable() else "·" for character in text)
    return kept if len(kept) <= 30 else kept[:30] + "…"
