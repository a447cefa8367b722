"""Links of articles: they lead to pages of the web, and show where they lead."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.article_links import sanitize_link
from monitor.ingest.new_articles import sanitize_entry
from monitor.model import Entry, Selectors
from monitor.sources.formats.read_document import read_document
from monitor.sources.formats.web_page import read_page


@pytest.mark.parametrize(
    "link",
    [
        "https://x.test",
        "http://x.test:8080/a/b.html?c=d&e=%20f#g",
        "https://x.test/@ada/a_(b)_c,d;e*f!'~",
        "https://x.test/미사일/ракета",
        "https://пример.com/ё",
        "https://президент.рф/новости",
        "https://рао.рф/",  # each letter looks like one of ASCII, but the top-level domain says what they are
        "https://日本語テスト.jp/",
        "https://한국news.kr/",
        "https://bücher.example/",
        "https://ελλάδα.gr/",
        "https://موقع.وزارة-الاتصالات.مصر/",
        "https://[2001:db8::1]:8080/a",
    ],
)
def test_an_honest_link_stays_as_it_is(link: str) -> None:
    """In the script that it is written in."""
    assert sanitize_link(link) == link


@pytest.mark.parametrize(
    "link",
    [
        *("smb://host/share", "ms-msdt:/id", "intent://x#Intent;end", "vscode://x", "search-ms:query=a", "tel:123"),
        *("javascript:alert(1)", "data:text/html,a", "file:///etc/passwd", "about:blank", "mailto:a@b.test"),
        *("ftp://x.test/a", "gemini://x.test/a", "magnet:?xt=a", "urn:uuid:1", "tag:x.test,2008:1"),
        *("//x.test/a", "/a", "a", "", "http:x.test", "http:///x.test", "https://", "https://?a"),
        *("https://a b/", "https://a<b/", "https://[::1/", "https://[fe80::1%25eth0]/", "https://x.test:99999/"),
        *("https://ä%2fb/", "https://ä..b/", "https://℀.test/"),
    ],
)
def test_what_is_no_page_of_the_web_is_no_link(link: str) -> None:
    """A scheme that nobody has thought of starts no program, as only those of the web are kept."""
    assert sanitize_link(link) is None


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("http://bank@evil.test/", "http://evil.test/"),
        ("https://bank.test:pw@evil.test:81/a?b", "https://evil.test:81/a?b"),
        # to a browser these end the host
        ("http://bank.test\\@evil.test/", "http://bank.test/@evil.test/"),
        ("http://evil.test\\.bank.test/a", "http://evil.test/.bank.test/a"),
        ("https://%65vil.test/", "https://evil.test/"),
        ("HTTPS://X.Test/A", "https://x.test/A"),
        (" https://x.test/a\r\nb\tc ", "https://x.test/abc"),
        ("https://x.test/a b\u202ec", "https://x.test/a%20b%E2%80%AEc"),
        ("https://x.test/[a](b)<!here>|c?d[]=e", "https://x.test/%5Ba%5D(b)%3C!here%3E%7Cc?d%5B%5D=e"),
    ],
)
def test_a_link_shows_where_it_leads(link: str, shown: str) -> None:
    """Without the name and password that may look like its host, and without markup."""
    assert sanitize_link(link) == shown
    assert sanitize_link(shown) == shown


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("раураl.com", "xn--l-7sba6dbr.com"),  # Cyrillic, but for the l
        ("рaypal.com", "xn--aypal-uye.com"),
        ("аррӏе.com", "xn--80ak6aa92e.com"),  # all Cyrillic, and all like ASCII
        ("xn--80ak6aa92e.com", "xn--80ak6aa92e.com"),
        ("gооgle.пример.com", "xn--ggle-55da.xn--e1afmkfd.com"),  # one label is enough
        ("ονο.com", "xn--yxadb.com"),
        ("ꮯꭺꭺ.com", "xn--g9da1n.com"),  # Cherokee: no script of today's names
        ("ab٣.com", "xn--ab-iyd.com"),  # a digit of another script
        ("аррӏе。com", "xn--80ak6aa92e.com"),  # a full stop of Chinese
        ("xn--80aswg.xn--p1ai", "сайт.рф"),
        ("ｅｖｉｌ.com", "evil.com"),
        ("i❤.ws", "xn--i-7iq.ws"),
        ("xn--a.com", "xn--a.com"),  # no punycode
        ("ПРИМЕР.com", "пример.com"),
    ],
)
def test_a_host_that_may_be_read_as_another_one_is_shown_in_ascii(host: str, shown: str) -> None:
    """By the rules of browsers: one script, or those that names mix."""
    assert sanitize_link(f"https://{host}/a") == f"https://{shown}/a"
    assert sanitize_link(f"https://{shown}/a") == f"https://{shown}/a"


@given(st.text(st.one_of(st.characters(), st.sampled_from("htps:/@.\\[]?#%аxn- ")), max_size=20))
@example("ä@x")
@example("0#@")
@example("0?@")
def test_a_link_is_clean_after_one_time(rest: str) -> None:
    """Whatever a feed gives: no link, or one that stays, without what may hide in it."""
    link = sanitize_link(f"https://{rest}")
    if link is not None:
        assert sanitize_link(link) == link
        assert link.startswith("https://")
        assert not set('<>[]"\\`{}| \t\n') & set(
            link.replace("[", "", 1).replace("]", "", 1) if "://[" in link else link
        )
        assert "@" not in link.split("/")[2]


def test_every_kind_of_source_gives_clean_links() -> None:
    """RSS, Atom, JSON Feed, sitemap, page: the article is kept, and its link is cleaned or left out."""
    links = {
        "https://bank@evil.test/1": "https://evil.test/1",
        "smb://evil.test/2": None,
        "https://рaypal.test/3": "https://xn--aypal-uye.test/3",
    }
    items = "".join(f"<item><title>t</title><link>{link}</link></item>" for link in links)
    entries = "".join(f"<entry><title>t</title><link href='{link}'/></entry>" for link in links)
    urls = "".join(f"<url><loc>{link}</loc><n:news><n:title>t</n:title></n:news></url>" for link in links)
    objects = ",".join(f'{{"id": "{link}", "url": "{link}", "content_text": "t"}}' for link in links)
    documents = [
        f"<rss version='2.0'><channel>{items}</channel></rss>",
        f"<feed xmlns='http://www.w3.org/2005/Atom'>{entries}</feed>",
        f"<urlset xmlns:n='n'>{urls}</urlset>",
        f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{objects}]}}',
    ]
    feeds = [read_document(document.encode(), {}, "https://news.test/feed") for document in documents]
    page = "".join(f"<article><h2>t</h2><a href='{link}'>t</a></article>" for link in links)
    headers = {"content-type": "text/html; charset=utf-8"}
    feeds.append(read_page(f"<html>{page}</html>".encode(), headers, "https://news.test/", Selectors("article", "h2")))
    for feed in feeds:
        assert [sanitize_entry(entry).link for entry in feed.entries] == list(links.values())


def test_an_entry_keeps_the_link_that_it_is_known_by() -> None:
    """Only what people see is cleaned."""
    entry = Entry(link="https://bank@evil.test/", title="t")
    assert sanitize_entry(entry).link == "https://evil.test/"
    assert entry.link == "https://bank@evil.test/"
