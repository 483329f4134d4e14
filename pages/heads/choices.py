"""The choices of the Heads page: the order of the heads, which are side by side, and which are silenced."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, get_args

from core.config import ModelConfig
from core.switches import AttentionKind, site_of
from core.taps import SilenceHead
from pages.shared.state import AppState
from pages.shared.text import listed, t
from pages.shared.url.fields import Choices, choice_field, custom_field, number_field, section_field
from pages.shared.url.params import shortened

KINDS = get_args(AttentionKind)
MOST_SILENCED = 200


class Head(NamedTuple):
    """Name one head of a model, layer and head from 0."""

    attention: AttentionKind
    layer: int
    head: int

    @property
    def name(self) -> str:
        """Return the name that it has in the address, counted from 1: cross.2.1."""
        return f"{self.attention}.{self.layer + 1}.{self.head + 1}"

    @property
    def intervention(self) -> SilenceHead:
        """Return what silences it in a run."""
        return SilenceHead(site_of(self.attention, self.layer), self.head)

    def within(self, config: ModelConfig) -> bool:
        """Tell whether a model has this head."""
        return self.layer < layers_of(config, self.attention) and self.head < config.num_heads


def layers_of(config: ModelConfig, attention: AttentionKind) -> int:
    """Return how many layers have this attention."""
    return config.num_encoder_layers if attention == "encoder" else config.num_decoder_layers


def all_heads(config: ModelConfig) -> list[Head]:
    """List every head of a model."""
    return [
        Head(attention, layer, head)
        for attention in KINDS
        for layer in range(layers_of(config, attention))
        for head in range(config.num_heads)
    ]


def write_heads(heads: tuple[Head, ...]) -> str:
    """Write heads by their names."""
    return ",".join(head.name for head in heads)


def read_heads(params: Mapping[str, str], name: str, problems: list[str]) -> tuple[Head, ...]:
    """Read heads; those that cannot be read are left out, with one sentence."""
    found, wrong = set(), []
    for text in [text for text in params[name].split(",") if text][:MOST_SILENCED]:
        match = re.fullmatch(rf"({'|'.join(KINDS)})\.([1-9]\d?)\.([1-9]\d?)", text, re.ASCII)
        if match:
            found.add(Head(match[1], int(match[2]) - 1, int(match[3]) - 1))
        else:
            wrong.append(text)
    if wrong:
        problems.append(t("heads.url_silenced", got=shortened(wrong[0])))
    return in_order(found)


def in_order(heads: set[Head]) -> tuple[Head, ...]:
    """Put heads in the order in which the model has them."""
    return tuple(sorted(heads, key=lambda head: (KINDS.index(head.attention), head)))


@dataclass(frozen=True, kw_only=True)
class HeadsChoices(Choices):
    """Say by what the heads are sorted, whether those of one layer or of all are shown, and which are silenced."""

    sort: str = choice_field(
        "model", "entropy", "distance", "diagonal", "previous", "next", "first", "last", "divergence", "norm", "change",
        "total", texts="heads.sort", control="sort_heads", widget="selectbox",
    )  # fmt: skip
    across: str = choice_field("layer", "all", texts="heads.across")
    silenced: tuple[Head, ...] = custom_field((), write_heads, read_heads)
    sample: int = number_field(100, least=50, most=500, step=50, control="sample_heads")
    section: str = section_field("agreement", "joined", "measured", "formula", "code", "question")

    def silenced_in(self, config: ModelConfig) -> tuple[Head, ...]:
        """Return the silenced heads that a model has."""
        return tuple(head for head in self.silenced if head.within(config))


def problems(choices: HeadsChoices, config: ModelConfig) -> list[str]:
    """Say which heads are to be silenced that the model does not have."""
    missing = [head.name for head in choices.silenced if not head.within(config)]
    return [t("heads.not_there", names=shortened(listed(missing)))] if missing else []


def toggle(current: AppState, head: Head) -> None:
    """Silence a head, or let it speak again."""
    silenced = set(current.chosen(HeadsChoices).silenced) ^ {head}
    current.choose(HeadsChoices, silenced=in_order(silenced))
