"""What masks keep out, position by position, and the three ways of masking in plain NumPy."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.analysis.masks.leak import blind_rows, leak_test, masked_softmaxes, padding_test
from core.switches import BlockedCell, Switches
from core.taps import Recorder, VisitedTap
from core.trace import Cell
from core.vocab import BEGIN, PAD
from tests.core import tiny
from tests.core.runs import dates_run, run
from tests.core.tiny import VARIANTS, ids

ON, CAUSAL_OFF, PADDING_OFF = Switches(), Switches(causal=False), Switches(padding=False)
SOURCE, READ = ids(6)[0], torch.tensor([BEGIN, 7, 5, 9, 4, 6])


def kl(before: np.ndarray, after: np.ndarray) -> float:
    """Return KL(softmax(before) ‖ softmax(after)) in nats."""
    p, q = (np.exp(x - x.max()) / np.exp(x - x.max()).sum() for x in (before, after))
    return float((p * np.log(p / q)).sum())


@given(st.integers(0, 5), st.integers(4, 12), st.sampled_from(sorted(VARIANTS)))
def test_under_the_causal_mask_nothing_earlier_moves_at_all(place: int, token: int, variant: str) -> None:
    if int(READ[place]) == token:
        return
    found = leak_test(tiny.model(**VARIANTS[variant]), SOURCE, READ, place, token, ON)
    assert not bool(found.logits[:place].any()) and not bool(found.divergence[:place].any())
    assert bool((found.logits[place:] > 1e-9).all())


@pytest.mark.parametrize("causal", (True, False))
def test_how_far_each_position_moves_counted_again(causal: bool) -> None:
    """Run the model's own forward on both readings and compare the logits here."""
    built = tiny.model()
    edited = READ.clone()
    edited[3] = 12
    before, after = (built(SOURCE[None], tokens[None], causal=causal)[0].numpy() for tokens in (READ, edited))
    found = leak_test(built, SOURCE, READ, 3, 12, Switches(causal=causal))
    assert np.abs(found.logits.numpy() - np.abs(after - before).max(-1)).max() < 1e-10
    for position in range(6):
        assert float(found.divergence[position]) == pytest.approx(kl(before[position], after[position]), abs=1e-10)
    assert bool((found.logits[:3] > 1e-3).all()) == (not causal)
    assert READ.tolist() == [BEGIN, 7, 5, 9, 4, 6]


def test_what_cannot_be_changed() -> None:
    for place in (-1, 6):
        with pytest.raises(ValueError, match=f"positions 0 to 5, asked for {place}"):
            leak_test(tiny.model(), SOURCE, READ, place, 4, ON)
    with pytest.raises(ValueError, match="token 9 stands at position 3 already"):
        leak_test(tiny.model(), SOURCE, READ, 3, 9, ON)


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_masked_padding_is_inert_and_unmasked_padding_is_not(variant: str) -> None:
    built = tiny.model(**VARIANTS[variant])
    inert, felt = (padding_test(built, SOURCE, READ, 5, switches) for switches in (ON, PADDING_OFF))
    for table, width in ((inert.memory, 6), (inert.logits, 6), (inert.divergence, 6)):
        assert table.shape == (6, width) and float(table.max()) < 1e-10
    for table in (felt.memory, felt.logits, felt.divergence):
        assert not bool(table[0].any())
    assert bool((felt.memory[1:] > 1e-9).all()) and bool((felt.logits[1:] > 1e-9).all())


def test_what_unmasked_padding_does_counted_again() -> None:
    """Encode by layers here, with no mask, and let a recorder read what cross-attention is handed."""
    built = tiny.model()
    found = padding_test(built, SOURCE, READ, 4, PADDING_OFF)
    runs = []
    for count in range(5):
        padded = torch.cat((SOURCE, torch.full((count,), PAD)))[None]
        x = built.embed(built.source_embedding, padded, built.source_positions(6 + count))
        for layer in built.encoder:
            x = layer(x)
        recorder = Recorder(lambda site: site == "logits")
        causal = torch.ones(6, 6).tril().bool()
        hidden = built.decode(READ[None], [x, x], causal, None, built.target_positions(6))
        built.logits(hidden, VisitedTap([recorder]))
        runs.append((x[0, :6].numpy(), recorder.records["logits"][0].numpy()))
    for count, (memory, logits) in enumerate(runs):
        assert np.abs(found.memory[count].numpy() - np.abs(memory - runs[0][0]).max(-1)).max() < 1e-10
        assert np.abs(found.logits[count].numpy() - np.abs(logits - runs[0][1]).max(-1)).max() < 1e-10
        expected = [kl(one, other) for one, other in zip(runs[0][1], logits, strict=True)]
        assert np.abs(found.divergence[count].numpy() - expected).max() < 1e-10


def test_where_there_is_no_room_for_padding() -> None:
    for most in (-1, 14):
        with pytest.raises(ValueError, match=f"room for 0 to 13 PAD tokens behind this source, asked for {most}"):
            padding_test(tiny.model(), SOURCE, READ, most, ON)
    with pytest.raises(ValueError, match="must have no PAD token"):
        padding_test(tiny.model(), torch.cat((SOURCE, torch.tensor([PAD]))), READ, 2, ON)


def test_a_row_that_may_attend_to_nothing_gets_the_bias_and_no_more() -> None:
    blocked = frozenset(BlockedCell("self", 2, key) for key in range(3))
    built, trace = run(Switches(blocked=blocked))
    assert blind_rows(trace.self_cells() == Cell.OPEN) == [2]
    assert blind_rows(trace.cross_cells() == Cell.OPEN) == blind_rows(trace.encoder_cells() == Cell.OPEN) == []
    recorder = Recorder(lambda site: site == "decoder.0.self_attn.output")
    mask = Switches(blocked=blocked).self_mask(7)
    built.decode(trace.read()[None], [torch.ones(1, 3, 14).double()] * 2, mask, None, None, VisitedTap([recorder]))
    output = recorder.records["decoder.0.self_attn.output"][0]
    assert torch.equal(output[2], built.decoder[0].self_attn.out_proj.bias)
    assert not torch.equal(output[1], output[2])


@given(st.data())
def test_the_three_ways_of_masking_in_numpy(data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    scores = data.draw(arrays.arrays(float, shape, elements=st.floats(-20, 20)))
    allowed = data.draw(arrays.arrays(bool, shape))
    found = {
        name: table.numpy() for name, table in masked_softmaxes(torch.tensor(scores), torch.tensor(allowed)).items()
    }
    blind = blind_rows(torch.tensor(allowed))
    assert blind == [row for row in range(shape[0]) if not any(allowed[row])]
    for row in range(shape[0]):
        if row in blind:
            assert not found["ours"][row].any()
            assert np.isnan(found["minus infinity"][row]).all()
            assert np.abs(found["large number"][row] - 1 / shape[1]).max() < 1e-12
            continue
        powers = np.where(allowed[row], np.exp(scores[row]), 0)
        for table in found.values():
            assert np.abs(table[row] - powers / powers.sum()).max() < 1e-12


def test_the_shipped_model_keeps_the_answer_in_only_under_its_mask() -> None:
    built, trace, _ = dates_run()
    source, read = trace.source[:-3], trace.read()
    token = int(read[6]) % 14 + 1
    masked, open_ = (leak_test(built, source, read, 6, token, switches) for switches in (ON, CAUSAL_OFF))
    assert not bool(masked.logits[:6].any()) and float(masked.logits[6:].min()) > 0
    assert float(open_.logits[:6].min()) > 1e-3
    inert, felt = (padding_test(built, source, read, 8, switches) for switches in (ON, PADDING_OFF))
    assert float(inert.logits.max()) < 1e-3 < float(felt.logits[1:].min())
