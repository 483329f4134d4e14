"""`python -m core.training`: it writes a checkpoint that says how it was made, stops when told to, and goes on."""

import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from core import checkpoint, tasks
from core.tasks import task_for
from core.tasks.sentence_pairs import write_rows
from core.training import TrainingState, __main__
from tests.core.tiny_sentences import ROWS
from tests.core.tiny_sentences import TASK as SENTENCES
from tests.core.tiny_task import TASK

ROOT = Path(__file__).parents[3]
SIZES = "--d-model 16 --num-heads 2 --d-ff 24 --num-encoder-layers 1 --num-decoder-layers 1 --threads 1"
RECIPE = "--steps 12 --warmup 2 --no-bf16 --average 2 --average-every 3"


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run the command on the tiny task, in this process."""
    monkeypatch.setitem(tasks.TASKS, "backwards", TASK)

    def call(*options: str) -> None:
        places = f"--runs {tmp_path}/runs --out {tmp_path}/out --name tiny --task backwards --batch-tokens 60"
        monkeypatch.setattr("sys.argv", ["training", *f"{places} {SIZES} {RECIPE}".split(), *options])
        __main__.main()

    return call


def test_it_trains_and_writes_a_checkpoint(command, tmp_path: Path) -> None:
    command("--title", "Tiny")
    model, metadata = checkpoint.load(tmp_path / "out" / "tiny.safetensors")
    assert (metadata.name, metadata.title, metadata.task) == ("tiny", "Tiny", "backwards")
    assert metadata.training["steps"] == 12 and metadata.training["data"] == "backwards 1"
    state = TrainingState.load(tmp_path / "runs" / "tiny.state")
    assert state.step == 12
    for name, weight in state.averaged_model().named_parameters():
        assert torch.equal(model.get_parameter(name), weight.detach().half().float())


def test_the_command_that_it_keeps_can_be_pasted_into_a_shell(command, tmp_path: Path) -> None:
    command("--title", "Tiny → “two words”")
    kept = checkpoint.read_metadata(tmp_path / "out" / "tiny.safetensors").training["command"]
    assert shlex.split(kept) == ["python", "-m", "core.training", *sys.argv[1:]]


@pytest.mark.parametrize("decoder", ("length", "end"))
def test_decoders_that_write_in_parallel_are_looked_at_too(command, tmp_path: Path, decoder: str) -> None:
    command("--decoder", decoder, "--check-every", "6")
    assert checkpoint.load(tmp_path / "out" / "tiny.safetensors")[1].config.decoder == decoder


def test_it_refuses_to_go_on_with_other_options(command) -> None:
    command()
    for options in (("--dropout", "0.3"), ("--learning-rate", "0.1"), ("--seed", "2")):
        with pytest.raises(SystemExit, match="begun with other options: repeat them, choose another --name, or delete"):
            command(*options)


def test_a_run_whose_rate_has_not_fallen_yet_can_be_made_longer_or_shorter(command, tmp_path: Path) -> None:
    """argparse takes the last of two options of one name."""
    path = tmp_path / "runs" / "tiny.state"
    command("--decay", "constant", "--ema", "0.5", "--steps", "9")
    command("--decay", "trapezoid", "--ema", "0.5", "--steps", "12")
    gone_on = TrainingState.load(path)
    path.unlink()
    command("--decay", "trapezoid", "--ema", "0.5", "--steps", "12")
    whole = TrainingState.load(path)
    assert gone_on.losses == whole.losses and gone_on.recipe == whole.recipe
    for steps in ("11", "20"):  # it has ended, and its rate has fallen
        with pytest.raises(SystemExit, match="begun with other options"):
            command("--decay", "trapezoid", "--ema", "0.5", "--steps", steps)


@pytest.mark.parametrize(
    ("options", "message"),
    [(("--warmup", "13"), "warmup must lie between 0 and steps=12, got 13"), (("--d-model", "15"), "d_model=15")],
)
def test_options_that_do_not_work_cost_a_sentence(command, options: tuple[str, ...], message: str) -> None:
    with pytest.raises(SystemExit, match=f"these options do not work: {message}"):
        command(*options)


def test_told_to_stop_it_saves_and_the_same_command_goes_on(tmp_path: Path) -> None:
    """Run the real thing on the real dates; SIGTERM comes as soon as the progress bar shows."""
    options = f"--name tiny --batch-tokens 60 {SIZES} {RECIPE} --seed 5 --runs {tmp_path}/runs --out {tmp_path}/out"
    whole = [sys.executable, "-m", "core.training", *options.split()]
    with subprocess.Popen(whole, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        shown = process.stderr.read(1)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1, (shown + errors).decode()
    assert b"of 12; the same command goes on from there" in errors and b"Traceback" not in errors
    stopped = TrainingState.load(tmp_path / "runs" / "tiny.state").step
    assert 0 < stopped < 12
    assert not (tmp_path / "out").exists()

    again = subprocess.run(whole, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert again.returncode == 0, again.stderr
    assert f"at step {stopped} of 12" in again.stdout
    model, metadata = checkpoint.load(tmp_path / "out" / "tiny.safetensors")
    assert (metadata.task, model.config.d_model) == ("dates", 16)
    said = metadata.training
    assert said["command"] == f"python -m core.training {options}"
    assert (said["seed"], said["steps"]) == (5, 12)
    assert said["data"].startswith("Babel ") and "CLDR" in said["data"]
    assert f"torch {torch.__version__}, 1 threads" in said["machine"]
    assert said["parameters"] == sum(parameter.numel() for parameter in model.parameters())
    assert metadata.scores == {}


def test_sentences_are_learnt_from_a_file_with_its_subwords(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_rows(tmp_path / "pairs.tsv", ROWS[::4])
    (tmp_path / "subwords.json").write_text(SENTENCES.subwords.to_json(), encoding="utf-8")
    places = f"--runs {tmp_path}/runs --out {tmp_path}/out --name tiny --task sentences --pairs {tmp_path}/pairs.tsv"
    more = "--tying all --subword-sampling 0.2 --ema 0.5 --batch-tokens 300 --check-every 6 --write-every 5"
    monkeypatch.setattr("sys.argv", ["training", *f"{places} {more} {SIZES} {RECIPE}".split()])
    __main__.main()
    model, metadata = checkpoint.load(tmp_path / "out" / "tiny.safetensors")
    assert metadata.task == "sentences" and metadata.source_symbols == metadata.target_symbols
    task = task_for(metadata.task, subwords=metadata.subwords)
    assert task.source_tokens("→de The cat") == SENTENCES.source_tokens("→de The cat")
    assert task.source_symbols() == metadata.source_symbols
    assert "CC BY 2.0 FR" in metadata.training["data"]
    average = TrainingState.load(tmp_path / "runs" / "tiny.state").average
    assert torch.equal(model.output_bias, average["output_bias"].half().float())


@pytest.mark.parametrize(
    "options", ("--task sentences", "--task reverse --pairs x.tsv", "--task sentences --pairs x.tsv")
)
def test_a_file_of_pairs_goes_with_the_task_of_sentences(monkeypatch: pytest.MonkeyPatch, options: str) -> None:
    monkeypatch.setattr("sys.argv", ["training", "--name", "tiny", *options.split()])
    with pytest.raises(SystemExit, match="--pairs"):
        __main__.main()


def test_a_model_goes_on_with_symbols_that_it_did_not_know(command, tmp_path: Path, monkeypatch) -> None:
    command()
    first = tmp_path / "out" / "tiny.safetensors"

    class MoreLetters(type(TASK)):
        def source_symbols(self) -> tuple[str, ...]:
            return ("Z", *super().source_symbols())

    monkeypatch.setitem(tasks.TASKS, "backwards", MoreLetters())
    places = f"--runs {tmp_path}/runs --out {tmp_path}/out --name more --task backwards --batch-tokens 60"
    monkeypatch.setattr("sys.argv", ["training", *f"{places} {RECIPE} --threads 1 --start-from {first}".split()])
    __main__.main()
    metadata = checkpoint.read_metadata(tmp_path / "out" / "more.safetensors")
    assert metadata.source_symbols[0] == "Z" and metadata.config.source_vocab_size == len(metadata.source_symbols) + 4


@pytest.mark.parametrize("options", ("--task reverse --common-words 0.2", "--task spelling --common-words 1.5"))
def test_common_words_are_a_share_of_the_spelling_task(monkeypatch: pytest.MonkeyPatch, options: str) -> None:
    monkeypatch.setattr("sys.argv", ["training", "--name", "tiny", *options.split()])
    with pytest.raises(SystemExit, match="--common-words is a share"):
        __main__.main()


@pytest.mark.parametrize("supported", (True, False))
def test_bf16_on_a_processor_without_it_is_said_to_be_slow(command, monkeypatch, capsys, supported: bool) -> None:
    monkeypatch.setattr(__main__, "has_bf16", lambda _device: supported)
    command("--bf16")
    assert ("--no-bf16 is several times as fast" in capsys.readouterr().out) is not supported


def test_a_gpu_that_is_not_there_costs_a_sentence(command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SystemExit, match="device=cuda needs a GPU"):
        command("--device", "cuda")
