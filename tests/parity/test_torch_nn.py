"""Same weights, same answers and same gradients as torch.nn.

Sizes: batch 2, heads 3, head width 5 (model width 15), source 7, target 11, feed-forward 13.
"""

import warnings

import pytest
import torch
from torch import Tensor, nn

from core.attention import MultiHeadAttention
from core.config import ModelConfig
from core.interop import links
from core.interop.links import Link
from core.layers import DecoderLayer, EncoderLayer
from core.masks import causal_mask, padding_mask
from core.model import Transformer
from core.taps import Intervention, Recorder, VisitedTap
from core.vocab import PAD
from tests.core.tiny import randomise

BATCH, HEADS, WIDTH, SOURCE_LEN, TARGET_LEN, FF = 2, 3, 15, 7, 11, 13
TOLERANCE = {torch.float64: 1e-10, torch.float32: 1e-5}
MASKS = ("none", "causal", "padding", "arbitrary", "padding and causal")

pytestmark = pytest.mark.parametrize("dtype", TOLERANCE, ids=["float64", "float32"])
masks = pytest.mark.parametrize("masked", MASKS)
orders = pytest.mark.parametrize("norm_order", ("post", "pre"))
activations = pytest.mark.parametrize("activation", ("relu", "gelu"))


def config(**changes) -> ModelConfig:
    sizes = {
        "source_vocab_size": 17, "target_vocab_size": 19, "d_model": WIDTH, "num_heads": HEADS, "d_ff": FF,
        "num_encoder_layers": 2, "num_decoder_layers": 3, "position": "none", "dropout": 0.0,
    }  # fmt: skip
    return ModelConfig(**{**sizes, **changes})


def draw(seed: int, *shape: int, dtype: torch.dtype) -> Tensor:
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def mask_for(masked: str, query_len: int, key_len: int, seed: int = 0) -> Tensor | None:
    """Build a mask of ours in which every query may attend to something (torch yields NaN where it may not)."""
    if masked == "none":
        return None
    pads = padding_mask(padded_ids(key_len), PAD)
    causal = torch.ones(query_len, key_len, dtype=torch.bool).tril()[None, None]
    if masked == "causal":
        return causal
    if masked == "padding":
        return pads
    if masked == "padding and causal":
        return pads & causal
    generator = torch.Generator().manual_seed(seed)
    arbitrary = torch.rand(BATCH, HEADS, query_len, key_len, generator=generator) > 0.5
    arbitrary[..., 0] = True
    return arbitrary


def padded_ids(length: int) -> Tensor:
    """Return ids of which the second row ends in two PADs."""
    ids = torch.full((BATCH, length), 5)
    ids[1, -2:] = PAD
    return ids


def torch_mask(mask: Tensor | None, query_len: int, key_len: int) -> Tensor | None:
    """Turn a mask of ours, True = may attend, into torch's [B·H,Q,K], True = may not. The only place that inverts."""
    if mask is None:
        return None
    return ~mask.expand(BATCH, HEADS, query_len, key_len).reshape(BATCH * HEADS, query_len, key_len)


def assert_close(name: str, ours: Tensor | None, theirs: Tensor | None) -> None:
    assert ours is not None and theirs is not None, f"{name}: a gradient is missing"
    assert ours.shape == theirs.shape, f"{name}: {tuple(ours.shape)} and {tuple(theirs.shape)}"
    ours, theirs = ours.detach(), theirs.detach()
    error = float((ours - theirs).abs().max() / theirs.abs().max().clamp(min=1))
    assert error <= TOLERANCE[ours.dtype], f"{name} is off by {error}"


def assert_same(ours: Tensor, theirs: Tensor, inputs: list[Tensor], twins: list[Tensor], pairs: list[Link]) -> None:
    """Compare outputs, then push the same random gradient through both and compare what arrives everywhere."""
    assert_close("output", ours, theirs)
    assert ours.abs().max() > 0.1
    upstream = draw(9, *ours.shape, dtype=ours.dtype) * 0.3
    ours.backward(upstream)
    theirs.backward(upstream)
    for index, (x, twin) in enumerate(zip(inputs, twins, strict=True)):
        assert_close(f"gradient of input {index}", x.grad, twin.grad)
    for name, our_gradient, their_gradient in links.gradients(pairs):
        assert_close(f"gradient of {name}", our_gradient, their_gradient)


def assert_all_linked(pairs: list[Link], ours: nn.Module, theirs: nn.Module) -> None:
    """Make sure that no parameter of either side was forgotten."""
    assert {id(link.ours) for link in pairs} == {id(parameter) for parameter in ours.parameters()}
    assert sum(link.ours.numel() for link in pairs) == sum(parameter.numel() for parameter in theirs.parameters())


def leaves(dtype: torch.dtype, *lengths: int) -> tuple[list[Tensor], list[Tensor]]:
    """Draw inputs [B,L,D] twice the same, as leaves that collect gradients."""
    drawn = [draw(seed, BATCH, length, WIDTH, dtype=dtype) for seed, length in enumerate(lengths)]
    return [x.clone().requires_grad_() for x in drawn], [x.clone().requires_grad_() for x in drawn]


@masks
def test_multi_head_attention(masked: str, dtype: torch.dtype) -> None:
    ours = MultiHeadAttention(config()).to(dtype)
    randomise(ours, 1, spread=0.3)
    theirs = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True, dtype=dtype)
    pairs = links.attention("attention", ours, theirs)
    assert_all_linked(pairs, ours, theirs)
    links.copy(pairs)
    (x, y), (their_x, their_y) = leaves(dtype, TARGET_LEN, SOURCE_LEN)
    mask = mask_for(masked, TARGET_LEN, SOURCE_LEN)
    recorder = Recorder()
    output = ours(x, y, mask, VisitedTap([recorder]))
    expected, weights = theirs(
        their_x, their_y, their_y, attn_mask=torch_mask(mask, TARGET_LEN, SOURCE_LEN), average_attn_weights=False
    )
    assert_close("weights", recorder.records["weights"], weights.detach())
    assert_same(output, expected, [x, y], [their_x, their_y], pairs)


@orders
@activations
@masks
def test_encoder_layer(norm_order: str, activation: str, masked: str, dtype: torch.dtype) -> None:
    ours = EncoderLayer(config(norm_order=norm_order, activation=activation)).to(dtype)
    randomise(ours, 2, spread=0.3)
    theirs = nn.TransformerEncoderLayer(
        WIDTH, HEADS, FF, 0.0, activation, batch_first=True, norm_first=norm_order == "pre", dtype=dtype
    )
    pairs = links.encoder_layer("layer", ours, theirs)
    assert_all_linked(pairs, ours, theirs)
    links.copy(pairs)
    (x,), (their_x,) = leaves(dtype, SOURCE_LEN)
    mask = mask_for(masked, SOURCE_LEN, SOURCE_LEN)
    expected = theirs(their_x, src_mask=torch_mask(mask, SOURCE_LEN, SOURCE_LEN))
    assert_same(ours(x, mask), expected, [x], [their_x], pairs)


@orders
@activations
@masks
def test_decoder_layer(norm_order: str, activation: str, masked: str, dtype: torch.dtype) -> None:
    ours = DecoderLayer(config(norm_order=norm_order, activation=activation)).to(dtype)
    randomise(ours, 3, spread=0.3)
    theirs = nn.TransformerDecoderLayer(
        WIDTH, HEADS, FF, 0.0, activation, batch_first=True, norm_first=norm_order == "pre", dtype=dtype
    )
    pairs = links.decoder_layer("layer", ours, theirs)
    assert_all_linked(pairs, ours, theirs)
    links.copy(pairs)
    (x, memory), (their_x, their_memory) = leaves(dtype, TARGET_LEN, SOURCE_LEN)
    self_mask = mask_for(masked, TARGET_LEN, TARGET_LEN)
    cross_mask = mask_for(masked, TARGET_LEN, SOURCE_LEN, seed=1)
    expected = theirs(
        their_x,
        their_memory,
        tgt_mask=torch_mask(self_mask, TARGET_LEN, TARGET_LEN),
        memory_mask=torch_mask(cross_mask, TARGET_LEN, SOURCE_LEN),
    )
    assert_same(ours(x, memory, self_mask, cross_mask), expected, [x, memory], [their_x, their_memory], pairs)


class Embedded(Intervention):
    """Put vectors of the test's choice in place of the embeddings, since torch's stacks begin after them."""

    def __init__(self, source: Tensor, target: Tensor) -> None:
        self.vectors = {"encoder.embedding": source, "decoder.embedding": target}

    def wants(self, site: str) -> bool:
        return site in self.vectors

    def visit(self, site: str, tensor: Tensor, first_query: int) -> Tensor:
        assert tensor.shape == self.vectors[site].shape
        return self.vectors[site]


@orders
@activations
@masks
def test_transformer(norm_order: str, activation: str, masked: str, dtype: torch.dtype) -> None:
    ours = Transformer(config(norm_order=norm_order, activation=activation, final_norm=True)).to(dtype)
    randomise(ours, 4, spread=0.3)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "enable_nested_tensor is True", UserWarning)
        theirs = nn.Transformer(
            WIDTH, HEADS, 2, 3, FF, 0.0, activation, batch_first=True, norm_first=norm_order == "pre", dtype=dtype
        )
    pairs = links.transformer(ours, theirs)
    outside = {"source_embedding.weight", "target_embedding.weight", "output_bias"}
    inside = nn.ParameterDict({name.replace(".", "_"): p for name, p in ours.named_parameters() if name not in outside})
    assert_all_linked(pairs, inside, theirs)
    links.copy(pairs)
    (x, y), (their_x, their_y) = leaves(dtype, SOURCE_LEN, TARGET_LEN)
    encoder_mask = mask_for(masked, SOURCE_LEN, SOURCE_LEN)
    self_mask = mask_for(masked, TARGET_LEN, TARGET_LEN, seed=1)
    cross_mask = mask_for(masked, TARGET_LEN, SOURCE_LEN, seed=2)
    tap = VisitedTap([Embedded(x, y)])
    memories = ours.encode(padded_ids(SOURCE_LEN), encoder_mask, None, tap)
    output = ours.decode(padded_ids(TARGET_LEN), memories, self_mask, cross_mask, None, tap)
    expected = theirs(
        their_x,
        their_y,
        src_mask=torch_mask(encoder_mask, SOURCE_LEN, SOURCE_LEN),
        tgt_mask=torch_mask(self_mask, TARGET_LEN, TARGET_LEN),
        memory_mask=torch_mask(cross_mask, TARGET_LEN, SOURCE_LEN),
    )
    assert_same(output, expected, [x, y], [their_x, their_y], pairs)


@orders
def test_forward_against_torchs_own_masks(norm_order: str, dtype: torch.dtype) -> None:
    """Run `forward` from token ids, against torch's padding and causal masks instead of translated ones."""
    ours = Transformer(config(norm_order=norm_order, final_norm=True)).to(dtype)
    randomise(ours, 5, spread=0.3)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "enable_nested_tensor is True", UserWarning)
        theirs = nn.Transformer(
            WIDTH, HEADS, 2, 3, FF, 0.0, "relu", batch_first=True, norm_first=norm_order == "pre", dtype=dtype
        )
    links.copy(links.transformer(ours, theirs))
    source, target = padded_ids(SOURCE_LEN), torch.full((BATCH, TARGET_LEN), 6)
    blocked_pads = source == PAD
    hidden = theirs(
        ours.source_embedding(source) * WIDTH**0.5,
        ours.target_embedding(target) * WIDTH**0.5,
        src_key_padding_mask=blocked_pads,
        memory_key_padding_mask=blocked_pads,
        tgt_mask=~causal_mask(TARGET_LEN)[0, 0],
    )
    expected = hidden @ ours.output.weight.T + ours.output_bias
    assert_close("logits", ours(source, target), expected)
