"""What somebody tries who has just written a first rule of a few words: the second outbreak is told although it sounds
like the first, and one happening is told once, in whatever words and languages.

Each case goes through `replay`, with a rule of words alone that tells events.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import rows as read_rows

MORNING = datetime(2026, 3, 2, 1, tzinfo=UTC)
BETWEEN = timedelta(minutes=20)


@dataclass(frozen=True)
class Case:
    """`words`: the rule's; `happenings`: of each its articles, as (language, title, lead)."""

    words: dict[str, list[str]]
    happenings: tuple[tuple[tuple[str, str, str], ...], ...]


def english(*said: str) -> tuple[str, str, str]:
    title, *lead = said
    return "en", title, " ".join(lead)


MPOX = {"en": ["mpox"], "zh": ["猴痘"], "ko": ["엠폭스"]}
QUAKES = {"en": ["earthquake", "quake"], "ja": ["地震"]}
STRIKES = {"en": ["strike", "walk out"], "ko": ["파업*"], "zh": ["罢工"]}
OUTBREAKS = {"en": ["bird flu"], "ko": ["조류인플루엔자"]}
FIRES = {"en": ["fire", "blaze"]}
MISSILES = {"en": ["missile", "missiles"], "ko": ["*미사일"]}

CASES = {
    "mpox": Case(
        MPOX,
        (
            (english("Thailand confirms first mpox case"),),
            (english("Vietnam confirms first mpox case"),),
            (english("Laos confirms first mpox case"),),
        ),
    ),
    "mpox, with what stands below the headlines": Case(
        MPOX,
        (
            (
                english(
                    "Thailand confirms first mpox case",
                    "BANGKOK - Thailand on Monday confirmed its first case of mpox, the health ministry said.",
                ),
                english(
                    "Thai health ministry confirms first mpox infection",
                    "The health ministry in Bangkok said on Monday that a man had tested positive for mpox.",
                ),
            ),
            (
                english(
                    "Vietnam confirms first mpox case",
                    "HANOI - Vietnam on Monday confirmed its first case of mpox, the health ministry said.",
                ),
                english("First mpox case confirmed in Vietnam, ministry says"),
            ),
            (
                english(
                    "Laos confirms first mpox case",
                    "VIENTIANE - Laos on Monday confirmed its first case of mpox, the health ministry said.",
                ),
            ),
        ),
    ),
    "quakes of one magnitude off two coasts": Case(
        QUAKES,
        (
            (
                english(
                    "Magnitude 6.7 earthquake strikes off Chile coast",
                    "A magnitude 6.7 earthquake struck off the coast on Monday at a depth of 10 km, the USGS said.",
                ),
            ),
            (
                english(
                    "Magnitude 6.7 earthquake strikes off Japan coast",
                    "A magnitude 6.7 earthquake struck off the coast on Monday at a depth of 10 km, the USGS said.",
                ),
            ),
        ),
    ),
    "quakes in two countries": Case(
        QUAKES,
        (
            (english("Strong earthquake shakes eastern Turkey, no casualties reported"),),
            (english("Strong earthquake shakes western Iran, no casualties reported"),),
        ),
    ),
    "strikes in two ports, in three languages": Case(
        STRIKES,
        (
            (
                english("Dockers in Busan begin strike over night shifts"),
                ("ko", "부산항 하역 노동자 1200명 파업 돌입", ""),
                ("zh", "韩国釜山港1200名码头工人罢工", ""),
            ),
            (
                english("Dockers in Shanghai begin strike over night shifts"),
                ("zh", "上海港工人罢工", ""),
            ),
        ),
    ),
    "outbreaks in two provinces": Case(
        OUTBREAKS,
        (
            (english("Bird flu outbreak confirmed at duck farm in North Jeolla"),),
            (english("Bird flu outbreak confirmed at duck farm in North Chungcheong"),),
        ),
    ),
    "outbreaks in two provinces, in Korean and English": Case(
        OUTBREAKS,
        (
            (
                ("ko", "충남 아산 농장서 고병원성 조류인플루엔자 확진", ""),
                english("Bird flu confirmed at poultry farm in South Chungcheong Province"),
            ),
            (
                ("ko", "전남 영암 농장서 고병원성 조류인플루엔자 확진", ""),
                english("Bird flu confirmed at poultry farm in South Jeolla Province"),
            ),
        ),
    ),
    "a toll that grows": Case(
        FIRES,
        (
            (
                english("Hotel fire in Busan kills 12"),
                english("Death toll in Busan hotel fire rises to 16"),
                english("Busan hotel fire death toll climbs to 19"),
            ),
        ),
    ),
    "a reprint under another headline": Case(
        FIRES,
        (
            (
                english(
                    "Hotel fire in Busan kills 12",
                    "BUSAN - A fire at a hotel in Busan killed at least 12 people early on Monday, firefighters said,",
                    "and dozens of guests were brought to hospitals in the city.",
                ),
                english(
                    "Guests jumped from windows as blaze tore through hotel",
                    "BUSAN - A fire at a hotel in Busan killed at least 12 people early on Monday, firefighters said,",
                    "and dozens of guests were brought to hospitals in the city.",
                ),
            ),
        ),
    ),
}


@pytest.mark.parametrize("order", ["as it came", "the other way round"])
@pytest.mark.parametrize("name", CASES)
def test_each_happening_is_told_once_and_none_is_hidden(name: str, order: str, tmp_path: Path) -> None:
    """One message for each, whatever came first; and what is told of both is of two events."""
    case = CASES[name]
    step = 1 if order == "as it came" else -1
    rows = list(_rows(case.happenings))[::step]
    replayed = _replayed(case.words, rows, tmp_path)
    sent = [row for row in replayed if row["type"] == "alert"]
    firsts = list({row["happening"]: row["id"] for row in reversed(rows)}.values())
    assert sorted(row["articles"][0] for row in sent) == sorted(firsts)
    assert {row["kind"] for row in sent} == {"new"}
    events = {row["id"]: row["event"] for row in replayed if row["type"] == "article"}
    assert len(set(events.values())) == len(case.happenings)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (
            "North Korea fires ballistic missile toward East Sea",
            "North Korea fires second ballistic missile toward East Sea",
        ),
        (
            "North Korea fires ballistic missile toward East Sea",
            "North Korea fires another ballistic missile toward East Sea, second in a day",
        ),
        ("북한, 동해상으로 탄도미사일 발사", "북한, 동해상으로 두 번째 탄도미사일 발사"),
        ("북한, 동해상으로 탄도미사일 발사", "북한, 동해상으로 탄도미사일 또 발사"),
    ],
)
def test_a_second_missile_of_the_same_day_is_told(first: str, then: str, tmp_path: Path) -> None:
    """As another one, or as possibly the same: the words alone cannot say, and in doubt a message is sent."""
    language = "en" if first.isascii() else "ko"
    rows = list(_rows((((language, first, ""), (language, then, "")),), between=timedelta(hours=5)))
    sent = [row for row in _replayed(MISSILES, rows, tmp_path) if row["type"] == "alert"]
    assert [row["articles"] for row in sent] == [[0], [1]]
    assert sent[0]["kind"] == "new"
    assert sent[1]["kind"] in {"new", "possibly"}


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        (
            "North Korea fires two missiles into the sea",
            "CORRECTED: North Korea fires three missiles into the sea",
            [0],
        ),
        ("북한, 동해상으로 미사일 2발 발사", "북한, 동해상으로 미사일 3발 발사(종합)", [0]),
        ("North Korea fires two missiles into the sea", "North Korea fires three missiles into the sea", [0, 1]),
    ],
)
def test_a_corrected_number_is_of_the_same_launch(first: str, then: str, told: list[int], tmp_path: Path) -> None:
    """If the headline says that it corrects or updates a report; else it may be the next launch."""
    language = "en" if first.isascii() else "ko"
    rows = list(_rows((((language, first, ""), (language, then, "")),)))
    sent = [row for row in _replayed(MISSILES, rows, tmp_path) if row["type"] == "alert"]
    assert [row["articles"][0] for row in sent] == told


@pytest.mark.parametrize("once_per", ["story", "event"])
def test_tomorrows_launch_is_told_in_todays_words(once_per: str, tmp_path: Path) -> None:
    """After a silent night the same headline is another launch, for rules that tell stories and for those of events."""
    headline = english("North Korea fires ballistic missile toward East Sea")
    rows = list(_rows(((headline, headline),), between=timedelta(hours=24)))
    sent = [row for row in _replayed(MISSILES, rows, tmp_path, once_per) if row["type"] == "alert"]
    assert [(row["kind"], row["articles"]) for row in sent] == [("new", [0]), ("new", [1])]


def test_what_is_held_although_its_place_is_not_known_is_listed_in_the_digest(tmp_path: Path) -> None:
    """Also where it belongs to the event because it joined a story of it: nobody says where those 16 died."""
    fire = (english("Hotel fire in Busan kills 16, mayor says"),)
    other = (english("Hotel guests among 16 killed by fire, says mayor"),)
    sent = [row for row in _replayed(FIRES, list(_rows((fire, other))), tmp_path) if row["type"] == "alert"]
    assert [(row["kind"], row["articles"]) for row in sent] == [("new", [0]), ("digest", [1])]
    assert "although one of the two articles names no known place" in sent[1]["reason"]
    assert sent[0]["event"] == sent[1]["event"]


@pytest.mark.parametrize(
    ("words", "articles"),
    [
        (
            {"en": ["explosion", "strike"]},
            [
                english("Explosion at chemical plant in Houston"),
                english("Teachers walk out on strike across Houston schools"),
            ],
        ),
        (
            {"en": ["China"]},
            [
                english("Trump imposes 25% tariffs on China steel"),
                english("Trump and Xi discuss Taiwan during visit to China"),
            ],
        ),
        (
            QUAKES,
            [
                english("California passes earthquake insurance law"),
                english("Magnitude 6.9 earthquake hits San Francisco, 40 dead"),
            ],
        ),
        # what was reported in other words between the two settles nothing
        (
            MISSILES,
            [
                english("North Korea fires ballistic missile"),
                english("Missile launched by North Korea, Japan says"),
                english("North Korea fires cruise missile"),
            ],
        ),
    ],
)
def test_what_shares_a_place_or_words_is_not_hidden(
    words: dict[str, list[str]], articles: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    """The last of these is sent: as another one, or as possibly the same."""
    sent = [row for row in _replayed(words, list(_rows((tuple(articles),))), tmp_path) if row["type"] == "alert"]
    last = len(articles) - 1
    assert [row["kind"] for row in sent if last in row["articles"]] in (["new"], ["possibly"])


def _rows(
    happenings: tuple[tuple[tuple[str, str, str], ...], ...], between: timedelta = BETWEEN
) -> Iterator[dict[str, Any]]:
    """The first articles of all happenings, then the second ones, and so on: none has its own to itself."""
    longest = max(map(len, happenings))
    articles = [(number, some[at]) for at in range(longest) for number, some in enumerate(happenings) if at < len(some)]
    for id_, (happening, (language, title, lead)) in enumerate(articles):
        yield {
            "id": id_,
            "happening": happening,
            "lang": language,
            "title": title,
            "text": lead,
            "source": f"outlet-{id_}",
            "between": between.total_seconds(),
        }


def _replayed(
    words: dict[str, list[str]], rows: list[dict[str, Any]], folder: Path, once_per: str = "event"
) -> list[dict[str, Any]]:
    """The lines of `replay --json`, where the articles come in this order."""
    rule = {
        "rule": "watched",
        "title": "What is watched",
        "level": "high",
        "match": {"words": words},
        "alert": {"once_per": once_per},
    }
    (folder / "rule.yaml").write_text(json.dumps(rule, ensure_ascii=False), encoding="utf-8")
    dated = [
        row | {"date": (MORNING + at * timedelta(seconds=row["between"])).isoformat()} for at, row in enumerate(rows)
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in dated)
    (folder / "news.jsonl").write_text(lines, encoding="utf-8")
    return read_rows("replay", "--rules", str(folder / "rule.yaml"), str(folder / "news.jsonl"))
