"""README's recipes, followed literally in a copy: a page, a task and a component work as they are written there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.screen.scripts import join_view

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RECIPES = README[README.index("## For the next person") : README.index("## The models that ship")]
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", RECIPES, re.DOTALL)
PAGE = """
from streamlit.testing.v1 import AppTest
at = AppTest.from_file("app.py", default_timeout=60).run()
at.switch_page("pages/entropy/page.py").run()
unit = next(each for each in at.get("button_group") if each.key.startswith("control-unit"))
assert list(unit.options) == ["nats", "bits"]
nats = at.get("vega_lite_chart") or at.get("arrow_vega_lite_chart")
assert nats, "no figure"
unit.set_value("bits").run()
assert not at.exception and at.query_params["unit"] in ("bits", ["bits"])
assert at.markdown[0].value.startswith("### Entropy")
"""
TASK = """
from core.tasks import TASKS
from core.lab import Request
task = TASKS["double"]
assert task.known("abc").references == ("aabbcc",)
from streamlit.testing.v1 import AppTest
at = AppTest.from_file("app.py", default_timeout=60).run()
at.session_state["app"].visitor = "0" * 32
at.query_params["task"] = "double"
at.switch_page("pages/training_lab/page.py").run()
assert not at.exception
import os
os._exit(0)  # what the lab estimates in a thread ends with the process
"""


def block(language: str, number: int = 0) -> str:
    """Return a block of code of the recipes."""
    return [code for kind, code in BLOCKS if kind == language][number]


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Copy what the app is made of."""
    for name in ("pages", "core"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", tmp_path)
    (tmp_path / "assets").mkdir()
    for path in (ROOT / "assets").iterdir():
        if path.name == "text":
            shutil.copytree(path, tmp_path / "assets" / "text")
        else:
            (tmp_path / "assets" / path.name).symlink_to(path)
    return tmp_path


def run(place: Path, script: str) -> None:
    """Run a script in a copy of the app."""
    done = subprocess.run([sys.executable, "-c", script], cwd=place, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]


def test_a_page_takes_three_files_and_a_word_in_the_table(scratch):
    pieces = [code.split("\n", 1) for kind, code in BLOCKS if kind == "python" and code.startswith("# pages/")]
    for comment, code in pieces:
        path = scratch / comment.removeprefix("# ")
        path.parent.mkdir(exist_ok=True)
        path.write_text(code, encoding="utf-8")
    (scratch / "assets" / "text" / "en" / "strings" / "entropy.json").write_text(block("json"), encoding="utf-8")
    app = (scratch / "app.py").read_text(encoding="utf-8")
    (scratch / "app.py").write_text(app.replace('"inside": {', '"inside": {"entropy": "help", '), encoding="utf-8")
    assert len(pieces) == 2 and sum(code.count("\n") for _, code in pieces) <= 40
    run(scratch, PAGE)


def test_a_task_is_a_line_in_one_file(scratch):
    line = block("text")
    path = scratch / "core" / "tasks" / "strings.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("STRING_TASKS = (\n", f"STRING_TASKS = (\n{line}"), encoding="utf-8")
    run(scratch, TASK)


def test_a_component_is_a_folder(tmp_path):
    shutil.copytree(ROOT / "assets" / "components" / "lib", tmp_path / "lib")
    (tmp_path / "clock").mkdir()
    (tmp_path / "clock" / "main.js").write_text(block("js"), encoding="utf-8")
    script, _ = join_view("clock", tmp_path)
    assert "export default defineView('clock'" in script and "const defineView" in script
