"""SECURITY.md promises nothing without a test."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
PROMISED = TEXT.split("## What is promised")[1].split("## What is not promised")[0]


def test_each_promise_names_tests_that_there_are() -> None:
    """A test that is moved or renamed is named by its new name."""
    for section in re.split(r"^### ", PROMISED, flags=re.MULTILINE)[1:]:
        assert "*Tests:*" in section, section[:80]
    named = re.findall(r"`(tests/[^`]+\.py)`", PROMISED)
    assert len(named) > 20
    assert [path for path in named if not (ROOT / path).is_file()] == []
    commands = re.findall(r"`(?:\./dev bench )?([a-z]+_[a-z_]+)`", PROMISED)
    assert [name for name in commands if not (ROOT / "bench" / f"{name}.py").is_file()] == []


def test_its_links_lead_somewhere() -> None:
    """And README and the manual for whoever runs it lead to it."""
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", TEXT)
    assert [link for link in links if not (ROOT / link).exists()] == []
    for page in ("README.md", "docs/operate.md"):
        assert "SECURITY.md" in (ROOT / page).read_text(encoding="utf-8")
