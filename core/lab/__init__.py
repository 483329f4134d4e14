"""Training that a visitor starts and watches: each run is a folder of plain data, worked on by a process of its own.

The page writes `request.json` and commands, and touches `beat`; the process (`python -m core.lab FOLDER`) writes all
else. Whatever ends it, what it saved last is there to go on from.
"""

from core.lab.folder import RunFolder
from core.lab.request import Limits, Request, TooMuch
from core.lab.status import NOT_WRITTEN, BrokenRun, Status

__all__ = ["NOT_WRITTEN", "BrokenRun", "Limits", "Request", "RunFolder", "Status", "TooMuch"]
