"""What facts keep apart stays apart, in whatever order articles come; and what is decided can be decided again."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from monitor.identity.clusters import ClusterIndex
from monitor.identity.compare import compare
from monitor.identity.events import RuleArticle, assign_event, join_event
from monitor.identity.features import ArticleFeatures
from monitor.identity.stories import join_story
from monitor.model import Story
from tests.support.building import MINUTE, NOON, features

PLACES = {
    "en": ("Busan", "Shanghai", "Incheon", "Tokyo"),
    "ko": ("부산", "상하이", "인천", "도쿄"),
    "zh": ("釜山", "上海", "仁川", "东京"),
}
TITLES = {
    "en": (
        "Dockers strike in {}",
        "Dockers strike in {}: 16 hurt",
        "Third walkout closes port in {}",
        "Dockers strike",
    ),
    "ko": ("{} 항만 노동자 파업", "{} 항만 파업으로 16명 부상", "{} 항만 또 파업", "항만 노동자 파업"),
    "zh": ("{}港口工人罢工", "{}港口罢工16人受伤", "{}港口再次罢工", "港口工人罢工"),
}
LASTING = timedelta(days=4)


@dataclass(frozen=True)
class Coming:
    """An article: which place it names, if any, in which words and language."""

    language: str
    place: int
    words: int

    @property
    def named(self) -> int | None:
        """The place, if its words name one."""
        return self.place if "{}" in TITLES["en"][self.words] else None

    def features(self, number: int) -> ArticleFeatures:
        title = TITLES[self.language][self.words].format(PLACES[self.language][self.place])
        return features(title, "", self.language, of=f"outlet{number}", at=NOON + number * MINUTE)


coming = st.builds(Coming, st.sampled_from(sorted(TITLES)), st.integers(0, 3), st.integers(0, 3))
days = st.lists(coming, min_size=1, max_size=8)


def stories_of(day: list[ArticleFeatures]) -> list[str]:
    index = ClusterIndex()
    return [join_story(each, index).story.id for each in day]


def events_of(day: list[ArticleFeatures], lasts: timedelta | None, by: list[frozenset[str]] | None = None) -> list[str]:
    index, found = ClusterIndex(), []
    for number, each in enumerate(day):
        values = {"who": by[number]} if by is not None else {}
        report = RuleArticle("r", Story(f"S{number}", each.title, each.at), each, values, frozenset({"strike"}), lasts)
        event = assign_event(report, index).event
        join_event(report, event, index)
        found.append(event.id)
    return found


@given(days, st.randoms(use_true_random=False), st.sampled_from([None, LASTING]))
def test_no_cluster_has_two_places(day: list[Coming], rng: object, lasts: timedelta | None) -> None:
    """Neither a story nor an event, nor one that lasts, in any order of arrival."""
    rng.shuffle(day)  # type: ignore[attr-defined]
    known = [each.features(number) for number, each in enumerate(day)]
    for clusters in (stories_of(known), events_of(known, lasts)):
        places = defaultdict(set)
        for each, cluster in zip(day, clusters, strict=True):
            places[cluster].add(each.named)
        assert all(len(named - {None}) <= 1 for named in places.values())


who = st.frozensets(st.sampled_from(["entity:a", "entity:b", "entity:c"]), max_size=2)


# A round-up names both: what is told of one is nothing of the other.
@example([(Coming("en", 0, 3), frozenset(f"entity:{each}" for each in names)) for names in ("a", "ab", "b")], None)
@given(st.lists(st.tuples(coming, who), min_size=1, max_size=8), st.sampled_from([None, LASTING]))
def test_articles_of_one_event_have_something_in_common(
    day: list[tuple[Coming, frozenset[str]]], lasts: timedelta | None
) -> None:
    """Any two of them, under what the rule names in `by`, where both name some of it."""
    known = [each.features(number) for number, (each, _) in enumerate(day)]
    events = defaultdict(list)
    for (_, values), event in zip(day, events_of(known, lasts, [values for _, values in day]), strict=True):
        events[event].append(values)
    for members in events.values():
        assert all(one & other or not one or not other for one in members for other in members)


@given(days)
def test_the_same_articles_make_the_same_clusters(day: list[Coming]) -> None:
    """Also when they are drafted and settled one by one."""
    known = [each.features(number) for number, each in enumerate(day)]
    index, found = ClusterIndex(), []
    for each in known:
        draft = index.draft()
        join_story(each, draft.draft())  # thrown away
        found.append(join_story(each, draft).story.id)
        index = draft.commit()
    assert found == stories_of(known) == stories_of(known)


@given(coming, coming)
def test_what_keeps_apart_does_so_in_either_order(one: Coming, other: Coming) -> None:
    """A fact that differs, differs whichever article came first; so does what is in doubt, and how alike they are."""
    a, b = one.features(0), other.features(1)
    there, back = compare(a, b), compare(b, a)
    assert [each.verdict for each in there.facts] == [each.verdict for each in back.facts]
    assert (there.likeness, there.is_copy) == (back.likeness, back.is_copy)


@given(coming)
def test_an_article_is_the_same_as_itself(one: Coming) -> None:
    """Nothing differs, and nothing is in doubt."""
    found = compare(one.features(0), one.features(1))
    assert not found.differing_facts
    assert not found.doubtful_facts
    assert found.likeness > 0.999


@given(days)
def test_what_is_stored_compares_as_what_was_read(day: list[Coming]) -> None:
    """Rows say all that identity knows."""
    known = [each.features(number) for number, each in enumerate(day)]
    again = [ArticleFeatures.from_row(each.to_row()) for each in known]
    assert stories_of(again) == stories_of(known)
    assert [each.index_keys for each in again] == [each.index_keys for each in known]
