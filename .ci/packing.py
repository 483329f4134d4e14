"""Build the wheel: `core`, without the app and the tests, as the package `seq2see`.

In a checkout the library is called `core`, which would say nothing among somebody else's packages. So its files are
copied under the project's name, what they import is renamed with them, and setuptools packs the copy; nothing is built
in the checkout. pip calls this file (pyproject.toml, [build-system]).
"""

import os
import re
import shutil
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

from setuptools import build_meta

PROJECT = Path(__file__).resolve().parents[1]
OWN_NAME = re.compile(r"\bcore(?=\.[a-z_]| import\b)")  # in imports, and in commands such as python -m core.training
OF_THE_APP = ("run", "screen", "walk")  # parts of core that only pages use
ASSETS = ("text/en/strings/*.json", "words/*", "checkpoints/dates.safetensors")


def build_wheel(
    wheel_directory: str, config_settings: dict | None = None, metadata_directory: str | None = None
) -> str:
    """Pack the library into a wheel in this folder, and return the file's name."""
    target = os.path.abspath(wheel_directory)
    with TemporaryDirectory() as folder, chdir(folder):
        copy_library(Path(folder))
        return build_meta.build_wheel(target, config_settings)


def copy_library(folder: Path) -> None:
    """Copy what goes into the wheel: the library under its name, and the files that it reads."""
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(PROJECT / name, folder)
    package = folder / "seq2see"
    shutil.copytree(PROJECT / "core", package, ignore=shutil.ignore_patterns("__pycache__", *OF_THE_APP))
    for path in package.rglob("*.py"):
        path.write_text(OWN_NAME.sub("seq2see", path.read_text(encoding="utf-8")), encoding="utf-8")
    for pattern in ASSETS:
        for path in (PROJECT / "assets").glob(pattern):
            copied = package / path.relative_to(PROJECT)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copied)
