"""Measure against transformers: `python -m tests.benchmarks.huggingface [--rounds N] [--tokens N] [--exported N]`.

A random Marian of full size (6 + 6 layers, width 512, 8 heads, 65,001 symbols) decodes with a full trace here, and by
`generate(output_attentions=True)` there, in turns, on one thread, in processor seconds: their ratio is judged. Then the
dates model, exported to Marian's layout, writes held-out inputs here and there. Needs requirements-hf.txt.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
import transformers
from torch import Tensor

from core import library
from core.decoding import Session, decode, decode_batch
from core.interop.huggingface import load_weights, save_marian
from core.model import Transformer
from core.tasks import Task
from core.trace import Trace, record
from core.training.batches import pad
from core.vocab import END, PAD

TARGET = 1.3  # at most so many times the time of generate
SIZES = {
    "vocab_size": 65_001, "pad_token_id": 65_000, "decoder_start_token_id": 65_000, "d_model": 512,
    "encoder_layers": 6, "decoder_layers": 6, "encoder_attention_heads": 8, "decoder_attention_heads": 8,
    "encoder_ffn_dim": 2048, "decoder_ffn_dim": 2048, "max_position_embeddings": 512, "activation_function": "swish",
    "scale_embedding": True, "forced_eos_token_id": None,
}  # fmt: skip
BATCH = 50


def full_size(folder: Path) -> Any:
    """Save a random Marian of full size that never ends, and return it."""
    torch.manual_seed(0)
    model = transformers.MarianMTModel(transformers.MarianConfig(**SIZES)).eval()
    model.final_logits_bias[0, 0] = -1e4
    model.set_attn_implementation("eager")  # the only one that returns attentions
    model.save_pretrained(folder)
    return model


def trace_bytes(trace: Trace) -> int:
    """Return how many bytes the tensors of a trace hold."""
    tensors = [trace.encoder_weights]
    for step in trace.steps:
        tensors += [step.log_probs, step.self_weights, step.cross_weights]
    return sum({x.untyped_storage().data_ptr(): x.untyped_storage().nbytes() for x in tensors}.values())


def measure_full(rounds: int, tokens: int) -> None:
    """Print the ratio of times, and the size of a trace."""
    with tempfile.TemporaryDirectory() as folder:
        theirs = full_size(Path(folder))
        ours, about = load_weights(folder, longest=tokens)
    source = torch.randint(2, 65_000, (1, tokens), generator=torch.Generator().manual_seed(1))
    source[0, -1] = 0
    our_source = torch.tensor([about.source.to_ours(source[0].tolist())])

    def run_ours() -> Trace:
        session = Session(ours, our_source)
        return record(session, decode(session))

    def run_theirs() -> Any:
        return theirs.generate(
            source, max_new_tokens=tokens, num_beams=1, do_sample=False, output_attentions=True,
            return_dict_in_generate=True,
        )  # fmt: skip

    trace, output = run_ours(), run_theirs()
    assert trace.tokens == about.target.to_ours(output.sequences[0, 1:].tolist())
    ratios = []
    for _ in range(rounds):
        times = []
        for run in (run_ours, run_theirs):
            begin = time.process_time()
            run()
            times.append(time.process_time() - begin)
        ratios.append(times[0] / times[1])
        print(f"  ours {times[0]:.2f} s, generate {times[1]:.2f} s, ratio {ratios[-1]:.3f}", flush=True)
    median = statistics.median(ratios)
    said = "met" if median <= TARGET else "MISSED"
    print(f"{tokens} tokens with a full trace: {median:.2f}× the time of generate (at most {TARGET}: {said})")
    print(f"a trace of {tokens} source and {len(trace.steps)} target tokens holds {trace_bytes(trace) / 1e6:.1f} MB")


def outputs_here_and_there(
    model: Transformer, theirs: Any, sources: list[list[int]]
) -> tuple[list[list[int]], list[list[int]]]:
    """Write greedily with both, in batches; tokens up to and with END."""
    here: list[list[int]] = []
    there: list[list[int]] = []
    for start in range(0, len(sources), BATCH):
        batch: Tensor = pad(sources[start : start + BATCH])
        here += decode_batch(model, batch)
        written = theirs.generate(batch, attention_mask=batch != PAD, num_beams=1, do_sample=False)[:, 1:].tolist()
        there += [row[: row.index(END) + 1] if END in row else row for row in written]
    return here, there


def exported(model: Transformer) -> Any:
    """Return the model as transformers reads it back from Marian's layout."""
    with tempfile.TemporaryDirectory() as folder:
        save_marian(folder, model)
        return transformers.MarianMTModel.from_pretrained(folder).eval()


def held_out_sources(task: Task, vocab: Any, count: int) -> list[list[int]]:
    """Return so many held-out sources as ids, evenly from all groups."""
    examples = task.held_out("test")
    chosen = [examples[i * len(examples) // count] for i in range(count)]
    return sorted((vocab.encode(task.source_tokens(example.source)) for example in chosen), key=len)


def measure_export(count: int) -> None:
    """Print for how many inputs an exported model writes the same."""
    loaded = library.load("dates")
    sources = held_out_sources(loaded.task, loaded.metadata.source_vocab, count)
    here, there = outputs_here_and_there(loaded.transformer, exported(loaded.transformer), sources)
    same = sum(one == other for one, other in zip(here, there, strict=True))
    print(f"dates in Marian's layout: {same} of {count} held-out inputs are written alike")


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--exported", type=int, default=1000)
    options = parser.parse_args()
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    measure_export(options.exported)
    measure_full(options.rounds, options.tokens)


if __name__ == "__main__":
    main()
