"""A view's script and style sheet, joined from the files of its folder and of `lib`.

A view is a folder of assets/components. Its main.js has the default export, which Streamlit calls; every other script,
there or in lib, exports names: `export function make(…)`, `export const GAMMA = 0.6;`.
What a script needs stands at its top, by the path from where it lies: `import { make } from '../lib/dom.js';`.
What is needed stands before what needs it, once, without imports, exports, comments and indentation: a script travels
with every change of a view's data. All of it shares one scope, so a name may stand at the top of one script only.
A style sheet that has a script's name and lies beside it comes with the script, in the same order.
"""

import re
from pathlib import Path

from core.paths import COMPONENTS

IMPORT = re.compile(r"^import \{([^}]*)\} from '([^']+)';\n", re.MULTILINE)
TOP = re.compile(r"^(export )?(?:(default)|(?:async )?function\*? (\w+)|class (\w+)|(?:const|let) (.+))", re.MULTILINE)
BRACKETS = re.compile(r"\([^()]*\)|\[[^][]*\]|\{[^{}]*\}")
COMMENT = re.compile(r"^\s*/\*.*?\*/[ ]*$|(?:^|(?<=\s))// [^\n]*$", re.DOTALL | re.MULTILINE)


class BrokenScript(ValueError):
    """Scripts cannot be joined."""


def join_view(view: str, folder: Path = COMPONENTS) -> tuple[str, str]:
    """Return the script and the style sheet of a view; the sheet is empty if it has none.

    Raises: BrokenScript if a script or a name that is needed is not there, if scripts need each other in a circle, or
    if two have the same name at the top.
    """
    scripts: dict[Path, str] = {}
    gather((folder / view / "main.js").resolve(), scripts)
    names = {path: names_of(text) for path, text in scripts.items()}
    owners: dict[str, Path] = {}
    for path, text in scripts.items():
        for name in names[path]:
            if (owner := owners.setdefault(name, path)) is not path:
                raise BrokenScript(f"{label(path)} and {label(owner)} both have {name} at the top.")
        for needed, wanted in imports_of(path, text):
            if missing := [name for name in wanted if not names[needed].get(name)]:
                raise BrokenScript(f"{label(path)} needs {', '.join(missing)}, which {label(needed)} does not export.")
    sheets = [path.with_suffix(".css") for path in scripts if path.with_suffix(".css").exists()]
    script = re.sub(r"^export (?!default)", "", IMPORT.sub("", "\n".join(scripts.values())), flags=re.MULTILINE)
    return compact(script), compact("\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets))


def gather(path: Path, scripts: dict[Path, str], on_the_way: tuple[Path, ...] = ()) -> None:
    """Add a script to those that are there already, after all that it needs."""
    if path in on_the_way:
        raise BrokenScript(f"Scripts need each other: {' → '.join(map(label, (*on_the_way, path)))}.")
    if not path.is_file():
        raise BrokenScript(f"{' needs '.join(map(label, (*on_the_way[-1:], path)))}, which is not there.")
    if path not in scripts:
        text = path.read_text(encoding="utf-8")
        for needed, _ in imports_of(path, text):
            gather(needed, scripts, (*on_the_way, path))
        scripts[path] = text


def imports_of(path: Path, text: str) -> list[tuple[Path, list[str]]]:
    """Return what a script needs: other scripts, each with the names."""
    return [((path.parent / place).resolve(), re.findall(r"\w+", names)) for names, place in IMPORT.findall(text)]


def names_of(text: str) -> dict[str, bool]:
    """Return what is named at the top of a script, and whether it is exported."""
    names: dict[str, bool] = {}
    for export, *single, several in TOP.findall(text):
        while several != (several := BRACKETS.sub("", several)):
            pass
        declared = [name for name in single if name] or re.findall(r"(\w+) =(?![=>])", several)
        names |= dict.fromkeys(declared, bool(export))
    return names


def label(path: Path) -> str:
    """Return how a script is called in a sentence."""
    return f"{path.parent.name}/{path.name}"


def compact(text: str) -> str:
    """Return a script or a style sheet without comments and indentation."""
    return re.sub(r"\s*\n\s*", "\n", COMMENT.sub("", text)).strip()
