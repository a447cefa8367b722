"""The names of log events: scripts rely on them, and the handbook explains them."""

import re
from pathlib import Path

from monitor.telemetry import LogEvent

OPERATE = Path("docs/operate.md")


def test_names_are_dotted_and_messages_are_sentences() -> None:
    """`what.happened`, and a sentence that begins with a capital and ends with a full stop."""
    assert [event for event in LogEvent if not re.fullmatch(r"[a-z]+\.[a-z_]+", event.value)] == []
    assert [event for event in LogEvent if not re.fullmatch(r"[A-Z][^\n]+\.", event.message)] == []


def test_the_handbook_explains_exactly_the_events_that_there_are() -> None:
    """In the order of the code."""
    table = OPERATE.read_text(encoding="utf-8").split("### What the log says")[1].split("\n#")[0]
    assert re.findall(r"^\| `([a-z_.]+)` \|", table, re.MULTILINE) == [event.value for event in LogEvent]
