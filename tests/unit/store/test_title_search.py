"""Titles that a person types: found with the index and without it, on both kinds of database."""

from __future__ import annotations

import pytest

from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.queues.claims import Claims
from monitor.store.search.articles import ArticleSearch
from monitor.store.search.index import build_slices, switch_index
from tests.support.building import HOUR, NOON, article, claimed, commit, rule, rules, sources
from tests.support.statements import statements

TITLES = (
    "Seoul says so", "Ferries run on time", "時間 刻々", "Ferries run on time today", "Old news", "Old news",
    "OLD NEWS", "북한 미사일 발사", "...",
)  # fmt: skip


@pytest.fixture(params=["indexed", "half indexed", "not indexed"])
def filled(request: pytest.FixtureRequest, database: Database) -> Database:
    """Articles with these titles, in this order; the text of another one has the words of a title."""
    claims, section, ruleset = Claims(database, "here:1"), SerialSection(database), rules(rule())
    claims.register_sources(sources("wire"), NOON)
    first = article("text", "About boats", "Ferries run on time.", seen=NOON)
    commit(section, claimed(claims), first, ruleset=ruleset)
    if request.param == "half indexed":
        switch_index(database, wanted=True)
    later = NOON + HOUR
    more = (article(str(number), title, seen=later) for number, title in enumerate(TITLES))
    commit(section, claimed(claims, at=later), *more, at=later, ruleset=ruleset)
    if request.param == "indexed":
        switch_index(database, wanted=True)
        for _ in build_slices(database):
            pass
    return database


def find(database: Database, title: str, limit: int = 10) -> list[int]:
    """The places of the titles that are found."""
    return [number - 2 for number in ArticleSearch(database).find_title(title, limit)]


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Ferries run on time", [1]),  # as it is
        ("FERRIES RUN ON TIME!", [1]),  # folded
        ("ｆｅｒｒｉｅｓ run on tíme", [1]),
        ("run on", [3, 1]),  # a part
        ("Ferries run on ti", [3, 1]),  # which may end within a word
        ("时间", [2]),  # two characters, in the other script
        ("미사일", [7]),
        ("사일 발", [7]),
        ("Ferries", [3, 1]),
        ("ferries run on time today", [3]),  # the same, although another one holds a part
        ("Old news", [5, 4]),  # as they are, and not the newer one that differs in case
        ("old news", [6, 5, 4]),
        ("no such headline", []),
        ("boats about", []),  # in another order
        ("...", [8]),
        ("%", []),
        ("_", []),
        ('"', []),
        ("* OR ferries", []),
        ("", []),
    ],
)
def test_an_article_is_found_by_its_title(filled: Database, title: str, found: list[int]) -> None:
    """Exactly, else folded, else in part; nothing in it is a pattern."""
    assert find(filled, title) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("boats about", [-1]),  # in another order
        ("time FERRIES", [3, 1]),  # folded; not where the text alone has them
        ("today fer", []),  # whole words
        ("刻々 时间", [2]),
        ("발사 미사일", [7]),
        ("time, on", [3, 1]),
        ("seoul never", []),
        ("... !", []),
        ("", []),
    ],
)
def test_an_article_is_found_by_the_words_of_its_title(filled: Database, words: str, found: list[int]) -> None:
    """All of them, in any order."""
    assert [number - 2 for number in ArticleSearch(filled).find_title_words(words)] == found


def test_the_newest_come_first(filled: Database) -> None:
    assert find(filled, "Old news", limit=1) == [5]
    assert find(filled, "Ferries", limit=1) == [3]


@pytest.mark.parametrize("filled", ["half indexed", "not indexed"], indirect=True)
def test_without_the_index_the_database_compares_whole_titles(filled: Database) -> None:
    """Only if none is the same are titles folded and compared here, which takes much longer."""
    with statements(filled) as run:
        assert find(filled, "Seoul says so") == [0]
    assert [statement for statement in run if "article.title" in statement and "article.title =" not in statement] == []
