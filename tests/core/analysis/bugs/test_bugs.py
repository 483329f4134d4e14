"""Ten mistakes on tiny random models: each does its harm, and the same model without it does not."""

import math
from dataclasses import replace

import pytest
import torch

from core.analysis.bugs import large_number, masking, running, trained
from core.analysis.bugs.counting import counted_loss, fill_up
from core.analysis.bugs.famous import BUGS, Bug
from core.analysis.bugs.symptom import Case, Symptom, write
from core.model import Transformer
from core.tasks import Example
from core.training.loss import cross_entropy
from core.vocab import BEGIN, END, PAD
from tests.core import tiny
from tests.core.tiny_task import TASK, VOCABS

SIZES = {f"{side}_vocab_size": len(vocab) for side, vocab in zip(("source", "target"), VOCABS, strict=True)}
SHOWN = tuple(Example(word, word[::-1], "") for word in ("ab", "cdefg"))
EXAMPLES = tuple(Example(word, word[::-1], "") for word in ("ag", "bed", "face", "deaf", "gcaeb"))


def case(model: Transformer | None = None, seed: int = 0) -> Case:
    built = model or tiny.model(seed, dtype=torch.float32, num_decoder_layers=3, **SIZES)
    return Case(built, VOCABS, TASK, SHOWN, EXAMPLES)


def measured(found: Symptom, name: str) -> tuple[float | None, float | None]:
    each = found.measure(name)
    return each.wrong, each.right


def oracle(source: torch.Tensor, read: torch.Tensor) -> torch.Tensor:
    """Write every source backwards, whatever a model would."""
    logits = torch.zeros(*read.shape, len(VOCABS[1]))
    for row, ids in enumerate(source.tolist()):
        right = [*reversed([number for number in ids if number != PAD]), END]
        for step in range(read.shape[1]):
            logits[row, step, right[min(step, len(right) - 1)]] = 1
    return logits


def test_there_are_ten() -> None:
    assert len(BUGS) == 10 and len({bug.symptom for bug in BUGS.values()}) == 10
    assert all(isinstance(bug, Bug) and 1 <= len(bug.models) <= 2 for bug in BUGS.values())


def test_writing_ends_where_end_is_written_and_only_a_whole_output_is_right() -> None:
    shown = case()
    outputs = write(oracle, shown.sources(SHOWN), 9)
    assert [shown.text(row) for row in outputs] == ["ba", "gfedc"] and all(row[-1] == END for row in outputs)
    assert shown.exact(outputs, SHOWN) == 1 and shown.exact([outputs[0][:-1], outputs[1]], SHOWN) == 0.5
    assert shown.text([BEGIN] * 7) == "⟨BEGIN⟩ ⟨BEGIN⟩ ⟨BEGIN⟩ …" and shown.text([END]) == ""


def test_a_row_that_may_see_nothing_makes_loss_and_weights_nan_and_only_its_own_row() -> None:
    model = tiny.model(dtype=torch.float32, **SIZES)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    found = masking.blind_row(case(model))
    wrong, right = measured(found, "batch_loss")
    assert math.isnan(wrong) and math.isfinite(right)
    lost, kept = measured(found, "nan_weights")
    assert lost > 0.9 and kept == 0
    assert [row[1] == "NaN" for row in found.rows] == [False, False, True] and found.rows[-1][2] != "NaN"
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_an_added_number_leaks_once_the_scores_exceed_it() -> None:
    found = large_number.large_number(case())
    first = found.measure("leak_score").wrong
    assert large_number.LARGE / 2 < first < 4 * large_number.LARGE
    for _, score, wrong, right in found.rows:
        assert right == "0.0 %" and (wrong == "0.0 %") == (float(score.replace(",", "")) < first)
    wrong, right = measured(found, "earlier_move")
    assert wrong > 0.01 and right == 0


def test_an_inverted_mask_looks_at_padding_alone() -> None:
    found = masking.polarity(case())
    assert measured(found, "pad_weight") == pytest.approx((1, 0))
    assert (found.weights.hidden_wrong == ~found.weights.hidden_right).all()
    assert found.weights.wrong[found.weights.hidden_wrong].abs().max() == 0
    assert found.weights.right[found.weights.hidden_right].abs().max() == 0


def test_without_the_padding_mask_the_batch_decides() -> None:
    found = masking.no_padding(case())
    wrong, right = measured(found, "logits_move")
    assert wrong > 0.01 and right < 1e-4
    assert found.measure("changed_outputs").right == 0
    assert len({row[3] for row in found.rows}) == 1


def test_decoding_alone_is_decoding_each_without_padding() -> None:
    shown = case()
    one_by_one = [masking.unpadded(replace(shown, examples=(each,)), masking.Switches())[0] for each in EXAMPLES]
    assert masking.unpadded(shown, masking.Switches()) == one_by_one


def test_the_layer_of_the_same_number_is_not_the_last() -> None:
    model = tiny.model(dtype=torch.float32, num_decoder_layers=3, **SIZES)
    wrong, right = measured(running.wrong_memory(case(model)), "right_probability")
    assert wrong != pytest.approx(right, abs=1e-4)
    batch = case(model).batch(EXAMPLES)
    chosen = model(batch.source, batch.read).softmax(-1).gather(-1, batch.labels[..., None])[..., 0]
    assert right == pytest.approx(float(chosen[batch.labels != PAD].mean()))


def test_dropped_weights_do_not_sum_to_one() -> None:
    found = running.dropout_on(case())
    assert measured(found, "largest_sum")[1] == pytest.approx(1) == pytest.approx(measured(found, "smallest_sum")[1])
    sums = found.weights.wrong.sum(-1)
    assert float(sums.max()) <= 1.25 + 1e-6 and float((sums - 1).abs().max()) > 0.01
    drop, even = running.DropWeights(0.2, 3), torch.full((50, 40), 0.025)
    dropped = drop.visit("decoder.0.self_attn.weights", even, 0)
    assert sorted(set(dropped.flatten().tolist())) == pytest.approx([0, 0.025 / 0.8])
    assert float((dropped == 0).float().mean()) == pytest.approx(0.2, abs=0.03)


def test_the_wrong_sign_prefers_shorter_outputs() -> None:
    found = running.penalty_sign(case(tiny.stopping_model(3, 1.0, dtype=torch.float32, **SIZES)))
    wrong, right = measured(found, "mean_length")
    assert wrong < right
    assert measured(found, "greedy_exact")[0] == measured(found, "greedy_exact")[1]


def test_a_model_that_sees_the_target_is_measured_as_it_was_trained() -> None:
    usual, mistaken = case(seed=1), case(seed=2)
    found = trained.no_causal_mask(usual, mistaken)
    batch = usual.batch(EXAMPLES)
    fed = mistaken.model(batch.source, batch.read, causal=False)
    assert found.measure("loss").wrong == pytest.approx(float(cross_entropy(fed, batch.labels)))
    assert found.measure("loss").right == pytest.approx(
        float(cross_entropy(usual.model(batch.source, batch.read), batch.labels))
    )


def test_a_copying_model_is_measured_by_the_token_it_reads() -> None:
    usual, mistaken = case(seed=1), case(seed=2)
    found = trained.not_shifted(usual, mistaken)
    batch = usual.batch(EXAMPLES)
    logits = mistaken.model(batch.source, batch.read)
    assert found.measure("loss").wrong == pytest.approx(float(cross_entropy(logits, batch.read)))
    read = batch.read != PAD
    assert found.measure("copied").wrong == pytest.approx(float((logits.argmax(-1) == batch.read)[read].float().mean()))


def test_padding_that_counts_dilutes_the_loss() -> None:
    usual, mistaken = case(seed=1), case(seed=2)
    found = trained.pad_counted(usual, mistaken)
    batch = fill_up(usual.batch(EXAMPLES), 7)
    assert batch.labels.shape == (5, 7) and (batch.labels != PAD).sum() == usual.batch(EXAMPLES).tokens
    logits = mistaken.model(batch.source, batch.read)
    every = -logits.float().log_softmax(-1).gather(-1, batch.labels[..., None])[..., 0]
    assert found.measure("loss").wrong == pytest.approx(float(every.mean()))
    assert found.measure("token_loss").wrong == pytest.approx(float(every[batch.labels != PAD].mean()))
    assert found.measure("loss").right == found.measure("token_loss").right
    assert float(counted_loss(logits, batch, "tokens")) == pytest.approx(found.measure("token_loss").wrong)
