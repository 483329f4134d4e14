"""What there is to learn: each task cuts text into tokens, generates examples and holds some back."""

from core.tasks.dates import Dates
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


__all__ = ["TASKS", "Example", "Known", "Split", "Task", "get_task"]
