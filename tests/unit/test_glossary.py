"""docs/glossary.md names what the program has."""

from __future__ import annotations

import re
from pathlib import Path

from monitor.model import Reason
from monitor.services.queries.sources import SourceHealth

PAGE = Path(__file__).parents[2] / "docs" / "glossary.md"


def test_each_reason_is_explained_once() -> None:
    """With the outcomes that it comes with."""
    _, _, section = PAGE.read_text(encoding="utf-8").partition("## Outcomes and reasons")
    assert re.findall(r"^\| `[a-z`, ]+` \| `([a-z-]+)` \|", section, re.MULTILINE) == list(Reason)


def test_each_state_of_a_source_is_explained_once() -> None:
    """The worst first, as the commands list them."""
    _, _, section = PAGE.read_text(encoding="utf-8").partition("## The states of a source")
    section, _, _ = section.partition("\n## ")
    assert re.findall(r"^\| `([a-z]+)` \|", section, re.MULTILINE) == list(SourceHealth)
