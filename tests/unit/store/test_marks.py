"""What people said of the rules stays with its words, whatever leaves; only an erasure takes the words away."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from monitor.errors import InvalidRequest
from monitor.ingest.canonical_url import canonicalize_url
from monitor.model import Article, MarkedArticle, MarkVerdict, MatchKind, OncePer, Retention, RuleMark
from monitor.model.hashing import uid_hash
from monitor.services.marks import find_publisher
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.tables import article as articles
from monitor.store.engine.tables import marked_article, rule_mark
from monitor.store.lifecycle.erasure import ArticleEraser
from monitor.store.lifecycle.retention import ArchivePruner
from monitor.store.marks import Judgement, MarkFilter, Marks
from monitor.store.queries.matches import MatchFilter, MatchQueries
from monitor.store.queues.claims import Claims
from tests.support.building import (
    HEADLINE,
    HOUR,
    MINUTE,
    NOON,
    article,
    claimed,
    commit,
    config_of,
    rule,
    rules,
    sources,
)

URL = "https://x.test/2026/secret-name"
RULES = rules(rule("launch", once_per=OncePer.ARTICLE), rule("korea", ["North Korea"], once_per=OncePer.ARTICLE))
FIRST = article("guid 1", text="Seoul says so.", url=URL, canonical=URL, authors=("Kim Lee",), tags=("DPRK",))
OTHER = article("b", "A missile in the harbour", of="post", seen=NOON + MINUTE, published=NOON - 9 * HOUR)
FERRIES = article("c", "Ferries run on time", of="post", seen=NOON + MINUTE, dated=False, url="https://post.test/c")


class Desk:
    """A database with three articles: matches 1 and 2 are of the first, match 3 is of the second."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.claims, self.section = Claims(database, "here:1"), SerialSection(database)
        self.claims.register_sources(sources("wire", "post"), NOON)
        self.marks = Marks(database)
        self.publisher_of = partial(find_publisher, sources("wire", "post"))
        self.poll(FIRST)
        self.poll(OTHER, FERRIES)

    def poll(self, *brought: Article) -> None:
        at = brought[0].seen
        commit(self.section, claimed(self.claims, brought[0].source, at), *brought, at=at, ruleset=RULES)

    def mark(self, verdict: str, *ids: int, at: int = 1, who: str = "ann") -> list[tuple[MarkVerdict | None, bool]]:
        """`at`: so many hours later."""
        judgement = Judgement(MarkVerdict(verdict), NOON + at * HOUR, who)
        results = self.marks.mark_matches(dict.fromkeys(ids), judgement, self.publisher_of)
        return [(result.before, result.is_new) for result in results]

    def miss(self, rule_id: str, uid: str = "c", verdict: str = "missed", at: int = 1) -> None:
        with self.database.reading() as connection:
            id_ = connection.execute(select(articles.c.id).where(articles.c.uid == uid)).scalar_one()
        judgement = Judgement(MarkVerdict(verdict), NOON + at * HOUR, "ann")
        self.marks.mark_articles([id_], rule_id, "v1", judgement, self.publisher_of)

    def marked(self, *rule_ids: str) -> list[MarkedArticle]:
        return list(self.marks.iter_articles(MarkFilter(rule_ids)))

    def verdicts(self) -> list[tuple[str, dict[str, str]]]:
        return [(each.article.title, {**each.verdicts}) for each in self.marked()]

    def prune(self) -> Counter[str]:
        pruner = ArchivePruner(self.database, Retention(articles=timedelta(days=1), alerts=timedelta(days=1)))
        with self.database.writing() as connection:
            connection.exec_driver_sql("UPDATE delivery SET state = 'accepted'")
        return sum(pruner.prune_slices(NOON + timedelta(days=100)), Counter[str]())

    def forget(self, target: str) -> int:
        eraser = ArticleEraser(self.database, config_of())
        return sum(eraser.erase(eraser.plan(target), NOON + 9 * HOUR))

    def plan(self, target: str) -> int:
        return ArticleEraser(self.database, config_of()).plan(target).marked


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_a_mark_has_its_own_copy_of_the_article(desk: Desk) -> None:
    """With all that rules look at, and who prints it."""
    desk.mark("good", 1)
    [found] = desk.marked()
    assert found.article == replace(FIRST, uid=uid_hash(FIRST.uid), digest="")
    assert (found.publisher, found.week) == ("Wire", "2026-W02")
    [mark] = found.marks
    assert mark == RuleMark(
        "launch", MarkVerdict.GOOD, NOON + HOUR, "ann", MatchKind.NEWS, "v1", match=1, alert=mark.alert
    )
    assert mark.alert is not None


def test_a_marked_article_keeps_the_identity_of_the_link_that_was_given(desk: Desk) -> None:
    """Though another one is shown: that finds it, and so does the one that was given."""
    given, shown = "https://x.test/report 1", "https://x.test/report%201"
    desk.poll(article("guid 9", "Ferries are late", url=given, canonical=canonicalize_url(given), seen=NOON + HOUR))
    desk.miss("korea", "guid 9")
    [found] = desk.marked()
    assert (found.article.url, found.article.canonical) == (shown, canonicalize_url(given))
    assert (desk.plan(shown), desk.plan(given)) == (1, 1)


def test_the_newest_mark_counts_and_the_others_stay(desk: Desk) -> None:
    """The same again by the same person adds nothing; by another person it does."""
    assert desk.mark("good", 1) == [(None, True)]
    assert desk.mark("good", 1, at=2) == [(MarkVerdict.GOOD, False)]
    assert desk.mark("good", 1, at=3, who="bob") == [(MarkVerdict.GOOD, True)]
    assert desk.mark("noise", 1, at=4) == [(MarkVerdict.GOOD, True)]
    assert desk.verdicts() == [(HEADLINE, {"launch": MarkVerdict.NOISE})]
    reports = desk.marks.newest(MarkFilter(), 10)
    assert [(each.mark.verdict, each.mark.who, each.is_newest) for each in reports] == [
        ("noise", "ann", True),
        ("good", "bob", False),
        ("good", "ann", False),
    ]


def test_several_are_marked_or_none(desk: Desk) -> None:
    """A number that nobody has given stops all."""
    with pytest.raises(InvalidRequest, match="there is no match 99: `news-monitor matches list`"):
        desk.mark("noise", 1, 99)
    assert desk.marked() == []
    assert desk.mark("noise", 1, 3) == [(None, True)] * 2


def test_marked_articles_come_the_oldest_first(desk: Desk) -> None:
    """By the time of the news, with the newest verdict for each rule; only on some rules, if that is asked."""
    desk.mark("good", 1)
    desk.mark("noise", 2, 3)
    desk.miss("korea")
    assert desk.verdicts() == [
        (OTHER.title, {"launch": "noise"}),
        (HEADLINE, {"launch": "good", "korea": "noise"}),
        (FERRIES.title, {"korea": "missed"}),
    ]
    assert [(each.article.title, {**each.verdicts}) for each in desk.marked("korea")] == [
        (HEADLINE, {"korea": "noise"}),
        (FERRIES.title, {"korea": "missed"}),
    ]
    assert desk.marks.rules() == ["korea", "launch"]


def test_many_marked_articles_are_read_in_slices(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """None is lost or comes twice."""
    monkeypatch.setattr("monitor.store.marks.SLICE", 2)
    desk.mark("good", 1, 3)
    desk.miss("korea")
    assert [title for title, _ in desk.verdicts()] == [OTHER.title, HEADLINE, FERRIES.title]


def test_an_edited_article_is_marked_in_the_version_that_matched(desk: Desk) -> None:
    """The words are those of the version that was marked last."""
    edited = replace(FIRST, title=f"{HEADLINE}, Seoul says", version=2, digest="2", seen=NOON)
    commit(desk.section, claimed(desk.claims, "wire", NOON + HOUR), edited, at=NOON + HOUR, ruleset=RULES)
    newest = MatchQueries(desk.database).newest(MatchFilter(rules=("launch",), sources=("wire",)), 1)[0]
    desk.mark("noise", 1)
    assert desk.verdicts() == [(HEADLINE, {"launch": "noise"})]
    desk.mark("good", newest.id, at=2)
    assert desk.verdicts() == [(edited.title, {"launch": "good"})]


def test_matches_have_the_newest_mark_on_their_article_and_rule(desk: Desk) -> None:
    """In lists and one by one."""
    desk.mark("good", 1)
    desk.mark("noise", 1, at=2)
    queries = MatchQueries(desk.database)
    assert [each.mark for each in queries.newest(MatchFilter(), 9)] == [None, None, "noise"]
    assert [each.mark for each in queries.iter_matches(MatchFilter())] == ["noise", None, None]
    details = [queries.find_details(id_) for id_ in (1, 2)]
    assert [each.match.mark for each in details if each] == ["noise", None]


def test_what_a_rule_matched_as_news_was_not_missed(desk: Desk) -> None:
    """A mention may have been; and a mark of a miss can be taken back."""
    with pytest.raises(InvalidRequest, match=r"launch did not miss .*\(match 1\).*`news-monitor mark 1 good`"):
        desk.miss("launch", "guid 1")
    desk.miss("launch", "c")
    desk.miss("launch", "c", "noise", at=2)
    assert desk.verdicts() == [(FERRIES.title, {"launch": "noise"})]
    judgement = Judgement(MarkVerdict.MISSED, NOON, "ann")
    with pytest.raises(InvalidRequest, match="there is no article 99"):
        desk.marks.mark_articles([99], "launch", "v1", judgement, desk.publisher_of)


def test_marks_outlive_the_retention(desk: Desk) -> None:
    """With their words; nothing keeps the article from leaving."""
    desk.mark("good", 1, 3)
    desk.miss("korea")
    before = desk.marked()
    assert desk.prune()["articles"] == 3
    assert MatchQueries(desk.database).newest(MatchFilter(), 9) == []
    assert desk.marked() == before


@pytest.mark.parametrize("target", [URL, "http://www.x.test/2026/secret-name?utm_source=feed", "wire"])
@pytest.mark.parametrize("has_left", [False, True])
def test_an_erasure_takes_the_words_and_leaves_the_marks(desk: Desk, target: str, *, has_left: bool) -> None:
    """Also of an article that left the archive before; by its address or its source."""
    desk.mark("good", 1, 3)
    desk.mark("noise", 1, at=2)
    if has_left:
        desk.prune()
    assert desk.plan(target) == 1
    desk.forget(target)
    assert desk.verdicts() == [(OTHER.title, {"launch": "good"})]
    assert desk.marks.count_erased() == 1
    assert desk.plan(target) == 0
    reports = [each for each in desk.marks.newest(MarkFilter(), 9) if each.source == "wire"]
    assert [(each.mark.verdict, each.mark.who, each.mark.at, each.title, each.url) for each in reports] == [
        ("noise", "ann", NOON + 2 * HOUR, None, None),
        ("good", "ann", NOON + HOUR, None, None),
    ]
    with desk.database.reading() as connection:
        rows = [row for table in (marked_article, rule_mark) for row in connection.execute(select(table))]
    text = "\n".join(map(str, rows))
    assert [word for word in ("secret", "North Korea", "Kim Lee", "DPRK", "Seoul") if word in text] == []


def elsewhere(uid: str = "hash", *marks: RuleMark) -> MarkedArticle:
    """A marked article of another database."""
    of = article(uid, "Missiles elsewhere", of="far", url="https://far.test/1", canonical="https://far.test/1")
    return MarkedArticle(of, "The Far", marks or (RuleMark("launch", MarkVerdict.GOOD, NOON, "eve", MatchKind.NEWS),))


def test_importing_twice_adds_nothing(desk: Desk) -> None:
    """Who and when stay; a later mark of another file is added."""
    assert desk.marks.import_marks([elsewhere()]) == 1
    assert desk.marks.import_marks([elsewhere()]) == 0
    [found] = desk.marked()
    assert (found.publisher, found.marks) == ("The Far", elsewhere().marks)
    later = RuleMark("launch", MarkVerdict.NOISE, NOON + HOUR, "bob")
    earlier = RuleMark("launch", MarkVerdict.GOOD, NOON - HOUR, "zoe")
    assert desk.marks.import_marks([elsewhere("hash", later, earlier)]) == 2
    assert desk.verdicts() == [("Missiles elsewhere", {"launch": "noise"})]


def test_an_import_does_not_change_the_words_that_are_here(desk: Desk) -> None:
    """They are those of a version that somebody marked here."""
    desk.mark("good", 1)
    [mine] = desk.marked()
    theirs = replace(mine, article=replace(mine.article, title="An older headline"))
    assert desk.marks.import_marks([theirs]) == 0
    assert desk.marked() == [mine]


@pytest.mark.parametrize("was_marked", [False, True])
def test_erased_words_do_not_come_back_with_an_import(desk: Desk, *, was_marked: bool) -> None:
    """The mark does."""
    desk.mark("good", 1)
    file = desk.marked()
    if not was_marked:
        with desk.database.writing() as connection:
            connection.execute(rule_mark.delete())
            connection.execute(marked_article.delete())
    desk.forget(URL)
    desk.marks.import_marks(file)
    assert desk.marked() == []
    assert desk.marks.count_erased() == 1


def test_words_that_only_an_import_brought_can_be_erased(desk: Desk) -> None:
    """By the address, or by a source that is not polled here."""
    for target in ("https://far.test/1", "far"):
        desk.marks.import_marks([elsewhere(target)])
        assert desk.plan(target) == 1
        desk.forget(target)
        assert desk.marked() == []
