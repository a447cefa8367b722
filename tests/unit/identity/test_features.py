"""What identity knows of an article: under which keys it is found, and how it is stored."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.identity.features import ArticleFeatures, features_of
from monitor.identity.known_names import KnownNames
from monitor.model import Entity, Term
from tests.support.building import HOUR, NOON, article, features

PEOPLE = KnownNames([Entity("macron", "person", "Macron", (Term("Macron", "any"), Term("마크롱", "any")))])


@pytest.mark.parametrize(
    ("title", "text", "language"),
    [
        ("Blast in Osaka kills 16", "OSAKA, Jan. 5 (Kyodo) -- A blast at a plant killed 16 on Monday.", "en"),
        ("마크롱, 부산 방문", "마크롱 프랑스 대통령이 5일 부산을 방문했다.", "ko"),
        ("在土耳其发生6.1级地震", "", "zh"),
        ("釜山で港湾労働者がスト", "釜山で5日、スト。", "ja"),
        ("В Киеве прогремел второй взрыв", "Взрыв прогремел 5 января.", "ru"),
        ("", "", None),
        ("Дубль: 北 \ud800\nтри", "\ud800", None),
    ],
)
def test_what_is_stored_comes_back(title: str, text: str, language: str | None) -> None:
    """Through JSON, to the last value."""
    made = features(
        title, text, language, at=NOON + timedelta(microseconds=1), canonical="https://x.test", known=PEOPLE
    )
    assert ArticleFeatures.from_row(json.loads(json.dumps(made.to_row()))) == made


def test_what_a_database_has_is_read() -> None:
    """A row as databases have it: nothing converts their rows."""
    text = "SEOUL, Jan. 4 (Yonhap) -- Lee Jae-myung said two missiles flew."
    stored = {
        "source": "wire", "uid": "https://wire.example/news/1", "version": 1, "title": "북한 미사일 2발 발사",
        "at": 1_767_614_400_000_000, "seen": 1_767_614_400_000_000, "language": "", "flash": False, "revises": False,
        "sure": [["article", "6fd1772bce4308c9"]],
        "words": {"title": ["북한", "미사", "사일", "2", "발", "발사"], "lead": ["lee"], "runs": [1, 2]},
        "facts": {
            "places": [["KP", "북한", True, ""]],
            "names": [["leejaemyung", ["jaemyung", "lee"], "Lee Jae-myung", False, True, False]],
            "numbers": [[2.0, "missile", "", "2", 7, 8, False]],
            "days": 16,
        },
        "publisher": "", "wire": None,
    }  # fmt: skip
    read = ArticleFeatures.from_row(stored)
    assert json.loads(json.dumps(read.to_row())) == stored
    made = features_of(article("https://wire.example/news/1", read.title, text, of="wire"))
    assert (read.facts.places, read.facts.names, read.sure[0]) == (made.facts.places, made.facts.names, made.sure[0])


@pytest.mark.parametrize(
    "at", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC), NOON], ids=["last", "first", "now"]
)
def test_so_does_every_moment(at: datetime) -> None:
    """Feeds write what they like: seconds as fractions are rounded to a year that is none."""
    made = features("Blast in Osaka on Monday kills 16", "The blast, on 31 December, killed 16 tomorrow.", at=at)
    stored = ArticleFeatures.from_row(json.loads(json.dumps(made.to_row())))
    assert stored == made
    assert (stored.at, stored.seen) == (at, at)


def keys(made: ArticleFeatures, kind: str) -> set[str]:
    return {key for key in made.index_keys if key.split(":", 1)[0] == kind}


def test_a_place_is_found_by_itself_and_by_its_country() -> None:
    """So is what names the country only."""
    assert keys(features("Strike in Busan"), "place") >= {"place:KR"}
    assert keys(features("Strike in Busan"), "place") & keys(features("부산 파업", "", "ko"), "place") > {"place:KR"}
    assert keys(features("Strike in South Korea"), "place") == {"place:KR"}


def test_a_name_is_found_if_it_is_sure() -> None:
    """A known one by its entity."""
    assert keys(features("Talks with Macron", known=PEOPLE), "name") == {"name:entity:macron"}
    assert keys(features("마크롱 부산 방문", "", "ko", known=PEOPLE), "name") == {"name:entity:macron"}
    assert keys(features("Talks go on"), "name") == set()  # begins a sentence


def test_words_of_the_title_and_runs_of_the_text_are_keys() -> None:
    """A bounded number of runs, of which copies share some."""
    text = " ".join(f"word{number}" for number in range(300))
    whole, cut = features("Blast at plant", text), features("Another headline", " ".join(text.split()[40:]))
    assert keys(whole, "word") == {"word:blast", "word:at", "word:plant"}
    assert len(keys(whole, "run")) == 8
    assert keys(whole, "run") & keys(cut, "run")


def test_no_key_comes_twice() -> None:
    """Each is a row."""
    made = features("Strike in Busan, Busan, South Korea", "Strike in Busan, Busan, South Korea")
    assert len(made.index_keys) == len(set(made.index_keys))


def test_two_versions_share_what_is_sure() -> None:
    """The same article of the same source; an address whoever gives it."""
    first, edited = features("Blast at plant"), features("Dockers vote on walkout")
    assert keys(first, "article") == keys(edited, "article")
    assert keys(first, "article").isdisjoint(keys(features("Blast at plant", of="post"), "article"))
    one, other = (features("Blast", of=source, canonical="https://x.test/1") for source in ("wire", "post"))
    assert keys(one, "address") == keys(other, "address")
    assert keys(one, "own-address").isdisjoint(keys(other, "own-address"))
    assert keys(first, "address") == set()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("North Korea fires missile", "NORTH KOREA fires missile!", True),
        ("朝鲜发射导弹", "朝鮮發射導彈", True),
        ("North Korea fires missile", "North Korea fires missiles", False),
    ],
)
def test_a_headline_is_folded(one: str, other: str, same: bool) -> None:
    """Case, width, signs and variants of Han characters do not count."""
    assert (keys(features(one, "", None), "headline") == keys(features(other, "", None), "headline")) is same


@pytest.mark.parametrize("headline", ["Breaking news", "Live: updates", "속보", "快讯：导弹", "", "!!! ??? ..."])
def test_a_short_headline_is_no_key(headline: str) -> None:
    """Less than three words, or six Han or kana characters, tell nothing."""
    assert keys(features(headline, "", None), "headline") == set()


def test_a_date_that_is_claimed_says_when_it_was_news() -> None:
    """Without one it is when we saw it."""
    old = article(published=NOON - 40 * HOUR)
    assert (features_of(old).at, features_of(old).seen) == (NOON - 40 * HOUR, NOON)
    assert features_of(replace(old, dated=False)).at == NOON


def test_what_agencies_put_round_a_title_is_left_out() -> None:
    """A mark says that it is a flash."""
    made = features("BREAKING: Blast at plant in Osaka")
    assert (made.title, made.flash) == ("Blast at plant in Osaka", True)
    assert not features("Blast at plant in Osaka").flash


@pytest.mark.parametrize(("language", "known"), [("en-GB", "en"), ("zh-Hant-TW", "zh"), ("", ""), (None, "")])
def test_the_region_of_a_language_does_not_count(language: str | None, known: str) -> None:
    """Only its primary subtag."""
    assert features("Blast", "", language).language == known


def test_of_a_title_without_end_only_the_beginning_is_compared() -> None:
    """Thousands of numbers cost no more than a headline's."""
    endless = features_of(article("a", " ".join(f"{number} dead" for number in range(5_000))))
    assert len(endless.facts.numbers) < 100
