"""Same weights, same logits and same outputs as transformers, for random configurations of each family."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from core import library
from core.decoding import Session, beam_search_batch, decode_batch
from core.interop.huggingface import GenerateBeam, Numbering, load_weights, save_marian
from core.interop.huggingface.families import Described
from core.model import Transformer
from core.training.batches import pad
from core.vocab import BEGIN, END, PAD
from tests.parity.their_models import FAMILIES, LONGEST, saved, their_batch, their_model, transformers

LENGTHS = [9, 4, 1, 6]
TOLERANCE = 1e-4

families = pytest.mark.parametrize("family", FAMILIES)
seeds = pytest.mark.parametrize("seed", range(2))


def both(family: str, seed: int, folder: Path) -> tuple[Any, Transformer, Described]:
    theirs = their_model(family, seed)
    ours, about = load_weights(saved(theirs, folder), longest=LONGEST)
    return theirs, ours, about


def to_ours(numbering: Numbering, ids: Tensor) -> Tensor:
    return torch.tensor([numbering.to_ours(row) for row in ids.tolist()])


def in_their_order(numbering: Numbering, logits: Tensor) -> Tensor:
    """Order the last axis as theirs. Shapes: [...,V] → [...,V']"""
    return logits[..., [numbering.ours[number] for number in range(len(numbering.ours))]]


def begun(theirs: Any, length: int, seed: int) -> Tensor:
    """Draw what their decoder reads, its start first. Shapes: → [B,T]"""
    read = their_batch(theirs, [length] * len(LENGTHS), seed, target=True)
    read[:, 0] = theirs.config.decoder_start_token_id
    return read


def our_read(about: Described, read: Tensor) -> Tensor:
    """Translate what a decoder reads, which begins with BEGIN here."""
    ours = to_ours(about.target, read)
    ours[:, 0] = BEGIN
    return ours


@families
@seeds
@torch.inference_mode()
def test_logits(family: str, seed: int, tmp_path: Path) -> None:
    theirs, ours, about = both(family, seed, tmp_path)
    source, read = their_batch(theirs, LENGTHS, seed), begun(theirs, 11, seed + 1)
    expected = theirs(source, source != theirs.config.pad_token_id, decoder_input_ids=read).logits
    found = ours(to_ours(about.source, source), our_read(about, read))
    assert expected.std() > 0.1
    torch.testing.assert_close(in_their_order(about.target, found), expected, atol=TOLERANCE, rtol=0)


@families
@seeds
@torch.inference_mode()
def test_cached_logits(family: str, seed: int, tmp_path: Path) -> None:
    theirs, ours, about = both(family, seed, tmp_path)
    source, read = their_batch(theirs, LENGTHS, seed), begun(theirs, 7, seed + 1)
    mask = source != theirs.config.pad_token_id
    session, ours_read = Session(ours, to_ours(about.source, source)), our_read(about, read)
    encoded, cache = theirs.get_encoder()(source, mask), None
    for step in range(read.shape[1]):
        output = theirs(
            encoder_outputs=encoded, attention_mask=mask, decoder_input_ids=read[:, step : step + 1],
            cache=cache, use_cache=True,
        )  # fmt: skip
        cache = output.cache
        found = in_their_order(about.target, session.advance(ours_read[:, step]).logits)
        torch.testing.assert_close(found, output.logits[:, -1], atol=TOLERANCE, rtol=0)


def generated(theirs: Any, about: Described, source: Tensor, **options: Any) -> tuple[list[list[int]], Tensor | None]:
    """Return what `generate` writes, in our numbers, up to and with END; and the scores that a beam has given."""
    output = theirs.generate(
        source, attention_mask=source != theirs.config.pad_token_id, max_length=LONGEST + 1, do_sample=False,
        return_dict_in_generate=True, output_scores=True, **options,
    )  # fmt: skip
    end, rows = theirs.config.eos_token_id, output.sequences[:, 1:].tolist()
    written = [about.target.to_ours(row[: row.index(end) + 1] if end in row else row) for row in rows]
    return written, output.get("sequences_scores")


@families
@seeds
def test_greedy_outputs(family: str, seed: int, tmp_path: Path) -> None:
    theirs, ours, about = both(family, seed, tmp_path)
    source = their_batch(theirs, LENGTHS, seed)
    expected, _ = generated(theirs, about, source, num_beams=1)
    assert decode_batch(ours, to_ours(about.source, source)) == expected


@families
@seeds
def test_beam_outputs(family: str, seed: int, tmp_path: Path) -> None:
    """Compare the best outcomes, and the scores of all that are kept: of near-equal ones either may come first."""
    theirs, ours, about = both(family, seed, tmp_path)
    source = their_batch(theirs, LENGTHS, seed)
    for width, penalty in ((2, 0.0), (5, 0.0), (2, 1.0), (4, 1.0), (3, 0.6)):
        options = {"num_beams": width, "length_penalty": penalty, "num_return_sequences": width}
        expected, scores = generated(theirs, about, source, **options)
        session = Session(ours, to_ours(about.source, source), record=False)
        outcomes = [each for beam in beam_search_batch(session, width, penalty, GenerateBeam) for each in beam]
        assert [list(outcome.tokens) for outcome in outcomes[::width]] == expected[::width]
        found = torch.tensor([outcome.total / len(outcome.tokens) ** penalty for outcome in outcomes])
        torch.testing.assert_close(found, scores, atol=TOLERANCE, rtol=0)


def test_our_dates_model_in_marians_layout_writes_the_same(tmp_path: Path) -> None:
    """A thousand inputs: python -m tests.benchmarks.huggingface."""
    loaded = library.load("dates")
    save_marian(tmp_path, loaded.transformer)
    theirs = transformers.MarianMTModel.from_pretrained(tmp_path).eval()
    examples = loaded.task.held_out("test", per_group=1)[:20]
    sources = [loaded.source_ids(example.source)[0].tolist() for example in examples]
    batch = pad(sources)
    expected = theirs.generate(batch, attention_mask=batch != PAD, num_beams=1, do_sample=False)[:, 1:].tolist()
    found = decode_batch(loaded.transformer, batch)
    assert found == [row[: row.index(END) + 1] for row in expected]
    assert len({tuple(row) for row in found}) > 10
