"""The pages of the app, by the names of their folders."""

from pathlib import Path

PAGES = sorted(path.parent.name for path in (Path(__file__).parents[1] / "pages").glob("*/choices.py"))
