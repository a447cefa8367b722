"""Articles that tell the same in other words, or in copied ones, are of one story; another day's are not."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from monitor.model import Article
from monitor.stories import Joined, Stories, join
from tests.bench.reprints import english, reprints, swallowed
from tests.bench.world.articles import articles
from tests.building import HOUR, MINUTE, NOON, article

FIRST = "the first article of its story"
LAUNCH = article(
    "a",
    "North Korea fires two ballistic missiles toward the East Sea",
    "SEOUL, Jan. 5 (Yonhap) -- North Korea fired two short-range ballistic missiles toward the East Sea on Monday,"
    " South Korea's military said, its first launch this year.",
)
OTHER_WORDS = article(
    "b",
    "Pyongyang launches ballistic missiles into East Sea, Seoul says",
    "South Korea's military said North Korea had launched two short-range missiles into the East Sea on Monday.",
    of="post",
)
BACKGROUND = [article(f"n{n}", t.title, t.text, of="paper") for n, t in enumerate(articles(60, 1, 60))]


def joined(*told: Article) -> Joined:
    """How the last of these was joined, among other news."""
    stories = Stories()
    return [join(one, stories) for one in (*BACKGROUND, *told)][-1]


def later(one: Article, hours: float) -> Article:
    return replace(one, seen=one.seen + hours * HOUR, published=one.published + hours * HOUR)


def test_other_words_for_the_same_are_the_same_story() -> None:
    """The reason says how alike they are."""
    found = joined(LAUNCH, OTHER_WORDS)
    assert found.likeness is not None
    assert found.how == f"joined at {found.likeness:.2f}: much the same words"
    assert found.story.title == LAUNCH.title


@pytest.mark.parametrize(
    ("hours", "same"),
    [(11, True), (35, True), (37, False)],  # both name Monday
)
def test_a_story_goes_on_for_its_day(hours: float, same: bool) -> None:
    """What names the same day is of the same story, for a day and a half."""
    assert (joined(LAUNCH, later(OTHER_WORDS, hours)).how != FIRST) is same


def test_a_story_that_is_quiet_is_over() -> None:
    """Where no day is named, half a day of silence ends a story."""
    first, then = (replace(one, text=one.text.replace(" on Monday", "")) for one in (LAUNCH, OTHER_WORDS))
    assert joined(first, later(then, 11)).how != FIRST
    assert joined(first, later(then, 13)).how == FIRST


def test_a_flash_is_of_its_hours() -> None:
    """A flash says so little that it fits every launch."""
    flash = replace(OTHER_WORDS, title=f"BREAKING: {OTHER_WORDS.title}")
    assert joined(LAUNCH, later(flash, 5)).how != FIRST
    assert joined(LAUNCH, later(flash, 7)).how == FIRST


def test_another_days_launch_is_another_story() -> None:
    """In any of five languages, at any hour of the next day."""
    assert swallowed() == 0


def test_languages_stay_apart() -> None:
    """The same words, declared as another language, are joined by none of them; an unknown language may be
    the same."""
    first, then = replace(LAUNCH, language="en"), replace(OTHER_WORDS, language="de")
    assert joined(first, then).how == FIRST
    assert joined(first, replace(then, language="en-GB")).how != FIRST
    assert joined(first, replace(then, language=None)).how != FIRST


def test_a_cut_copy_is_recognised_by_its_runs_of_words() -> None:
    """Under another headline, with foreign words behind it, two days later."""
    text = english(1, 1)[0]
    first = article("x", text.title, text.text)
    cut = " ".join(text.text.split()[200:420])
    copy = article("y", "A headline of its own", f"By Ann Onymous | AFP\n{cut}", of="post", seen=NOON + 47 * HOUR)
    found = joined(first, copy)
    assert found.how.startswith("shares ")
    assert found.how.endswith(" runs of words (copied)")
    assert joined(first, later(copy, 2)).how == FIRST


@pytest.mark.parametrize(
    ("title", "same"),
    [
        ("Weather forecast for the island for 18 January", False),
        ("Weather forecast of the island: rain", True),
        ("Weather forecast for the island for 8 January and the week", True),
        ("Ministry warns of 18 storms off the island this week", True),
    ],
)
def test_titles_that_differ_in_a_number_tell_of_two_things(title: str, same: bool) -> None:
    """Much the same words below them or not; where the titles differ otherwise, the numbers count something else."""
    text = "The island has light rain and a storm by the evening, says the ministry, and wind off the northern coast."
    first = article("a", "Weather forecast for the island for 8 January", text)
    assert (joined(first, article("b", title, f"Once more: {text[4:]}", of="post")).how != FIRST) is same


def test_what_is_quoted_in_passing_is_not_copied() -> None:
    """A third of the runs, with another title and lead, is another development; with the same lead it is a copy."""
    one, other = english(12, 5)[:2]
    first, own, theirs = article("x", one.title, one.text), other.text.split(), one.text.split()
    led = " ".join((*theirs[:100], *own[:200]))
    quoting = " ".join((*own[:100], *theirs[100:200], *own[100:200]))
    for text, same in ((led, True), (quoting, False)):
        assert (joined(first, article("y", other.title, text, of="post")).how != FIRST) is same


def test_a_retold_state_decides_as_the_one_that_lived() -> None:
    """Articles told again with their stories, in order, leave the same state."""
    texts = english(40, 3)
    items = list(reprints(texts, Random(1)))
    news = [
        article(f"a{n}", item.title, item.text, of=f"outlet{n % 7}", seen=NOON + n * 20 * MINUTE)
        for n, item in enumerate(items)
    ]
    lived = Stories()
    told = [(one, join(one, lived).story) for one in news[:120]]
    again = Stories()
    for one, story in told:
        again.tell(one, story)
    assert [join(one, again) for one in news[120:]] == [join(one, lived) for one in news[120:]]


def test_drafts_stand_apart() -> None:
    """Two drafts of one state, used in turns, decide as if each were alone; one that is settled is the state."""
    base = Stories()
    join(LAUNCH, base)
    one, other = base.draft(), base.draft()
    inner = one.draft()
    quake = article("q", "Earthquake shakes the island of Taiwan", "A strong earthquake shook the island of Taiwan.")
    opened = join(quake, inner).story
    assert join(replace(quake, uid="r", source="post"), other).story.id != opened.id
    assert join(replace(quake, uid="s", source="globe"), inner).story == opened
    one = inner.settled()
    assert join(replace(quake, uid="t", source="times"), base).how == FIRST
    assert one.settled() is base
    assert join(OTHER_WORDS, base).story.title == LAUNCH.title


def test_what_is_old_is_forgotten() -> None:
    """Addresses after a week, whatever is told meanwhile."""
    base, page = Stories(), "https://x.test/1"
    join(article("old", "Quiet day", canonical=page), base)
    for days in range(1, 9):
        assert (join(article(f"d{days}", "Rain", seen=NOON + days * 24 * HOUR), base).how) == FIRST
    assert join(article("late", "Calm", of="post", canonical=page, seen=NOON + 8 * 24 * HOUR), base).how == FIRST
