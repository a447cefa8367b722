"""Two articles compared, in words: what agrees, what differs, what may, and what one of them does not say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from monitor.identity.article_comparison import compare_articles
from monitor.identity.wording import (
    agreeing_in_words,
    comparison_in_words,
    differing_in_words,
    doubt_in_words,
    join_with_and,
)

from monitor.identity import ClusterIndex, features_of, join_story
from monitor.identity.events import RuleArticle, assign_event, join_event
from monitor.model import Article, Story
from tests.building import HOUR, article


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
    BUSAN,
    source="post",
    uid="c",
    title=BUSAN.title.replace("Busan", "Shanghai"),
    text=BUSAN.text.replace("Busan", "Shanghai"),
)
KOREAN = written("times", "부산 부두 노동자 파업: 16명 사망", "부산 부두 노동자들이 월요일 파업했다.", "ko")
SECOND = written("post", "Harbour strike for the second time", "All is quiet.")
QUAKE = written("post", "Magnitude 6.7 earthquake strikes off Japan", "It struck off Japan.")
QUIET = written("post", "Talks go on at the harbour", "Both sides met.")
STRONGER = written("wire", "Magnitude 7.9 earthquake strikes off Japan", "It struck off Japan.")


STRIKE = "the same kind of happening (labour strike)"


def said(ours: Article, theirs: Article) -> list[str]:
    return list(comparison_in_words(compare_articles(features_of(ours), features_of(theirs))))


@pytest.mark.parametrize(
    ("ours", "parts"),
    [
        # what both say, numbers with what they count, and what only one of them says
        (
            AGAIN,
            [
                "both Busan",
                "both 16 dead",
                "the same day",
                STRIKE,
                "name: not known",
            ],
        ),
        # what differs comes first; the titles are the same but for that, which is not said twice
        (
            SHANGHAI,
            [
                "Shanghai, not Busan",
                "both 16 dead",
                "the same day",
                "the same kind of happening (military attack or labour strike)",
                "name: not known",
            ],
        ),
        # a place as the article says it, and in another language in English too
        (
            KOREAN,
            [
                "both 부산 (Busan)",
                "both 16 dead",
                "the same day",
                STRIKE,
                "name: not known",
            ],
        ),
        (
            replace(KOREAN, title="상하이 파업", text="노동자들이 상하이에서 파업했다."),
            [
                "상하이 (Shanghai), not Busan",
                STRIKE,
                "number: only 16 dead there",
                "name and day: not known",
            ],
        ),
        # a toll may grow, so other numbers of dead neither agree nor differ
        (
            replace(
                BUSAN, title="Dockers strike in Busan: twenty-three dead", text="Dockers went on strike on Monday."
            ),
            [
                "both Busan",
                "the same day",
                "the same kind of happening (military attack or labour strike)",
                "number: twenty-three dead here, 16 dead there",
                "name: not known",
            ],
        ),
        # what is in doubt, and what is not known
        (
            SECOND,
            [
                "the same kind of happening (military attack or labour strike)",
                "perhaps another number (only here: second)",
                "place: only Busan there",
                "name and day: not known",
            ],
        ),
    ],
)
def test_every_kind_of_fact_is_said(ours: Article, parts: list[str]) -> None:
    """With the words that say it."""
    assert said(ours, BUSAN) == parts


def test_numbers_are_said_with_what_they_count() -> None:
    """As people say it."""
    assert "magnitude 7.9, not magnitude 6.7" in said(STRONGER, QUAKE)


def test_reasons_are_short() -> None:
    """Those of decisions and messages: what agrees, or what differs; and in doubt both."""
    again, other, second, korean = (
        compare_articles(features_of(each), features_of(BUSAN)) for each in (AGAIN, SHANGHAI, SECOND, KOREAN)
    )
    assert (
        agreeing_in_words(again) == "both Busan, both 16 dead, the same day, the same kind of happening (labour strike)"
    )
    assert agreeing_in_words(second) == "the same kind of happening (military attack or labour strike)"
    assert differing_in_words(other) == "another place (Shanghai, not Busan)"
    assert (
        doubt_in_words(again, "the words differ")
        == "both Busan, both 16 dead, the same day, the same kind of happening (labour strike); the words differ"
    )
    assert doubt_in_words(korean, "it is in another language") == (
        f"both 부산 (Busan), both 16 dead, the same day, {STRIKE}; it is in another language"
    )
    assert (
        doubt_in_words(second, "the words differ")
        == "the same kind of happening (military attack or labour strike); perhaps another number (only here: second)"
    )
    quiet = compare_articles(features_of(QUIET), features_of(QUAKE))
    assert agreeing_in_words(quiet) == "much the same words"
    assert (
        doubt_in_words(quiet, "the words differ")
        == "perhaps another kind of happening (meeting or visit, not earthquake)"
    )
    ferry = written("post", "Ferry sank in Lake Mweru, 12 drowned", "Twelve people drowned in the lake.")
    trawler = written("wire", "Ferry collides with trawler near Port Ansel", "A ferry hit a trawler.")
    accidents = compare_articles(features_of(ferry), features_of(trawler))
    assert "the same kind of happening (transport accident)" in doubt_in_words(accidents, "the words differ")
    nothing = compare_articles(features_of(replace(QUIET, title="Ships wait", text="")), features_of(QUAKE))
    assert doubt_in_words(nothing, "the words differ") == "partly the same words, and no fact agrees"


@pytest.mark.parametrize(("words", "text"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")])
def test_lists_read_as_people_write_them(words: list[str], text: str) -> None:
    """One, two or more."""
    assert join_with_and(words) == text


def joined_after_busan(later: Article) -> str:
    """With what the later article is compared, and how that ends."""
    index = ClusterIndex()
    join_story(features_of(BUSAN), index)
    compared = join_story(features_of(later), index).compared_article
    assert compared is not None
    assert (compared.source, compared.uid) == (BUSAN.source, BUSAN.uid)
    return compared.words


def test_an_article_names_the_one_it_was_compared_with() -> None:
    """It joins its story, or opens another beside it."""
    same = joined_after_busan(AGAIN)
    assert same.startswith(f"“{BUSAN.title}” (wire): the same: both Busan; both 16 dead; the same day; ")
    assert same.endswith(" is needed as place, number, day and kind agree")
    other = joined_after_busan(SHANGHAI)
    assert other.startswith(f"“{BUSAN.title}” (wire): another: Shanghai, not Busan; both 16 dead; ")
    assert "needed" not in other


def test_copied_text_needs_no_likeness() -> None:
    """It says so."""
    copy = replace(BUSAN, source="post", uid="copy", title="Busan: 16 dead as dockers strike")
    assert ": the same: copied text; both Busan; " in joined_after_busan(copy)


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
    """What both were found by, what `by` names, and the time that it lasts."""
    found: dict[str, object] = {"found_terms": frozenset({"word:en:strike"})}
    assert event_after_busan(report(AGAIN, **found), **found).endswith("as place, number, day and kind agree")
    here, there = (found | {"by_values": {"where": frozenset({f"entity:{name}"})}} for name in ("busan", "shanghai"))
    assert event_after_busan(report(SHANGHAI, **there), **here) == "another: where: shanghai, not busan"
    assert event_after_busan(report(AGAIN, **here), **here).endswith(
        ", and none is needed as place, number, day, kind and where agree"
    )
    lasting: dict[str, object] = {"event_lasts": 48 * HOUR}
    assert event_after_busan(report(QUIET, **lasting), **lasting).startswith(
        "the same: within event_lasts, and nothing keeps it apart; "
        "perhaps another kind of happening (meeting or visit, not military attack, "
    )
    old = replace(AGAIN, seen=BUSAN.seen + 30 * HOUR, published=BUSAN.published + 30 * HOUR)
    assert event_after_busan(report(old)) == "another: it is outside the time of the event"
