"""What a query says, as people type it."""

from __future__ import annotations

import pytest

from monitor.services.article_query import parse_article_query
from tests.support.building import NOON


def phrases(query: str) -> list[tuple[str, bool]]:
    """The text of each word or phrase, and whether it is excluded."""
    return [(term.words, term.is_excluded) for term in parse_article_query(query, NOON, "UTC").terms]


@pytest.mark.parametrize(
    "query",
    ['"弹道 导弹"', "“弹道 导弹”", "„弹道 导弹“", "«弹道 导弹»", "＂弹道 导弹＂", "「弹道 导弹」", "『弹道 导弹』"],
)
def test_quotation_marks_of_every_script_make_a_phrase(query: str) -> None:
    """A keyboard writes its own; a phrase that is searched word by word finds too much."""
    assert phrases(query) == [("弹道 导弹", False)]
    assert phrases(f"-{query} title:{query} 朝鲜{query}") == [
        ("弹道 导弹", True),
        ("弹道 导弹", False),
        ("朝鲜", False),
        ("弹道 导弹", False),
    ]


def test_a_headline_with_quotation_marks_can_be_pasted() -> None:
    """Marks inside others belong to the phrase; one that stays open is punctuation."""
    assert phrases("北朝鮮「『火星』 発射」と発表") == [("北朝鮮", False), ("『火星』 発射", False), ("と発表", False)]
    assert phrases("北朝鮮「発射") == [("北朝鮮", False), ("発射", False)]
    assert phrases("発射」と") == [("発射」と", False)]
