"""The examples that one measures with: held out from training, and the same ones every time."""

from core.tasks import Example, Task


def held_out_examples(task: Task, count: int) -> list[Example]:
    """Draw test examples, the same ones every time, evenly over the test set in its order: at most all of it.

    Each group then has the share that it has of the whole test set.

    Raises: ValueError if the count is not positive.
    """
    if count < 1:
        raise ValueError(f"at least one example is needed, asked for {count}")
    whole = task.held_out("test")
    kept = min(count, len(whole))
    return [whole[number * len(whole) // kept] for number in range(kept)]
