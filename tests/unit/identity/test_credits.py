"""What agencies and aggregators put round a report is told apart from its words."""

from __future__ import annotations

import pytest

from monitor.identity.credits import WireStatus, extract_provenance
from tests.support.building import article

FLASH, NUMBERED, CORRECTED, WITHDRAWN = (
    WireStatus.FLASH,
    WireStatus.NUMBERED,
    WireStatus.CORRECTED,
    WireStatus.WITHDRAWN,
)


@pytest.mark.parametrize(
    ("given", "title", "publisher"),
    [
        ("North Korea fires missile - Reuters", "North Korea fires missile", "Reuters"),
        ("North Korea fires missile | Yonhap News Agency", "North Korea fires missile", "Yonhap News Agency"),
        ("North Korea fires missile – BBC News", "North Korea fires missile", "BBC News"),
        ("北, 미사일 발사 - 연합뉴스", "北, 미사일 발사", "연합뉴스"),
        ("朝鲜发射导弹_新华网", "朝鲜发射导弹", "新华网"),
        ("北朝鮮がミサイル発射 - NHKニュース", "北朝鮮がミサイル発射", "NHKニュース"),
        ("КНДР запустила ракету - РИА Новости", "КНДР запустила ракету", "РИА Новости"),
        # what is part of the sentence stays
        ("Two dead in blast - police", "Two dead in blast - police", None),
        ("Missile fell into the sea – Seoul", "Missile fell into the sea – Seoul", None),
        ("- Reuters", "- Reuters", None),
    ],
)
def test_outlets_behind_titles(given: str, title: str, publisher: str | None) -> None:
    """The name of an outlet leaves the title; other words behind a dash stay."""
    told = extract_provenance(article(title=given))
    assert (told.title, told.publisher) == (title, publisher)


def test_a_source_says_what_its_articles_do_not() -> None:
    """Its publisher and wire hold where the article names none; its publisher's name is known behind a title."""
    plain = extract_provenance(article(title="Missile fired"), "The Hangang", "Yonhap")
    assert (plain.publisher, plain.wire) == ("The Hangang", "Yonhap")
    assert extract_provenance(article(title="Missile fired - The Hangang"), "The Hangang").title == "Missile fired"
    assert extract_provenance(article(text="(AP) — Two missiles."), None, "Yonhap").wire == "AP"


@pytest.mark.parametrize(
    ("given", "title", "mark"),
    [
        ("[속보] 북, 미사일 발사", "북, 미사일 발사", FLASH),
        ("속보 북, 미사일 발사", "북, 미사일 발사", FLASH),
        ("(긴급) 북, 미사일 발사", "북, 미사일 발사", FLASH),
        ("북, 미사일 발사(2보)", "북, 미사일 발사", NUMBERED),
        ("북, 미사일 발사(종합3보)", "북, 미사일 발사", NUMBERED),
        ("[단독] 북, 미사일 발사", "북, 미사일 발사", None),
        ("[정정] 북, 미사일 발사", "북, 미사일 발사", CORRECTED),
        ("BREAKING: Missile fired", "Missile fired", FLASH),
        ("URGENT Missile fired", "Missile fired", FLASH),
        ("(LEAD) Missile fired", "Missile fired", NUMBERED),
        ("(2nd LD) Missile fired", "Missile fired", NUMBERED),
        ("UPDATE 1-Missile fired", "Missile fired", NUMBERED),
        ("(3rd LD-Writethru) Missile fired", "Missile fired", NUMBERED),
        ("Missile fired (4 LD)", "Missile fired", NUMBERED),
        ("3rd UPDATE: Missile fired", "Missile fired", NUMBERED),
        ("2. ROUNDUP: Missile fired", "Missile fired", NUMBERED),
        ("Missile fired (#8812)", "Missile fired", None),
        ("Missile fired [JP-2026-0105]", "Missile fired", None),
        ("Corrected: Missile fired", "Missile fired", CORRECTED),
        ("WITHDRAWN: Missile fired", "Missile fired", WITHDRAWN),
        ("【速報】ミサイル発射", "ミサイル発射", FLASH),
        ("【訂正】ミサイル発射", "ミサイル発射", CORRECTED),
        ("快讯：朝鲜发射导弹", "朝鲜发射导弹", FLASH),
        ("更正：朝鲜发射导弹", "朝鲜发射导弹", CORRECTED),
        ("СРОЧНО: Запущена ракета", "Запущена ракета", FLASH),
        # words of the headline, not marks
        ("Lead found in toys", "Lead found in toys", None),
        ("Hawks win (100-99)", "Hawks win (100-99)", None),
        ("Breaking bread in Seoul", "Breaking bread in Seoul", None),
        ("Update your papers, Seoul says", "Update your papers, Seoul says", None),
        # a title that is all mark stays
        ("[속보]", "[속보]", FLASH),
    ],
)
def test_marks_of_updates(given: str, title: str, mark: WireStatus | None) -> None:
    """Which update of a wire's story a title says that it is; the strongest word counts."""
    told = extract_provenance(article(title=given))
    assert (told.title, told.wire_status) == (title, mark)


@pytest.mark.parametrize(
    ("given", "lead", "wire"),
    [
        ("SEOUL, Jan. 4 (Yonhap) -- Two missiles flew.", "Two missiles flew.", "Yonhap"),
        ("By Ann Onymous SEOUL, Dec. 30 (Yonhap) -- Two missiles flew.", "Two missiles flew.", "Yonhap"),
        ("(AP) — Two missiles flew.", "Two missiles flew.", "AP"),
        ("BEIJING (AP) - Two missiles flew.", "Two missiles flew.", "AP"),
        ("By Ann Onymous, AFP\nTwo missiles flew.", "Two missiles flew.", None),
        ("(서울=연합뉴스) 홍길동 기자 = 북한이 쏘았다.", "북한이 쏘았다.", "Yonhap"),
        ("[서울=뉴시스] 홍길동 김철수 기자 = 북한이 쏘았다.", "북한이 쏘았다.", "Newsis"),
        ("[앵커] 북한이 쏘았다.", "북한이 쏘았다.", None),
        ("[사진=연합뉴스 자료사진. 재배포 금지] 북한이 쏘았다.", "북한이 쏘았다.", None),
        ("【ソウル共同】韓国軍は発表した。", "韓国軍は発表した。", "Kyodo"),
        ("（新华社北京1月4日电）朝鲜发射。", "朝鲜发射。", "Xinhua"),
        ("新华社北京1月4日电（记者某某）朝鲜发射。", "朝鲜发射。", "Xinhua"),
        ("МОСКВА, 4 января. /ТАСС/. Запущена ракета.", "Запущена ракета.", "TASS"),
        ("МОСКВА, 4 янв — РИА Новости. Запущена ракета.", "Запущена ракета.", "RIA"),
        ("ТАСС, 4 января. Запущена ракета.", "Запущена ракета.", "TASS"),
        ("2026-01-04T21:15+03:00https://x.test/a.html Запущена ракета.", "Запущена ракета.", None),
        # words of the report
        ("Reuters reported two missiles.", "Reuters reported two missiles.", None),
        ("北京电视台播出。", "北京电视台播出。", None),
    ],
)
def test_credits_before_leads(given: str, lead: str, wire: str | None) -> None:
    """Datelines, bylines and captions leave the lead; the agency that they credit is its wire."""
    told = extract_provenance(article(text=given))
    assert (told.lead, told.wire) == (lead, wire)


@pytest.mark.parametrize("sign", ["뉴스", "종합 2보 ", "속보", "현장 이슈", "UPDATE 1 ", "단독·"])
@pytest.mark.parametrize("end", ["!", "]", " 북한 미사일"])
def test_a_mark_that_is_repeated_costs_no_more_than_its_letters(sign: str, end: str) -> None:
    """Taken apart in every possible way, a headline of a hundred would stop the daemon: this test would not end."""
    told = extract_provenance(article(title=f"[{sign * 200}{end}", text=f"({sign * 200}{end}"))
    assert told.title


@pytest.mark.parametrize(
    "title",
    [
        "KILL CHAIN TEST: how Seoul would stop a missile",
        "KILL ZONES WIDEN as missiles fly",
        "Withdrawal: US troops leave as missiles fly",
        "Clarification: what a missile test means",
        "한미 훈련 (취소)",
    ],
)
def test_what_only_sounds_like_a_correction_is_none(title: str) -> None:
    """A headline about a withdrawal withdraws nothing."""
    assert extract_provenance(article(title=title)).wire_status not in {CORRECTED, WITHDRAWN}


@pytest.mark.parametrize(
    ("title", "mark"),
    [
        ("RETRACTED: North Korea fires missile", WITHDRAWN),
        ("Retraction: North Korea fires missile", WITHDRAWN),
        ("KILL - North Korea fires missile", WITHDRAWN),
        ("CORRECTION - North Korea fires missile", CORRECTED),
    ],
)
def test_what_agencies_write_over_what_was_wrong(title: str, mark: WireStatus) -> None:
    """Each of them says that what was told does not stand."""
    assert extract_provenance(article(title=title)).wire_status is mark


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("word " * 79 + "정의의 사명-2025 훈련", "정의의"),  # the cut goes through 사명-2025
        ("训" * 396 + "2025年演习", "训"),
        ("word " * 60 + "ends", "ends"),
        ("동부에서 '정의의 사명-20", "사명-"),  # a feed has cut it
        ("동부에서 '정의의 사명-20…", "사명-"),
    ],
)
def test_no_word_is_cut_in_two(text: str, end: str) -> None:
    """At the end of what is read of a lead."""
    lead = extract_provenance(article(text=text)).lead
    assert lead.endswith(end) or lead.rstrip().endswith(end)
    assert "20" not in lead
