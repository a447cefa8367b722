"""Selects the articles whose pages are worth reading, and adds a page's text to its article.

An article is ingested and decided on at once, as its feed gives it: reading pages delays nothing. The page's text makes
a new version of the article. That keeps the digest of the feed's text, so that the next poll does not see an edit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import Article, Source

MIN_WORDS = 60  # in an article; as many as the lead in which evidence counts as news
MAX_AGE = timedelta(days=2)  # a first poll brings a source's whole backlog, whose pages are no news

# Han and kana: two characters count as a word, as everywhere in rules.
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_WORD = re.compile(r"[^\W\d_]+")


def select_pages_to_read(
    source: Source, articles: Iterable[Article], now: datetime, is_wanted: Callable[[Article], bool] | None = None
) -> list[Article]:
    """The articles whose pages are to be read: young ones with an address and few words.

    Their source must have `full_text`, or a rule must want the page (`is_wanted`, called for such articles only).
    """
    if not source.full_text and is_wanted is None:
        return []
    candidates = (
        article
        for article in articles
        if _has_address(article) and _is_young(article, now) and count_words(article.text) < MIN_WORDS
    )
    return [article for article in candidates if source.full_text or (is_wanted is not None and is_wanted(article))]


def count_words(text: str) -> int:
    """How many words a text has, in any script."""
    cjk = len(_CJK.findall(text))
    return cjk // 2 + len(_WORD.findall(_CJK.sub(" ", text)))


def merge_page_text(article: Article, text: str) -> Article | None:
    """The next version of the article, with its page's text.

    None if the page has no more words than the feed (a consent wall, a paywall, a list). The feed's text stays in front
    unless the page contains it: nothing that a rule matched may get lost.
    """
    feed_text = " ".join(article.text.split())
    if count_words(text) <= count_words(article.text):
        return None
    merged = text if feed_text in " ".join(text.split()) else f"{article.text}\n\n{text}"
    return replace(article, text=merged, version=article.version + 1)


def _has_address(article: Article) -> bool:
    return article.url is not None and article.url.startswith(("http://", "https://"))


def _is_young(article: Article, now: datetime) -> bool:
    if article.baseline and not article.dated:
        return False
    return now - article.published <= MAX_AGE
