"""Padding: one source with PAD tokens behind it, and in a batch with others, with the padding mask and without it."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.analysis.masks.leak import PaddingChange, padding_test
from core.decoding import decode_batch
from core.figures.board_events import Cell
from core.figures.boards import Line
from core.figures.panels import Panel
from core.masks import padding_mask
from core.run import models, runs
from core.run.kept import kept
from core.run.runs import RunSpec
from core.run.tokens import name_in
from core.switches import Switches
from core.trace import Cell as MaskCell
from core.training.batches import pad
from core.vocab import PAD
from pages.masks.choices import MOST_BEHIND, MasksChoices
from pages.masks.names import short, text_of
from pages.masks.panels import token_panels
from pages.shared.state import AppState
from pages.shared.text import powers, t

COMPANY = 3
MOST_COLUMNS = 17


@dataclass(frozen=True, eq=False)
class SmallBatch:
    """Hold a small batch: the sources, padded to the longest, and what each becomes alone, with the mask and without.

    Shapes: ids [B,S], allowed [B,S] boolean
    """

    sources: tuple[str, ...]
    ids: Tensor
    allowed: Tensor
    alone: tuple[str, ...]
    masked: tuple[str, ...]
    unmasked: tuple[str, ...]


def most_behind(spec: RunSpec) -> int:
    """Return how many PAD tokens there is room for behind the source."""
    longest = models.catalogue()[spec.model].config.max_source_len
    return min(MOST_BEHIND, longest - len(runs.source_ids(replace(spec, pads=0))))


@kept
def padding_changes(spec: RunSpec) -> dict[str, PaddingChange]:
    """Put up to `most_behind` PAD tokens behind the source, masked (on) and not (off), and say what moves.

    Raises: Unreadable if the source or the reference cannot be run.
    """
    source, read = torch.tensor(runs.source_ids(replace(spec, pads=0))), runs.trace(replace(spec, pads=0)).read()
    return {
        name: padding_test(models.model(spec.model), source, read, most_behind(spec), switches)
        for name, switches in padding_switches(spec).items()
    }


@kept
def outputs_padded(spec: RunSpec, count: int) -> dict[str, str]:
    """Return what is written with so many PAD tokens behind the source, masked (on) and not (off)."""
    ids = torch.tensor([runs.source_ids(replace(spec, pads=0)) + [PAD] * count])
    return {
        name: text_of(spec, decode_batch(models.model(spec.model), ids, switches)[0])
        for name, switches in padding_switches(spec).items()
    }


def padding_switches(spec: RunSpec) -> dict[str, Switches]:
    """Return the run's switches with the padding mask on and off."""
    switches = runs.trace(spec).switches
    return {"on": replace(switches, padding=True), "off": replace(switches, padding=False)}


def batch_mates(spec: RunSpec) -> tuple[str, ...]:
    """Return a few held-out examples of different lengths, none too long, to stand in one batch with the source.

    Where the task has no other example, it is the first half of the source.
    """
    longest = models.catalogue()[spec.model].config.max_source_len
    length = lambda text: len(spec.task.source_tokens(text))  # noqa: E731
    others = (example.source for example in spec.task.examples())
    ordered = sorted((x for x in others if x != spec.source and length(x) <= longest), key=length)
    if not ordered:
        return tuple(filter(None, [spec.source[: len(spec.source) // 2].strip()]))
    places = {round(n * (len(ordered) - 1) / COMPANY) for n in range(COMPANY)}
    return tuple(ordered[place] for place in sorted(places))


@kept
def small_batch(spec: RunSpec) -> SmallBatch:
    """Decode the source in a batch with its batch mates.

    Raises: Unreadable if the source cannot be run.
    """
    model, sources = models.model(spec.model), (spec.source, *batch_mates(spec))
    each = [runs.source_ids(replace(spec, source=source, pads=0)) for source in sources]
    ids = pad(each)

    def written(rows: Tensor, on: bool) -> list[str]:
        outputs = decode_batch(model, rows, replace(spec.switches, padding=on))
        return [text_of(spec, tokens) for tokens in outputs]

    alone = tuple(written(torch.tensor([row]), True)[0] for row in each)
    allowed = padding_mask(ids, PAD)[:, 0, 0]
    return SmallBatch(sources, ids, allowed, alone, tuple(written(ids, True)), tuple(written(ids, False)))


def batch_line(spec: RunSpec, found: SmallBatch) -> Line:
    """Return the batch as a matrix of tokens, with what is written for each row."""
    vocab = models.catalogue()[spec.model].source_vocab
    tokens = [[name_in(vocab, number) for number in row] for row in found.ids.tolist()]
    for row, source in zip(tokens, found.sources, strict=True):
        typed = runs.source_names(replace(spec, source=source, pads=0))  # an unknown token is shown as it was typed
        row[: len(typed)] = typed
    rows = tuple(str(number + 1) for number in range(len(tokens)))
    cells = torch.where(found.allowed, int(MaskCell.OPEN), int(MaskCell.PADDING)).to(torch.uint8)
    matrix = Panel(
        id="batch", title=t("masks.panel_batch"), help=t("masks.explain_batch"), values=torch.zeros(cells.shape),
        mask=cells, rows=rows, columns=tuple(str(n + 1) for n in range(cells.shape[1])), column_labels=False,
        texts=[[short(token) for token in row] for row in tokens], scale="sequential", name=t("masks.batch_name"),
        mark=0,
    )  # fmt: skip
    columns = (found.alone, found.masked, found.unmasked)
    texts = list(zip(*columns, strict=True))
    wrong = torch.tensor([[0.0, 0.0 if on == alone else 0.5, 0.0 if off == alone else 0.5] for alone, on, off in texts])
    written = Panel(
        id="batch-written", title=t("masks.panel_written"), help=t("masks.explain_written"), values=wrong, rows=rows,
        columns=tuple(t(f"masks.column_{name}") for name in ("alone", "batch_on", "batch_off")), texts=texts,
        row_labels=False, name=t("masks.written_name"), scale="sequential", top=1.0, mark=0,
    )  # fmt: skip
    return Line([matrix, "→", written], t("masks.batch_line", count=len(rows), longest=cells.shape[1]))


def padding_lines(spec: RunSpec, found: dict[str, PaddingChange], count: int) -> list[Line]:
    """Return how far everything moves: by number of PADs, and for each token at the chosen number."""
    vocab = models.catalogue()[spec.model].target_vocab
    rows = tuple(t(f"masks.row_padding_{name}") for name in found)
    read = runs.trace(replace(spec, pads=0)).read().tolist()
    written = [f"{short(name_in(vocab, token))}→" for token in read]
    source = runs.source_names(replace(spec, pads=0))
    by_count = torch.stack([each.logits.amax(-1) for each in found.values()])
    memory = torch.stack([each.memory[count] for each in found.values()])
    logits = torch.stack([each.logits[count] for each in found.values()])
    on, off = outputs_padded(spec, count).values()
    counts = Panel(
        id="counts", title=t("masks.panel_counts"), help=t("masks.explain_counts"), values=by_count, rows=rows,
        columns=tuple(str(n) for n in range(by_count.shape[1])), scale="sequential", top=float(by_count.max()) or 1.0,
        clickable=True, hint=t("masks.hint_count"), name=t("masks.counts_name"),
    )  # fmt: skip
    panels = [*change_panels("memory", memory, source, rows), *change_panels("logits", logits, written, rows)]
    same = "same" if on == off else "differ"
    return [Line([counts]), Line(panels, t(f"masks.padding_{same}", n=count, on=on, off=off))]


def change_panels(name: str, values: Tensor, tokens: list[str], rows: tuple[str, ...]) -> list[Panel]:
    """Return how far tokens moved."""
    top = float(values.max()) or 1.0
    return token_panels(name, values, tokens, rows, MOST_COLUMNS, top=top, name=t(f"masks.{name}_name"))


def choose_count(current: AppState, cell: Cell) -> None:
    """Put as many PAD tokens behind the source as the column says that was clicked."""
    if cell.panel == "counts" and cell.column is not None:
        current.choose(MasksChoices, behind=min(cell.column, MOST_BEHIND))


def padding_summary(spec: RunSpec, found: dict[str, PaddingChange], count: int) -> str:
    """Say how far the logits move with the mask and without it."""
    on, off = (float(found[name].logits[count].max()) for name in ("on", "off"))
    return t("masks.padding_summary", n=count, on=powers(f"{on:.1g}"), off=f"{off:.2f}")
