"""A model goes on with a source vocabulary that has more symbols: what it knew it still does."""

import pytest
import torch

from core.config import ModelConfig
from core.model import Transformer
from core.sentences import Refusal
from core.training.more_symbols import add_source_symbols
from core.vocab import Vocabulary

BEFORE, AFTER = Vocabulary(("b", "d")), Vocabulary(("a", "b", "c", "d"))


def small(tying: str = "target") -> Transformer:
    sizes = {"d_model": 16, "num_heads": 2, "d_ff": 24, "num_encoder_layers": 1, "num_decoder_layers": 1}
    count = len(BEFORE)
    config = ModelConfig(source_vocab_size=count, target_vocab_size=count, tying=tying, dropout=0.0, **sizes)
    return Transformer(config, torch.Generator().manual_seed(3)).eval()


def test_what_the_model_knew_gives_the_same_logits() -> None:
    before = small()
    config, weights = add_source_symbols(before.config, before.state_dict(), BEFORE, AFTER, seed=1)
    after = Transformer(config).eval()
    after.load_state_dict(weights)
    target = torch.tensor([[1, 4, 5]])
    old, new = (
        model(torch.tensor([vocabulary.encode("bddb")]), target)
        for model, vocabulary in ((before, BEFORE), (after, AFTER))
    )
    assert config.source_vocab_size == len(AFTER)
    assert torch.equal(old, new)


def test_new_symbols_differ_from_each_other_and_from_unknown() -> None:
    before = small()
    _, weights = add_source_symbols(before.config, before.state_dict(), BEFORE, AFTER, seed=1)
    rows = weights["source_embedding.weight"]
    assert len(rows.unique(dim=0)) == len(AFTER)


def test_with_the_same_symbols_all_stays_even_where_embeddings_are_shared() -> None:
    shared = small("all")
    config, weights = add_source_symbols(shared.config, shared.state_dict(), BEFORE, BEFORE, seed=1)
    assert config == shared.config
    assert all(torch.equal(weights[name], weight) for name, weight in shared.state_dict().items())


def test_no_symbol_gets_lost_and_shared_embeddings_stay_shared() -> None:
    before = small()
    with pytest.raises(Refusal, match="'d'"):
        add_source_symbols(before.config, before.state_dict(), BEFORE, Vocabulary(("a", "b")), seed=1)
    shared = small("all")
    with pytest.raises(Refusal, match="share"):
        add_source_symbols(shared.config, shared.state_dict(), BEFORE, AFTER, seed=1)
