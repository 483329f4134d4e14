"""A model trained on pairs of one's own, and what a model scores."""

from collections.abc import Iterable, Sequence

from core.checkpoint import Metadata
from core.config import ModelConfig
from core.evaluation.exact_match import ExactMatch, exact_match
from core.library import TextModel
from core.switches import Switches
from core.tasks import Example
from core.tasks.pairs import PairsTask
from core.tasks.pairs_text import read_again, write_pairs
from core.training import Recipe, TrainingState, train
from core.training.encoding import vocabularies

USUAL = Switches()


def train_on_pairs(
    pairs: Iterable[tuple[str, str]], steps: int = 400, recipe: Recipe | None = None, **sizes: int | float | str | bool
) -> TextModel:
    """Train a model to write the second text of each pair for the first; a tenth of the pairs is held out to measure.

    It is small, to learn in a minute or two; `sizes` are fields of ModelConfig that shall differ. A recipe replaces the
    usual one and its steps.

    Raises: BadPairs if the pairs are too few, too long or have too many symbols; ValueError if a size does not fit.
    """
    task = PairsTask(read_again(write_pairs(tuple(pairs))))
    source_vocab, target_vocab = vocabularies(task)
    longest_source, longest_target = task.longest
    usual = {
        "d_model": 64, "d_ff": 128, "num_encoder_layers": 2, "num_decoder_layers": 2, "dropout": 0.0,
        "norm_order": "pre", "final_norm": True, "max_source_len": longest_source, "max_target_len": longest_target + 1,
    }  # fmt: skip
    vocab_sizes = {"source_vocab_size": len(source_vocab), "target_vocab_size": len(target_vocab)}
    config = ModelConfig.from_dict(usual | sizes | vocab_sizes)
    recipe = recipe or Recipe(
        steps=steps, batch_tokens=1000, learning_rate=3e-3, warmup=min(60, steps // 4), label_smoothing=0.0,
        average=1, bf16=False,
    )  # fmt: skip
    state = TrainingState.new(task.name, config, recipe)
    for _ in train(state, task, source_vocab, target_vocab):
        pass
    metadata = Metadata(
        name=task.name, title=task.title, task=task.name, config=config, source_symbols=source_vocab.symbols,
        target_symbols=target_vocab.symbols,
        training={
            "seed": recipe.seed, "steps": state.step, "data": task.data_version(), "seconds": round(state.seconds, 1),
            "longest_source": longest_source, **recipe.masks_off(),
        },
    )  # fmt: skip
    return TextModel(state.averaged_model().requires_grad_(False), metadata, task)


def evaluate(
    model: TextModel, examples: Sequence[Example] | None = None, *, per_group: int | None = None,
    switches: Switches = USUAL,
) -> ExactMatch:  # fmt: skip
    """Count which outputs are right: of all test examples, which training never saw, of some a group, or of these."""
    if examples is None:
        examples = model.task.held_out("test", per_group)
    about = model.metadata
    return exact_match(model.transformer, model.task, about.source_vocab, about.target_vocab, examples, switches)
