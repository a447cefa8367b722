"""Which story an article belongs to: by the article itself, its address, its headline, or its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bench.reprints import english, swallowed
from monitor.identity.bounds import SAME_DAY
from monitor.identity.clusters import ClusterIndex
from monitor.identity.features import SAME_ADDRESS, features_of
from monitor.identity.stories import StoryAssignment, join_story
from monitor.model import Article
from tests.support.building import HEADLINE, HOUR, NOON, article

PAGE = "https://x.test/1"
SECOND = timedelta(seconds=1)
FIRST = "the first article of its story"
LAUNCH = article(
    "a",
    "North Korea fires two ballistic missiles toward the East Sea",
    "SEOUL, Jan. 5 (Yonhap) -- North Korea fired two short-range ballistic missiles toward the East Sea on Monday,"
    " South Korea's military said, its first launch this year.",
)
OTHER_WORDS = article(
    "b",
    "North Korea launches ballistic missiles into East Sea, military says",
    "South Korea's military said North Korea had launched two short-range missiles into the East Sea on Monday.",
    of="post",
)


def told(*articles: Article, index: ClusterIndex | None = None) -> list[StoryAssignment]:
    """How each of these was joined, one after the other."""
    index = ClusterIndex() if index is None else index
    return [join_story(features_of(each), index) for each in articles]


def joined(first: Article, then: Article) -> tuple[bool, str]:
    """Whether the second is of the first's story, and by what it was recognised."""
    opened, found = told(first, then)
    return found.story.id == opened.story.id, found.reason


def later(one: Article, hours: float) -> Article:
    return replace(one, seen=one.seen + hours * HOUR, published=one.published + hours * HOUR)


# --- what is sure -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("then", "same", "how"),
    [
        # the same headline, from another outlet, with other case, width and signs
        (article("b", of="post"), True, "the same headline"),
        (article("b", "NORTH KOREA fires two ballistic missiles!", of="post"), True, "the same headline"),
        # within half a day
        (article("b", of="post", seen=NOON + SAME_DAY), True, "the same headline"),
        # the same address, under another headline, for a week
        (article("b", "Dockers vote on walkout", of="post", canonical=PAGE), True, "the same address"),
        (
            article("b", "Dockers vote on walkout", of="post", canonical=PAGE, seen=NOON + SAME_ADDRESS),
            True,
            "the same address",
        ),
        (
            article("b", "Dockers vote on walkout", of="post", canonical=PAGE, seen=NOON + SAME_ADDRESS + SECOND),
            False,
            FIRST,
        ),
        # two entries of one source with one address: a page of many developments
        (article("b", "Dockers vote on walkout", canonical=PAGE), False, FIRST),
        # the address is surer than the headline
        (article("b", of="post", canonical=PAGE), True, "the same address"),
        # a new version stays, whatever its headline
        (article("a1", "Dockers vote on walkout", version=2), True, "an earlier version of the article"),
        # the same uid at another source is another article
        (article("a1", "Dockers vote on walkout", of="post"), False, FIRST),
        # another headline
        (article("b", "Seoul closes its stock exchange for an hour"), False, FIRST),
        (article("b", ""), False, FIRST),
    ],
)
def test_what_is_sure(then: Article, same: bool, how: str) -> None:
    """Two articles are of one story if they share the article, the address or the headline, each for its time."""
    assert joined(article(canonical=PAGE), then) == (same, how)


def test_a_version_stays_whatever_it_says_now() -> None:
    """Another place too: the source says that it is the same article."""
    assert joined(article(title="Strike in Busan"), article(title="Strike in Shanghai", version=2))[0]


@pytest.mark.parametrize(
    ("headline", "joins"),
    [
        ("Breaking news", False),  # two words
        ("Live: updates", False),
        ("Missile launch confirmed", True),  # three words
        ("북한 미사일 발사", True),
        ("快讯：导弹", False),  # four characters
        ("朝鲜发射导弹", True),  # six characters
        ("!!! ??? ...", False),
    ],
)
def test_short_headlines_are_nothing_sure(headline: str, joins: bool) -> None:
    """A headline of less than three words, or six Han or kana characters, tells nothing."""
    _, how = joined(article(title=headline), article("b", headline, of="post"))
    assert (how == "the same headline") is joins


def test_traditional_and_simplified_headlines_are_the_same() -> None:
    """Folding is the matcher's own."""
    assert joined(article(title="朝鲜发射导弹"), article("b", "朝鮮發射導彈")) == (True, "the same headline")


def test_an_address_is_forgotten_after_a_week_whatever_is_told_meanwhile() -> None:
    """Counted from the story's first article."""
    days = [article(f"d{day}", f"Day {day} of rain", seen=NOON + day * 24 * HOUR) for day in range(1, 9)]
    late = article("late", "Calm", of="post", canonical=PAGE, seen=NOON + 8 * 24 * HOUR)
    assert told(article("old", "Quiet day", canonical=PAGE), *days, late)[-1].reason == FIRST


# --- words ------------------------------------------------------------------------------------------------------------


def test_reports_whose_words_are_alike_are_one_story() -> None:
    """The reason says how alike they are."""
    opened, found = told(LAUNCH, OTHER_WORDS)
    assert found.story.id == opened.story.id
    assert found.story.title == LAUNCH.title
    assert found.reason == "the words are alike (0.69)"


@pytest.mark.parametrize(
    ("first", "then", "same"),
    [
        # a toll grows
        ("Blast at chemical plant in Osaka kills 10", "Blast at chemical plant in Osaka kills 16, injures 40", True),
        ("오사카 화학공장 폭발로 10명 사망", "오사카 화학공장 폭발로 16명 사망", True),
        # another part in the same title
        ("Bird flu found at turkey farm", "Bird flu found at duck farm", False),
        # another place
        ("Vietnam confirms first mpox case", "Laos confirms first mpox case", False),
        ("Magnitude 6.1 earthquake shakes Turkey", "Magnitude 6.1 earthquake shakes Iran", False),
        ("강원 양돈농장서 아프리카돼지열병 확진", "경기 양돈농장서 아프리카돼지열병 확진", False),
        # another number of a series
        ("SpaceX launches 11th Starship test flight", "SpaceX launches 12th Starship test flight", False),
        ("North Korea fires missile into sea", "North Korea fires second missile into sea", False),
        # another name
        ("Typhoon Kalmaegi nears the coast", "Typhoon Fengshen nears the coast", False),
    ],
)
def test_a_story_has_no_second_place_name_or_number_of_a_series(first: str, then: str, same: bool) -> None:
    """However alike the words are."""
    assert joined(article("a", first), article("b", then, of="post", seen=NOON + HOUR))[0] is same


def test_a_story_ends_when_nobody_has_reported_it_for_half_a_day() -> None:
    """The same headline is tomorrow's too; a story that goes on ends after a day and a half."""
    assert joined(LAUNCH, later(OTHER_WORDS, 11))[0]
    assert not joined(LAUNCH, later(OTHER_WORDS, 13))[0]
    assert not joined(article(), article("b", of="post", seen=NOON + 24 * HOUR))[0]
    going_on = [later(replace(OTHER_WORDS, uid=f"u{hours}", source=f"s{hours}"), hours) for hours in (10, 20, 30, 38)]
    assert [len({found.story.id for found in told(LAUNCH, *going_on[:count])}) for count in (3, 4)] == [1, 2]


def test_another_days_launch_is_another_story() -> None:
    """In any of five languages, at any hour of the next day."""
    assert swallowed() == 0


def test_the_same_headline_below_another_place_is_another_story() -> None:
    """There are earthquakes in Chile and in Japan."""
    title = "Magnitude 6.7 earthquake strikes"
    first = article("a", title, "It was felt along the coast of Chile.")
    assert not joined(first, article("b", title, "It was felt along the coast of Japan.", of="post"))[0]


def test_a_story_is_in_one_language() -> None:
    """An unknown language may be the same."""
    first = replace(LAUNCH, language="en")
    assert not joined(first, replace(article("b", "Nordkorea feuert Raketen ins Meer", of="post"), language="de"))[0]
    assert joined(first, replace(OTHER_WORDS, language="en-GB"))[0]
    assert joined(first, replace(OTHER_WORDS, language=None))[0]


def test_a_cut_copy_is_recognised_by_its_runs_of_words() -> None:
    """Under another headline, with foreign words round it; not when its story is over."""
    text = english(1, 5)[0]
    first = article("x", text.title, text.text)
    cut = " ".join(text.text.split()[200:420])
    copy = article("y", "A headline of its own", f"By Ann Onymous | AFP\n{cut}", of="post", seen=NOON + 11 * HOUR)
    assert joined(first, copy) == (True, "copied text")
    assert not joined(first, later(copy, 2))[0]


def test_what_is_quoted_in_passing_is_not_copied() -> None:
    """A third of the runs, with another title and lead, is another development."""
    one, other = english(12, 5)[:2]
    own, theirs = other.text.split(), one.text.split()
    quoting = " ".join((*own[:100], *theirs[100:200], *own[100:200]))
    assert not joined(article("x", one.title, one.text), article("y", other.title, quoting, of="post"))[0]


def test_a_copied_text_below_another_place_is_another_story() -> None:
    """A template: only the place was exchanged."""
    text = english(1, 5)[0].text
    first = article("x", "Weather warning for Busan and the coast", text)
    assert not joined(first, article("y", "Weather warning for Incheon and the coast", text, of="post"))[0]


def test_there_is_no_chain() -> None:
    """Each is alike to the one before it; the last names another place than the first."""
    busan = article("a", "Dockers strike at the port of Busan over pay")
    vague = article("b", "Dockers strike at the port over pay", of="post", seen=NOON + HOUR)
    incheon = article("c", "Dockers strike at the port of Incheon over pay", of="globe", seen=NOON + 2 * HOUR)
    opened, second, third = told(busan, vague, incheon)
    assert second.story.id == opened.story.id
    assert third.story.id != opened.story.id


# --- stories ----------------------------------------------------------------------------------------------------------


def test_a_story_is_named_by_its_first_article() -> None:
    """Replaying the same news gives the same names; its title is the first article's."""
    (story,) = (each.story for each in told(article()))
    assert story == told(article())[0].story
    assert (story.title, story.opened) == (HEADLINE, NOON)
    assert story.id != told(article("b"))[0].story.id


def test_a_story_is_the_same_for_a_week() -> None:
    """Its name, title and opening, to the last sign and moment."""
    opening = NOON + timedelta(microseconds=1)
    first = article(title="Дубль: 北 \ud800\nтри", canonical=PAGE, seen=opening)
    more = [
        article("b", "Another headline", of=f"outlet{hours}", canonical=PAGE, seen=NOON + hours * HOUR)
        for hours in range(40, 168, 40)
    ]
    found = [each.story for each in told(first, *more)]
    assert {(each.id, each.title, each.opened) for each in found} == {
        (found[0].id, "Дубль: 北 \ud800\nтри", opening),
    }


def test_a_draft_leaves_its_base_unchanged() -> None:
    """What was decided and not committed is forgotten with the draft."""
    base = ClusterIndex()
    (first,) = told(article(), index=base)
    draft = base.draft()
    quiet, again = told(article("b", "Quiet day in Pyongyang so far"), article("c"), index=draft)
    assert quiet.reason == FIRST
    assert again.story.id == first.story.id  # it begins as its base
    assert told(article("b", "Third missile lands off Japan"), index=base)[0].reason == FIRST


def test_drafts_stand_apart() -> None:
    """Two drafts of one state, used in turns, decide as if each were alone; one that is settled is the state."""
    base = ClusterIndex()
    told(LAUNCH, index=base)
    one, other = base.draft(), base.draft()
    inner = one.draft()
    quake = article("q", "Earthquake shakes the island of Taiwan", "A strong earthquake shook the island of Taiwan.")
    (opened,) = told(quake, index=inner)
    assert told(replace(quake, uid="r", source="post"), index=other)[0].story.id != opened.story.id
    assert told(replace(quake, uid="s", source="globe"), index=inner)[0].story.id == opened.story.id
    one = inner.commit()
    assert told(replace(quake, uid="t", source="times"), index=base)[0].reason == FIRST
    assert one.commit() is base
    assert base.commit() is base  # nothing to take over
    assert told(OTHER_WORDS, index=base)[0].story.title == LAUNCH.title
