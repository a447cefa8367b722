"""Which articles' pages are worth reading, and what such a page adds to its article.

The article is taken in and decided on at once, as its feed gives it: a page delays nothing. What is read of it later is
a new version of the same article, which keeps the digest of the feed's text: the next poll must not see an edit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import Article, Source

FEW = 60  # words: as many as the lead that makes news
OLDEST = timedelta(days=2)  # a first poll brings a source's whole past, of which no page is news

# Han and kana: two of them count as a word, as everywhere in rules.
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_WORD = re.compile(r"[^\W\d_]+")


def select_pages_to_read(
    source: Source, articles: Iterable[Article], now: datetime, wished: Callable[[Article], bool] | None = None
) -> list[Article]:
    """Those whose pages are to be read: young ones with an address and few words, if their source wishes it or a rule
    does (`wished`, which is asked of no others)."""
    if not source.full_text and wished is None:
        return []
    worth = (each for each in articles if _has_address(each) and _is_young(each, now) and count_words(each.text) < FEW)
    return [each for each in worth if source.full_text or (wished is not None and wished(each))]


def count_words(text: str) -> int:
    """How many there are, in any script."""
    cjk = len(_CJK.findall(text))
    return cjk // 2 + len(_WORD.findall(_CJK.sub(" ", text)))


def merge_page_text(article: Article, text: str) -> Article | None:
    """The article with its page's text; None if that says no more than the feed (a wall of consent or payment, a list).

    What the feed said stays before it, unless the page says it too: nothing that a rule has found may get lost.
    """
    said = " ".join(article.text.split())
    if count_words(text) <= count_words(article.text):
        return None
    whole = text if said in " ".join(text.split()) else f"{article.text}\n\n{text}"
    return replace(article, text=whole, version=article.version + 1)


def _has_address(article: Article) -> bool:
    return article.url is not None and article.url.startswith(("http://", "https://"))


def _is_young(article: Article, now: datetime) -> bool:
    if article.baseline and not article.dated:
        return False
    return now - article.published <= OLDEST
