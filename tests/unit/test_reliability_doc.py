"""docs/reliability.md names tests and commands that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")


def has_test(path: str, name: str) -> bool:
    """Whether a test file defines it."""
    text = (ROOT / path).read_text(encoding="utf-8")
    return re.search(rf"^ *((async )?def|class) {name}\b", text, re.MULTILINE) is not None


def quote_in(page: str) -> str:
    """The guarantee as a page quotes it."""
    found = re.search(r"^> (Once the daemon has .*?)\n\n", page, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def test_every_test_that_it_names_exists() -> None:
    """A test that is renamed leaves no clause without its proof."""
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)
    assert len(named) > 30
    assert [path for path, _ in named if not (ROOT / path).is_file()] == []
    assert [f"{path}::{name}" for path, name in named if name and not has_test(path, name)] == []


def test_every_command_that_it_names_exists() -> None:
    """`./dev bench NAME` finds it."""
    named = set(re.findall(r"\./dev bench (\w+)", PAGE))
    assert [name for name in named if not (ROOT / "tests" / "bench" / f"{name}.py").is_file()] == []


def test_the_guarantee_reads_as_in_the_readme() -> None:
    """It is one promise, word for word."""
    assert quote_in(PAGE) == quote_in((ROOT / "README.md").read_text(encoding="utf-8"))
