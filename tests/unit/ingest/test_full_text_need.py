"""Which pages are worth reading, and what they add."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.ingest.full_text_need import count_words, merge_page_text, select_pages_to_read
from monitor.model import Article
from tests.support.building import HOUR, NOON, article, source

WISHES = replace(source(), full_text=True)
SHORT = article(url="https://x.test/1", text="A few words.")


@pytest.mark.parametrize(
    ("which", "worth"),
    [
        (SHORT, True),
        (replace(SHORT, text=""), True),
        (replace(SHORT, text="word " * 59), True),
        (replace(SHORT, text="word " * 60), False),  # enough to decide on
        (replace(SHORT, text="导弹" * 59), True),
        (replace(SHORT, text="导弹" * 60), False),  # two Han characters are a word
        (replace(SHORT, url=None), False),
        (replace(SHORT, url="mailto:a@x.test"), False),
        (replace(SHORT, published=NOON - 47 * HOUR), True),
        (replace(SHORT, published=NOON - 49 * HOUR), False),  # no news any more
        (replace(SHORT, baseline=True), True),
        (replace(SHORT, baseline=True, dated=False), False),  # nobody knows how old it is
    ],
)
def test_young_articles_of_few_words_are_worth_it(which: Article, *, worth: bool) -> None:
    """If their source wishes it."""
    assert select_pages_to_read(WISHES, [which], NOON) == [which] * worth
    assert select_pages_to_read(source(), [which], NOON) == []


def test_a_rule_may_wish_for_it_too() -> None:
    """Of what is worth it, and only where the source does not wish for it already."""
    asked: list[Article] = []

    def wished(which: Article) -> bool:
        asked.append(which)
        return which.uid == "a1"

    both = [SHORT, replace(SHORT, uid="a2"), replace(SHORT, uid="a3", text="word " * 60)]
    assert select_pages_to_read(source(), both, NOON, wished) == [SHORT]
    assert [each.uid for each in asked] == ["a1", "a2"]
    assert select_pages_to_read(WISHES, both, NOON, wished) == both[:2]


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("It's 5 pm, here.", 4), ("한국 군이 발사했다", 3), ("北京 said 导弹", 3), ("ミサイル", 2)],
)
def test_words_are_counted_in_any_script(text: str, count: int) -> None:
    """As rules count them, about."""
    assert count_words(text) == count


def test_a_page_makes_a_new_version_under_the_old_digest() -> None:
    """The next poll compares with what the feed said, and sees no edit."""
    found = merge_page_text(SHORT, "A few\nwords. And then many more words.")
    assert found == replace(SHORT, text="A few\nwords. And then many more words.", version=2)
    assert found.digest == SHORT.digest


def test_what_the_feed_said_is_never_lost() -> None:
    """A summary of the editor's own stays before the text that does not have it."""
    found = merge_page_text(SHORT, "Quite another text with more words.")
    assert found is not None
    assert found.text == "A few words.\n\nQuite another text with more words."


@pytest.mark.parametrize("text", ["", "Subscribe now", "A few words."])
def test_a_wall_adds_nothing(text: str) -> None:
    """A page that says less than the feed, as one that wants consent or money."""
    assert merge_page_text(SHORT, text) is None


def test_age_is_counted_from_the_date() -> None:
    """Not from when we came to see it."""
    late = replace(SHORT, seen=NOON, published=NOON - timedelta(days=3))
    assert select_pages_to_read(WISHES, [late], NOON) == []
