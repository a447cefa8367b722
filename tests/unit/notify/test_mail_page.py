"""The page that mail programs show."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from monitor.model import Alert, Level, Notice
from tests.support.building import alert, article, notice
from tests.unit.notify.test_renderers import digest, items, message

EMPTY = {"meta", "br"}


class Nesting(HTMLParser):
    """Whether every tag that opens is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(of: Alert | Notice) -> str:
    return message(of, kind="mailto", repeat=True).html


@pytest.mark.parametrize("of", [alert(), digest(*items(3)), notice()])
def test_a_page_is_whole_and_needs_nothing_from_elsewhere(of: Alert | Notice) -> None:
    """No images, scripts, fonts or tables; every tag is closed; light and dark."""
    html, nesting = page(of), Nesting()
    nesting.feed(html)
    assert nesting.open == []
    for part in ("<img", "<script", "<table", "<link", "url(", "@import"):
        assert part not in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "prefers-color-scheme:dark" in html


@pytest.mark.parametrize(("language", "keeps_words"), [("ko", True), ("zh-Hans", False), ("ar", False), (None, False)])
def test_texts_are_set_in_their_language_and_direction(language: str | None, keeps_words: bool) -> None:
    """Korean words are not broken at the end of a line; Chinese has no blanks to break at."""
    html = page(replace(alert(), article=replace(article(), language=language)))
    assert (f'dir="auto" lang="{language}"' in html) is (language is not None)
    assert ("word-break:keep-all" in html) is keeps_words


@pytest.mark.parametrize(("level", "colour"), [(Level.CRITICAL, "#b3122a"), (Level.LOW, "#1d5fa8")])
def test_the_level_is_a_coloured_label(level: Level, colour: str) -> None:
    """Readable without colours, too: it is a word."""
    assert f'background:{colour}">{level.upper()}</span>' in page(replace(alert(), level=level))


def test_a_mail_has_room_for_a_long_digest() -> None:
    """Forty articles, where a chat gets seven; the others are counted."""
    html = page(digest(*items(45)))
    assert html.count("<a href=") == 40
    assert "and 5 more" in html
