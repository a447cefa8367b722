"""docs/cookbook.md tells the truth: its commands print what stands there."""

from __future__ import annotations

from docs.tools.replay_doc import PAGE, page


def test_the_commands_print_what_the_page_says() -> None:
    """`python -m docs.tools.replay_doc` writes it again."""
    assert page() == PAGE.read_text(encoding="utf-8")
