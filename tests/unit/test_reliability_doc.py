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


GUARANTEE = """
Once the daemon has committed an article (the same commit that advances its source), every match of it against
the rules active in that commit, and each resulting alert on each of its channels, is durable and is attempted
until the channel's server accepts it, its attempts are exhausted or the operator discards it; it is never
dropped silently; and a message can reach a channel more than once only if the process, the machine or the
connection failed between the server's accepting it and the daemon's committing that acceptance.
"""


def test_every_test_that_it_names_exists() -> None:
    """A test that is renamed leaves no clause without its proof."""
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)
    assert len(named) > 30
    assert [path for path, _ in named if not (ROOT / path).is_file()] == []
    assert [f"{path}::{name}" for path, name in named if name and not has_test(path, name)] == []


def test_every_command_that_it_names_exists() -> None:
    """`./dev bench NAME` finds it."""
    named = set(re.findall(r"\./dev bench (\w+)", PAGE))
    assert [name for name in named if not (ROOT / "bench" / f"{name}.py").is_file()] == []


def test_the_guarantee_is_there_word_for_word() -> None:
    """Whoever changes a word of the promise changes it here too; and README leads to it."""
    assert " ".join(GUARANTEE.split()) in " ".join(PAGE.replace("\n> ", " ").split())
    assert "](docs/reliability.md#the-guarantee)" in (ROOT / "README.md").read_text(encoding="utf-8")
