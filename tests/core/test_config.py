"""A configuration refuses what does not fit and says what it got."""

import dataclasses
import json
import re
from typing import Any

import pytest

from core.config import CHOICES, ModelConfig
from tests.core.tiny import config

SIZES = (
    "source_vocab_size", "target_vocab_size", "d_model", "num_heads", "d_ff", "num_encoder_layers",
    "num_decoder_layers", "max_source_len", "max_target_len",
)  # fmt: skip


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("value", (0, -3, 2.5, "7", None))
def test_sizes_are_whole_numbers_from_1(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{name} must be a whole number of at least 1, got {value!r}")):
        config(**{name: value})


@pytest.mark.parametrize("name", CHOICES)
@pytest.mark.parametrize("value", ("nonsense", "", 3, None))
def test_choices_list_what_there_is(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"{name} must be one of {CHOICES[name][0]}, .*got {value!r}"):
        config(**{name: value})


@pytest.mark.parametrize("name", CHOICES)
def test_every_choice_can_be_made(name: str) -> None:
    for value in CHOICES[name]:
        assert getattr(config(**{name: value, "target_vocab_size": 17, "num_decoder_layers": 3}), name) == value


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"d_model": 50, "num_heads": 4, "head_width": None}, "d_model=50 is not divisible by num_heads=4"),
        ({"head_width": 0}, "head_width .* got 0"),
        ({"head_width": 2.5}, "head_width .* got 2.5"),
        ({"dropout": 1.0}, r"dropout must lie in \[0, 1\), got 1.0"),
        ({"dropout": -0.1}, "got -0.1"),
        ({"dropout": float("nan")}, "got nan"),
        ({"d_model": 15}, "even d_model, got 15"),
        ({"d_model": 15, "position": "halves"}, "even d_model, got 15"),
        ({"wiring": "layerwise"}, "got 3 and 2"),
        ({"first_position": -1}, "first_position .* got -1"),
        ({"first_token": 13}, "from 0 to below 13, got 13"),
        ({"never_written": (4, -1)}, "from 0 to below 13, got -1"),
        ({"never_written": ("a",)}, "got 'a'"),
        ({"scale_embedding": 1}, "scale_embedding must be true or false, got 1"),
        ({"tying": "all"}, "got 17 and 13 symbols"),
    ],
)
def test_what_does_not_fit_together(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        config(**changes)


def test_an_odd_width_is_fine_without_sinusoids() -> None:
    assert config(d_model=15, position="none").d_model == config(d_model=15, position="learned").d_model == 15


def test_derived_values() -> None:
    assert config(head_width=5).d_head == 5
    assert config(d_model=12, num_heads=3, head_width=None).d_head == 4
    assert [config(decoder=kind).autoregressive for kind in CHOICES["decoder"]] == [True, False, False]


def test_a_config_goes_through_json_unchanged() -> None:
    given = config(score="additive", tying="none", dropout=0.25, residual=False, never_written=(5, 7))
    assert ModelConfig.from_dict(json.loads(json.dumps(given.to_dict()))) == given
    with pytest.raises(dataclasses.FrozenInstanceError):
        given.d_model = 3  # type: ignore[misc]


def test_data_that_is_no_config() -> None:
    good = config().to_dict()
    with pytest.raises(ValueError, match=r"unknown fields .*: colour, taste"):
        ModelConfig.from_dict({**good, "taste": 1, "colour": 2})
    with pytest.raises(ValueError, match="source_vocab_size"):
        ModelConfig.from_dict({name: value for name, value in good.items() if name != "source_vocab_size"})
    with pytest.raises(ValueError, match="wrong type"):
        ModelConfig.from_dict({**good, "dropout": "much"})
