"""Our weights in torch.nn give our answers, and come back unchanged."""

from itertools import product

import pytest
import torch
from torch import nn

from core.config import ModelConfig
from core.interop import from_torch, inexpressible, to_torch
from core.model import Transformer
from core.vocab import BEGIN, PAD
from tests.core.tiny import randomise

SOURCE = torch.tensor([[5, 6, 7, 8, 9], [7, 5, 6, PAD, PAD]])
TARGET = torch.tensor([[BEGIN, 6, 8, 5], [BEGIN, 9, 7, PAD]])
EXPRESSIBLE = [
    dict(zip(("norm_order", "final_norm", "activation", "position", "tying", "decoder"), values, strict=True))
    for values in product(
        ("post", "pre"), (False, True), ("relu", "gelu"), ("sinusoidal", "learned", "none"),
        ("none", "target", "all"), ("autoregressive", "end"),
    )
]  # fmt: skip
EXPRESSIBLE += [
    {"position": "halves", "activation": "silu", "scale_embedding": False},
    {"position": "tensor2tensor", "first_position": 2},
]


def config(**changes) -> ModelConfig:
    sizes = {
        "source_vocab_size": 13, "target_vocab_size": 13, "d_model": 12, "num_heads": 3, "d_ff": 10,
        "num_encoder_layers": 2, "num_decoder_layers": 3, "max_source_len": 5, "max_target_len": 6,
    }  # fmt: skip
    return ModelConfig(**sizes | changes)


def model_of(asked: ModelConfig) -> Transformer:
    model = Transformer(asked).eval()
    randomise(model, seed=3)
    return model


@pytest.mark.parametrize("changes", EXPRESSIBLE, ids=lambda changes: "-".join(map(str, changes.values())))
def test_logits_are_equal_in_torch_and_all_weights_come_back(changes):
    model = model_of(config(**changes))
    theirs = to_torch(model)
    assert isinstance(theirs.transformer, nn.Transformer) and not theirs.training
    real = TARGET != PAD  # what a PAD would write is nobody's
    with torch.no_grad():
        expected, found = model(SOURCE, TARGET), theirs(SOURCE, TARGET)
    assert (expected - found)[real].abs().max() <= 1e-6 * max(1, expected.abs().max())
    back = from_torch(theirs)
    assert back.config == model.config
    assert all(torch.equal(weight, back.state_dict()[name]) for name, weight in model.state_dict().items())


def test_gradients_of_a_step_in_torch_are_ours():
    model = model_of(config(dropout=0.0, norm_order="pre", final_norm=True)).double()
    theirs = to_torch(model).train()
    for each in (model, theirs):
        each(SOURCE, TARGET)[TARGET != PAD].square().mean().backward()
    pairs = [
        (model.source_embedding.weight, theirs.source_embedding.weight),
        (model.encoder[0].ffn.in_proj.weight, theirs.transformer.encoder.layers[0].linear1.weight),
        (
            model.decoder[2].cross_attn.out_proj.weight,
            theirs.transformer.decoder.layers[2].multihead_attn.out_proj.weight,
        ),
    ]
    for ours, torchs in pairs:
        assert (ours.grad - torchs.grad).abs().max() <= 1e-12


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"score": "additive"}, "additive"),
        ({"normalizer": "relu"}, "relu"),
        ({"head_width": 5}, "width"),
        ({"residual": False}, "residual"),
        ({"layer_norm": False}, "LayerNorm"),
        ({"wiring": "mixed"}, "last encoder layer"),
        ({"decoder": "length"}, "length"),
    ],
)
def test_what_torch_cannot_express_is_named(changes, named):
    asked = config(**changes)
    assert len(inexpressible(asked)) == 1
    with pytest.raises(ValueError, match=named):
        to_torch(Transformer(asked))
