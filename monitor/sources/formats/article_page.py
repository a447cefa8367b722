"""The article within a web page, as plain text.

Runs in a worker process; only there is trafilatura loaded, which takes 12 MB of its memory, and up to 70 more for the
longest page that is read. A page that holds no article gives an empty text: it decides nothing about it.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from monitor.errors import FeedUnreadable
from monitor.sanitize import sanitize_text
from monitor.sources.formats.entry_bounds import CONTENT
from monitor.sources.formats.html import tidy_lines
from monitor.sources.formats.web_page import tree_of
from monitor.text.extent import shorten_text

LONG: Final = 300 * 1024  # bytes from which on the quicker way is taken: the other may take half a second
ELEMENTS: Final = 40_000  # of a page; news pages have some thousands, and each costs a kilobyte and more
HTML: Final = ("", "text/html", "application/xhtml+xml")


def read_full_text(body: bytes, headers: Mapping[str, str], url: str) -> str:
    """The article's text, a line for each paragraph. FeedUnreadable: this is no web page."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in HTML:
        raise FeedUnreadable(f"it is no web page ({kind[:100]})")
    tree = tree_of(body, headers)
    if (many := int(tree.xpath("count(//*)"))) > ELEMENTS:
        raise FeedUnreadable(f"the page has {many} elements, and more than {ELEMENTS} are not read")
    try:
        text = _load_extractor()(
            tree,
            url=url,
            fast=len(body) > LONG,
            include_comments=False,
            include_tables=False,
            favor_precision=True,
            deduplicate=False,
        )
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise FeedUnreadable(f"the page is so ill-formed that it cannot be read ({type(error).__name__})") from None
    return shorten_text(sanitize_text(tidy_lines(text or "")), CONTENT)


@cache
def _load_extractor() -> Callable[..., str | None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it loads ways to fetch, which miss what they need and are not used
        from trafilatura import extract  # noqa: PLC0415 - in the worker only, see above
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # of a page without an article it says so
    return extract
