"""Training that a visitor starts and watches: each run is a folder of plain data, worked on by a process of its own.

The page writes `request.json` and commands, and touches `beat`; the process (`python -m core.lab FOLDER`) writes all
else. Whatever ends it, what it saved last is there to go on from.
"""

from core.lab.folder import RunFolder, Status
from core.lab.request import Limits, Request, TooMuch

__all__ = ["Limits", "Request", "RunFolder", "Status", "TooMuch"]
