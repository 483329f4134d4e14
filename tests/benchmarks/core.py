"""Measure the core's speed against torch.nn.Transformer: `python -m tests.benchmarks.core [--json] [--rounds N]`.

Other work shares the processor, so ours and theirs take turns within a round and only their ratio is judged: its median
over the rounds, with the quartiles. Decoding runs on one thread and is timed in processor seconds, which leave out the
wait for others; training runs on two and is timed by the clock. Nothing fails; a missed target says so.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from core.config import ModelConfig
from core.decoding.autoregressive import decode
from core.decoding.session import Session
from core.masks import causal_mask
from core.model import Transformer
from core.trace import record
from core.training.batches import Batch
from core.training.loss import cross_entropy
from core.training.recipe import Recipe
from core.training.state import make_optimizer
from core.vocab import BEGIN, END, PAD

VOCAB, SOURCE_LEN, TARGET_LEN, BATCH_TOKENS = 64, 20, 11, 4000
SIZES = {"d_model": 128, "num_heads": 4, "d_ff": 512, "num_encoder_layers": 4, "num_decoder_layers": 4}


@dataclass(frozen=True, kw_only=True)
class Result:
    """Hold one comparison. `ratio` is its quartiles over the rounds: first, median, third."""

    what: str
    ours: str
    theirs: str
    ratio: tuple[float, float, float]
    target: float
    at_least: bool

    @property
    def met(self) -> bool:
        """Tell whether the median is on the right side of the target."""
        return self.ratio[1] >= self.target if self.at_least else self.ratio[1] <= self.target


class TorchTransformer(nn.Module):
    """`torch.nn.Transformer` between our embeddings, positions and output projection, computing the same function."""

    def __init__(self, ours: Transformer) -> None:
        super().__init__()
        config = ours.config
        self.around = ours
        self.transformer = nn.Transformer(
            config.d_model, config.num_heads, config.num_encoder_layers, config.num_decoder_layers, config.d_ff,
            config.dropout, batch_first=True,
        )  # fmt: skip
        self.transformer.encoder.norm = self.transformer.decoder.norm = None
        copy_weights(ours, self.transformer)
        del self.around.encoder, self.around.decoder

    def embed(self, embedding: nn.Embedding, ids: Tensor, positions: Tensor) -> Tensor:
        return self.around.embed(embedding, ids, positions[: ids.shape[1]])

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Shapes: source [B,S], target [B,T] → [B,T,V]"""
        around, pads = self.around, source == PAD
        hidden = self.transformer(
            self.embed(around.source_embedding, source, around.source_position.table),
            self.embed(around.target_embedding, target, around.target_position.table),
            tgt_mask=~causal_mask(target.shape[1])[0, 0],
            src_key_padding_mask=pads,
            memory_key_padding_mask=pads,
            tgt_is_causal=True,
        )
        return around.logits(hidden)

    @torch.inference_mode()
    def greedy(self, source: Tensor, length: int) -> list[int]:
        """Encode once, then run the decoder on the whole prefix for each token. Shapes: source [1,S]"""
        around = self.around
        memory = self.transformer.encoder(self.embed(around.source_embedding, source, around.source_position.table))
        mask = ~causal_mask(length)[0, 0]
        read = torch.tensor([[BEGIN]])
        for step in range(1, length + 1):
            target = self.embed(around.target_embedding, read, around.target_position.table)
            hidden = self.transformer.decoder(target, memory, tgt_mask=mask[:step, :step], tgt_is_causal=True)
            token = around.logits(hidden[:, -1:]).argmax(-1)
            read = torch.cat((read, token), dim=1)
        return read[0, 1:].tolist()


def copy_weights(ours: Transformer, theirs: nn.Transformer) -> None:
    """Give torch's layers our weights; it keeps the query, key and value projections in one matrix."""
    for our_layers, layers in ((ours.encoder, theirs.encoder.layers), (ours.decoder, theirs.decoder.layers)):
        for our_layer, layer in zip(our_layers, layers, strict=True):
            weights = {}
            names = {"self_attn": "self_attn", "cross_attn": "multihead_attn"}
            attentions = [name for name in names if hasattr(our_layer, name)]
            for name in attentions:
                part = getattr(our_layer, name)
                projections = (part.q_proj, part.k_proj, part.v_proj)
                weights[f"{names[name]}.in_proj_weight"] = torch.cat([linear.weight for linear in projections])
                weights[f"{names[name]}.in_proj_bias"] = torch.cat([linear.bias for linear in projections])
                weights |= named(f"{names[name]}.out_proj", part.out_proj)
            weights |= named("linear1", our_layer.ffn.in_proj) | named("linear2", our_layer.ffn.out_proj)
            for number, name in enumerate((*attentions, "ffn"), start=1):
                weights |= named(f"norm{number}", getattr(our_layer, f"{name}_add_norm").norm.layer_norm)
            layer.load_state_dict(weights)


def named(prefix: str, module: nn.Module) -> dict[str, Tensor]:
    """Return a module's parameters under another prefix."""
    return {f"{prefix}.{name}": parameter for name, parameter in module.named_parameters()}


def models(length: int = 32, dropout: float = 0.0) -> tuple[Transformer, TorchTransformer]:
    """Build two models of equal weights: ours, which never writes END, and torch's."""
    config = ModelConfig(
        source_vocab_size=VOCAB, target_vocab_size=VOCAB, max_target_len=length, dropout=dropout, **SIZES
    )
    pair = [Transformer(config, torch.Generator().manual_seed(1)) for _ in range(2)]
    for model in pair:
        model.output_bias.data[END] = -1e9
    return pair[0], TorchTransformer(pair[1])


def some_source(generator: torch.Generator, rows: int = 1) -> Tensor:
    """Draw source tokens that are not special. Shapes: → [rows, SOURCE_LEN]"""
    return torch.randint(END + 1, VOCAB, (rows, SOURCE_LEN), generator=generator)


def seconds(run: Callable[[], object]) -> float:
    """Time one run: in processor seconds on one thread, by the clock on several."""
    clock = time.process_time if torch.get_num_threads() == 1 else time.perf_counter
    began = clock()
    run()
    return clock() - began


def take_turns(runs: Sequence[Callable[[], object]], rounds: int, warmup: int = 3) -> list[list[float]]:
    """Time each run once a round, the order reversing from round to round. Units: → seconds, one list a run"""
    times: list[list[float]] = [[] for _ in runs]
    for index in range(warmup + rounds):
        order = list(enumerate(runs))
        for number, run in order if index % 2 else reversed(order):
            elapsed = seconds(run)
            if index >= warmup:
                times[number].append(elapsed)
    return times


def compare(over: list[float], under: list[float]) -> tuple[float, float, float]:
    """Return the quartiles of the rounds' ratios."""
    first, median, third = statistics.quantiles([a / b for a, b in zip(over, under, strict=True)], n=4)
    return first, median, third


def per_second(count: int, times: list[float]) -> str:
    return f"{count / statistics.median(times):,.0f} tokens/s"


def per_token(count: int, times: list[float]) -> str:
    return f"{statistics.median(times) / count * 1000:.3f} ms/token"


def decoding(rounds: int, length: int = 32) -> Result:
    """(a) Greedy decoding with our cache against torch.nn.Transformer reading the whole prefix at each step."""
    ours, theirs = (model.eval() for model in models(length))
    source = some_source(torch.Generator().manual_seed(2))

    def cached() -> list[int]:
        return [step.token for step in decode(Session(ours, source, record=False))]

    def recomputed() -> list[int]:
        return theirs.greedy(source, length)

    same = "same tokens" if cached() == recomputed() else "DIFFERENT TOKENS"
    our_times, their_times = take_turns((cached, recomputed), rounds)
    return Result(
        what=f"decoding {length} tokens ({same})",
        ours=per_second(length, our_times),
        theirs=per_second(length, their_times),
        ratio=compare(their_times, our_times),
        target=3.0,
        at_least=True,
    )


def growth(rounds: int, lengths: Sequence[int] = (16, 32, 64, 128)) -> list[Result]:
    """(b) The mean cost of a token, the encoder apart, of long outputs against the shortest."""
    ours = models(max(lengths))[0].eval()
    source = some_source(torch.Generator().manual_seed(3))

    def run(length: int) -> Callable[[], float]:
        def steps() -> float:
            session = Session(ours, source, max_len=length, record=False)
            return seconds(lambda: list(decode(session)))

        return steps

    times: dict[int, list[float]] = {length: [] for length in lengths}
    for _ in range(rounds + 1):
        for length in lengths:
            times[length].append(run(length)() / length)
    shortest = times[lengths[0]][1:]
    return [
        Result(
            what=f"a token of {length} against one of {lengths[0]}",
            ours=per_token(1, times[length][1:]),
            theirs=per_token(1, shortest),
            ratio=compare(times[length][1:], shortest),
            target=1.2,
            at_least=False,
        )
        for length in lengths[1:]
    ]


def recording(rounds: int, length: int = 32) -> Result:
    """(c) A decode kept as a trace against one that keeps nothing."""
    ours = models(length)[0].eval()
    source = some_source(torch.Generator().manual_seed(4))

    def kept() -> object:
        session = Session(ours, source)
        return record(session, decode(session))

    def unkept() -> object:
        return list(decode(Session(ours, source, record=False)))

    kept_times, unkept_times = take_turns((kept, unkept), rounds)
    return Result(
        what=f"recording {length} tokens against not",
        ours=per_token(length, kept_times),
        theirs=per_token(length, unkept_times),
        ratio=compare(kept_times, unkept_times),
        target=1.5,
        at_least=False,
    )


def training(rounds: int, dropout: float) -> Result:
    """(d) Updates as the recipe makes them: bf16 forward, loss, backward, clip, AdamW."""
    recipe = Recipe()
    batch = some_batch(torch.Generator().manual_seed(5))
    runs = [updates(model.train(), batch, recipe) for model in models(TARGET_LEN, dropout)]
    our_times, their_times = take_turns(runs, rounds)
    return Result(
        what=f"training, dropout {dropout}",
        ours=per_second(batch.tokens, our_times),
        theirs=per_second(batch.tokens, their_times),
        ratio=compare(their_times, our_times),
        target=1.0,
        at_least=True,
    )


def some_batch(generator: torch.Generator) -> Batch:
    """Draw a batch of 4,000 source tokens, a few of them padding, as bucketing leaves them."""
    rows = BATCH_TOKENS // SOURCE_LEN
    source = some_source(generator, rows)
    source[: rows // 4, -1] = PAD
    target = torch.randint(END + 1, VOCAB, (rows, TARGET_LEN), generator=generator)
    read = torch.cat((torch.full((rows, 1), BEGIN), target[:, :-1]), dim=1)
    return Batch(source, read, target)


def updates(model: nn.Module, batch: Batch, recipe: Recipe) -> Callable[[], None]:
    """Return what makes one update of a model."""
    optimizer = make_optimizer(model, recipe)
    for group in optimizer.param_groups:
        group["lr"] = 1e-4

    def update() -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=recipe.bf16):
            loss = cross_entropy(model(batch.source, batch.read), batch.labels, recipe.label_smoothing)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
        optimizer.step()

    return update


def table(results: Sequence[Result]) -> str:
    """Lay results out for reading."""
    rows = [("what", "ours", "theirs or base", "ratio (quartiles)", "target", "met")]
    for result in results:
        first, median, third = result.ratio
        ratio = f"{median:.2f} ({first:.2f}–{third:.2f})"
        target = f"{'≥' if result.at_least else '≤'} {result.target}"
        rows.append((result.what, result.ours, result.theirs, ratio, target, "yes" if result.met else "NO"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.core", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=31, help="decoding rounds; training takes a third")
    parser.add_argument("--json", action="store_true", help="print JSON as well")
    options = parser.parse_args()
    torch.set_num_threads(1)
    results = [decoding(options.rounds), *growth(options.rounds), recording(options.rounds)]
    torch.set_num_threads(2)
    results += [training(max(3, options.rounds // 3), dropout) for dropout in (0.0, 0.1)]
    print(f"torch {torch.__version__}; {SIZES}")
    print(table(results))
    if options.json:
        print(json.dumps([asdict(result) | {"met": result.met} for result in results], indent=1))


if __name__ == "__main__":
    main()
