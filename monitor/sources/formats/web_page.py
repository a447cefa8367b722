"""A web page without a feed, turned into entries by CSS selectors.

Runs in a worker process: what it is given was written by strangers, and a selector may take very long over it. It runs
no scripts, so a page that is filled by its scripts is empty here; it looks for no article within a page (`full_text`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Final
from urllib.parse import urljoin, urlsplit

import lxml.html
from cssselect import SelectorError
from lxml.cssselect import CSSSelector
from lxml.etree import LxmlError, tostring
from lxml.html import HtmlElement, HTMLParser

from monitor.errors import FeedUnreadable
from monitor.model import Entry, Feed, Selectors
from monitor.sources.formats.charset import read_text, to_utf8
from monitor.sources.formats.entry_bounds import SUMMARY, TITLE, EntryBounds
from monitor.sources.formats.html import one_line, to_text
from monitor.text.extent import shorten_text

ENTRIES: Final = 2_000  # more than any page shows: a selector that finds each <div> must not cost minutes
# Characters
LINK: Final = 2_048
DATE: Final = 200

USUAL_LINK = Selectors(entry="").link
# The form in which a page names its character set; within the first bytes, as browsers look for it.
META = re.compile(rb"""<meta[^<>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
HEAD: Final = 4096
SAYS_CHARSET = re.compile(r"charset\s*=\s*(?!.?(?:iso-?8859-1|latin-?1)\b)", re.IGNORECASE)


def read_page(body: bytes, headers: Mapping[str, str], url: str, select: Selectors) -> Feed:
    """The entries of a page, in its order. FeedUnreadable: a selector finds nothing, and this is which one.

    `headers`: the answer's, by lower-case names; `url`: where it came from, which links are relative to.
    """
    page = tree_of(body, headers)
    base = _find_base_url(page, url)
    title = shorten_text(one_line(page.findtext(".//title") or ""), TITLE)
    found = _find_all(page, select.entry, "entry")
    if not found:
        which = f" (its <title> is '{title[:DATE]}')" if title else ""
        raise FeedUnreadable(
            f"select.entry: '{select.entry}' finds nothing in the page{which}; the site may have changed, or is filled "
            "by scripts, which are not run: look at the page's source and correct the selector"
        )
    elements = [_EntryElements(entry, select) for entry in found[:ENTRIES]]
    for name, css in (("title", select.title), ("link", select.link), ("text", select.text), ("date", select.date)):
        needed = css is not None and (name, css) != ("link", USUAL_LINK)  # notices without links are read as well
        if needed and all(getattr(each, name) is None for each in elements):
            raise FeedUnreadable(
                f"select.{name}: '{css}' finds nothing in any of the {len(elements)} entries that select.entry finds; "
                "look at the page's source and correct the selector, or leave it out"
            )
    entries = tuple(each.entry(base) for each in elements)
    left = len(found) - len(entries)
    problem = f"{left} entries beyond the first {ENTRIES} were left out; is select.entry too wide?" if left else None
    return Feed(entries, title or None, problem, slices=tuple(entry.slice for entry in entries))


def tree_of(body: bytes, headers: Mapping[str, str]) -> HtmlElement:
    """A page as a tree of elements, in its own character set. FeedUnreadable: there is nothing in it."""
    content_type = headers.get("content-type", "")
    if not SAYS_CHARSET.search(content_type) and (meta := META.search(body[:HEAD])):
        content_type = f"text/html; charset={meta[1].decode('ascii')}"
    clean = to_utf8(read_text(body, content_type).text)
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = lxml.html.document_fromstring(clean, parser=parser)
    except (LxmlError, ValueError):
        raise FeedUnreadable("empty page") from None
    return tree


class _EntryElements:
    """The elements of one entry; None where the selector finds none in it."""

    def __init__(self, entry: HtmlElement, select: Selectors) -> None:
        self.named = select.title is not None
        self.bounds = EntryBounds()
        self.title = _find_first(entry, select.title, "title")
        self.link = _find_first(entry, select.link, "link")
        self.text = _find_first(entry, select.text, "text")
        self.date = _find_first(entry, select.date, "date")

    def entry(self, base: str) -> Entry:
        """What they say."""
        text = "" if self.text is None else _extract_text(self.text, self.bounds)
        link = None if self.link is None else _resolve_web_link(self.link.get("href"), base)
        published = None if self.date is None else _extract_date(self.date)
        title = self._title(text)
        told = "\x00".join((link or "", title, text, published or ""))
        mark = blake2b(told.encode("utf-8", "surrogatepass"), digest_size=12).digest()
        return Entry(
            link=link, title=title, summary=text, published=published, slice=mark, is_truncated=self.bounds.exceeded
        )

    def _title(self, text: str) -> str:
        """The text's first line where nothing else names it, or title and text are one element: a short message has
        no headline."""
        if self.title is not None and self.title is not self.text:
            return shorten_text(one_line(_extract_text(self.title, self.bounds)), TITLE)
        words = "" if self.named or self.link is None else one_line(_extract_text(self.link, self.bounds))
        return shorten_text(words or text.partition("\n")[0], TITLE)


def _extract_text(element: HtmlElement, bounds: EntryBounds) -> str:
    markup: str = tostring(element, encoding="unicode", method="html", with_tail=False)
    return bounds.text_of(markup, SUMMARY, _markup_to_text)


def _markup_to_text(markup: str) -> str:
    return to_text(re.sub(r"[\r\n]", " ", markup))  # lines end where the page shows it, not where it was typed


def _extract_date(element: HtmlElement) -> str | None:
    """As the page writes it: for machines in an attribute, else as it is read."""
    return one_line(element.get("datetime") or _extract_text(element, EntryBounds()))[:DATE] or None


def _find_base_url(page: HtmlElement, url: str) -> str:
    """What its links are relative to."""
    return next((base for each in page.iter("base") if (base := _resolve_web_link(each.get("href"), url))), url)


def _resolve_web_link(link: str | None, base: str) -> str | None:
    """A link that can be shown; none where it is broken, too long to be one, or no web address."""
    try:
        absolute = urljoin(base, link.strip()) if link else ""
        scheme = urlsplit(absolute).scheme
    except ValueError:
        return None
    return absolute if scheme in {"http", "https"} and len(absolute) <= LINK else None


def _find_first(entry: HtmlElement, css: str | None, called: str) -> HtmlElement | None:
    return None if css is None else next(iter(_select_elements(entry, css, called)), None)


def _find_all(page: HtmlElement, css: str, called: str) -> list[HtmlElement]:
    return list(_select_elements(page, css, called))


def _select_elements(element: HtmlElement, css: str, called: str) -> Iterator[HtmlElement]:
    try:
        found: Iterable[HtmlElement] = _compile_selector(css)(element)
    except (SelectorError, LxmlError) as wrong:
        raise FeedUnreadable(f"select.{called}: '{css}' cannot be looked for ({one_line(str(wrong))})") from None
    yield from found


@lru_cache(maxsize=1_000)
def _compile_selector(css: str) -> CSSSelector:
    return CSSSelector(css, translator="html")
