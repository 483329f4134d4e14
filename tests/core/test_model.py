"""What holds of the whole model: causality, inert padding, positions, wirings, tying."""

import pytest
import torch
from torch import Tensor

from core.config import ModelConfig
from core.masks import padding_mask
from core.model import Transformer
from core.switches import Switches, full_pass
from core.taps import Intervention, Recorder, VisitedTap
from core.vocab import PAD
from tests.core import tiny
from tests.core.tiny import VARIANTS, ids, worst

variants = pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS.keys())


@variants
def test_editing_a_later_target_token_leaves_earlier_logits_bit_equal(changes: dict) -> None:
    built = tiny.model(dtype=torch.float32, **changes)
    source, read = ids(5, 7), ids(7, 7, seed=1)
    before = built(source, read)
    for position in range(1, 7):
        edited = read.clone()
        edited[:, position] = (edited[:, position] - 3) % 9 + 4
        after = built(source, edited)
        assert torch.equal(before[:, :position], after[:, :position])
        assert not torch.equal(before[:, position], after[:, position])
        leaky = built(source, read, causal=False), built(source, edited, causal=False)
        assert not torch.equal(leaky[0][:, 0], leaky[1][:, 0])


@variants
def test_forward_is_encode_then_decode(changes: dict) -> None:
    built = tiny.model(**changes)
    source, read = ids(5, 7), ids(6, 6, seed=1)
    assert worst(built(source, read), full_pass(built, source, read, Switches())) < 1e-12
    no_causal = full_pass(built, source, read, Switches(causal=False))
    assert worst(built(source, read, causal=False), no_causal) < 1e-12
    assert built(source, read).shape == (2, 6, built.config.target_vocab_size)


@variants
def test_padding_is_inert_under_the_padding_mask_only(changes: dict) -> None:
    built = tiny.model(**changes)
    source, read = ids(5, 5), ids(6, 6, seed=1)
    padded = torch.cat((source, torch.full((2, 6), PAD)), dim=1)
    masked = Switches()
    assert worst(full_pass(built, source, read, masked), full_pass(built, padded, read, masked)) < 1e-10
    unmasked = Switches(padding=False)
    assert worst(full_pass(built, source, read, masked), full_pass(built, source, read, unmasked)) < 1e-10
    leaky = full_pass(built, padded, read, unmasked) - full_pass(built, source, read, unmasked)
    assert bool((leaky.abs().amax(-1) > 1e-4).any())


def encoded(built: Transformer, source: Tensor, positions: Tensor | None) -> Tensor:
    return built.encode(source, padding_mask(source, PAD), positions)[-1]


@variants
def test_without_positions_the_encoder_is_permutation_equivariant(changes: dict) -> None:
    built = tiny.model(**changes)
    source = ids(11, 7)
    order = torch.randperm(11, generator=torch.Generator().manual_seed(5))
    assert worst(encoded(built, source[:, order], None), encoded(built, source, None)[:, order]) < 1e-10
    positions = built.source_positions(11)
    if built.config.position != "none":
        assert worst(encoded(built, source[:, order], positions), encoded(built, source, positions)[:, order]) > 1e-3
        moved = encoded(built, source[:, order], positions[order])
        assert worst(moved, encoded(built, source, positions)[:, order]) < 1e-10


class Nudge(Intervention):
    """Add a little noise to one tensor of a run."""

    def __init__(self, site: str) -> None:
        self.site = site

    def wants(self, site: str) -> bool:
        return site == self.site

    def visit(self, site: str, tensor: Tensor, first_query: int) -> Tensor:
        return tensor + torch.randn(tensor.shape, dtype=tensor.dtype, generator=torch.Generator().manual_seed(1))


def memories(built: Transformer, *visitors) -> list[Tensor]:
    return built.encode(ids(5, 7), padding_mask(ids(5, 7), PAD), built.source_positions(7), VisitedTap(visitors))


@pytest.mark.parametrize("final_norm", (False, True))
def test_wirings_hand_each_decoder_layer_its_encoder_layer(final_norm: bool) -> None:
    for wiring in ("last", "layerwise", "mixed"):
        built = tiny.model(wiring=wiring, num_decoder_layers=3, final_norm=final_norm)
        recorder = Recorder()
        handed = memories(built, recorder)
        outputs = [recorder.records[f"encoder.{layer}.output"] for layer in range(3)]
        if final_norm:
            outputs = [built.encoder_norm(x) for x in outputs]
        if wiring == "last":
            expected = [outputs[-1]] * 3
        elif wiring == "layerwise":
            expected = outputs
        else:
            raw = [[float(logit.exp()) for logit in row] for row in built.mix_logits]
            expected = [sum(share * x for share, x in zip(row, outputs, strict=True)) / sum(row) for row in raw]
        assert len(handed) == 3
        for got, wanted in zip(handed, expected, strict=True):
            assert worst(got, wanted) < 1e-10


@pytest.mark.parametrize("wiring", ("last", "layerwise", "mixed"))
def test_decoder_layers_read_the_memory_that_is_theirs(wiring: str) -> None:
    """Nudge the last encoder layer: with `layerwise` only the last decoder layer may notice."""
    built = tiny.model(wiring=wiring, num_decoder_layers=3)
    source, read = ids(5, 7), ids(6, 6, seed=1)
    calm, nudged = Recorder(), Recorder()
    full_pass(built, source, read, Switches(), calm)
    positions = built.target_positions(6)
    handed = memories(built, Nudge("encoder.2.output"))
    built.decode(read, handed, Switches().self_mask(6), padding_mask(source, PAD), positions, VisitedTap([nudged]))
    for layer in range(3):
        for projection in ("key", "value"):
            name = f"decoder.{layer}.cross_attn.{projection}"
            same = torch.equal(calm.records[name], nudged.records[name])
            assert same == (wiring == "layerwise" and layer < 2), name


def test_a_new_mix_weighs_all_encoder_layers_alike() -> None:
    built = Transformer(tiny.config(wiring="mixed"))
    outputs = [torch.full((1, 1, 1), float(number)) for number in (3, 4, 8)]
    assert [memory.item() for memory in built.wire(outputs)] == pytest.approx([5.0, 5.0])


def test_tying_shares_what_it_says() -> None:
    untied, target, everything = (tiny.model(tying=tying, target_vocab_size=17) for tying in ("none", "target", "all"))
    assert untied.output.weight is not untied.target_embedding.weight
    assert untied.source_embedding.weight is not untied.target_embedding.weight
    assert target.output.weight is target.target_embedding.weight
    assert target.source_embedding.weight is not target.target_embedding.weight
    assert everything.output.weight is everything.target_embedding.weight is everything.source_embedding.weight
    counts = [sum(parameter.numel() for parameter in built.parameters()) for built in (untied, target, everything)]
    assert counts[0] - counts[1] == counts[1] - counts[2] == 17 * 14


def test_untied_outputs_do_not_read_the_embedding() -> None:
    built = tiny.model(tying="none")
    hidden = torch.randn(2, 7, 14, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    by_hand = torch.einsum("btd,vd->btv", hidden, built.output.weight) + built.output_bias
    assert worst(built.logits(hidden), by_hand) < 1e-12


def test_embeddings_are_scaled_by_the_root_of_the_width_and_positions_are_not() -> None:
    built = tiny.model()
    positions = built.target_positions(5)
    tokens = ids(5, 5)
    embedded = built.embed(built.target_embedding, tokens, positions)
    assert worst(embedded, built.target_embedding.weight[tokens] * 14**0.5 + positions) < 1e-12
    alone = built.embed(built.target_embedding, tokens, None)
    assert torch.equal(alone, built.target_embedding.weight[tokens] * 14**0.5)


def test_residuals_and_norms_can_be_built_out() -> None:
    recorder = Recorder()
    built = tiny.model(residual=False, layer_norm=False)
    full_pass(built, ids(5), ids(4, seed=1), Switches(), recorder)
    records = recorder.records
    assert torch.equal(records["encoder.0.self_attn_add_norm.sum"], records["encoder.0.self_attn.output"])
    assert torch.equal(records["decoder.1.output"], records["decoder.1.ffn.output"])
    assert not any("layer_norm" in name for name, _ in built.named_parameters())


def test_the_generator_alone_decides_the_first_weights() -> None:
    config = tiny.config(position="learned", score="additive", wiring="mixed", decoder="length", tying="none")

    def drawn(seed: int) -> dict[str, Tensor]:
        return dict(Transformer(config, torch.Generator().manual_seed(seed)).named_parameters())

    one, same, other = drawn(1), drawn(1), drawn(2)
    assert all(torch.equal(one[name], same[name]) for name in one)
    constant = {name for name in one if torch.equal(one[name], other[name])}
    assert all(name.endswith(("bias", "layer_norm.weight", "mix_logits")) for name in constant)


@pytest.mark.parametrize("decoder", ("length", "end"))
def test_decoders_that_write_at_once_see_all_positions_but_not_padding(decoder: str) -> None:
    built = tiny.model(decoder=decoder)
    source, read = ids(5, 7), ids(6, 6, seed=1)
    edited = read.clone()
    edited[:, 5] = (edited[:, 5] - 3) % 9 + 4
    assert bool((built(source, read) - built(source, edited)).abs().amax(-1).gt(1e-6).all())
    padded = torch.cat((read, torch.full((2, 1), PAD)), dim=1)
    assert worst(built(source, padded)[:, :6], built(source, read)) < 1e-10


def test_the_length_is_scored_from_the_mean_of_the_memory_without_padding() -> None:
    built = tiny.model(decoder="length")
    source = ids(4, 7)
    logits, lengths = built.with_length(source, ids(6, 6, seed=1))
    assert worst(logits, built(source, ids(6, 6, seed=1))) < 1e-12
    memory = memories_of(built, source)[-1]
    means = torch.stack((memory[0, :4].mean(0), memory[1].mean(0)))
    assert lengths.shape == (2, 8)
    assert worst(lengths, built.length_head(means)) < 1e-10
    assert worst(built.length_logits(memory, None), built.length_head(memory.mean(1))) < 1e-10
    with pytest.raises(ValueError, match=r"decoder='length'.*'autoregressive'"):
        tiny.model().length_logits(memory, None)


def memories_of(built: Transformer, source: Tensor) -> list[Tensor]:
    return built.encode(source, padding_mask(source, PAD), built.source_positions(source.shape[1]))


def test_one_config_one_set_of_shapes() -> None:
    """Sizes go where they belong: no two of them are equal here."""
    config = ModelConfig(
        source_vocab_size=23, target_vocab_size=19, d_model=14, num_heads=3, head_width=5, d_ff=11, max_source_len=29,
        max_target_len=7, num_encoder_layers=1, num_decoder_layers=2, position="learned", tying="none", wiring="mixed",
    )  # fmt: skip
    shapes = {name: tuple(parameter.shape) for name, parameter in Transformer(config).named_parameters()}
    assert shapes["source_embedding.weight"] == (23, 14)
    assert shapes["target_embedding.weight"] == shapes["output.weight"] == (19, 14)
    assert shapes["output_bias"] == (19,)
    assert shapes["source_position.table"] == (29, 14)
    assert shapes["target_position.table"] == (7, 14)
    assert shapes["mix_logits"] == (2, 1)
    assert shapes["decoder.1.ffn.in_proj.weight"] == (11, 14)
    assert "decoder.2.ffn.in_proj.weight" not in shapes
