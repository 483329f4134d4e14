"""A view's script is joined from its folder and lib: what is needed comes first, and what cannot be joined is said."""

import re
from pathlib import Path

import pytest

from core.screen.scripts import COMPONENTS, BrokenScript, gather, imports_of, join_view

VIEWS = sorted(path.parent.name for path in COMPONENTS.glob("*/main.js"))
GOOD = {
    "view/main.js": """// A view.
import { draw } from './draw.js';
import { low, twice } from '../lib/numbers.js';

/** Draws what is
    twice as much. */
export default function () {
  draw(twice(low)); // at once
}
""",
    "view/draw.js": """import {
  low,
  twice,
} from '../lib/numbers.js';

const place = { x: low, y: [low, 2] }, size = (of = 1) => of === low;
export const draw = (what) => size(what) && twice(place.x);
""",
    "lib/numbers.js": """export const low = 1;
export function twice(number) {
  const place = 2;
  return place * number; // see http://localhost
}
""",
    "lib/other.js": "export const other = 1;\n",
    "view/main.css": "/* The view. */\n.view {\n  color: red; /* so */\n}\n",
    "lib/numbers.css": ".number { color: blue; }\n",
    "lib/other.css": ".other { color: green; }\n",
}


@pytest.fixture
def join(tmp_path: Path):
    """Return a function that writes the good scripts, some of them otherwise, and joins their view."""

    def written(**others: str) -> tuple[str, str]:
        for name, text in (GOOD | {f"{name.replace('_', '/')}.js": text for name, text in others.items()}).items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
        return join_view("view", tmp_path)

    return written


def test_scripts_stand_after_what_they_need_once_and_bare(join):
    assert join() == (
        """const low = 1;
function twice(number) {
const place = 2;
return place * number;
}
const place = { x: low, y: [low, 2] }, size = (of = 1) => of === low;
const draw = (what) => size(what) && twice(place.x);
export default function () {
draw(twice(low));
}""",
        ".number { color: blue; }\n.view {\ncolor: red; /* so */\n}",
    )


@pytest.mark.parametrize(
    ("others", "sentence"),
    (
        ({"view_main": "import { a } from './gone.js';\n"}, "view/main.js needs view/gone.js, which is not there."),
        (
            {"view_main": "import { low, high } from '../lib/numbers.js';\n"},
            "view/main.js needs high, which lib/numbers.js does not export.",
        ),
        (
            {"view_main": "import { size } from './draw.js';\n"},
            "view/main.js needs size, which view/draw.js does not export.",
        ),
        (
            {"lib_numbers": "import { draw } from '../view/draw.js';\nexport const low = 1;\n"},
            "Scripts need each other: view/main.js → view/draw.js → lib/numbers.js → view/draw.js.",
        ),
        (
            {"lib_numbers": "export const low = 1, size = 2;\nexport const twice = low;\n"},
            "view/draw.js and lib/numbers.js both have size at the top.",
        ),
        (
            {"lib_numbers": "export const low = 1;\nexport default function twice() {}\n"},
            "view/draw.js needs twice, which lib/numbers.js does not export.",
        ),
    ),
)
def test_scripts_that_cannot_be_joined_are_told(join, others: dict[str, str], sentence: str):
    with pytest.raises(BrokenScript, match=f"^{re.escape(sentence)}$"):
        join(**others)


def test_a_view_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(BrokenScript, match=r"^view/main\.js, which is not there\.$"):
        join_view("view", tmp_path)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_joins_in_the_order_of_what_is_needed(view: str):
    script, sheet = join_view(view)
    assert re.findall(r"^export \w+", script, re.MULTILINE) == ["export default"]
    assert not re.search(r"^(import |//|\s)", script, re.MULTILINE)
    assert sheet.count("{") == sheet.count("}")
    scripts: dict[Path, str] = {}
    gather(COMPONENTS / view / "main.js", scripts)
    order = list(scripts)
    for path, text in scripts.items():
        assert all(order.index(needed) < order.index(path) for needed, _ in imports_of(path, text))


def test_all_scripts_and_style_sheets_belong_to_a_view():
    used: dict[Path, str] = {}
    for view in VIEWS:
        gather(COMPONENTS / view / "main.js", used)
    scripts, sheets = ({*COMPONENTS.rglob(f"*.{kind}")} for kind in ("js", "css"))
    assert scripts == {*used}
    assert {sheet.with_suffix(".js") for sheet in sheets} <= scripts
