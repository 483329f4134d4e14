"""What of Hugging Face's layout is read and written, as far as transformers is not needed for it."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from core.interop.huggingface import Numbering, inexpressible, load, load_weights, save_marian
from core.interop.huggingface.families import describe
from core.sentences import Refusal
from core.vocab import BEGIN, END, PAD, UNKNOWN
from tests.core import tiny

EXPRESSIBLE = {"head_width": None, "d_model": 12}
EXPORTS = (
    {}, {"tying": "none"}, {"tying": "all", "target_vocab_size": 17}, {"activation": "silu"}, {"position": "halves"},
    {"first_token": 7, "never_written": (5, 9)}, {"scale_embedding": False},
)  # fmt: skip


@pytest.mark.parametrize("changes", EXPORTS, ids=str)
def test_out_and_in_again(changes: dict, tmp_path: Path) -> None:
    """The dimensions come back in halves, whatever their order was; logits do not mind."""
    model = tiny.model(dtype=torch.float32, **EXPRESSIBLE, **changes)
    save_marian(tmp_path, model)
    again, about = load_weights(tmp_path, longest=99, unknown=UNKNOWN)
    assert about.target.theirs == tuple(range(len(about.target.theirs)))
    source, target = tiny.ids(6, 3), tiny.ids(4, 4, seed=1)
    torch.testing.assert_close(again(source, target), model(source, target), atol=1e-5, rtol=0)
    assert again.config.position == "halves"
    for name in ("first_token", "never_written", "activation", "tying", "scale_embedding"):
        assert getattr(again.config, name) == getattr(model.config, name)


@pytest.mark.parametrize(
    "changes",
    [
        {"norm_order": "pre"}, {"score": "dot"}, {"normalizer": "relu"}, {"head_width": 5}, {"residual": False},
        {"layer_norm": False}, {"final_norm": True}, {"embedding_norm": True}, {"position": "learned"},
        {"wiring": "mixed"}, {"decoder": "end"},
    ],
    ids=str,
)  # fmt: skip
def test_what_marian_cannot_express_is_said(changes: dict, tmp_path: Path) -> None:
    model = tiny.model(**EXPRESSIBLE | changes)
    assert len(inexpressible(model.config)) == 1
    with pytest.raises(Refusal, match=r"Marian’s layout cannot express this model\. Marian"):
        save_marian(tmp_path / "model", model)
    assert not (tmp_path / "model").exists()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_marian(tmp_path, tiny.model(dtype=torch.float32, **EXPRESSIBLE))
    return tmp_path


def spoil(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_pickle_is_never_opened(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    for read in (load, load_weights):
        with pytest.raises(Refusal, match=r"pickle alone \(pytorch_model\.bin\).* only safetensors are"):
            read(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model_type": "t5"}, "marian, bart, mbart, m2m_100; this one is of kind 't5'"),
        ({"decoder_attention_heads": 2}, "same attention_heads here, this model has 3 and 2"),
        ({"activation_function": "tanh"}, "activation_function must be one of relu, gelu, silu, swish, got 'tanh'"),
        ({"encoder_layers": None}, "incomplete, without encoder_layers"),
        ({"encoder_layers": 4}, r"lack the weight model\.encoder\.layers\.3\."),
        ({"encoder_layers": 2}, r"weights of layers .* first model\.encoder\.layers\.2\."),
        ({"decoder_ffn_dim": 13, "encoder_ffn_dim": 13}, "weights do not fit"),
        ({"model_type": "bart", "decoder_start_token_id": None}, "name the target’s language"),
        ({"eos_token_id": [2, 3]}, "with which token its outputs begin and end"),
    ],
)
def test_what_cannot_be_opened_is_said(folder: Path, changes: dict, message: str) -> None:
    (folder / "generation_config.json").unlink()
    spoil(folder, **changes)
    with pytest.raises(Refusal, match=message):
        load_weights(folder)


def test_files_that_are_not_there_or_broken(folder: Path) -> None:
    with pytest.raises(Refusal, match="is no folder here"):
        load_weights(folder / "nowhere" / "else" / "at-all")
    (folder / "config.json").write_text("[]")
    with pytest.raises(Refusal, match=r"config\.json of the model cannot be read"):
        load_weights(folder)
    (folder / "model.safetensors").write_bytes(b"abc")
    save_marian(folder / "other", tiny.model(**EXPRESSIBLE))
    (folder / "config.json").write_text((folder / "other" / "config.json").read_text())
    with pytest.raises(Refusal, match=r"model\.safetensors of the model cannot be read"):
        load_weights(folder)
    (folder / "model.safetensors").unlink()
    with pytest.raises(Refusal, match=r"holds no model\.safetensors"):
        load_weights(folder)


def test_weights_in_several_files(folder: Path) -> None:
    whole, _ = load_weights(folder)
    weights = load_file(folder / "model.safetensors")
    names = sorted(weights)
    index = {}
    for part, chosen in enumerate((names[::2], names[1::2])):
        file = f"model-{part}.safetensors"
        save_file({name: weights[name] for name in chosen}, folder / file)
        index |= dict.fromkeys(chosen, file)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": index}))
    (folder / "model.safetensors").unlink()
    parts, _ = load_weights(folder)
    assert all(torch.equal(one, other) for one, other in zip(whole.parameters(), parts.parameters(), strict=True))


def test_numbering_when_begin_is_their_pad() -> None:
    numbering = Numbering.of(7, pad=6, begin=6, end=0, unknown=1)
    assert numbering.theirs == (6, 6, 0, 1, 2, 3, 4, 5)
    assert numbering.to_ours([6, 0, 1, 4, 99]) == [PAD, END, UNKNOWN, 6, UNKNOWN]
    assert numbering.only_ours == [BEGIN]
    assert numbering.to_theirs([BEGIN, 4, END]) == [6, 2, 0]
    bias = numbering.bias(torch.arange(7.0))
    assert bias.tolist() == [6, -1e4, 0, 1, 2, 3, 4, 5]


def test_numbering_without_an_unknown_token_and_with_a_language_to_begin_with() -> None:
    numbering = Numbering.of(6, pad=1, begin=4, end=2, unknown=None)
    assert numbering.theirs == (1, 4, 2, None, 0, 3, 5)
    assert numbering.only_ours == [UNKNOWN]
    assert numbering.rows(torch.ones(6, 2))[UNKNOWN].tolist() == [0, 0]
    assert numbering.to_ours([4]) == [BEGIN]


def test_real_configurations_are_understood() -> None:
    """Those of opus-mt-en-de, bart-large-cnn and nllb-200-distilled-600M, as far as they matter."""
    common = {"activation_function": "relu", "scale_embedding": True}
    opus = describe(common | {
        "model_type": "marian", "d_model": 512, "encoder_attention_heads": 8, "decoder_attention_heads": 8,
        "encoder_ffn_dim": 2048, "decoder_ffn_dim": 2048, "encoder_layers": 6, "decoder_layers": 6,
        "max_position_embeddings": 512, "vocab_size": 58101, "activation_function": "swish", "pad_token_id": 58100,
        "eos_token_id": 0, "decoder_start_token_id": 58100, "bad_words_ids": [[58100]],
    }, 64, 1)  # fmt: skip
    assert (opus.config.activation, opus.config.position, opus.config.norm_order) == ("silu", "halves", "post")
    assert opus.config.never_written == (PAD,)
    assert opus.config.target_vocab_size == 58102 and opus.config.max_target_len == 64
    large = {
        "d_model": 1024, "encoder_attention_heads": 16, "decoder_attention_heads": 16, "encoder_ffn_dim": 4096,
        "decoder_ffn_dim": 4096, "encoder_layers": 12, "decoder_layers": 12, "max_position_embeddings": 1024,
        "pad_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 2,
    }  # fmt: skip
    bart = describe(common | large | {
        "model_type": "bart", "vocab_size": 50264, "forced_bos_token_id": 0, "scale_embedding": False,
        "activation_function": "gelu",
    }, 64, 3).config  # fmt: skip
    assert bart.embedding_norm and not bart.scale_embedding and bart.first_token == 4
    nllb = describe(common | large | {
        "model_type": "m2m_100", "vocab_size": 256206, "forced_bos_token_id": 256057,
    }, 64, 3).config  # fmt: skip
    assert (nllb.position, nllb.first_position, nllb.norm_order, nllb.final_norm) == ("tensor2tensor", 2, "pre", True)
