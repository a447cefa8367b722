"""Parses a web page without a feed into entries, by CSS selectors.

Runs in a worker process: the input is untrusted, and a selector may take very long for it. Scripts are not run, so a
page that is filled by scripts is empty here. The article within a page is extracted elsewhere (`article_page`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Final
from urllib.parse import urlsplit

import lxml.html
from cssselect import SelectorError
from lxml.cssselect import CSSSelector
from lxml.etree import LxmlError, tostring
from lxml.html import HtmlElement, HTMLParser

from monitor.errors import FeedUnreadable
from monitor.model import Entry, Feed, Selectors
from monitor.model.sources import DIGEST_SIZE, MAX_ENTRIES, MAX_LINK, MAX_NAME, MAX_SUMMARY, MAX_TITLE
from monitor.sources.formats.absolute_link import join_link
from monitor.sources.formats.charset import read_text, to_utf8
from monitor.sources.formats.entry_bounds import EntryBounds
from monitor.sources.formats.html import limit_attributes, one_line, to_text
from monitor.text.extent import shorten_text

USUAL_LINK = Selectors(entry="").link
# How a page declares its character set; within the first bytes, as in browsers.
META_CHARSET = re.compile(rb"""<meta[^<>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
HEAD_BYTES: Final = 4096
HEADER_CHARSET = re.compile(r"charset\s*=\s*(?!.?(?:iso-?8859-1|latin-?1)\b)", re.IGNORECASE)


def read_page(body: bytes, headers: Mapping[str, str], url: str, select: Selectors) -> Feed:
    """The entries of a page, in its order. Raises FeedUnreadable if a selector finds nothing, with its name.

    `headers`: of the response, lower-case names; `url`: of the page, which links are relative to.
    """
    page = tree_of(body, headers)
    base = _find_base_url(page, url)
    title = shorten_text(one_line(page.findtext(".//title") or ""), MAX_TITLE)
    found = _find_all(page, select.entry, "entry")
    if not found:
        page_title = f" (its <title> is '{title[:MAX_NAME]}')" if title else ""
        raise FeedUnreadable(
            f"select.entry: '{select.entry}' finds nothing in the page{page_title}; the site may have changed, or is "
            "filled by scripts, which are not run: look at the page's source and correct the selector"
        )
    elements = [_EntryElements(entry, select) for entry in found[:MAX_ENTRIES]]
    for name, css in (("title", select.title), ("link", select.link), ("text", select.text), ("date", select.date)):
        needed = css is not None and (name, css) != ("link", USUAL_LINK)  # the default link selector may find nothing
        if needed and all(getattr(entry_elements, name) is None for entry_elements in elements):
            raise FeedUnreadable(
                f"select.{name}: '{css}' finds nothing in any of the {len(elements)} entries that select.entry finds; "
                "look at the page's source and correct the selector, or leave it out"
            )
    entries = tuple(entry_elements.entry(base) for entry_elements in elements)
    omitted = len(found) - len(entries)
    problem = (
        f"{omitted} entries beyond the first {MAX_ENTRIES} were left out; is select.entry too wide?"
        if omitted
        else None
    )
    return Feed(entries, title or None, problem, slices=tuple(entry.slice for entry in entries))


def tree_of(body: bytes, headers: Mapping[str, str]) -> HtmlElement:
    """A page as a tree of elements, decoded by its character set. Raises FeedUnreadable if it is empty."""
    content_type = headers.get("content-type", "")
    if not HEADER_CHARSET.search(content_type) and (meta := META_CHARSET.search(body[:HEAD_BYTES])):
        content_type = f"text/html; charset={meta[1].decode('ascii')}"
    clean = to_utf8(limit_attributes(read_text(body, content_type).text))
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = lxml.html.document_fromstring(clean, parser=parser)
    except (LxmlError, ValueError):
        raise FeedUnreadable("empty page") from None
    return tree


class _EntryElements:
    """The elements of one entry; None where a selector finds none."""

    def __init__(self, entry: HtmlElement, select: Selectors) -> None:
        self.has_title_selector = select.title is not None
        self.bounds = EntryBounds()
        self.title = _find_first(entry, select.title, "title")
        self.link = _find_first(entry, select.link, "link")
        self.text = _find_first(entry, select.text, "text")
        self.date = _find_first(entry, select.date, "date")

    def entry(self, base: str) -> Entry:
        """The entry made of these elements. `base`: what links are relative to."""
        text = "" if self.text is None else _extract_text(self.text, self.bounds)
        link = None if self.link is None else _resolve_web_link(self.link.get("href"), base)
        published = "" if self.date is None else _extract_date(self.date)
        title = self._choose_title(text)
        content = "\x00".join((link or "", title, text, published))
        digest = blake2b(content.encode("utf-8", "surrogatepass"), digest_size=DIGEST_SIZE).digest()
        return self.bounds.build_entry(link=link, title=title, summary=text, published=published, slice=digest)

    def _choose_title(self, text: str) -> str:
        """The title; the text's first line if there is no other, or if title and text are one element: a short message
        has no headline."""
        if self.title is not None and self.title is not self.text:
            return shorten_text(one_line(_extract_text(self.title, self.bounds)), MAX_TITLE)
        link_text = (
            "" if self.has_title_selector or self.link is None else one_line(_extract_text(self.link, self.bounds))
        )
        return shorten_text(link_text or text.partition("\n")[0], MAX_TITLE)


def _extract_text(element: HtmlElement, bounds: EntryBounds) -> str:
    markup: str = tostring(element, encoding="unicode", method="html", with_tail=False)
    return bounds.text_of(markup, MAX_SUMMARY, _markup_to_text)


def _markup_to_text(markup: str) -> str:
    return to_text(re.sub(r"[\r\n]", " ", markup))  # only elements end a line, not line breaks in the source


def _extract_date(element: HtmlElement) -> str:
    """The date as the page writes it: from the attribute for machines, else from the text."""
    return one_line(element.get("datetime") or _extract_text(element, EntryBounds()))[:MAX_NAME]


def _find_base_url(page: HtmlElement, url: str) -> str:
    """The address that links of the page are relative to."""
    return next((base for element in page.iter("base") if (base := _resolve_web_link(element.get("href"), url))), url)


def _resolve_web_link(link: str | None, base: str) -> str | None:
    """The absolute link; None if it is broken, too long, or not a web address."""
    try:
        absolute = join_link(base, link.strip()) if link else ""
        scheme = urlsplit(absolute).scheme
    except ValueError:
        return None
    return absolute if scheme in {"http", "https"} and len(absolute) <= MAX_LINK else None


def _find_first(entry: HtmlElement, css: str | None, name: str) -> HtmlElement | None:
    return None if css is None else next(iter(_select_elements(entry, css, name)), None)


def _find_all(page: HtmlElement, css: str, name: str) -> list[HtmlElement]:
    return list(_select_elements(page, css, name))


def _select_elements(element: HtmlElement, css: str, name: str) -> Iterator[HtmlElement]:
    try:
        found: Iterable[HtmlElement] = _compile_selector(css)(element)
    except (SelectorError, LxmlError) as wrong:
        raise FeedUnreadable(f"select.{name}: '{css}' cannot be used ({one_line(str(wrong))})") from None
    yield from found


@lru_cache(maxsize=1_000)
def _compile_selector(css: str) -> CSSSelector:
    return CSSSelector(css, translator="html")
