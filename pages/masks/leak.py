"""Why causal: one token that the decoder reads is changed, and what moves is told, with the mask and without it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.analysis.masks.leak import Change, change_between, leak_logits
from core.figures.board_events import Cell
from core.figures.boards import Line
from core.figures.panels import Panel
from core.run import models, runs
from core.run.kept import kept
from core.run.runs import RunSpec
from core.run.tokens import disambiguate, name_in
from core.switches import Switches
from core.vocab import SPECIALS
from pages.masks.choices import Drawn, MasksChoices
from pages.masks.panels import chunks
from pages.shared.state import AppState
from pages.shared.text import powers, t

MOST_COLUMNS = 14


@dataclass(frozen=True, eq=False)
class Leak:
    """Hold what one changed token does under one mask: how far every position moves, and what it predicts.

    Shapes: predicted and predicted_after [T]
    """

    change: Change
    predicted: Tensor
    predicted_after: Tensor


@dataclass(frozen=True, eq=False)
class Leaks:
    """Hold the leak test by mask: on, off, and, if there is one, the drawn mask in place of the causal one.

    `place` counts from 0.
    """

    spec: RunSpec
    read: Tensor
    place: int
    token: int
    by_mask: dict[str, Leak]


def place_of(choices: MasksChoices, count: int) -> int:
    """Return the position that is changed, from 0: the one asked for, or the last that there is; never the first."""
    return max(1, min(choices.place, count) - 1)


def token_of(choices: MasksChoices, read: Tensor, place: int, vocab_size: int) -> int:
    """Return the token that is put there: the one asked for if it is ordinary, else the next of the vocabulary."""
    present, first = int(read[place]), len(SPECIALS)
    if first <= choices.instead < vocab_size and choices.instead != present:
        return choices.instead
    return present + 1 if first <= present < vocab_size - 1 else first


@kept
def leaks(spec: RunSpec, place: int, token: int, drawn: Drawn) -> Leaks:
    """Change a token and compare, under each mask.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    model, read = models.model(spec.model), runs.trace(spec).read()
    source = torch.tensor(runs.source_ids(spec))
    mine = frozenset(cell for cell in drawn if cell.attention == "self")
    masks: dict[str, Switches] = {
        "on": replace(spec.switches, causal=True), "off": replace(spec.switches, causal=False),
    }  # fmt: skip
    if mine:
        masks["drawn"] = replace(spec.switches, causal=False, blocked=mine)
    found = {}
    for name, switches in masks.items():
        before, after = leak_logits(model, source, read, place, token, switches)
        found[name] = Leak(change_between(before, after), before.argmax(-1), after.argmax(-1))
    return Leaks(spec, read, place, token, found)


def chosen_leaks(spec: RunSpec, choices: MasksChoices) -> Leaks:
    """Return the leak test of the position and the token that were chosen, as far as this run has them."""
    read = runs.trace(spec).read()
    place = place_of(choices, len(read))
    token = token_of(choices, read, place, len(models.catalogue()[spec.model].target_vocab))
    return leaks(spec, place, token, choices.drawn)


def leak_lines(found: Leaks) -> list[Line]:
    """Return the board: what is read, how far each position moves, what it predicts; long targets in several lines."""
    count = len(found.read)
    title = t("masks.leak_line", place=found.place + 1)
    parts = chunks(count, MOST_COLUMNS)
    return [Line([leak_panels(found, part, number)], title if number == 0 else "") for number, part in enumerate(parts)]


def leak_panels(found: Leaks, part: slice, number: int) -> list[Panel]:
    """Return the aligned panels of some positions."""
    vocab = models.catalogue()[found.spec.model].target_vocab
    name = lambda token: name_in(vocab, int(token))  # noqa: E731
    read = [name(token) for token in found.read]
    edited = [name(found.token) if place == found.place else token for place, token in enumerate(read)]
    columns = disambiguate(read)[part]
    places = range(len(read))[part]
    changed = torch.tensor([float(place == found.place) for place in places])
    labels = tuple(t(f"masks.row_{mask}") for mask in found.by_mask)
    heads = [str(place + 1) for place in places]

    def panel(
        kind: str, values: Tensor, rows: Sequence[str], texts: Sequence[Sequence[str]] = (), top: float = 1.0
    ) -> Panel:
        return Panel(
            id=f"{kind}{number}", title=t(f"masks.panel_{kind}"), help=t(f"masks.explain_{kind}"), values=values,
            rows=rows, columns=columns, column_heads=heads, column_labels=kind == "reads", texts=texts, top=top,
            scale="sequential", aligned=True, clickable=True, name=t(f"masks.{kind}_name"),
            hint=t("masks.hint_place"), note=t(f"masks.note_{kind}"),
        )  # fmt: skip

    all_moves = torch.stack([leak.change.logits for leak in found.by_mask.values()])
    all_kl = torch.stack([leak.change.divergence for leak in found.by_mask.values()])
    pairs = [zip(leak.predicted[part], leak.predicted_after[part], strict=True) for leak in found.by_mask.values()]
    predicts = [[name(a) if a == b else f"{name(a)}→{name(b)}" for a, b in row] for row in pairs]
    differ = torch.tensor([[float("→" in text) for text in row] for row in predicts])
    return [
        panel("reads", torch.stack((changed * 0, changed)) * 0.5, (t("masks.row_before"), t("masks.row_after")),
              (read[part], edited[part])),
        panel("moves", all_moves[:, part], labels, top=float(all_moves.max()) or 1.0),
        panel("kl", all_kl[:, part], labels, top=float(all_kl.max()) or 1.0),
        panel("predicts", differ * 0.5, labels, predicts),
    ]  # fmt: skip


def choose_place(current: AppState, cell: Cell) -> None:
    """Change the token of the position that was clicked."""
    if cell.row is None or cell.column is None:
        return
    kind = cell.panel.rstrip("0123456789")
    parts = chunks(len(runs.trace(current.shown).read()), MOST_COLUMNS)
    number = int(cell.panel[len(kind) :])
    if number < len(parts):
        current.choose(MasksChoices, place=max(2, parts[number].start + cell.column + 1), instead=0)


def leak_summary(found: Leaks) -> str:
    """Say which positions saw the change although they stand before it."""
    vocab = models.catalogue()[found.spec.model].target_vocab
    off = found.by_mask["off"].change.logits[: found.place]
    on = found.by_mask["on"].change.logits[: found.place]
    worst = int(off.argmax())
    sentence = t(
        "masks.leak_summary", count=found.place, on=powers(f"{float(on.max()):.3g}"), leaked=int((off > 0).sum()),
        worst=worst + 1, reads=name_in(vocab, int(found.read[worst])), move=f"{float(off[worst]):.2f}",
    )  # fmt: skip
    if "drawn" in found.by_mask:
        mine = found.by_mask["drawn"].change.logits[: found.place]
        sentence += " " + t("masks.leak_drawn", leaked=int((mine > 0).sum()), count=found.place)
    return sentence
