"""Which event of a rule an article belongs to: within the rule's time, by its facts, and never across its `by`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.identity.clusters import Cluster, ClusterIndex
from monitor.identity.decide import Sameness, find_new_name
from monitor.identity.events import (
    EventAssignment,
    RuleArticle,
    assign_event,
    event_of_story,
    join_event,
    new_event,
)
from monitor.model import Story
from tests.support.building import HOUR, MINUTE, NOON, features

DAY = timedelta(days=1)
TITLE = "North Korea fires missile into sea"
OPENS = "the first article of its event"


def report(
    title: str = TITLE,
    after: timedelta = timedelta(0),
    language: str = "en",
    *,
    story: str | None = None,
    text: str = "",
    rule: str = "launch",
    found: str = "missile",
    by: dict[str, str] | None = None,
    lasts: timedelta | None = None,
) -> RuleArticle:
    """An article that came so long after noon; each is a story of its own unless one is named."""
    of = f"{story or title} {after}"
    return RuleArticle(
        rule,
        Story(story or f"S {of}", title, NOON + after),
        features(title, text, language, uid=of, of=of, at=NOON + after),
        {name: frozenset(values.split()) for name, values in (by or {}).items()},
        frozenset(found.split()),
        lasts,
    )


def told(*reports: RuleArticle) -> ClusterIndex:
    """What is known after these, one after the other, as `decide` does."""
    index = ClusterIndex()
    for each in reports:
        join_event(each, assign_event(each, index).event, index)
    return index


def of(*reports: RuleArticle) -> EventAssignment:
    """The last of these, after the others."""
    return assign_event(reports[-1], told(*reports[:-1]))


def events(*reports: RuleArticle) -> list[Cluster]:
    return told(*reports).changed_clusters


# --- busy rules -------------------------------------------------------------------------------------------------------


PLACES = ("Lima", "Quito", "Bogota", "Oslo", "Rome", "Cairo", "Nairobi", "Manila")


@pytest.mark.parametrize(("others", "hours", "opens"), [(8, 1, True), (7, 1, False), (8, 40, False)])
def test_a_busy_rule_needs_the_words_too(others: int, hours: int, opens: bool) -> None:
    """If a rule meets many events within a day, two in one city need not be one."""
    before = [report(f"Missile unit moves to {place}") for place in PLACES[: others - 1]]
    at = hours * HOUR
    first = report("Missile convoy halts in Osaka", at)
    then = report("Osaka governor asks about that missile", at + HOUR)
    assert of(first, then).is_new is False
    assert of(*before, first, then).is_new is opens


def test_another_place_keeps_apart_though_a_report_without_one_joined() -> None:
    """There is no chain from one place to another."""
    first = report("Fire at Busan shipyard kills 16 workers", story="S1")
    between = report("Blaze leaves 16 workers dead", HOUR, story="S2")
    then = report("Blaze in Manila leaves 16 workers dead", 2 * HOUR, story="S2")
    known = told(first, between)
    assert assign_event(then, known).is_new


# --- time -------------------------------------------------------------------------------------------------------------


ON_MONDAY = "It flew on Monday, the military said."  # 5 January
ON_TUESDAY = "It flew on Tuesday, the military said."


@pytest.mark.parametrize(
    ("first", "then", "same"),
    [
        (report(), report(after=HOUR), True),
        (report(), report(after=-HOUR), True),  # polled late: it was written before
        (report(), report(after=12 * HOUR), True),
        # no day is named, and nobody has told of it for long
        (report(), report(after=13 * HOUR), False),
        # another day is named, half a day later; until then it may be a matter of zones
        (report(text=ON_MONDAY), report(after=11 * HOUR, text=ON_TUESDAY), True),
        (report(text=ON_MONDAY), report(after=13 * HOUR, text=ON_TUESDAY), False),
        (report(text=ON_MONDAY), report(after=13 * HOUR, text=ON_MONDAY), True),
        (report(text=ON_MONDAY), report(after=DAY, text=ON_MONDAY), True),
        (report(text=ON_MONDAY), report(after=3 * DAY, text=ON_MONDAY), True),
        (report(text=ON_MONDAY), report(after=3 * DAY + HOUR, text=ON_MONDAY), False),
        # a flash tells of what has just happened
        (report(), report(f"BREAKING: {TITLE}", 5 * HOUR), True),
        (report(text=ON_MONDAY), report(f"BREAKING: {TITLE}", 7 * HOUR, text=ON_MONDAY), False),
        # of another rule
        (report(), report(after=HOUR, rule="talks"), False),
    ],
)
def test_reports_of_one_event_come_within_its_time(first: RuleArticle, then: RuleArticle, same: bool) -> None:
    """A moment, if the rule says nothing. Better two events than one that swallows another."""
    assert of(first, then).is_new is not same


@pytest.mark.parametrize(("hours", "same"), [((), False), ((5,), False), ((5, 11, 17), True), ((5, 11, 16), False)])
@pytest.mark.parametrize("lasts", [None, DAY])
def test_the_next_days_launch_is_another_event(lasts: timedelta | None, hours: tuple[int, ...], same: bool) -> None:
    """If no report names a day: an event goes on only if nobody has paused."""
    followed = [report(after=hour * HOUR, lasts=lasts) for hour in hours]
    index = told(report(lasts=lasts), *followed)
    assert len(index.changed_clusters) == 1
    assert assign_event(report(after=23 * HOUR, lasts=lasts), index).is_new is not same


@pytest.mark.parametrize(
    ("lasts", "then", "same"),
    [
        # where the rule says how long, words do not matter
        (4 * DAY, report("Army on alert after launch by North Korea", 3 * DAY), True),
        (4 * DAY, report("BREAKING: Army on alert after launch by North Korea", 3 * DAY, text=ON_TUESDAY), True),
        (4 * DAY, report(after=4 * DAY + HOUR), False),
        # what a place, a number or a person keeps apart is never swallowed
        (4 * DAY, report("Iran fires missile into sea", DAY), False),
        (4 * DAY, report("North Korea fires second missile into sea", DAY), False),
        # up to a day, another day and a flash still tell them apart
        (DAY, report("Army on alert after launch by North Korea", 11 * HOUR), True),
        (DAY, report(after=13 * HOUR, text=ON_TUESDAY), False),
        (DAY, report(f"BREAKING: {TITLE}", 7 * HOUR), False),
        (HOUR, report(after=2 * HOUR), False),
    ],
)
def test_the_rule_may_say_how_long_an_event_lasts(lasts: timedelta, then: RuleArticle, same: bool) -> None:
    """As long as the rule says, from the event's first article."""
    assert of(replace(report(), event_lasts=lasts), replace(then, event_lasts=lasts)).is_new is not same


@pytest.mark.parametrize("found", ["strike", ""])
def test_another_place_keeps_apart_also_in_an_event_that_lasts(found: str) -> None:
    """Also if the rule finds no words, but sources, for example."""
    first = report("Dockers strike in Busan", lasts=4 * DAY, found=found)
    assert of(
        first, report("Walkout by crane drivers closes Shanghai harbour", HOUR, lasts=4 * DAY, found=found)
    ).is_new
    assert not of(first, report("Ships wait off Busan", HOUR, lasts=4 * DAY, found=found)).is_new


# --- facts ------------------------------------------------------------------------------------------------------------


def test_one_event_in_three_languages_and_another_city() -> None:
    """Busan in English, Korean and Chinese, and Shanghai."""
    found = events(
        report("Dockers strike in Busan"),
        report("부산 항만 노동자 파업", HOUR, "ko"),
        report("Dockers strike in Shanghai", 2 * HOUR),
        report("釜山港口工人罢工", 3 * HOUR, "zh"),
        report("上海港口工人罢工", 4 * HOUR, "zh"),
    )
    assert sorted(len(each.members) for each in found) == [2, 3]


@pytest.mark.parametrize(
    ("first", "then", "doubt"),
    [
        ("North Korea fires missile", "North Korea fires second missile", "only this one says “second”"),
        ("Blast hits market in Kabul", "Blast hits mosque in Kabul", "the same title but for mosque, not market"),
    ],
)
def test_what_is_in_doubt_is_an_event_of_its_own(first: str, then: str, doubt: str) -> None:
    """It says of which other one it may be, and why; what is the same as it joins it."""
    opened, doubtful = report(first), report(then, HOUR)
    belonging = of(opened, doubtful)
    assert belonging.is_new
    assert belonging.decision.sameness is Sameness.POSSIBLY
    assert belonging.event.possibly_of == new_event(opened).id
    assert doubt in belonging.event.doubt
    more = of(opened, doubtful, report(then, 2 * HOUR))
    assert (more.is_new, more.event.id) == (False, belonging.event.id)


def test_what_is_possibly_the_same_as_a_doubtful_one_is_so_of_the_first() -> None:
    """Doubts do not stack."""
    opened = report("North Korea fires missile")
    found = events(
        opened, report("North Korea fires second missile", HOUR), report("North Korea again fires missiles", 2 * HOUR)
    )
    assert {each.possibly_of for each in found} <= {None, new_event(opened).id}


# --- what the rule names in `by` --------------------------------------------------------------------------------------

BUSAN, SHANGHAI, BUSAN_KO = "word:en:busan", "word:en:shanghai", "word:ko:부산"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"where": BUSAN}, {"where": BUSAN}, True),
        ({"where": f"{BUSAN} {SHANGHAI}"}, {"where": SHANGHAI}, True),
        ({"where": BUSAN}, {"where": BUSAN_KO}, True),
        ({"where": BUSAN}, {"where": SHANGHAI}, False),
        ({"where": BUSAN, "who": "entity:a"}, {"where": BUSAN, "who": "entity:b"}, False),
    ],
)
def test_by_keeps_apart_and_never_makes_the_same(one: dict[str, str], other: dict[str, str], same: bool) -> None:
    """What agrees still needs alike words."""
    assert of(report("Walkout goes on", by=one), report("Walkout goes on", HOUR, by=other)).is_new is not same
    assert of(report("Walkout goes on", by=one), report("Ships wait as talks fail", HOUR, by=other)).is_new


def test_another_place_keeps_apart_though_by_agrees() -> None:
    """A person made two visits."""
    who = {"who": "entity:macron"}
    assert of(report("Macron visits Berlin", by=who), report("Macron visits Warsaw", HOUR, by=who)).is_new


def test_by_keeps_apart_within_one_story_too() -> None:
    """And within what lasts."""
    one = report("Walkouts", story="S", by={"where": BUSAN}, lasts=4 * DAY)
    other = report("Walkouts", HOUR, story="S", by={"where": SHANGHAI}, lasts=4 * DAY)
    assert of(one, other).is_new


def test_an_event_knows_the_values_of_each_of_its_articles() -> None:
    """Two articles of one event may have the words of two languages."""
    index = told(report("Dockers strike in Busan", by={"where": BUSAN}))
    join_event(report("부산 파업", HOUR, "ko", by={"where": BUSAN_KO}), index.changed_clusters[0], index)
    assert [dict(each) for each in index.changed_clusters[0].by.values()] == [{"where": {BUSAN}}, {"where": {BUSAN_KO}}]


SAMSUNG, HYUNDAI = "entity:samsung", "entity:hyundai"


def test_a_round_up_makes_no_one_event_of_what_it_names() -> None:
    """It joins the event of one; a report of the other has no value in common with that."""
    first = report("Walkouts go on", by={"who": SAMSUNG})
    both = report("Walkouts go on", HOUR, by={"who": f"{SAMSUNG} {HYUNDAI}"})
    other = report("Walkouts go on", 2 * HOUR, by={"who": HYUNDAI})
    assert of(first, both).event.id == new_event(first).id
    belonging = of(first, both, other)
    assert (belonging.is_new, belonging.event.id) == (True, new_event(other).id)
    assert belonging.compared_article is not None
    assert "who: hyundai, not samsung" in belonging.compared_article.words
    assert belonging.compared_article.uid == first.features.uid


def test_only_articles_that_are_compared_keep_their_values_of_by() -> None:
    """Of an event with many articles the first and the last."""
    several = [report("Walkout goes on", number * MINUTE, by={"who": SAMSUNG}) for number in range(20)]
    (event,) = events(*several)
    assert event.by.keys() == {each.name for each in event.members}


def version_of(one: RuleArticle, version: int, by: dict[str, str], title: str | None = None) -> RuleArticle:
    """The same article, edited."""
    changed = replace(one.features, version=version, title=title or one.features.title)
    values = {name: frozenset(each.split()) for name, each in by.items()}
    return replace(one, features=changed, by_values=values)


def test_an_edit_that_is_another_happening_leaves_the_event_that_it_opened_as_it_is() -> None:
    """It opens one of its own, of another name; and each further version belongs to that which it agrees with."""
    first = report("Walkouts", story="S", by={"where": BUSAN})
    other = report("Walkouts go on in port", HOUR, story="S", by={"where": BUSAN})
    index = told(first, other)
    before = index.get("launch", new_event(first).id)
    second = version_of(first, 2, {"where": SHANGHAI})
    belonging = assign_event(second, index)
    assert (belonging.is_new, belonging.is_no_longer_found) == (True, False)
    join_event(second, belonging.event, index)
    assert index.get("launch", new_event(first).id) == before
    names = [new_event(first).id, belonging.event.id]
    third = [assign_event(version_of(first, 3, {"where": each}), index).event.id for each in (BUSAN, SHANGHAI)]
    assert third == names
    assert assign_event(version_of(first, 3, {"where": "word:en:incheon"}), index).event.id not in names


def test_an_edit_that_the_index_no_longer_finds_is_of_the_event_that_it_opened() -> None:
    """Though by no key; it does not make that the latest."""
    index = ClusterIndex()
    first = report("Walkouts", story="S", by={"where": BUSAN})
    opened = new_event(first).joined_by(first.features, first.by_values)
    index.clusters.load({(opened.scope, opened.id): opened})
    belonging = assign_event(version_of(first, 2, {"where": BUSAN}), index)
    assert (belonging.event, belonging.is_no_longer_found) == (index.get("launch", new_event(first).id), True)


# --- stories ----------------------------------------------------------------------------------------------------------


def test_a_story_is_no_reason_for_an_event() -> None:
    """A story is to be read, an event is what is sent."""
    assert of(report("Dockers strike in Busan", story="S"), report("Quiet day at sea", HOUR, story="S")).is_new


def test_a_rule_that_no_longer_sends_events_knows_the_event_of_a_story() -> None:
    """It may have sent it before it was edited."""
    index = told(report(story="S"))
    for story, known in (("S", True), ("another", False)):
        asked = replace(report(after=HOUR, story=story), is_story_only=True)
        assert (event_of_story(asked, index) is not None) is known


def test_an_event_is_named_by_its_rule_and_first_story() -> None:
    """So that replaying news gives the same names, whatever a feed calls its articles."""
    first = report(story="S1")
    assert new_event(first) == new_event(first)
    assert new_event(first).id != new_event(replace(first, rule="talks")).id
    assert new_event(report(story="S\ud800")).id != new_event(first).id
    assert (new_event(first).title, new_event(first).opened, new_event(first).scope) == (TITLE, NOON, "launch")


# --- drafts and busy rules --------------------------------------------------------------------------------------------


def test_assigning_changes_nothing() -> None:
    """`index` knows of an article after `join_event` only."""
    index = told(report())
    before = index.changed_clusters
    assign_event(report("Iran fires missile", HOUR), index)
    assert index.changed_clusters == before


def test_a_draft_leaves_what_it_began_from_unchanged() -> None:
    """A commit that fails throws it away; settled, it is as if there had been none."""
    first, second, other = report(), report(after=HOUR), report("Iran fires missile", HOUR)
    base = told(first)
    draft = base.draft()
    assert draft.changed_clusters == []
    for each in (second, other):
        join_event(each, assign_event(each, draft).event, draft)
    assert sorted(each.title for each in draft.changed_clusters) == sorted([TITLE, other.story.title])
    assert base.changed_clusters == told(first).changed_clusters
    assert draft.commit().changed_clusters == told(first, second, other).changed_clusters


def test_a_report_of_what_is_in_doubt_removes_the_doubt_if_it_is_another_than_the_older_event() -> None:
    """The event goes on with all of its reports."""
    older = report("Mpox outbreak kills nine in Busan", found="mpox")
    in_doubt = report("Mpox outbreak kills nine in Incheon as Busan counts its dead", HOUR, found="mpox")
    assert of(older, in_doubt).event.possibly_of == new_event(older).id
    surely = of(older, in_doubt, report("Mpox outbreak kills nine in Incheon", 2 * HOUR, found="mpox"))
    assert surely.event.id == new_event(in_doubt).id
    assert (surely.event.possibly_of, surely.event.doubt) == (None, "")
    assert surely.reason.startswith(f"surely another than {new_event(older).id}: ")
    assert "Incheon" in surely.reason


def test_a_report_that_may_be_of_both_leaves_the_doubt() -> None:
    older = report("Mpox outbreak kills nine in Busan", found="mpox")
    in_doubt = report("Mpox outbreak kills nine in Incheon as Busan counts its dead", HOUR, found="mpox")
    both = report("Mpox outbreak kills nine in Incheon as Busan counts dead, officials say", 2 * HOUR, found="mpox")
    assert of(older, in_doubt, both).event.possibly_of == new_event(older).id


def test_a_country_by_the_sea_that_was_named_is_no_further_place() -> None:
    """It may be on its coast. A city of another country is a further place."""
    older = report("North Korea fires ballistic missile into East China Sea").features
    assert not find_new_name(report("Missile of North Korea falls off Japan").features, [older])
    assert "Hanoi" in find_new_name(report("Missile of North Korea falls in Hanoi").features, [older])


def test_a_report_that_only_comes_late_leaves_the_doubt() -> None:
    """It is outside the time of the older event, but nothing says that the two are different."""
    older = report("Mpox outbreak kills nine in Busan", found="mpox")
    in_doubt = report("Mpox outbreak kills nine in Incheon as Busan counts its dead", 11 * HOUR, found="mpox")
    late = report("Mpox outbreak kills nine in Incheon", 22 * HOUR, found="mpox")
    decided = of(older, in_doubt, late)
    assert (decided.event.id, decided.event.possibly_of) == (new_event(in_doubt).id, new_event(older).id)
