"""Headlines are no Markdown, whatever signs they have."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from zoneinfo import ZoneInfo

import pytest
from markdown_it import MarkdownIt

from monitor.model import Message
from monitor.notify.renderers import render_message
from monitor.notify.renderers.markdown import escape_markdown
from tests.support.building import alert, article, delivery
from tests.unit.notify.test_renderers import digest, items

SIGNS = ["*a*", "**a**", "_a_", "`a`", "[a](https://evil.test)", "<b>a</b>", "~~a~~", "||a||", "a\\*", "# a", "![a](b)"]


def made(kind: str, title: str, url: str = "https://x.test/a_(b)_c") -> Message:
    of = replace(alert(), article=article(title=title, url=url), rule_title=title)
    return render_message(delivery(of), kind=kind, source=title, zone=ZoneInfo("UTC"))


def shown(markdown: str) -> str:
    """What a reader of CommonMark sees, with its links."""
    return str(MarkdownIt("commonmark").render(markdown))


@pytest.mark.parametrize("title", SIGNS)
def test_signs_of_a_headline_are_shown(title: str) -> None:
    """As they are written, by a reader of CommonMark that is not ours; the headline is a link to the article."""
    html = shown(made("discord", title).markdown)
    assert f'<strong><a href="https://x.test/a_%28b%29_c">HIGH: {escape(title)}</a></strong>' in html
    assert "evil.test" not in html.replace(escape(title), "")
    assert html.count("<a ") == 1
    assert "<strong>missiles</strong>" in html


@pytest.mark.parametrize("line", ["- a", "+ a", "1. a", "1) a", "=== a"])
def test_no_line_becomes_a_list_or_a_heading(line: str) -> None:
    """A notice may begin a line with any sign."""
    html = shown(escape_markdown(f"b\n{line}"))
    for tag in ("<li>", "<h1>", "<h2>"):
        assert tag not in html


def test_a_digest_is_a_list_of_links() -> None:
    """Every headline leads to its article, and what has no line is counted."""
    of = digest(*items(9, "A_b"))
    html = shown(render_message(delivery(of), kind="discord", source="", zone=ZoneInfo("UTC")).markdown)
    assert html.count("A_b</a>") == 7
    assert "and 2 more: <code>news-monitor matches list</code> shows them all" in html
