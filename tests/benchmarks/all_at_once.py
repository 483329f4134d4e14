"""Measure what writing all at once saves: `python -m tests.benchmarks.all_at_once [--write]`.

Two models of equal size, one that writes step by step with its keys and values cached and one that writes all positions
at once, write 10, 20 and 40 tokens for one source. They are not trained, and their lengths are set: how long a pass
takes does not depend on the weights. They take turns within a round, on one thread, in processor seconds, which leave
out the wait for other work; judged is the median of the rounds' ratios, with the quartiles.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from core.config import ModelConfig
from core.decoding import ParallelSession, Session, refine
from core.evaluation.evidence import write_evidence
from core.model import Transformer
from core.vocab import BEGIN

LENGTHS = 10, 20, 40
PASSES = 1, 4, 10
SIZES = {"d_model": 128, "num_heads": 4, "d_ff": 512, "num_encoder_layers": 3, "num_decoder_layers": 3}
CONFIG = ModelConfig(
    source_vocab_size=64, target_vocab_size=64, max_source_len=64, max_target_len=64, dropout=0.0, **SIZES
)


def step_by_step(model: Transformer, source: Tensor, length: int) -> None:
    """Write `length` tokens, one pass each. Shapes: source [1,S]"""
    session = Session(model, source, record=False)
    token = torch.tensor([BEGIN])
    for _ in range(length):
        token = session.advance(token).log_probs.argmax(-1)


def all_at_once(model: Transformer, source: Tensor, length: int, passes: int) -> None:
    """Write `length` tokens in one pass, or refine them in up to `passes`. Shapes: source [1,S]"""
    session = ParallelSession(model, source, length=length, record=False)
    if passes > 1:
        for _ in refine(session, passes):
            pass


def seconds(work: Callable[[], None]) -> float:
    """Return the processor seconds that some work takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


def measure(length: int, rounds: int) -> dict[str, Any]:
    """Let both models take turns on sources as long as their targets."""
    models = {
        decoder: Transformer(replace(CONFIG, decoder=decoder), torch.Generator().manual_seed(1)).eval()
        for decoder in ("autoregressive", "length")
    }
    source = torch.randint(4, 64, (1, length), generator=torch.Generator().manual_seed(length))
    work = {"step by step": lambda: step_by_step(models["autoregressive"], source, length)}
    for passes in PASSES:
        work[str(passes)] = lambda passes=passes: all_at_once(models["length"], source, length, passes)
    taken: dict[str, list[float]] = {name: [] for name in work}
    for turn in range(rounds + 1):
        for name, each in work.items():
            spent = seconds(each)
            if turn:  # the first round warms up
                taken[name].append(spent)
    ratios = {
        name: statistics.quantiles(
            [slow / fast for slow, fast in zip(taken["step by step"], taken[name], strict=True)], n=4
        )
        for name in map(str, PASSES)
    }
    return {
        "length": length,
        "milliseconds": {name: round(1000 * statistics.median(each), 2) for name, each in taken.items()},
        "ratio": {name: [round(number, 2) for number in each] for name, each in ratios.items()},
    }


def main() -> None:
    """Print how many times faster writing all at once is and, with --write, keep it as evidence."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.all_at_once", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--write", action="store_true", help="keep what is found in assets/evidence")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = [measure(length, options.rounds) for length in LENGTHS]
    print(f"{CONFIG.num_encoder_layers} + {CONFIG.num_decoder_layers} layers, width {CONFIG.d_model}, one thread")
    for row in rows:
        spent = ", ".join(f"{name} {value} ms" for name, value in row["milliseconds"].items())
        print(f"{row['length']} tokens: {spent}")
        for passes, (first, median, third) in row["ratio"].items():
            print(f"  up to {passes:>2} passes: {median:.2f}× as fast as step by step ({first:.2f} to {third:.2f})")
    if options.write:
        found = {"rounds": options.rounds, "sizes": SIZES, "rows": rows}
        # Time does not depend on what was learnt, so no model that ships is measured.
        write_evidence("all-at-once-time", "python -m tests.benchmarks.all_at_once", {}, found)


if __name__ == "__main__":
    main()
