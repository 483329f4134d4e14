"""Tasks: each cuts text into tokens, generates examples and holds some back."""

from core.tasks.dates import Dates
from core.tasks.pairs import KIND, Pairs, PairsTask
from core.tasks.spelling import Spelling
from core.tasks.strings import STRING_TASKS
from core.tasks.task import Example, Known, Split, Task

TASKS: dict[str, Task] = {task.name: task for task in (Dates(), Spelling(), *STRING_TASKS)}


def get_task(name: str) -> Task:
    """Return the task called name.

    Raises: ValueError if there is none of that name.
    """
    if name not in TASKS:
        raise ValueError(f"unknown task {name!r}; the known ones are {', '.join(sorted(TASKS))}")
    return TASKS[name]


def task_for(name: str, pairs: Pairs = ()) -> Task:
    """Return the task that somebody's pairs make, or, without any, ours of that name.

    Raises: ValueError if there is none of that name.
    """
    return PairsTask(pairs) if pairs else get_task(name)


def kind_of(task: Task) -> str:
    """Return the name of a task of ours, or what those that are made of somebody's pairs are called together."""
    return KIND if isinstance(task, PairsTask) else task.name


__all__ = ["TASKS", "Example", "Known", "Split", "Task", "get_task", "kind_of", "task_for"]
