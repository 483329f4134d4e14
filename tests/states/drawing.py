"""Draw the state of a page: an address with every choice in it, some as a visitor would make them, some absurd.

What a page lets one choose is read off its Choices, so a new field, or a new page, is drawn without a change here.
"""

import random
from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from functools import cache
from importlib import import_module
from urllib.parse import urlencode

from core.checkpoint import Metadata
from core.run import models
from core.run.runs import SWITCHES
from core.run.view import ATTENTIONS, COMPARES
from core.vocab import BEGIN, END, PAD, UNKNOWN
from pages.shared.url import links
from pages.shared.url.fields import PARAM, Choices, Param
from tests.app_pages import PAGES

STRANGE_TEXTS = (
    "", " ", "x", "0", "-1", "-3", "1.5", "NAN", "INF", "-INF", "1e999", "9" * 40, "x" * 10_000, "١٢", "²", "1_0",
    "🙂", "e\u0301", "\u200b", "\x00", "a\nb", "<b>b</b>", "$x$", ",", ":", "1:1", "%", "on", "off", "0x10", "+3",
)  # fmt: skip
STRANGE_SOURCES = (
    "x", "X", "?", ".", "1", "🙂", "\u0301", "مارس", "日", "ß", "\u200b", "\u00a0", "", " ", "\n", "\x00",
    "⟨PAD⟩", "⟨END⟩", "$a$", "*b*", "[c](d)", "a b c", "x" * 10_000,
)  # fmt: skip


@dataclass(frozen=True)
class PageState:
    """Hold a page and its address, and the page to which one then goes by the menu, if any."""

    page: str
    params: Mapping[str, str]
    then: str = ""

    @property
    def address(self) -> str:
        """Return the address as one could type it, and where the visitor goes from there."""
        onward = f"  then /{self.then}" if self.then else ""
        return f"/{self.page}?{urlencode(self.params)}{onward}"


@cache
def choices_of_pages() -> dict[str, type[Choices] | None]:
    """Return the kind of choices that each page has, by the page's name."""
    found: dict[str, type[Choices] | None] = dict.fromkeys(PAGES)
    for page in PAGES:
        import_module(f"pages.{page}.choices")
    for kind in Choices.__subclasses__():
        if kind.__module__.startswith("pages."):
            found[kind.__module__.split(".")[1]] = kind
    return found


def draw_state(dice: random.Random) -> PageState:
    """Draw a state of any page."""
    page = dice.choice(PAGES)
    name = dice.choice(list(models.catalogue()))
    metadata = models.catalogue()[name]
    params = {"model": name} | draw_run(dice, name, metadata) | draw_view(dice, metadata)
    if dice.random() < 0.15:
        other = dice.choice(list(models.catalogue()))
        pinned = {"model": other} | draw_run(dice, other, models.catalogue()[other])
        params |= {links.PINNED: urlencode(pinned), "compare": dice.choice(COMPARES)}
    kind = choices_of_pages()[page]
    if kind is not None:
        params |= {each.name: text for each in fields(kind) if (text := draw_choice(dice, each, metadata)) is not None}
    if dice.random() < 0.05:
        params[dice.choice(sorted(params))] = dice.choice(STRANGE_TEXTS)
    then = dice.choice(PAGES) if dice.random() < 0.2 else ""
    return PageState(page, params, then)


def draw_run(dice: random.Random, name: str, metadata: Metadata) -> dict[str, str]:
    """Draw what is read, what is switched and what the model is made to write."""
    params = {"source": draw_source(dice, name, metadata)}
    if dice.random() < 0.3:
        params["reference"] = draw_reference(dice, metadata)
    params |= {switch: "off" for switch in SWITCHES if switch != "teacher" and dice.random() < 0.2}
    if dice.random() < 0.25:
        params["teacher"] = "on"
    if dice.random() < 0.4:
        params["pads"] = str(dice.choice((0, 1, links.MOST_PADS, links.MOST_PADS + 1)))
    if dice.random() < 0.4:
        params["force"] = draw_forced(dice, metadata)
    return params


def draw_source(dice: random.Random, name: str, metadata: Metadata) -> str:
    """Draw a source: an example, one symbol, as many as the model can read or one more, or something foreign."""
    symbols, longest = metadata.source_symbols, metadata.config.max_source_len
    joint = " " if any(len(symbol) > 1 for symbol in symbols) else ""
    match dice.randrange(6):
        case 0 | 1:
            return dice.choice(models.task_of(name).examples()).source
        case 2:
            return dice.choice(symbols)
        case 3:
            length = dice.choice((2, 3, longest - 1, longest, longest + 1))
            return joint.join(dice.choices(symbols, k=length))
        case 4:
            return dice.choice(symbols) * longest
    return dice.choice(STRANGE_SOURCES)


def draw_reference(dice: random.Random, metadata: Metadata) -> str:
    """Draw a reference: none, one symbol, the longest, one more, or something the model cannot write."""
    symbols, longest = metadata.target_symbols, metadata.config.max_target_len
    joint = " " if any(len(symbol) > 1 for symbol in symbols) else ""
    length = dice.choice((0, 1, 2, longest - 2, longest - 1, longest))
    return dice.choice((joint.join(dice.choices(symbols, k=length)), dice.choice(STRANGE_SOURCES)))


def draw_forced(dice: random.Random, metadata: Metadata) -> str:
    """Draw forced tokens: END at once, one special all the way, the same token to the last step, or any."""
    steps, size = metadata.config.max_target_len, metadata.config.target_vocab_size
    match dice.randrange(5):
        case 0:
            return f"1:{END}"
        case 1:
            pairs = [(step, dice.choice((PAD, BEGIN, UNKNOWN))) for step in (1, 2, dice.randint(1, steps))]
        case 2:
            token = dice.choice((PAD, BEGIN, UNKNOWN, size - 1))
            pairs = [(step, token) for step in range(1, steps + 1)]
        case 3:
            pairs = [(dice.randint(1, steps), dice.randrange(size)) for _ in range(3)]
        case _:
            pairs = [(dice.choice((0, steps, steps + 1)), dice.choice((0, size - 1, size)))]
    return ",".join(f"{step}:{token}" for step, token in pairs)


def draw_view(dice: random.Random, metadata: Metadata) -> dict[str, str]:
    """Draw what is looked at, within what the model has and beyond it."""
    config = metadata.config
    layers = max(config.num_encoder_layers, config.num_decoder_layers)
    view = {"attention": dice.choice(ATTENTIONS)}
    for name, most in (
        ("step", config.max_target_len),
        ("layer", layers),
        ("head", config.num_heads),
        ("row", config.max_source_len),
    ):
        if dice.random() < 0.7:
            view[name] = str(draw_number(dice, 0 if name == "step" else 1, most))
    return view


def draw_number(dice: random.Random, least: float, most: float) -> int | float:
    """Draw a number within bounds, often one of them, seldom one just beyond."""
    if isinstance(least, int) and isinstance(most, int):
        inside = dice.randint(least, most)
        nearby = dice.randint(least, min(most, least + 8))
        return dice.choice((least, most, inside, nearby, nearby, dice.choice((least - 1, most + 1))))
    return dice.choice((least, most, dice.uniform(least, most)))


def draw_choice(dice: random.Random, each: Field, metadata: Metadata) -> str | None:
    """Draw what an address holds for one choice of a page; None leaves it as on a first visit."""
    param: Param = each.metadata[PARAM]
    if dice.random() < 0.04:
        return dice.choice(STRANGE_TEXTS)
    if param.options:
        return param.write(dice.choice(param.options))
    if dice.random() < 0.4:
        return None
    if param.bounds is not None:
        number = draw_number(dice, *param.bounds)
        return f"{number:.6g}" if isinstance(number, float) else str(number)
    if param.longest is not None:
        return draw_text(dice, metadata)
    return draw_own(dice, each.name, metadata)


def draw_text(dice: random.Random, metadata: Metadata) -> str:
    """Draw what might be typed where a page takes text: symbols, names of models, words, or something foreign."""
    return dice.choice((
        dice.choice(metadata.target_symbols), dice.choice(list(models.catalogue())), "the cat sat", "a a a a",
        "one two three four five six seven", dice.choice(STRANGE_TEXTS), dice.choice(STRANGE_SOURCES),
    ))  # fmt: skip


def draw_own(dice: random.Random, name: str, metadata: Metadata) -> str:
    """Draw a text for a choice that is written in its own way."""
    written = OWN_WAYS.get(name)
    return dice.choice(STRANGE_TEXTS) if written is None else written(dice, metadata)


def joined(dice: random.Random, draw) -> str:
    """Draw several of something, as a list is written."""
    return ",".join(draw() for _ in range(dice.choice((1, 2, 5, 40))))


def draw_parts(dice: random.Random, metadata: Metadata) -> str:
    """Draw parts of a model to leave out."""

    def part() -> str:
        side = dice.choice(("encoder", "decoder"))
        if dice.random() < 0.1:
            return f"{side}.final_norm.norm"
        sub = dice.choice(("self_attn", "cross_attn", "ffn"))
        end = dice.choice(("", "_add_norm.residual", "_add_norm.norm"))
        return dice.choice((f"{side}.{dice.randrange(4)}", f"{side}.{dice.randrange(4)}.{sub}{end}"))

    return joined(dice, part)


def draw_heads(dice: random.Random, metadata: Metadata) -> str:
    """Draw heads to silence."""
    return joined(dice, lambda: f"{dice.choice(ATTENTIONS)}.{dice.randint(1, 4)}.{dice.randint(1, 5)}")


def draw_mask(dice: random.Random, metadata: Metadata) -> str:
    """Draw a mask: some cells, or whole rows of an attention, or all of it."""

    def line() -> str:
        keys = dice.choice(("1", "1-64", f"{dice.randint(1, 9)}.{dice.randint(10, 64)}"))
        return f"{dice.choice('esc')}{dice.choice(('1', '1-64', str(dice.randint(1, 64))))}:{keys}"

    return joined(dice, line)


OWN_WAYS = {
    "skip": draw_parts,
    "silenced": draw_heads,
    "drawn": draw_mask,
    "token": lambda dice, metadata: dice.choice(("largest", "products", str(draw_number(dice, 1, 999)))),
    "longer": lambda dice, metadata: str(draw_number(dice, -40, 40)),
    "swaps": lambda dice, metadata: joined(dice, lambda: f"{dice.randint(1, 70)}-{dice.randint(1, 70)}"),
    "edits": lambda dice, metadata: joined(
        dice, lambda: f"{dice.choice(('x', 'wq', 'wk', 'wv', 'wo'))}:{dice.randint(1, 6)}:{dice.randint(1, 6)}:"
        f"{dice.choice((0, 20, -20, 1.5))}",
    ),
}  # fmt: skip
