"""The stream of a run, added up again step by step by the model's own parts, one after the other."""

import itertools
import math

import numpy as np
import pytest
import torch

from core.analysis.block.residual_stream import StreamStep, batch_stream, hidden_of, stream_of
from core.model import Transformer
from core.switches import Switches
from core.vocab import BEGIN
from tests.core import tiny
from tests.core.runs import dates_run, run
from tests.core.tiny import VARIANTS, ids, worst

SIDES = ("encoder", "decoder")


def by_parts(built: Transformer, source: torch.Tensor, read: torch.Tensor) -> dict[str, dict[str, torch.Tensor]]:
    """Run every sub-layer by itself, in the order of the paper, and note the stream."""
    config, seen = built.config, {}

    def through(part: str, x: torch.Tensor, *rest: torch.Tensor) -> torch.Tensor:
        module, norm = built.get_submodule(part), built.get_submodule(f"{part}_add_norm").norm.layer_norm
        normed = None if norm is None else norm(x) if config.norm_order == "pre" else None
        arrives = x if normed is None else normed
        added = module(arrives, *(arrives if y is None else y for y in rest))
        total = x + added if config.residual else added
        if config.norm_order == "post" and norm is not None:
            normed = norm(total)
        output = normed if config.norm_order == "post" and normed is not None else total
        seen[part] = {"input": x, "added": added, "sum": total, "normed": normed, "output": output}
        return output

    def finish(side: str, x: torch.Tensor) -> torch.Tensor:
        norm = getattr(built, f"{side}_norm")
        if norm is None or norm.layer_norm is None:
            return x
        seen[f"{side}.final_norm"] = {"input": x, "normed": norm(x), "output": norm(x)}
        return norm(x)

    positions, outputs = built.source_positions(source.shape[1]), []
    x = built.embed(built.source_embedding, source, positions, built.source_embedding_norm)
    for layer in range(config.num_encoder_layers):
        x = through(f"encoder.{layer}.ffn", through(f"encoder.{layer}.self_attn", x, None))
        outputs.append(x)
    finish("encoder", x)
    if built.encoder_norm is not None:
        outputs = [built.encoder_norm(y) for y in outputs]
    memories = built.wire(outputs)
    causal = torch.ones(read.shape[1], read.shape[1]).tril().bool()
    x = built.embed(built.target_embedding, read, built.target_positions(read.shape[1]), built.target_embedding_norm)
    for layer in range(config.num_decoder_layers):
        x = through(f"decoder.{layer}.self_attn", x, None, causal)
        x = through(f"decoder.{layer}.ffn", through(f"decoder.{layer}.cross_attn", x, memories[layer]))
    finish("decoder", x)
    return seen


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_every_vector_again_from_the_parts(variant: str) -> None:
    built = tiny.model(**VARIANTS[variant])
    source, read = ids(6, 6), torch.cat((torch.full((2, 1), BEGIN), ids(4, 4, seed=1)), dim=1)
    expected = by_parts(built, source, read)
    found = [step for side in SIDES for step in batch_stream(built, source, read, side, Switches())]
    assert [step.part for step in found] == list(dict.fromkeys(sorted(expected, key=list(expected).index)))
    for step in found:
        for name in ("input", "added", "sum", "normed", "output"):
            vector, again = getattr(step, name), expected[step.part].get(name)
            assert (vector is None) == (again is None), (step.part, name)
            assert vector is None or worst(vector, again) < 1e-10
        for name, length in step.norms.items():
            vector = getattr(step, name).numpy()
            assert np.abs(length.numpy() - np.sqrt((vector**2).sum(-1))).max() < 1e-10


@pytest.mark.parametrize("norm_order", ("post", "pre"))
def test_steps_hand_on_to_each_other_and_normalise_what_they_say(norm_order: str) -> None:
    built, trace = run(norm_order=norm_order, final_norm=True)
    for side in SIDES:
        steps = stream_of(built, trace, side)
        for one, other in itertools.pairwise(steps):
            assert torch.equal(one.output, other.input)
        for step in steps:
            order = ["input", "normed", "added", "sum", "output"]
            if norm_order == "post":
                order = ["input", "added", "sum", "normed", "output"]
            assert list(step.vectors) == [name for name in order if getattr(step, name) is not None]
            x = step.before_norm.numpy()
            flat = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)
            norm = (
                getattr(built, f"{side}_norm")
                if "final" in step.part
                else built.get_submodule(f"{step.part}_add_norm").norm
            ).layer_norm
            assert np.abs(flat * norm.weight.numpy() + norm.bias.numpy() - step.normed.numpy()).max() < 1e-10


def test_one_token_of_a_run() -> None:
    built, trace = run()
    step = stream_of(built, trace, "decoder")[1]
    token = step.at(3)
    assert isinstance(token, StreamStep) and token.part == "decoder.0.cross_attn" and token.input.shape == (14,)
    assert torch.equal(token.sum, step.sum[3]) and torch.equal(token.norms["normed"], step.norms["normed"][3])


def test_what_a_run_left_out() -> None:
    parts = {"encoder.1", "decoder.0.ffn", "decoder.1.ffn_add_norm.norm", "decoder.0.cross_attn_add_norm.residual"}
    built, trace = run(Switches(skipped=frozenset(parts)))
    assert {step.part.split(".")[1] for step in stream_of(built, trace, "encoder")} == {"0", "2"}
    found = {step.part: step for step in stream_of(built, trace, "decoder")}
    assert found["decoder.0.ffn"].added is None and torch.equal(
        found["decoder.0.ffn"].sum, found["decoder.0.ffn"].input
    )
    last = found["decoder.1.ffn"]
    assert last.normed is None and last.before_norm is None and torch.equal(last.output, last.sum)
    assert torch.equal(found["decoder.0.cross_attn"].sum, found["decoder.0.cross_attn"].added)


def test_the_shipped_model_adds_up() -> None:
    built, trace, _ = dates_run()
    steps = stream_of(built, trace, "decoder")
    assert [step.part for step in steps[:3]] == ["decoder.0.self_attn", "decoder.0.cross_attn", "decoder.0.ffn"]
    for step in steps:
        assert step.input.shape == (11, 128)
        assert worst(step.input + step.added, step.sum) < 1e-4
    logits = steps[-1].output @ built.output.weight.T + built.output_bias
    assert logits.argmax(-1).tolist() == trace.tokens


@pytest.mark.parametrize("activation", ("relu", "gelu"))
def test_the_hidden_layer_again_in_numpy(activation: str) -> None:
    built, trace = run(activation=activation)
    step = next(step for step in stream_of(built, trace, "decoder") if step.part == "decoder.1.ffn")
    ffn = built.get_submodule("decoder.1.ffn")
    wide = step.input.numpy() @ ffn.in_proj.weight.numpy().T + ffn.in_proj.bias.numpy()
    bent = np.maximum(wide, 0)
    if activation == "gelu":
        bent = wide * 0.5 * (1 + np.vectorize(math.erf)(wide / math.sqrt(2)))
    hidden = hidden_of(built, trace, "decoder.1.ffn")
    assert np.abs(hidden.numpy() - bent).max() < 1e-10
    narrow = bent @ ffn.out_proj.weight.numpy().T + ffn.out_proj.bias.numpy()
    assert np.abs(step.added.numpy() - narrow).max() < 1e-10


def test_an_ffn_that_was_left_out_has_no_hidden_layer() -> None:
    built, trace = run(Switches(skipped=frozenset({"encoder.1.ffn"})))
    assert hidden_of(built, trace, "encoder.1.ffn") is None
    assert hidden_of(built, trace, "encoder.0.ffn").shape == (7, 11)
