"""Two articles compared, in words: what differs, agrees, may differ, and what one of them does not name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.identity.clusters import ClusterIndex
from monitor.identity.compare import compare
from monitor.identity.events import RuleArticle, assign_event, join_event
from monitor.identity.explain import (
    agreeing_in_words,
    comparison_in_words,
    differing_in_words,
    doubtful_in_words,
    join_with_and,
)
from monitor.identity.features import features_of
from monitor.identity.stories import join_story
from monitor.model import Article, Story
from tests.support.building import HOUR, article


def written(uid: str, title: str, text: str, language: str = "en") -> Article:
    return replace(article(uid, title, text, of=uid), language=language)


BUSAN = written(
    "wire",
    "Dockers strike in Busan: 16 dead",
    "Dockers in Busan went on strike on Monday, and 16 people were killed.",
)
AGAIN = written(
    "post", "Busan port: dockers walk out, 16 dead", "On Monday, dockers of Busan stopped work; 16 people were killed."
)
SHANGHAI = replace(
    BUSAN, source="post", uid="c", title="Shanghai dockers go on strike: 16 dead", text="They walked out."
)
KOREAN = written("times", "부산 부두 노동자 파업: 16명 사망", "부산 부두 노동자들이 월요일 파업했다.", "ko")
KOREAN_SHANGHAI = replace(KOREAN, title="상하이 파업", text="노동자들이 상하이에서 파업했다.")
GROWN = replace(BUSAN, title="Dockers strike in Busan: twenty-three dead", text="Dockers went on strike on Monday.")
QUIET = written("post", "Talks go on at the harbour", "Both sides met.")
QUAKE = written("post", "Magnitude 6.7 earthquake strikes off Japan", "It struck off Japan.")
STRONGER = written("wire", "Magnitude 7.9 earthquake strikes off Japan", "It struck off Japan.")
MARKET = written("wire", "Blast hits market in Kabul", "")
MOSQUE = written("post", "Blast hits mosque in Kabul", "")


@pytest.mark.parametrize(
    ("ours", "theirs", "parts"),
    [
        # numbers with what they count
        (AGAIN, BUSAN, ["both Busan", "both 16 dead", "name: not known"]),
        # what differs comes first
        (SHANGHAI, BUSAN, ["another place (Shanghai, not Busan)", "both 16 dead", "name: not known"]),
        # a place as the article names it, and in another language in English too
        (KOREAN, BUSAN, ["both 부산 (Busan)", "both 16 dead", "name: not known"]),
        (
            KOREAN_SHANGHAI,
            BUSAN,
            ["another place (상하이 (Shanghai), not Busan)", "number: only 16 dead there", "name: not known"],
        ),
        # a toll may grow, so other numbers of dead neither agree nor differ
        (GROWN, BUSAN, ["both Busan", "number: twenty-three dead here, 16 dead there", "name: not known"]),
        (
            MOSQUE,
            MARKET,
            ["both Kabul", "the same title but for mosque, not market", "name and number: not known"],
        ),
        (QUIET, QUAKE, ["place: only Japan there", "number: only magnitude 6.7 there", "name: not known"]),
    ],
)
def test_every_kind_of_fact_is_described(ours: Article, theirs: Article, parts: list[str]) -> None:
    """With the words of the articles."""
    assert list(comparison_in_words(compare(features_of(ours), features_of(theirs)))) == parts


def test_reasons_are_short() -> None:
    """Those of decisions and messages: what agrees, what differs, or what may differ."""
    again, other, korean = (compare(features_of(each), features_of(BUSAN)) for each in (AGAIN, SHANGHAI, KOREAN))
    assert agreeing_in_words(again, 0.63) == "the words are alike (0.63), both Busan, both 16 dead"
    assert agreeing_in_words(korean, 0) == "in another language, both 부산 (Busan), both 16 dead"
    assert differing_in_words(other) == "another place (Shanghai, not Busan)"
    mosque = compare(features_of(MOSQUE), features_of(MARKET))
    assert doubtful_in_words(mosque) == "the same title but for mosque, not market"
    stronger = compare(features_of(STRONGER), features_of(QUAKE))
    assert differing_in_words(stronger) == "another number (magnitude 7.9, not magnitude 6.7)"


@pytest.mark.parametrize(("words", "text"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")])
def test_lists_read_as_people_write_them(words: list[str], text: str) -> None:
    """One, two or more."""
    assert join_with_and(words) == text


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (AGAIN, "the same: both Busan; both 16 dead; name: not known; the words are alike by 0."),
        (SHANGHAI, "another: another place (Shanghai, not Busan); both 16 dead; name: not known; the words are alike"),
        (replace(BUSAN, uid="copy", title="Busan: 16 dead as dockers strike"), "the same: copied text; both Busan; "),
    ],
)
def test_an_article_names_the_one_that_it_was_compared_with(later: Article, words: str) -> None:
    """It joins its story, or opens another one beside it."""
    index = ClusterIndex()
    join_story(features_of(BUSAN), index)
    compared = join_story(features_of(later), index).compared_article
    assert compared is not None
    assert (compared.source, compared.uid) == (BUSAN.source, BUSAN.uid)
    assert compared.words.startswith(f"“{BUSAN.title}” (wire): {words}")


def test_what_is_recognised_by_a_key_is_not_compared() -> None:
    """Nor is the first article of all."""
    index = ClusterIndex()
    assert join_story(features_of(BUSAN), index).compared_article is None
    assert join_story(features_of(replace(BUSAN, source="post", uid="copy")), index).compared_article is None


def report(of: Article, **more: object) -> RuleArticle:
    features = features_of(of)
    return RuleArticle("strikes", Story(f"S{of.uid}", of.title, of.seen), features, **more)  # type: ignore[arg-type]


def event_after_busan(later: RuleArticle, **more: object) -> str:
    index, first = ClusterIndex(), report(BUSAN, **more)
    join_event(first, assign_event(first, index).event, index)
    compared = assign_event(later, index).compared_article
    assert compared is not None
    return compared.words.removeprefix(f"“{BUSAN.title}” (wire): ")


def test_an_event_says_what_its_rule_adds() -> None:
    """What `by` names, and the time that an event lasts."""
    here, there = ({"by_values": {"where": frozenset({f"entity:{name}"})}} for name in ("busan", "shanghai"))
    assert event_after_busan(report(AGAIN, **there), **here) == "another: where: shanghai, not busan"
    lasting: dict[str, object] = {"event_lasts": 48 * HOUR}
    assert event_after_busan(report(QUIET, **lasting), **lasting).startswith(
        "the same: within event_lasts, and nothing keeps it apart; place: only Busan there; "
    )
    old = replace(AGAIN, seen=BUSAN.seen + 80 * HOUR, published=BUSAN.published + 80 * HOUR)
    assert event_after_busan(report(old)) == "another: it is outside the time of the event"
