"""Recorded news in simulated time: the order, what falls due between articles, and what each line tells of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.alerting.case import DecisionContext
from monitor.cli.output.replay_report import sent_row
from monitor.lab.recorded import RecordedArticle
from monitor.lab.replay import (
    Replay,
    ReplayComparison,
    ReplayedAlert,
    ReplayedArticle,
    ScheduledArticle,
    compare_replays,
    in_time_order,
    replay_articles,
)
from monitor.matching import RuleSet
from monitor.model import (
    AlertKind,
    AlertPolicy,
    Article,
    Level,
    LevelChange,
    OncePer,
    Rule,
    RuleStatus,
    Term,
    UpdateTrigger,
    Words,
)
from tests.support.building import HEADLINE, HOUR, MINUTE, NOON, article, reason_of, rule, rules

DEEP = "The ferries ran on time and the rowers won again. " * 12 + "A missile flew."


def played(
    *articles: Article, by: RuleSet | None = None, around: DecisionContext | None = None, all_stories: bool = False
) -> list[ReplayedArticle | ReplayedAlert]:
    """All that comes of these articles, in time order."""
    player = Replay(by or rules(), around or DecisionContext(), all_stories=all_stories)
    return list(replay_articles(in_time_order([recorded(articles)], NOON), player))


def recorded(articles: Iterable[Article]) -> list[RecordedArticle]:
    return [RecordedArticle(each.uid, each) for each in articles]


def sent(*articles: Article, by: RuleSet | None = None, around: DecisionContext | None = None) -> list[ReplayedAlert]:
    """Only what would be sent."""
    return [each for each in played(*articles, by=by, around=around) if isinstance(each, ReplayedAlert)]


def policed(**policy: object) -> RuleSet:
    """The usual rule, with this policy."""
    return rules(policed_rule(**policy))


def policed_rule(**policy: object) -> Rule:
    return replace(rule(), alert=AlertPolicy(**policy))  # type: ignore[arg-type]


def told(found: Iterable[ReplayedAlert]) -> list[tuple[datetime, AlertKind, tuple[str | int, ...]]]:
    return [(each.at, each.kind, each.articles) for each in found]


def test_what_is_possibly_the_same_is_a_line_of_its_own() -> None:
    """Of its own event, with the doubt; and an article says to which of the two it belongs."""
    first, second = numbered("North Korea fires missile", "North Korea fires second missile")
    found = sent(first, second, by=policed(once_per=OncePer.EVENT))
    assert [(each.kind, each.articles) for each in found] == [
        (AlertKind.NEW, ("a0",)),
        (AlertKind.POSSIBLY, ("a1",)),
    ]
    one, other = map(sent_row, found)
    assert one["event"] != other["event"]
    assert str(other["reason"]).endswith(
        f"; possibly the same as {one['event']}: the words are alike (0.89), both North Korea; "
        "only this one says “second”"
    )


def test_each_article_that_is_listed_as_suppressed_is_a_line() -> None:
    """Where a digest of mentions has one for all articles of an event."""
    articles = numbered(
        "16 killed as missile hits depot", "Missile hits depot, 16 die", "Missile hits depot and barracks: 16 killed"
    )
    found = sent(*articles, by=policed(once_per=OncePer.EVENT))
    morning = NOON + 20 * HOUR
    assert told(found) == [
        (NOON, AlertKind.NEW, ("a0",)),
        (morning, AlertKind.DIGEST, ("a1",)),
        (morning, AlertKind.DIGEST, ("a2",)),
    ]
    (event,) = {each.event for each in found}
    assert reason_of(found[1]).endswith(
        f"suppressed as the same as {event}, although one of the two articles names no known place"
    )


def numbered(*titles: str) -> list[Article]:
    """Articles of one source with these titles, a minute apart."""
    return [article(f"a{at}", title, seen=NOON + at * MINUTE) for at, title in enumerate(titles)]


# --- the order --------------------------------------------------------------------------------------------------


def coming(*files: list[Article]) -> list[ScheduledArticle]:
    return list(in_time_order([recorded(each) for each in files], NOON))


def test_articles_come_in_time_order_and_those_without_a_date_with_the_one_before_them() -> None:
    """The place in the file stands in for a date; before the first date stands that one."""
    undated = [article(name, dated=False) for name in ("first", "second", "third")]
    late, early = article("late", seen=NOON + HOUR), article("early", seen=NOON - HOUR)
    found = coming([undated[0], late, undated[1], early, undated[2]])
    assert [(each.id, each.at) for each in found] == [
        ("early", NOON - HOUR),
        ("third", NOON - HOUR),
        ("first", NOON + HOUR),
        ("late", NOON + HOUR),
        ("second", NOON + HOUR),
    ]
    assert all(each.article.seen == each.article.published == each.at for each in found)
    assert [each.article.dated for each in found] == [True, False, False, True, False]


def test_several_files_are_one_time_line() -> None:
    """Each has its own places; of the same moment, the file that was named first comes first."""
    found = coming([article("a", seen=NOON + HOUR)], [article("b", dated=False), article("c"), article("d")])
    assert [each.id for each in found] == ["b", "c", "d", "a"]


def test_the_same_source_and_id_again_is_a_new_version() -> None:
    """As with a live source, it was seen when its first version was; another source's is another article."""
    again = article("a", "Another title", seen=NOON + HOUR)
    found = coming([again, article("a"), article("a", of="post", seen=NOON + MINUTE)])
    assert [(each.article.source, each.article.version, each.article.seen) for each in found] == [
        ("wire", 1, NOON),
        ("post", 1, NOON + MINUTE),
        ("wire", 2, NOON),
    ]
    assert found[2].at == found[2].article.published == NOON + HOUR


# --- what is told, and when -------------------------------------------------------------------------------------


def test_an_article_is_told_at_its_own_moment_and_only_once() -> None:
    """What it tells stands right behind it; a reprint is held."""
    found = played(article(), article("a2", of="post", seen=NOON + HOUR))
    assert [type(each) for each in found] == [ReplayedArticle, ReplayedAlert, ReplayedArticle]
    assert told(each for each in found if isinstance(each, ReplayedAlert)) == [(NOON, AlertKind.NEW, ("a1",))]
    first, _, second = found
    assert isinstance(first, ReplayedArticle)
    assert isinstance(second, ReplayedArticle)
    assert first.decision.story == second.decision.story is not None


def test_what_waits_is_told_at_its_own_moment_before_the_next_article() -> None:
    """Its line names the article that fired first, then those that came while it waited."""
    reprint = article("a2", of="post", seen=NOON + 5 * MINUTE)
    other = article("b", "Rowers win", seen=NOON + HOUR)
    found = played(article(), reprint, other, by=policed(wait_at_least=10 * MINUTE))
    assert [type(each) for each in found] == [ReplayedArticle, ReplayedArticle, ReplayedAlert, ReplayedArticle]
    assert isinstance(found[2], ReplayedAlert)
    assert told([found[2]]) == [(NOON + 10 * MINUTE, AlertKind.NEW, ("a1", "a2"))]


def test_after_the_last_article_all_that_waits_is_told() -> None:
    """A mention goes out at eight the next morning, in the zone that is meant."""
    found = sent(article("m", "The week", DEEP), around=DecisionContext(ZoneInfo("Asia/Seoul")))
    assert told(found) == [(datetime(2026, 1, 6, 8, tzinfo=ZoneInfo("Asia/Seoul")), AlertKind.DIGEST, ("m",))]
    assert reason_of(found[0]).endswith("only mentioned, deeper in the text than its lead")


def test_what_only_mention_finds_waits_for_the_digest_too() -> None:
    """Even in a title; and a level that it has of its own goes along."""
    nets = replace(
        rule(), mention=Words((Term("launch"),)), raises=(LevelChange(Level.CRITICAL, Words((Term("sea"),))),)
    )
    found = sent(article("m", "A launch into the sea"), article("n", "Nothing"), by=rules(nets))
    assert told(found) == [(NOON + 20 * HOUR, AlertKind.DIGEST, ("m",))]
    assert found[0].level is Level.CRITICAL
    assert reason_of(found[0]).endswith("only mentioned, as its mention says")


def test_a_digest_gives_one_line_for_each_rule_and_story() -> None:
    """Whatever else shares its message."""
    both = rules(rule(), rule("korea", ["Korea"]))
    one = article("m1", "The week in the harbour", f"{DEEP} North Korea fired it.")
    other = article("m2", "Rowing news of the month", f"{'A cup was won in June. ' * 20}A missile.", seen=NOON + HOUR)
    found = sent(one, other, by=both)
    assert {each.at for each in found} == {datetime(2026, 1, 6, 8, tzinfo=NOON.tzinfo)}
    assert sorted((each.rule, each.articles) for each in found) == [
        ("korea", ("m1",)),
        ("launch", ("m1",)),
        ("launch", ("m2",)),
    ]


def test_what_is_beyond_the_cap_of_an_hour_is_one_digest_when_the_hour_is_over() -> None:
    """Two articles of one story are one line of it, with the one that fired first in front."""
    first = article("a", "A missile over the harbour")
    story = [article(name, "A second missile flies", of=name, seen=NOON + 2 * MINUTE) for name in ("b", "c")]
    found = sent(first, *story, by=policed(once_per=OncePer.ARTICLE, most_an_hour=1))
    assert told(found) == [
        (NOON, AlertKind.NEW, ("a",)),
        (NOON + HOUR, AlertKind.DIGEST, ("b", "c")),
    ]


def test_an_update_names_the_article_that_fired_it_and_what_came_since() -> None:
    """What the first alert told of is not told again."""
    again = {"again_if": frozenset({UpdateTrigger.MORE_PUBLISHERS}), "more_publishers": 2, "cooldown": 10 * MINUTE}
    outlets = ("wire", "post", "times", "herald")
    articles = [article(name, of=name, seen=NOON + 5 * MINUTE * number) for number, name in enumerate(outlets)]
    assert told(sent(*articles, by=policed(**again))) == [
        (NOON, AlertKind.NEW, ("wire",)),
        (NOON + 10 * MINUTE, AlertKind.UPDATE, ("times", "post")),
    ]


def test_a_rule_in_shadow_sends_nothing() -> None:
    """And says what it would have told."""
    found = played(article(), by=rules(rule(status=RuleStatus.SHADOW)))
    (came,) = found
    assert isinstance(came, ReplayedArticle)
    assert [each.shadow_key is not None for each in came.decision.decisions] == [True]


def test_stories_of_all_articles_only_where_they_are_asked_for() -> None:
    """What no rule hits belongs to no story otherwise."""
    rowing = [article(name, "The rowers win the cup again", of=name) for name in ("a", "b")]
    stories = {
        asked: [each.decision.story for each in played(*rowing, all_stories=asked) if isinstance(each, ReplayedArticle)]
        for asked in (False, True)
    }
    assert stories[False] == [None, None]
    assert stories[True][0] == stories[True][1] is not None


@pytest.mark.parametrize("all_stories", [False, True])
def test_an_article_of_a_story_that_has_an_event_belongs_to_it(all_stories: bool) -> None:
    """Whatever the rule makes of it; what belongs to none is one by itself where all articles have stories."""
    page = "https://x.test/1"
    hit = article("a", url=page, canonical=page)
    old = article("b", of="post", url=page, canonical=page, seen=NOON + MINUTE)
    mention = article("c", "Harbour news", DEEP, of="times", url=page, canonical=page, seen=NOON + MINUTE)
    other = article("d", "The rowers win the cup", seen=NOON + MINUTE)
    found = played(hit, old, mention, other, by=policed(once_per=OncePer.EVENT), all_stories=all_stories)
    came = [each for each in found if isinstance(each, ReplayedArticle)]
    assert came[0].event == came[1].event == came[2].event is not None
    assert came[3].event == (came[3].decision.story.id if came[3].decision.story else None)


# --- what an edit would change ----------------------------------------------------------------------------------


def edited(*articles: Article, before: RuleSet, after: RuleSet) -> ReplayComparison:
    return compare_replays(in_time_order([recorded(articles)], NOON), Replay(before), Replay(after))


def changes(found: ReplayComparison) -> list[tuple[str, str, tuple[str | int, ...]]]:
    return [(each.kind, each.sent.rule, each.sent.articles) for each in found.changes]


def test_alerts_gained_and_lost_are_told_in_time_order() -> None:
    """What both tell is counted only."""
    articles = [
        article("a", "Rockets fly"),
        article("b", seen=NOON + HOUR),
        article("c", "Drills", seen=NOON + 2 * HOUR),
    ]
    before = rules(rule(words=["missiles", "rockets"]))
    after = rules(rule(words=["missiles"]), rule("drills", ["drills"]))
    found = edited(*articles, before=before, after=after)
    assert changes(found) == [("lost", "launch", ("a",)), ("gained", "drills", ("c",))]
    assert (found.unchanged_counts, found.differing_counts) == ({"launch": 1}, {})


@pytest.mark.parametrize(("later", "moved"), [(MINUTE, []), (HOUR, [("moved", "launch", ("a",), NOON + HOUR)])])
def test_a_story_that_another_article_tells_is_neither_gained_nor_lost(later: timedelta, moved: list[object]) -> None:
    """An edit that fires on an earlier article of what was told anyway. More than a minute earlier, it has moved."""
    page = "https://x.test/1"
    first = article("a", "Launch reported", url=page, canonical=page)
    then = article("b", of="post", url=page, canonical=page, seen=NOON + later)
    found = edited(first, then, before=rules(), after=rules(rule(words=["missiles", "launch"])))
    assert [(*change, each.moved_from) for change, each in zip(changes(found), found.changes, strict=True)] == moved
    assert (found.unchanged_counts, found.differing_counts) == (({}, {}) if moved else ({"launch": 1}, {"launch": 1}))


def test_another_level_is_neither_gained_nor_lost() -> None:
    """It is told that it is otherwise."""
    found = edited(article(), before=rules(), after=rules(rule(level=Level.LOW)))
    assert (changes(found), found.differing_counts) == ([], {"launch": 1})


def test_what_only_moves_in_time_is_told_with_both_times() -> None:
    """Not what moves by a minute at most."""
    found = edited(article(), before=rules(), after=policed(wait_at_least=timedelta(minutes=30)))
    assert changes(found) == [("moved", "launch", ("a1",))]
    assert [(each.moved_from, each.sent.at) for each in found.changes] == [(NOON, NOON + 30 * MINUTE)]
    assert (found.unchanged_counts, found.differing_counts) == ({}, {})
    found = edited(article(), before=rules(), after=policed(wait_at_least=MINUTE))
    assert (changes(found), found.unchanged_counts, found.differing_counts) == ([], {"launch": 1}, {})


def test_another_kind_is_a_change() -> None:
    """News that an edit makes a mention is lost as one and gained as the other."""
    found = edited(article(), before=rules(), after=rules(replace(rule(), mention_if=rule().condition)))
    assert [(each.kind, each.sent.kind) for each in found.changes] == [
        ("lost", AlertKind.NEW),
        ("gained", AlertKind.DIGEST),
    ]


def test_each_update_is_paired_once() -> None:
    """Fewer updates are alerts lost."""
    again = {"again_if": frozenset({UpdateTrigger.MORE_PUBLISHERS}), "more_publishers": 1, "cooldown": MINUTE}
    articles = [article(name, HEADLINE, of=name, seen=NOON + 10 * MINUTE * n) for n, name in enumerate("abc")]
    found = edited(*articles, before=policed(**again), after=rules())
    assert changes(found) == [("lost", "launch", ("b",)), ("lost", "launch", ("c",))]
    assert found.unchanged_counts == {"launch": 1}
