"""How a run stands, as data: what its process and the pages tell each other."""

import json
import os
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from core.sentences import Sentence

Phase = Literal["waiting", "running", "paused", "stopped", "finished", "failed", "left"]
LIVE: tuple[Phase, ...] = "waiting", "running", "paused"
NOT_WRITTEN = os.EX_IOERR  # the exit code of a process that could not write into its folder
MOST_STEPS = 10**9


class BrokenRun(ValueError):
    """Say in a sentence what of a run cannot be read."""


@dataclass(frozen=True)
class Status:
    """Say how a run stands: `step` is the last one saved, `message` what is said if something went wrong."""

    phase: Phase
    step: int = 0
    seconds: float = 0.0
    message: Sentence | str = ""

    @property
    def over(self) -> bool:
        """Tell whether nobody works on it any more."""
        return self.phase in ("stopped", "finished", "failed", "left")

    def to_json(self) -> str:
        """Return the status as JSON."""
        said = self.message.to_data() if isinstance(self.message, Sentence) else self.message
        return json.dumps(self.__dict__ | {"message": said})

    @classmethod
    def from_json(cls, text: str) -> "Status":
        """Read what `to_json` wrote.

        Raises: BrokenRun if it is not a status.
        """
        try:
            found = cls(**json.loads(text))
            if isinstance(found.message, dict):
                found = replace(found, message=Sentence.from_data(found.message))
        except (ValueError, TypeError, RecursionError) as error:
            raise BrokenRun("the status of the run cannot be read") from error
        known = found.phase in get_args(Phase) and isinstance(found.message, Sentence | str)
        if not (known and is_step(found.step) and is_number(found.seconds)):
            raise BrokenRun("the status of the run holds values that no status has")
        return found


def is_number(value: Any) -> bool:
    """Tell whether a value read from JSON is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_step(value: Any) -> bool:
    """Tell whether a value read from JSON can be the number of a step."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_STEPS
