"""Extracts the article from a web page, as plain text.

Runs in a worker process, the only place that loads trafilatura: that takes 12 MB of memory, and up to 70 more for the
longest page. A page without an article gives an empty text; the caller decides what to do then.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from monitor.errors import FeedUnreadable
from monitor.model.sources import MAX_CONTENT
from monitor.sources.formats.html import tidy_lines
from monitor.sources.formats.web_page import tree_of
from monitor.text.extent import shorten_text

FAST_FROM_BYTES: Final = 300 * 1024  # for longer pages we use the fast mode: the normal one may take half a second
MAX_ELEMENTS: Final = 40_000  # of a page; news pages have a few thousand, and each takes a kilobyte or more
HTML_TYPES: Final = ("", "text/html", "application/xhtml+xml")


def read_full_text(body: bytes, headers: Mapping[str, str], url: str) -> str:
    """The article's text, a line for each paragraph. Raises FeedUnreadable if this is no web page that we can read."""
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in HTML_TYPES:
        raise FeedUnreadable(f"it is not a web page ({content_type[:100]})")
    tree = tree_of(body, headers)
    if (element_count := int(tree.xpath("count(//*)"))) > MAX_ELEMENTS:
        raise FeedUnreadable(f"the page has {element_count} elements; pages with more than {MAX_ELEMENTS} are not read")
    try:
        text = _load_extractor()(
            tree,
            url=url,
            fast=len(body) > FAST_FROM_BYTES,
            include_comments=False,
            include_tables=False,
            favor_precision=True,
            deduplicate=False,
        )
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise FeedUnreadable(f"the page is so ill-formed that it cannot be read ({type(error).__name__})") from None
    return shorten_text(tidy_lines(text or ""), MAX_CONTENT)


@cache
def _load_extractor() -> Callable[..., str | None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it loads modules for fetching, which lack dependencies and are not used
        from trafilatura import extract  # noqa: PLC0415 - in the worker only, see above
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it logs an error for each page without an article
    return extract
