"""Web pages turned into entries by selectors."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.config.language.sources import SourceDefaults, sources_from_document
from monitor.config.loading.shipped import find_shipped_folder
from monitor.config.yaml.yaml12 import read_yaml_file as read_yaml
from monitor.errors import FeedUnreadable
from monitor.model import Entry, Selectors
from monitor.model.sources import MAX_ENTRIES
from monitor.sources.formats.web_page import read_page

URL = "https://news.test/list/today"
HTML = {"content-type": "text/html; charset=utf-8"}
LIST = Selectors(entry="li.post", title="h2", link="h2 a", text="p", date="time")
POST = '<li class="post"><h2><a href="{0}">{1}</a></h2><p>{2}</p><time datetime="{3}">long ago</time></li>'
ONE = POST.format("/a?x=1&amp;y=2", "Missile <b>test</b>", "A first<br>and a second line.", "2026-01-05T12:00:00+09:00")

# The form of a public channel's preview (t.me/s/NAME), with words of our own.
CHANNEL = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>A channel - Telegram</title></head><body>
<main class="tgme_main"><section class="tgme_channel_history js-message_history">
<div class="tgme_widget_message_wrap js-widget_message_wrap">
<div class="tgme_widget_message text_not_supported_wrap js-widget_message" data-post="channel/101">
<div class="tgme_widget_message_bubble">
<div class="tgme_widget_message_author"><a class="tgme_widget_message_owner_name" href="https://t.me/channel"><span
dir="auto">A channel</span></a></div>
<div class="tgme_widget_message_text js-message_text" dir="auto">В море прошли учения.<br/><br/>Флот вернулся
в <a href="https://news.test/1">базу</a>.</div>
<div class="tgme_widget_message_footer compact js-message_footer"><div class="tgme_widget_message_info">
<span class="tgme_widget_message_views">1.2K</span>
<span class="tgme_widget_message_meta"><a class="tgme_widget_message_date" href="https://t.me/channel/101"><time
datetime="2026-01-05T09:30:00+00:00" class="time">09:30</time></a></span></div></div></div></div></div>
<div class="tgme_widget_message_wrap js-widget_message_wrap">
<div class="tgme_widget_message js-widget_message" data-post="channel/102">
<a class="tgme_widget_message_video_player" href="https://t.me/channel/102"><time class="message_video_duration
js-message_video_duration">0:15</time></a>
<a class="tgme_widget_message_reply" href="https://t.me/channel/101"><div class="tgme_widget_message_text
js-message_reply_text">В море прошли учения.</div></a>
<div class="tgme_widget_message_text js-message_text" dir="auto">🚀 &quot;Старт&quot; &amp; полёт</div>
<a class="tgme_widget_message_date" href="https://t.me/channel/102"><time datetime="2026-01-05T09:45:00+00:00"
class="time">09:45</time></a></div></div>
<div class="tgme_widget_message_wrap js-widget_message_wrap">
<div class="tgme_widget_message js-widget_message" data-post="channel/103"><a class="tgme_widget_message_photo_wrap"
href="https://t.me/channel/103"></a><a class="tgme_widget_message_date" href="https://t.me/channel/103"><time
datetime="2026-01-05T09:50:00+00:00" class="time">09:50</time></a></div></div>
</section></main></body></html>"""
# As the shipped source finds them.
TELEGRAM = next(
    source.settings
    for _, source in sources_from_document(
        read_yaml(find_shipped_folder() / "seeds" / "sources" / "russia.yaml")[0], SourceDefaults(timedelta(minutes=5))
    )
    if source.id == "meduza-telegram"
)


def read(page: str, select: Selectors = LIST) -> tuple[Entry, ...]:
    return read_page(page.encode(), HTML, URL, select).entries


def test_an_entry_has_what_the_selectors_find() -> None:
    """Plain text, an absolute link, the date as it is written for machines, and no guid: a page has none."""
    (entry,) = read(f"<title>Today</title><ul>{ONE}</ul>")
    assert entry == Entry(
        link="https://news.test/a?x=1&y=2",
        title="Missile test",
        summary="A first\nand a second line.",
        published="2026-01-05T12:00:00+09:00",
    )


def test_a_public_channel_of_telegram_is_read() -> None:
    """Each message by its own address and time, its first line as its title; one of a picture alone keeps its place."""
    assert isinstance(TELEGRAM, Selectors)
    feed = read_page(CHANNEL.encode(), HTML, "https://t.me/s/channel", TELEGRAM)
    assert feed.title == "A channel - Telegram"
    assert feed.problem is None
    assert [(entry.link, entry.title, entry.summary, entry.published) for entry in feed.entries] == [
        (
            "https://t.me/channel/101",
            "В море прошли учения.",
            "В море прошли учения.\nФлот вернулся в базу.",
            "2026-01-05T09:30:00+00:00",
        ),
        ("https://t.me/channel/102", '🚀 "Старт" & полёт', '🚀 "Старт" & полёт', "2026-01-05T09:45:00+00:00"),
        ("https://t.me/channel/103", "", "", "2026-01-05T09:50:00+00:00"),
    ]


@pytest.mark.parametrize(
    ("page", "select", "title", "link"),
    [
        ('<p class="e"><a href="b">Words</a></p>', Selectors(".e"), "Words", "https://news.test/list/b"),
        # the entry is the link itself
        ('<a class="e" href="/b">Words</a>', Selectors("a.e"), "Words", "https://news.test/b"),
        # <base>
        (
            '<base href="https://b.test/d/"><a class="e" href="c">Words</a>',
            Selectors(".e"),
            "Words",
            "https://b.test/d/c",
        ),
        # nothing that could be opened
        ('<a class="e" href="javascript:x()">Words</a>', Selectors(".e"), "Words", None),
        ('<a class="e" href="http://[::1">Words</a>', Selectors(".e"), "Words", None),
        # a notice without a link
        ('<p class="e">Words <i>here</i><br>and there</p>', Selectors(".e", text="p"), "Words here", None),
        # scripts are no text
        ('<p class="e"><b>Words<script>x("no")</script></b></p>', Selectors(".e", title="b"), "Words", None),
    ],
)
def test_titles_and_links(page: str, select: Selectors, title: str, link: str | None) -> None:
    """As a reader of the page would name and open them."""
    (entry,) = read(page, select)
    assert (entry.title, entry.link) == (title, link)


@pytest.mark.parametrize(
    ("select", "line"),
    [
        (Selectors("li.article"), "select.entry: 'li.article' finds nothing in the page (its <title> is 'Today')"),
        (Selectors("li", title="h1"), "select.title: 'h1' finds nothing in any of the 2 entries"),
        (Selectors("li", link="a.more"), "select.link: 'a.more' finds nothing in any of the 2 entries"),
        (Selectors("li", text="div"), "select.text: 'div' finds nothing in any of the 2 entries"),
        (Selectors("li", date=".date"), "select.date: '.date' finds nothing in any of the 2 entries"),
        (Selectors("li:nonsense"), "select.entry: 'li:nonsense' cannot be used"),
    ],
)
def test_a_selector_that_finds_nothing_is_named(select: Selectors, line: str) -> None:
    """With what to do about it: a site that has changed its markup must not fall silent."""
    with pytest.raises(FeedUnreadable) as raised:
        read(f"<title>Today</title>{ONE}{ONE}", select)
    assert str(raised.value).startswith(line)


def test_what_some_entries_lack_is_no_fault() -> None:
    """A selector that finds something somewhere is right."""
    first, second = read(f'{ONE}<li class="post"><h2>Bare</h2></li>')
    assert first.published is not None
    assert (second.title, second.link, second.summary, second.published) == ("Bare", None, "", None)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('<meta charset="gb2312"><li class="post"><h2>导弹</h2></li>'.encode("gb18030"), "text/html"),
        ('<li class="post"><h2>导弹</h2></li>'.encode("gb18030"), "text/html; charset=GBK"),
        # a server that says Latin-1 of everything
        (
            '<meta charset="euc-kr"><li class="post"><h2>导弹</h2></li>'.encode("cp949", "xmlcharrefreplace"),
            "text/html; charset=ISO-8859-1",
        ),
        ('\ufeff<li class="post"><h2>导弹</h2></li>'.encode(), "text/html"),
        ('<?xml version="1.0" encoding="utf-8"?><li class="post"><h2>导弹</h2></li>'.encode(), ""),
        ("<li class=post><h2>\x00导\x0b弹&#0;</h2></li>".encode(), "text/html; charset=utf-8"),
    ],
)
def test_character_sets(body: bytes, content_type: str) -> None:
    """The header's, else the page's own; what XML forbids is taken out."""
    feed = read_page(body, {"content-type": content_type}, URL, Selectors("li.post", title="h2"))
    assert [entry.title for entry in feed.entries] == ["导弹"]


def test_slices_tell_entries_apart_and_changes_of_one() -> None:
    """Twelve bytes for each, in the page's order, the same at every poll."""
    feed = read_page(f"{ONE}{ONE.replace('first', 'third')}".encode(), HTML, URL, LIST)
    again = read_page(f"<h1>New</h1>{ONE}".encode(), HTML, URL, LIST)
    assert feed.slices == tuple(entry.slice for entry in feed.entries)
    assert {len(each) for each in feed.slices} == {12}
    assert len(set(feed.slices)) == 2
    assert again.slices == feed.slices[:1]


@pytest.mark.parametrize("page", ["", "  \n", "\x00", "<!-- nothing -->"])
def test_an_empty_page_is_told(page: str) -> None:
    """As what it is, or as one in which nothing is found."""
    with pytest.raises(FeedUnreadable):
        read(page)


def test_entries_are_bounded() -> None:
    """A selector that is too wide is told, and costs no more than so much."""
    feed = read_page(b"<p>a</p>" * (MAX_ENTRIES + 5), HTML, URL, Selectors("p", text="p"))
    assert len(feed.entries) == MAX_ENTRIES
    assert feed.problem == f"5 entries beyond the first {MAX_ENTRIES} were left out; is select.entry too wide?"


@pytest.mark.parametrize(
    "page",
    ["<div>" * 20_000 + "x", "<p<p" * 50_000, "<li>" + "<!--" * 100_000, "&" * 200_000, "<a " + "x=y " * 100_000],
)
def test_hostile_pages_end(page: str) -> None:
    """With entries or without; the deadline of the suite is the bound."""
    try:
        read(page, Selectors("div, p, li, a", title="div, p, li, a"))
    except FeedUnreadable:
        return
