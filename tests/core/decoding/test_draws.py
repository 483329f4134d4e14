"""Many samples at once: whole outputs against every output there is, their probabilities multiplied out by hand."""

import math
from itertools import product

import pytest
import torch

from core.decoding import Drawn, Session, decode, draw_many, temperature, top_k, top_p
from core.model import Transformer
from core.vocab import BEGIN, END
from tests.core import tiny
from tests.core.tiny import ids

VOCAB, LONGEST, DRAWS = 5, 3, 4000
FILTERS = {
    "none": (),
    "temperature": (("temperature", 1.6),),
    "top-k": (("top_k", 3),),
    "top-p": (("top_p", 0.75),),
    "all": (("temperature", 2.0), ("top_k", 4), ("top_p", 0.9)),
}
MAKE = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
every_filter = pytest.mark.parametrize("named", FILTERS.values(), ids=FILTERS.keys())


def small(seed: int = 1) -> Transformer:
    built = tiny.model(seed, target_vocab_size=VOCAB, max_target_len=LONGEST, tying="none")
    built.output.weight.mul_(0.3)
    return built


def kept(probs: list[float], name: str, value: float) -> list[float]:
    """Filter one distribution with plain numbers."""
    order = sorted(range(len(probs)), key=lambda i: (-probs[i], i))
    if name == "temperature":
        raised = [p ** (1 / value) for p in probs]
    elif name == "top_k":
        raised = [p if i in order[: int(value)] else 0.0 for i, p in enumerate(probs)]
    else:
        inside = {i for place, i in enumerate(order) if sum(probs[j] for j in order[:place]) < value}
        raised = [p if i in inside else 0.0 for i, p in enumerate(probs)]
    return [p / sum(raised) for p in raised]


def every_output(built: Transformer, source: torch.Tensor, named: tuple) -> dict[tuple[int, ...], tuple[float, float]]:
    """Return the probability of every output, the model's own and the filtered one, from full passes."""
    found = {}
    for written in product(range(VOCAB), repeat=LONGEST):
        end = written.index(END) + 1 if END in written else LONGEST
        output, own, filtered = written[:end], 1.0, 1.0
        for place, token in enumerate(output):
            read = torch.tensor([[BEGIN, *output[:place]]])
            probs = built(source, read)[0, -1].softmax(-1).tolist()
            own *= probs[token]
            for name, value in named:
                probs = kept(probs, name, value)
            filtered *= probs[token]
        found[output] = own, filtered
    return found


def draw(built: Transformer, source: torch.Tensor, named: tuple, seed: int = 1, count: int = DRAWS) -> list[Drawn]:
    filters = [MAKE[name](value) for name, value in named]
    return draw_many(Session(built, source, record=False), count, torch.Generator().manual_seed(seed), *filters)


@every_filter
def test_outputs_come_as_often_as_their_probability_says(named: tuple) -> None:
    """Chi-square over whole outputs; the rare ones are counted together, so that each class expects five or more."""
    built, source = small(), ids(4)
    exact = every_output(built, source, named)
    assert sum(filtered for _, filtered in exact.values()) == pytest.approx(1)
    seen = {each.tokens: each.count for each in draw(built, source, named)}
    assert sum(seen.values()) == DRAWS
    assert all(exact[output][1] > 0 for output in seen)
    common = [output for output, (_, p) in exact.items() if DRAWS * p >= 5]
    classes = [(seen.get(output, 0), DRAWS * exact[output][1]) for output in common]
    rare = DRAWS - sum(expected for _, expected in classes)
    if rare >= 5:
        classes.append((DRAWS - sum(count for count, _ in classes), rare))
    distance = sum((count - expected) ** 2 / expected for count, expected in classes)
    freedom = len(classes) - 1
    assert freedom >= 4
    # The 99.9 % point, by Wilson and Hilferty's approximation.
    assert distance < freedom * (1 - 2 / (9 * freedom) + 3.09 * math.sqrt(2 / (9 * freedom))) ** 3


@every_filter
def test_probabilities_are_those_multiplied_out(named: tuple) -> None:
    built, source = small(2), ids(5)
    exact = every_output(built, source, named)
    for each in draw(built, source, named, count=300):
        own, filtered = exact[each.tokens]
        assert math.exp(each.log_prob) == pytest.approx(own, rel=1e-6)
        assert math.exp(each.drawn_log_prob) == pytest.approx(filtered, rel=1e-6)


def test_the_same_seed_draws_the_same_and_the_commonest_come_first() -> None:
    built, source = small(), ids(4)
    first, again, other = (draw(built, source, (), seed, 200) for seed in (5, 5, 6))
    assert first == again != other
    assert [each.count for each in first] == sorted((each.count for each in first), reverse=True)
    assert len({each.tokens for each in first}) == len(first)


def test_drawing_from_one_token_alone_is_greedy() -> None:
    for seed in range(4):
        built, source = tiny.stopping_model(seed), ids(6, seed=seed)
        greedy = tuple(step.token for step in decode(Session(built, source)))
        found = draw_many(Session(built, source), 50, torch.Generator(), top_k(1))
        assert [(each.tokens, each.count) for each in found] == [(greedy, 50)]


def test_what_cannot_be_drawn() -> None:
    built = small()
    with pytest.raises(ValueError, match="got 0"):
        draw_many(Session(built, ids(4)), 0, torch.Generator())
    with pytest.raises(ValueError, match="holds 2"):
        draw_many(Session(built, ids(4, 4)), 5, torch.Generator())
