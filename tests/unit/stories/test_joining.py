"""Which story an article tells, where it is recognised by the article itself, its address, or its headline."""

from __future__ import annotations

import gc
from datetime import timedelta
from weakref import ref

import pytest

from monitor.model import Article
from monitor.stories import SAME_ADDRESS, SAME_HEADLINE, Joined, Stories, join
from tests.building import HEADLINE, HOUR, NOON, article

PAGE = "https://x.test/1"
SECOND = timedelta(seconds=1)


def joined(first: Article, then: Article) -> tuple[bool, str]:
    """Whether the second is of the first's story, and by what it was recognised."""
    stories = Stories()
    opened = join(first, stories)
    found: Joined = join(then, stories)
    return found.story.id == opened.story.id, found.how


@pytest.mark.parametrize(
    ("then", "same", "how"),
    [
        # the same headline, from another outlet, with other case, width and signs
        (article("b", of="post"), True, "the same headline"),
        (article("b", "NORTH KOREA fires two ballistic missiles!", of="post"), True, "the same headline"),
        # within half a day, and not after: tomorrow's launch has today's headline
        (article("b", of="post", seen=NOON + SAME_HEADLINE), True, "the same headline"),
        (article("b", of="post", seen=NOON + SAME_HEADLINE + SECOND), False, "the first article of its story"),
        # the same address, under another headline, for a week
        (article("b", "Two missiles fired", of="post", canonical=PAGE), True, "the same address"),
        (
            article("b", "Two missiles fired", of="post", canonical=PAGE, seen=NOON + SAME_ADDRESS),
            True,
            "the same address",
        ),
        (
            article("b", "Two missiles fired", of="post", canonical=PAGE, seen=NOON + SAME_ADDRESS + SECOND),
            False,
            "the first article of its story",
        ),
        # two entries of one source with one address: a page of many developments
        (article("b", "Two missiles fired", canonical=PAGE), False, "the first article of its story"),
        # the address is surer than the headline
        (article("b", of="post", canonical=PAGE), True, "the same address"),
        # a new version stays, whatever its headline
        (article("a1", "Three missiles now, Seoul says", version=2), True, "an earlier version of the article"),
        # the same uid at another source is another article
        (article("a1", "Three missiles now, Seoul says", of="post"), False, "the first article of its story"),
        # another headline
        (article("b", "Seoul closes its stock exchange for an hour"), False, "the first article of its story"),
        (article("b", ""), False, "the first article of its story"),
    ],
)
def test_what_joins(then: Article, same: bool, how: str) -> None:
    """Two articles are of one story if they share the article, the address or the headline, each for its time."""
    assert joined(article(canonical=PAGE), then) == (same, how)


@pytest.mark.parametrize(
    ("headline", "joins"),
    [
        ("Breaking news", False),  # two words
        ("Live: updates", False),
        ("Missile launch confirmed", True),  # three words
        ("속보", False),
        ("북한 미사일 발사", True),
        ("快讯：导弹", False),  # four characters
        ("朝鲜发射导弹", True),  # six characters
        ("朝鮮發射導彈", True),
        ("", False),
        ("!!! ??? ...", False),
    ],
)
def test_short_headlines_join_nothing(headline: str, joins: bool) -> None:
    """A headline of less than three words, or six Han or kana characters, tells nothing."""
    same, _ = joined(article(title=headline), article("b", headline, of="post"))
    assert same is joins


def test_traditional_and_simplified_headlines_are_the_same() -> None:
    """Folding is the matcher's own."""
    assert joined(article(title="朝鲜发射导弹"), article("b", "朝鮮發射導彈"))[0]


def test_a_headline_that_goes_on_is_a_new_story_after_a_day() -> None:
    """A headline that is printed every eleven hours does not make one story for ever."""
    stories = Stories()
    told = [join(article(f"a{i}", seen=NOON + i * 11 * HOUR, of=f"outlet{i}"), stories).story.id for i in range(5)]
    assert [told.index(story) for story in told] == [0, 0, 0, 3, 3]


def test_an_old_article_with_a_new_headline_does_not_hide_a_younger_telling() -> None:
    """An edit tells its headline as of its first sight, which must not shorten what a younger article told."""
    stories = Stories()
    join(article("old", "Quiet day in Pyongyang so far"), stories)
    young = join(article("young", seen=NOON + 13 * HOUR), stories)
    join(article("old", HEADLINE, version=2), stories)
    assert join(article("third", seen=NOON + 14 * HOUR), stories).story.id == young.story.id


def test_a_story_is_named_by_its_first_article() -> None:
    """Replaying the same news gives the same names; its title is the first article's."""
    story = join(article(), Stories()).story
    assert story == join(article(), Stories()).story
    assert (story.title, story.opened) == (HEADLINE, NOON)
    assert story.id != join(article("b"), Stories()).story.id


def test_a_draft_leaves_its_base_unchanged() -> None:
    """What was decided and not committed is forgotten with the draft."""
    base = Stories()
    first = join(article(), base)
    draft = base.draft()
    assert join(article("b", "Quiet day in Pyongyang so far"), draft).how == "the first article of its story"
    assert join(article("c"), draft).story.id == first.story.id  # it begins as its base
    assert join(article("b", "Third missile lands off Japan"), base).how == "the first article of its story"


def test_a_settled_draft_is_the_state() -> None:
    """After the commit the draft's tellings are the base's."""
    base = Stories()
    draft = base.draft()
    opened = join(article(), draft)
    assert join(article("b", of="post"), draft.settled()).story.id == opened.story.id
    assert base.settled() is base  # nothing to take over


def test_a_story_is_the_same_for_a_week() -> None:
    """Its name, title and opening, to the last sign and moment, in whichever generation of tellings it is found."""
    stories, opening = Stories(), NOON + timedelta(microseconds=1)
    first = join(article(title="Дубль: 北 \ud800\nтри", canonical=PAGE, seen=opening), stories).story
    for hours in range(40, 168, 40):
        told = article("b", "Another headline", of=f"outlet{hours}", canonical=PAGE, seen=NOON + hours * HOUR)
        assert join(told, stories).story == first
    assert (first.title, first.opened) == ("Дубль: 北 \ud800\nтри", opening)


def test_a_state_that_nobody_holds_is_freed_at_once() -> None:
    """Without the garbage collector, which may rest, and with the tables of what it remembers."""
    gc.disable()
    try:
        base = Stories()
        draft = base.draft()
        join(article("a"), draft)
        gone = [ref(each) for each in (base, draft, base.memory, base.memory.recall)]
        del base, draft
        assert [each() for each in gone] == [None] * 4
    finally:
        gc.enable()


def test_a_draft_that_begins_a_generation_is_forgotten_too() -> None:
    """Days later; what was told before is found as before, by its words too."""
    base = Stories()
    text = " ".join(f"word{n}" for n in range(40))
    first = join(article(text=text), base).story
    draft = base.draft()
    join(article("b", "Quiet day in Pyongyang so far", seen=NOON + 50 * HOUR), draft)
    for state in (base, draft, base):
        copied = article("c", "Another headline altogether", text, of="post", seen=NOON + HOUR)
        assert join(copied, state.draft()).story == first
    settled = draft.settled()
    assert join(article("d", "Quiet day in Pyongyang so far", of="post", seen=NOON + 51 * HOUR), settled).how == (
        "the same headline"
    )
