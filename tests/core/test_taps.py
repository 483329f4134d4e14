"""Taps: the registry is complete, watching changes nothing, interventions change exactly what they say."""

import pytest
import torch
from torch import Tensor

from core.config import ModelConfig
from core.decoding import Session
from core.model import Transformer
from core.sites import sites
from core.switches import Switches, full_pass
from core.taps import NO_TAP, OverwriteWeight, Recorder, SilenceHead, Skip, Temperature, VisitedTap
from core.vocab import BEGIN
from tests.core import tiny
from tests.core.tiny import VARIANTS, ids, worst

variants = pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS.keys())


def read_ids(length: int = 5) -> Tensor:
    read = ids(length, length, seed=1)
    read[:, 0] = BEGIN
    return read


def records(built: Transformer, switches: Switches = Switches()) -> dict[str, Tensor]:  # noqa: B008
    recorder = Recorder()
    full_pass(built, ids(6, 7), read_ids(), switches, recorder)
    return recorder.records


def letters(config: ModelConfig, site: str) -> dict[str, int]:
    """Return what the dimension letters stand for at a site, in a run of 2 sources of 7 tokens and targets of 5."""
    query_len = 7 if site.startswith("encoder") else 5
    key_len = 7 if "cross_attn" in site else query_len
    return {
        "B": 2, "Q": query_len, "K": key_len, "H": config.num_heads, "d": config.d_head, "D": config.d_model,
        "F": config.d_ff, "V": config.target_vocab_size, "1": 1,
    }  # fmt: skip


@variants
def test_the_registry_lists_exactly_what_a_run_shows(changes: dict) -> None:
    built = tiny.model(**changes)
    seen, listed = records(built), sites(built.config)
    assert len({site.name for site in listed}) == len(listed)
    assert set(seen) == {site.name for site in listed}
    for site in listed:
        sizes = letters(built.config, site.name)
        assert tuple(seen[site.name].shape) == tuple(sizes[letter] for letter in site.shape.split(",")), site.name


def test_forward_shows_the_same_sites_with_the_same_tensors() -> None:
    built = tiny.model()
    recorder, expected = Recorder(), records(built)
    built(ids(6, 7), read_ids(), tap=VisitedTap([recorder]))
    assert recorder.records.keys() == expected.keys()
    assert all(worst(recorder.records[name], expected[name]) < 1e-12 for name in expected)


def test_the_formulas_of_the_registry_hold() -> None:
    """Check what the captions say, on one decoder layer, from its neighbours' records."""
    seen = records(tiny.model())
    layer = "decoder.1"
    query, key = seen[f"{layer}.cross_attn.query"], seen[f"{layer}.cross_attn.key"]
    assert worst(seen[f"{layer}.cross_attn.scores"], torch.einsum("bhqd,bhkd->bhqk", query, key) / 5**0.5) < 1e-12
    mixed = torch.einsum("bhqk,bhkd->bhqd", seen[f"{layer}.cross_attn.weights"], seen[f"{layer}.cross_attn.value"])
    assert worst(seen[f"{layer}.cross_attn.head_outputs"], mixed) < 1e-12
    below = seen[f"{layer}.self_attn_add_norm.normed"]
    assert worst(seen[f"{layer}.cross_attn_add_norm.sum"], below + seen[f"{layer}.cross_attn.output"]) < 1e-12
    stream = seen[f"{layer}.ffn_add_norm.sum"]
    mean = seen[f"{layer}.ffn_add_norm.mean"]
    assert worst(mean, stream.sum(-1, keepdim=True) / 14) < 1e-12
    assert worst(seen[f"{layer}.ffn_add_norm.variance"], ((stream - mean) ** 2).sum(-1, keepdim=True) / 14) < 1e-12
    assert bool((seen[f"{layer}.ffn.hidden"] >= 0).all())
    assert torch.equal(seen[f"{layer}.output"], seen[f"{layer}.ffn_add_norm.normed"])


@variants
def test_watching_changes_nothing(changes: dict) -> None:
    """Unwatched, a fused product may take the place of the equation; whoever watches sees the equation."""
    built = tiny.model(**changes)
    source, read = ids(6, 7), read_ids()
    watched = built(source, read, tap=VisitedTap([Recorder(), Recorder(lambda site: False)]))
    assert torch.equal(watched, built(source, read, tap=VisitedTap([])))
    assert worst(watched, built(source, read, tap=NO_TAP)) < 1e-10


def test_records_are_detached_and_only_of_what_is_wanted() -> None:
    built = tiny.model().requires_grad_(True)
    recorder = Recorder(lambda site: site.endswith("logits") or site == "encoder.1.ffn.hidden")
    built(ids(6, 7), read_ids(), tap=VisitedTap([recorder]))
    assert set(recorder.records) == {"logits", "encoder.1.ffn.hidden"}
    assert not any(tensor.requires_grad for tensor in recorder.records.values())


ATTENTIONS = ("encoder.1.self_attn", "decoder.0.self_attn", "decoder.1.cross_attn")


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_silencing_removes_exactly_that_heads_contribution(attention: str) -> None:
    built = tiny.model()
    before, after = records(built), records(built, Switches(silenced=frozenset({SilenceHead(attention, 2)})))
    side, layer, part = attention.split(".")
    weight = getattr(getattr(built, side)[int(layer)], part).out_proj.weight
    contribution = before[f"{attention}.head_outputs"][:, 2] @ weight[:, 10:15].T
    assert worst(after[f"{attention}.output"], before[f"{attention}.output"] - contribution) < 1e-12
    assert contribution.abs().max() > 0.1
    assert torch.equal(after[f"{attention}.weights"], before[f"{attention}.weights"])
    assert torch.equal(after[f"{attention}.head_outputs"][:, :2], before[f"{attention}.head_outputs"][:, :2])
    for other in ("encoder.0.self_attn.output", "encoder.0.output"):
        assert torch.equal(after[other], before[other])
    assert not torch.equal(after["logits"], before["logits"])


def test_silencing_all_heads_leaves_the_bias() -> None:
    built = tiny.model()
    silenced = frozenset(SilenceHead("decoder.1.cross_attn", head) for head in range(3))
    output = records(built, Switches(silenced=silenced))["decoder.1.cross_attn.output"]
    assert worst(output, built.decoder[1].cross_attn.out_proj.bias.expand_as(output)) < 1e-12


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_overwriting_replaces_one_weight_and_what_follows_from_it(attention: str) -> None:
    built = tiny.model()
    change = OverwriteWeight(attention, head=1, query=3, key=2, weight=0.75)
    before, after = records(built), records(built, Switches(overwritten=frozenset({change})))
    expected = before[f"{attention}.weights"].clone()
    expected[:, 1, 3, 2] = 0.75
    assert torch.equal(after[f"{attention}.weights"], expected)
    moved = (0.75 - before[f"{attention}.weights"][:, 1, 3, 2, None]) * before[f"{attention}.value"][:, 1, 2]
    outputs = before[f"{attention}.head_outputs"].clone()
    outputs[:, 1, 3] += moved
    assert worst(after[f"{attention}.head_outputs"], outputs) < 1e-12


@pytest.mark.parametrize("causal", (True, False))
@pytest.mark.parametrize("attention", ("decoder.0.self_attn", "decoder.1.cross_attn", "encoder.0.self_attn"))
def test_an_overwritten_weight_acts_alike_with_and_without_the_cache(attention: str, causal: bool) -> None:
    built, source, read = tiny.model(), ids(6), read_ids(6)[:1]
    changes = frozenset(OverwriteWeight(attention, 2, query, 1, 0.6) for query in (2, 4))
    switches = Switches(overwritten=changes, causal=causal)
    session = Session(built, source, switches)
    for end in range(1, 7):
        advance = session.advance(read[:, end - 1])
        recorder = Recorder()
        logits = full_pass(built, source, read[:, :end], switches, recorder)
        assert worst(advance.log_probs, logits[:, -1].log_softmax(-1)) < 1e-10
        full = tiny.weights_of(recorder, "decoder", "cross_attn", 2)
        assert worst(advance.cross_weights, full[:, :, :, -1:] if causal else full) < 1e-10
    plain = full_pass(built, source, read, Switches(causal=causal))
    assert worst(plain, full_pass(built, source, read, switches)) > 1e-3


@pytest.mark.parametrize("outside", [(9, 1), (3, 9), (-1, 1), (3, -1)])
def test_overwriting_a_cell_that_is_not_there_changes_nothing(outside: tuple[int, int]) -> None:
    built = tiny.model()
    change = OverwriteWeight("decoder.0.self_attn", 1, *outside, weight=0.75)
    assert torch.equal(records(built)["logits"], records(built, Switches(overwritten=frozenset({change})))["logits"])


def test_temperature_divides_every_score() -> None:
    built = tiny.model()
    before, after = records(built), records(built, Switches(temperature=2.5))
    first = "encoder.0.self_attn"
    assert worst(after[f"{first}.scores"], before[f"{first}.scores"] / 2.5) < 1e-12
    for layer in range(2):
        for attention in ("self_attn", "cross_attn"):
            at = f"decoder.{layer}.{attention}"
            scores = torch.einsum("bhqd,bhkd->bhqk", after[f"{at}.query"], after[f"{at}.key"]) / 5**0.5 / 2.5
            assert worst(after[f"{at}.scores"], scores) < 1e-12
    sharp, flat = (records(built, Switches(temperature=degree)) for degree in (1e-6, 1e6))
    assert worst(sharp[f"{first}.weights"].amax(-1), torch.ones(2, 3, 7, dtype=torch.float64)) < 1e-6
    assert worst(flat[f"{first}.weights"][1], torch.full((3, 7, 7), 1 / 7, dtype=torch.float64)) < 1e-4
    assert not Temperature(2.0).wants("decoder.0.ffn.scores")


def skipped(built: Transformer, *parts: str) -> dict[str, Tensor]:
    return records(built, Switches(skipped=frozenset(parts)))


@pytest.mark.parametrize("layer", ("encoder.1", "decoder.0"))
def test_a_skipped_layer_passes_its_input_on(layer: str) -> None:
    built = tiny.model()
    after = skipped(built, layer)
    side, number = layer.split(".")
    below = f"{side}.{int(number) - 1}.output" if number != "0" else f"{side}.embedding"
    above = getattr(built, side)[int(number) + 1].self_attn
    assert not any(name.startswith(f"{layer}.") for name in after)
    query = above.split_heads(above.q_proj(after[below]))
    assert worst(after[f"{side}.{int(number) + 1}.self_attn.query"], query) < 1e-12


def test_a_skipped_last_encoder_layer_hands_on_the_one_below() -> None:
    built = tiny.model()
    after = skipped(built, "encoder.2")
    cross = built.decoder[0].cross_attn
    assert worst(after["decoder.0.cross_attn.key"], cross.split_heads(cross.k_proj(after["encoder.1.output"]))) < 1e-12


@pytest.mark.parametrize("norm_order", ("post", "pre"))
@pytest.mark.parametrize("part", ("encoder.1.self_attn", "decoder.1.cross_attn", "decoder.1.ffn", "encoder.0.ffn"))
def test_a_skipped_sublayer_adds_nothing(norm_order: str, part: str) -> None:
    before, after = (records(tiny.model(norm_order=norm_order), Switches(skipped=s)) for s in (frozenset(), {part}))
    assert f"{part}.output" not in after
    stream = before[f"{part}_add_norm.sum"] - before[f"{part}.output"]
    assert worst(after[f"{part}_add_norm.sum"], stream) < 1e-12


def test_a_skipped_residual_leaves_what_the_sublayer_made() -> None:
    after = skipped(tiny.model(), "decoder.1.ffn_add_norm.residual")
    assert torch.equal(after["decoder.1.ffn_add_norm.sum"], after["decoder.1.ffn.output"])
    assert not torch.equal(after["decoder.0.ffn_add_norm.sum"], after["decoder.0.ffn.output"])


@pytest.mark.parametrize("norm_order", ("post", "pre"))
def test_a_skipped_norm_passes_its_input_on(norm_order: str) -> None:
    after = skipped(tiny.model(norm_order=norm_order), "decoder.1.ffn_add_norm.norm")
    assert "decoder.1.ffn_add_norm.normed" not in after
    assert torch.equal(after["decoder.1.output"], after["decoder.1.ffn_add_norm.sum"])
    if norm_order == "pre":
        ffn = tiny.model(norm_order="pre").decoder[1].ffn
        hidden = ffn.in_proj(after["decoder.1.cross_attn_add_norm.sum"]).relu()
        assert worst(after["decoder.1.ffn.hidden"], hidden) < 1e-12


@pytest.mark.parametrize("wiring", ("last", "layerwise", "mixed"))
def test_skipped_final_norms_leave_the_layers_output(wiring: str) -> None:
    built = tiny.model(final_norm=True, wiring=wiring, num_decoder_layers=3)
    after = skipped(built, "decoder.final_norm.norm", "encoder.final_norm.norm")
    assert worst(after["logits"], built.logits(after["decoder.2.output"])) < 1e-12
    outputs = [after[f"encoder.{layer}.output"] for layer in range(3)]
    for layer, memory in enumerate(built.wire(outputs)):
        cross = built.decoder[layer].cross_attn
        assert worst(after[f"decoder.{layer}.cross_attn.key"], cross.split_heads(cross.k_proj(memory))) < 1e-12


def test_skip_names_one_part_only() -> None:
    skip = Skip("decoder.1")
    assert skip.skips("decoder.1")
    assert not any(skip.skips(site) for site in ("decoder.10", "decoder.1.ffn", "decoder", "encoder.1"))


def test_visitors_see_what_those_before_them_made() -> None:
    built = tiny.model()
    early, late = Recorder(), Recorder()
    change = OverwriteWeight("encoder.0.self_attn", 0, 0, 0, 0.5)
    built(ids(6, 7), read_ids(), tap=VisitedTap([early, change, late]))
    assert not bool((early.records["encoder.0.self_attn.weights"][:, 0, 0, 0] == 0.5).any())
    assert bool((late.records["encoder.0.self_attn.weights"][:, 0, 0, 0] == 0.5).all())
