"""Tasks: each cuts text into tokens, generates examples and holds some back."""

from functools import lru_cache

from core.sentences import Refusal
from core.tasks.dates import Dates
from core.tasks.pairs import KIND, Pairs, PairsTask
from core.tasks.sentences import Sentences
from core.tasks.spelling import Spelling
from core.tasks.strings import STRING_TASKS
from core.tasks.task import Example, Known, Split, Task
from core.tokenizers import Subwords

TASKS: dict[str, Task] = {task.name: task for task in (Dates(), Spelling(), Sentences(), *STRING_TASKS)}


def get_task(name: str) -> Task:
    """Return the task called name.

    Raises: ValueError if there is none of that name, as of somebody's pairs: their model has their task with it.
    """
    if isinstance(name, str) and name.startswith(f"{KIND}-"):
        raise Refusal("refusal.task_of_pairs", name=name)
    if name not in TASKS:
        raise Refusal("refusal.unknown_task", name=name, known=", ".join(sorted(TASKS)))
    return TASKS[name]


def task_for(name: str, pairs: Pairs = (), subwords: Subwords | None = None) -> Task:
    """Return the task that somebody's pairs make, or, without any, ours of that name, cut into a model's subwords.

    Raises: ValueError if there is none of that name.
    """
    if pairs:
        return PairsTask(pairs)
    task = get_task(name)
    return task_of_subwords(subwords) if isinstance(task, Sentences) and subwords is not None else task


@lru_cache(maxsize=8)
def task_of_subwords(subwords: Subwords) -> Sentences:
    """Return the task of a model's subwords, the same one each time, since it keeps the cuts that it has made."""
    return Sentences(subwords)


def kind_of(task: Task) -> str:
    """Return the name of a task of ours, or what those that are made of somebody's pairs are called together."""
    return KIND if isinstance(task, PairsTask) else task.name


__all__ = ["TASKS", "Example", "Known", "Sentences", "Split", "Task", "get_task", "kind_of", "task_for"]
