"""The rules of the house that no tool checks for us."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import monitor

ROOT = Path(monitor.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
READ_FIRST = {"pipeline.py": 200, "decide.py": 200, "due.py": 200, "delivery.py": 200}
SHELVES = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "base", "misc"}

WIDE = {"Exception", "BaseException"}

TESTS = Path(__file__).parents[1]
BOUND_AT = {"wait_for": 1, "timeout": 0, "wait": 0, "join": 0, "result": 0, "settimeout": 0}
"""What takes a bound on how long it waits, and which argument that is; elsewhere it is called timeout."""


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(parse(path)))


@cache
def dotted(call: ast.Call) -> str:
    """What is called, as it is written."""
    return ast.unparse(call.func)


@pytest.fixture(scope="module", autouse=True)
def forget() -> Iterator[None]:
    """The trees of all files are big: they go with these tests."""
    yield
    parse.cache_clear()
    nodes_of.cache_clear()
    dotted.cache_clear()


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def nodes() -> Iterator[tuple[str, ast.AST]]:
    for path in FILES:
        where = name(path)
        for node in nodes_of(path):
            yield where, node


def names_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def calls(*wanted: str) -> Iterator[tuple[str, ast.Call]]:
    """Where a dotted name that ends so is called."""
    for where, node in nodes():
        if isinstance(node, ast.Call) and dotted(node).endswith(wanted):
            yield where, node


@pytest.mark.parametrize("path", READ_FIRST)
def test_the_files_that_everybody_reads_first_are_short(path: str) -> None:
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) < READ_FIRST[path]


def test_there_is_one_clock() -> None:
    """`now` is an argument: only clock.py asks what time it is."""
    asked = {
        where for where, _ in calls("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time")
    }
    assert asked == {"clock.py"}


def test_everything_is_caught_in_three_places_only() -> None:
    """Around one poll, one delivery and one call of a worker; elsewhere an error is one that was expected."""
    handlers = [(where, node.type) for where, node in nodes() if isinstance(node, ast.ExceptHandler)]
    wide = [where for where, caught in handlers if caught is None or WIDE & names_in(caught)]
    assert sorted(wide) == ["delivery.py", "pipeline.py", "runtime/workers/serve.py"]


def test_feedparser_is_given_bytes_in_memory_only() -> None:
    """A string or bytes would be tried as an address and as the name of a file."""
    parses = list(calls("feedparser.parse"))
    assert len(parses) == 1
    for where, call in parses:
        first = ast.unparse(call.args[0])
        assert first.startswith(("io.BytesIO(", "BytesIO(")), (where, first)


def test_a_library_whose_inside_we_use_has_one_door() -> None:
    """A new version of it then breaks one module, and the test of that module says so."""
    doors = {
        "feedparser": "sources/formats/feedparser_compat.py",
        "pymorphy3": "text/pymorphy_compat.py",
        "structlog": "telemetry/structlog_compat.py",
    }
    for library, door in doors.items():
        assert {where for where, node in nodes() if library in imported_by(node)} == {door}


def imported_by(node: ast.AST) -> set[str]:
    """The names of the libraries that a statement imports."""
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "").partition(".")[0]}
    return {each.name.partition(".")[0] for each in node.names} if isinstance(node, ast.Import) else set()


def test_no_module_is_a_shelf() -> None:
    """A name says what is inside."""
    named = {part for path in FILES for part in (*path.relative_to(ROOT).parts[:-1], path.stem)}
    assert named.isdisjoint(SHELVES)


def test_every_module_says_what_it_does() -> None:
    """The first thing in a file is what it is for."""
    assert [name(path) for path in FILES if not ast.get_docstring(parse(path))] == []


def modules() -> Iterator[tuple[str, ast.Module]]:
    """All files but the migrations, whose functions Alembic names."""
    for path in FILES:
        if "versions" not in path.parts:
            yield name(path), parse(path)


def test_one_name_is_one_thing() -> None:
    """No two modules have a class of one name."""
    places: dict[str, list[str]] = {}
    for where, module in modules():
        for node in module.body:
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(where)
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_imports_stand_at_the_top() -> None:
    """Our own; only what workers do, and what short commands seldom need, is imported when it is called."""
    within = {
        where
        for where, module in modules()
        for function in ast.walk(module)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("monitor")
    }
    assert within == {
        "cli/commands/channels.py",
        "cli/commands/marks.py",
        "cli/commands/matches_export.py",
        "cli/commands/sources.py",
        "cli/known_names.py",
        "config/loading/summary.py",
        "notify/in_worker.py",
        "services/queries/status.py",
        "sources/kinds/page.py",
        "sources/polling/in_worker.py",
        "store/queries/matches.py",
    }


def bound(call: ast.Call) -> ast.expr | None:
    """The bound on how long a call waits, if it has one."""
    by_name = next((each.value for each in call.keywords if each.arg == "timeout"), None)
    place = BOUND_AT.get(dotted(call).rpartition(".")[2], len(call.args))
    return by_name or (call.args[place] if place < len(call.args) else None)


def test_tests_wait_as_long_as_patience_says() -> None:
    """No figure that is long enough on this machine and too short on a slower one. Benchmarks measure, and may."""
    figures = [
        f"{path.relative_to(TESTS)}:{node.lineno}"
        for path in sorted(TESTS.rglob("*.py"))
        if "bench" not in path.relative_to(TESTS).parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(found := bound(node), ast.Constant)
        if isinstance(found.value, (int, float))
    ]
    assert figures == []
