"""What a script or a notebook does with a model, in a few lines."""

import pytest
import torch

import core
from core import BlockedCell, OverwriteWeight, SilenceHead, Switches, load
from core.checkpoint import CheckpointError
from core.decoding import ParallelSession, Session, decode, decode_parallel
from core.paths import CHECKPOINTS
from core.positions import sinusoidal_encoding
from core.snippets import run_lines
from core.trace import record
from core.vocab import END

SOURCE = "3 mars 2001"
SWITCHES = {
    "as usual": Switches(),
    "no causal mask": Switches(causal=False, padding=False),
    "shifted": Switches(position="shifted", position_shift=2, temperature=0.5),
    "drawn": Switches(
        silenced=frozenset({SilenceHead("decoder.0.cross_attn", 2)}),
        overwritten=frozenset({OverwriteWeight("decoder.1.cross_attn", 0, 2, 1, 0.5)}),
        skipped=frozenset({"encoder.1.ffn"}),
        blocked=frozenset({BlockedCell("cross", 0, 3), BlockedCell("self", 2, 0)}),
    ),
}


@pytest.fixture(scope="module")
def dates():
    return load("dates")


def test_a_model_reads_text_as_its_task_does(dates):
    assert dates.write("  3 MARS 2001 ") == dates.write(SOURCE) == "2001-03-03"
    assert load(CHECKPOINTS / "spelling.safetensors").write("café") == load("spelling").write("cafe")
    assert load(str(CHECKPOINTS / "dates-all-at-once.safetensors")).write(SOURCE) == "2001-03-03"


def test_outputs_of_a_beam_are_as_likely_as_the_model_says_and_the_likeliest_comes_first(dates):
    found = dates.beam(SOURCE, width=3)
    for text, total in found:  # each is as likely as the model says of its tokens
        fed = dates.trace(SOURCE, reference=text)
        assert total == pytest.approx(
            sum(float(step.log_probs[token]) for step, token in zip(fed.steps, dates.target_ids(text), strict=True)),
            abs=1e-4,
        )
    assert found[0][0] == "2001-03-03" and found == sorted(found, key=lambda pair: -pair[1])


def test_a_sample_is_drawn_anew_by_its_seed_and_one_of_the_likeliest_token_is_greedy(dates):
    drawn = {seed: dates.sample(SOURCE, degree=3.0, seed=seed) for seed in range(6)}
    assert drawn[2] == dates.sample(SOURCE, degree=3.0, seed=2) and len(set(drawn.values())) > 1
    assert dates.sample(SOURCE, degree=3.0, most=1) == dates.write(SOURCE)


def test_a_reference_is_read_and_a_token_can_be_forced_by_its_name(dates):
    fed = dates.trace(SOURCE, reference="1999-12-31")
    assert [step.read for step in fed.steps[1:]] == dates.target_ids("1999-12-31")[:-1]
    assert dates.text(dates.trace(SOURCE, forced={0: "1"})).startswith("1")


@pytest.mark.parametrize(
    ("model", "call", "named"),
    [
        ("dates", lambda model: model.write(""), "1 to 64 tokens"),
        ("dates", lambda model: model.write("a" * 65), "65"),
        ("dates", lambda model: model.trace(SOURCE, reference="2001/03"), "cannot write /"),
        ("dates-all-at-once", lambda model: model.beam(SOURCE), "no next token"),
        ("dates-all-at-once", lambda model: model.trace(SOURCE, reference="2001-03-03"), "at once"),
    ],
)
def test_what_cannot_be_done_is_said(model, call, named):
    with pytest.raises(ValueError, match=named):
        call(load(model))


def test_a_model_that_is_not_there_is_named():
    with pytest.raises(CheckpointError, match=r"called nothing here, only dates, .*assets/checkpoints"):
        load("nothing")
    with pytest.raises(CheckpointError, match=r"nothing\.safetensors cannot be read: it is not there"):
        load("elsewhere/nothing.safetensors")


def test_what_is_public_is_listed_and_there():
    assert all(hasattr(core, name) for name in core.__all__)
    with pytest.raises(AttributeError, match="nonsense"):
        _ = core.nonsense


@pytest.mark.parametrize("pads", (0, 2))
@pytest.mark.parametrize("switches", SWITCHES.values(), ids=SWITCHES)
def test_lines_for_a_notebook_do_the_same_run(dates, switches, pads):
    names: dict = {}
    exec(run_lines("dates", SOURCE, pads=pads, switches=switches), names)
    expected = dates.trace(SOURCE, pads=pads, switches=switches)
    assert names["trace"].tokens == expected.tokens and names["trace"].switches == switches
    assert torch.equal(names["trace"].cross_weights(), expected.cross_weights())


def test_lines_for_a_notebook_name_what_is_read_and_forced(dates):
    names: dict = {}
    exec(run_lines("dates", 'it\'s "x"\\n', forced={0: END}), names)
    assert names["trace"].tokens == [END]
    exec(run_lines("dates", SOURCE, reference="1999-12-31"), names)
    assert [step.read for step in names["trace"].steps] == [
        step.read for step in dates.trace(SOURCE, reference="1999-12-31").steps
    ]


def test_a_session_is_decoded_once_and_kept_with_its_own_steps(dates):
    model, source = dates.transformer, dates.source_ids(SOURCE)
    session = Session(model, source)
    record(session, decode(session))
    with pytest.raises(ValueError, match="begin a new Session"):
        record(session, decode(session))
    with pytest.raises(ValueError, match="another session"):
        record(Session(model, source), decode(Session(model, source)))
    model, source = load("dates-all-at-once").transformer, dates.source_ids(SOURCE)
    with pytest.raises(ValueError, match="another session"):
        record(ParallelSession(model, source), decode_parallel(ParallelSession(model, source)))


def test_a_run_whose_numbers_are_no_numbers_is_kept_all_the_same():
    loaded = load("dates-all-at-once")
    with torch.no_grad():
        loaded.transformer.output_bias.fill_(torch.nan)
    assert loaded.trace(SOURCE).steps[0].log_probs.isnan().all()


def test_a_mask_of_numbers_is_refused_in_evaluation_and_in_training(dates):
    attention = dates.transformer.encoder[0].self_attn
    x, mask = torch.zeros(1, 3, dates.metadata.config.d_model), torch.zeros(1, 1, 3, 3)
    for training in (False, True):
        with pytest.raises(ValueError, match="boolean"):
            attention.train(training)(x, x, mask)
    attention.eval()


def test_sinusoids_are_as_precise_as_the_weights():
    model = load("dates").transformer.double()
    table = model.source_position.table
    assert torch.equal(table, sinusoidal_encoding(torch.arange(len(table)), table.shape[1]))
