"""The choices of "Non-autoregressive"."""

from collections.abc import Mapping
from dataclasses import dataclass

from pages.shared.first import First
from pages.shared.text import t
from pages.shared.url.fields import Choices, custom_field, model_field, number_field, section_field
from pages.shared.url.params import shortened

PASSES = 1, 2, 4, 10
MOST_LONGER = 40
# One pass writes a token twice, and further ones mend it.
FIRST = First(model="spelling", source="aardvark", reference="AA R D V AA R K")


def read_longer(params: Mapping[str, str], name: str, problems: list[str]) -> int | None:
    """Read by how many tokens the predicted length is overruled: a whole number, below 0 for a shorter output."""
    text = params[name]
    if text.removeprefix("-").isdecimal() and text.isascii() and len(text) < 4 and abs(int(text)) <= MOST_LONGER:
        return int(text)
    problems.append(t("problem.url_number", name=name, least=-MOST_LONGER, most=MOST_LONGER, got=shortened(text)))
    return None


@dataclass(frozen=True, kw_only=True)
class AllAtOnceChoices(Choices):
    """Say which model writes all at once, how long, in how many passes, and which of these is looked at.

    `writer` is empty for the usual one. `longer` is how many tokens the output is longer than the model foretold.
    """

    writer: str = model_field()
    longer: int = custom_field(0, str, read_longer)
    passes: int = number_field(4, least=1, most=10, widget="segmented_control")
    look: int = number_field(1, least=1, most=10)
    section: str = section_field("formula", "measure", "all_at_once_evidence", "code", "question")
