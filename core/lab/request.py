"""A visitor’s request: task, model and recipe, as data that is checked before anything starts."""

import json
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any

from core.config import ModelConfig
from core.model import Transformer
from core.sentences import Refusal
from core.tasks import Task, task_for
from core.training import Recipe
from core.vocab import Vocabulary


class TooMuch(Refusal):
    """Say in a sentence what of a request is beyond what one visitor may use of a shared machine."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Say how much a run may take of a machine that all visitors share.

    Units: batch_tokens as in a recipe, seconds of training
    """

    parameters: int = 2_000_000
    steps: int = 20_000
    batch_tokens: int = 8_000
    seconds: float = 900.0


@dataclass(frozen=True, kw_only=True)
class Request:
    """Describe a run completely.

    `pairs` are the visitor's own examples, in place of a task of ours. `start_from` names a finished run of the same
    visitor whose weights this one begins with.
    """

    title: str
    task: str
    config: ModelConfig
    recipe: Recipe
    pairs: tuple[tuple[str, str], ...] = ()
    start_from: str = ""

    def to_json(self) -> str:
        """Return the request as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Request":
        """Read what `to_json` wrote.

        Raises: ValueError if it is not a request, or asks for a task that there is not.
        """
        try:
            request = cls._from_data(json.loads(text))
        except (TypeError, AttributeError, RecursionError, OverflowError) as error:
            raise Refusal("refusal.request_values") from error
        request.learnt_task()
        return request

    @classmethod
    def _from_data(cls, data: dict[str, Any]) -> "Request":
        names = {field.name for field in fields(cls)}
        if not isinstance(data, dict) or set(data) != names:
            raise Refusal("refusal.request_fields", names=", ".join(sorted(names)), got=", ".join(map(str, data)))
        config, recipe = ModelConfig.from_dict(data.pop("config")), recipe_from(data.pop("recipe"))
        pairs = tuple((str(source), str(target)) for source, target in data.pop("pairs"))
        if wrong := [name for name, value in data.items() if not isinstance(value, str)]:
            raise Refusal("refusal.request_text", names=", ".join(wrong))
        return cls(config=config, recipe=recipe, pairs=pairs, **data)

    def learnt_task(self) -> Task:
        """Return the task to learn: one of ours, or what the visitor's pairs make.

        Raises: ValueError if there is no such task.
        """
        return self._task

    @cached_property
    def _task(self) -> Task:
        return task_for(self.task, self.pairs)

    def vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """Return the vocabularies of source and target."""
        task = self.learnt_task()
        return Vocabulary(task.source_symbols()), Vocabulary(task.target_symbols())

    def check(self, limits: Limits) -> None:
        """Raises: TooMuch if the run is beyond the limits."""
        for name, most in (("steps", limits.steps), ("batch_tokens", limits.batch_tokens)):
            if getattr(self.recipe, name) > most:
                raise TooMuch("refusal.too_much", name=name, most=most, got=getattr(self.recipe, name))
        if (count := parameters(self.config)) > limits.parameters:
            raise TooMuch("refusal.too_large", most=limits.parameters, got=count)


def recipe_from(data: dict[str, Any]) -> Recipe:
    """Build a recipe from plain data.

    Raises: ValueError or TypeError if a field is unknown, of another kind or of a value that does not fit.
    """
    for field in fields(Recipe):
        value, kind = data.get(field.name, field.default), type(field.default)
        if not isinstance(value, kind) and not (kind is float and type(value) is int):
            raise Refusal("refusal.recipe_kind", name=field.name, kind=kind.__name__, got=value)
    return Recipe(**data)


def parameters(config: ModelConfig) -> int:
    """Count the parameters of a model."""
    return sum(parameter.numel() for parameter in Transformer(config).parameters())
