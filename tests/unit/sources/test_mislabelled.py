"""Documents that say they are in another character set than they are: no title is silently wrong."""

from __future__ import annotations

import codecs

import pytest

from monitor.model import Feed
from monitor.sources.formats.read_document import read_document

TITLES: dict[str, tuple[str, ...]] = {
    "zh-Hans": (
        "朝鲜向日本海发射弹道导弹",
        "东部战区在台湾周边组织联合演习",
        "外交部发言人就有关问题答记者问",
        "两国领导人将于下周在北京举行会谈",
        "中国人民银行宣布下调存款准备金率",
        "商务部：镕基公司的申请已经受理",  # 镕 is in GB 18030, not in GB 2312
    ),
    "zh-Hant": (
        "北韓向日本海發射彈道飛彈",
        "國防部公布共機擾台最新動態",
        "兩岸關係與區域安全研討會登場",
        "颱風來襲，中南部豪雨特報",
        "行政院長赴立法院施政報告",
        "深水埗與啱啱開幕的展覽",  # 啱 is in Hong Kong's set, not in Big5
    ),
    "ko": (
        "북한이 동해상으로 탄도미사일을 발사했다",
        "합참은 추가 발사에 대비하고 있다고 밝혔다",
        "한중 정상회담이 다음 주 서울에서 열린다",
        "정부는 새로운 대북 제재를 검토하고 있다",
        "국방부 대변인이 정례 브리핑에서 설명했다",
        "뷁과 똠방각하라는 낱말이 화제가 되었다",  # 뷁 and 똠 are in cp949, not in EUC-KR
    ),
    "ja": (
        "北朝鮮が弾道ミサイルを発射、防衛省が発表",
        "中国軍が台湾周辺で演習を始めました",
        "首相は来週、ソウルを訪問する予定です",
        "政府は国家安全保障会議を開催した",
        "外務省の報道官が記者会見で説明した",
        "①髙橋氏と﨑山氏が会談した",  # all three are in cp932 only
    ),
    "ru": (
        "Северная Корея запустила баллистическую ракету",
        "Китай начал военные учения вокруг Тайваня",
        "Министр иностранных дел прибыл в Сеул",
        "Совет Безопасности проведёт экстренное заседание",
        "Пхеньян подтвердил успешное испытание",
        "Москва и Пекин обсудили сотрудничество",
    ),
    "de": (
        "Nordkorea feuert „Rakete“ über das Meer – Südkorea prüft",
        "Übungen der Streitkräfte dauern länger als geplant",
        "Außenminister für Gespräche über Abrüstung",
        "Präsident empfängt Botschafter aus fünf Ländern",
        "Größere Änderungen am Gesetz – Bündnis zögert",
        "Für „höchst möglich“ hält er das nicht",
    ),
    "pl": (
        "Korea Północna wystrzeliła pocisk balistyczny",
        "Ćwiczenia wojskowe wokół Tajwanu potrwają dłużej",
        "Szef dyplomacji spotkał się z przywódcą Chin",
        "Rząd rozważa zaostrzenie sankcji wobec Pjongjangu",
        "Żołnierze wracają do baz – koniec manewrów",
        "Zażegnać kryzys: źródła mówią o postępach",
    ),
}


def feed(titles: tuple[str, ...], declared: str | None) -> str:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    items = "".join(f"<item><guid>{n}</guid><title>{title}</title></item>" for n, title in enumerate(titles))
    return f'{declaration}<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'


def read(document: bytes, charset: str | None) -> Feed:
    kind = "application/rss+xml" + (f"; charset={charset}" if charset else "")
    return read_document(document, {"content-type": kind}, "https://news.example.org/feed")


@pytest.mark.parametrize(
    ("language", "codec", "in_body", "in_header", "told"),
    [
        # The name of a smaller set than the one that is used.
        ("zh-Hans", "gb18030", "gb2312", None, False),
        ("zh-Hans", "gb18030", None, "gb2312", False),
        ("zh-Hans", "gb18030", "gbk", "gb2312", False),
        ("zh-Hant", "big5hkscs", "big5", None, False),
        ("ko", "cp949", "euc-kr", None, False),
        ("ko", "cp949", "ks_c_5601-1987", None, False),
        ("ja", "cp932", "Shift_JIS", None, False),
        ("de", "cp1252", "iso-8859-1", None, False),
        ("de", "cp1252", None, "us-ascii", False),
        # UTF-8 that says it is something else.
        ("zh-Hans", "utf-8", "gb2312", None, False),
        ("ko", "utf-8", "euc-kr", "euc-kr", False),
        ("ja", "utf-8", "Shift_JIS", None, False),
        ("de", "utf-8", None, "iso-8859-1", False),
        ("pl", "utf-8", "iso-8859-2", "iso-8859-1", False),
        ("zh-Hant", "utf-8", "utf-16", None, False),
        ("ru", "utf-8", "windows-1251", "koi8-r", False),
        # Something else that says it is UTF-8.
        ("zh-Hans", "gb18030", "utf-8", None, True),
        ("zh-Hant", "big5hkscs", "utf-8", "utf-8", True),
        ("ko", "cp949", "utf-8", None, True),
        ("ja", "cp932", "utf-8", None, True),
        ("ja", "euc_jp", "utf-8", None, True),
        ("ja", "iso2022_jp", "utf-8", None, False),  # it has signs of its own
        ("ru", "koi8-r", "utf-8", None, True),
        ("ru", "cp1251", "utf-8", None, True),
        ("de", "cp1252", "utf-8", None, True),
        ("pl", "cp1250", "utf-8", None, True),
        # That says nothing.
        ("zh-Hans", "gb18030", None, None, True),
        ("ru", "koi8-r", None, None, True),
        ("ko", "cp949", None, None, True),
        # Header against document: the bytes decide, and the server's default for all that it has weighs least.
        ("ru", "cp1251", "windows-1251", "koi8-r", False),
        ("ru", "koi8-r", "windows-1251", "koi8-r", False),
        ("ru", "cp1251", "windows-1251", "iso-8859-1", False),
        ("ja", "euc_jp", "euc-jp", "Shift_JIS", False),
        ("ko", "cp949", "utf-8", "euc-kr", False),
        ("zh-Hans", "gb18030", "gb2312", "utf-8", False),
        # A wrong name alone.
        ("zh-Hant", "big5hkscs", "gb2312", None, True),
        ("ja", "euc_jp", "Shift_JIS", None, True),
        ("ru", "koi8-r", "windows-1251", None, True),
        ("ru", "cp1251", "iso-8859-1", "iso-8859-1", True),
        ("zh-Hans", "gb18030", "iso-8859-1", None, True),
        ("ko", "cp949", None, "iso-8859-1", True),
        # Marks and widths.
        ("ko", "utf-8-sig", "euc-kr", "euc-kr", False),
        ("ja", "utf-16", "utf-8", None, False),
        ("ru", "utf-16-le", "utf-8", "utf-8", False),
        ("zh-Hans", "utf-16-be", "utf-8", None, False),
        ("de", "utf-32", "iso-8859-1", None, False),
        # A name that nobody knows is none.
        ("ko", "utf-8", "klingon", None, False),
    ],
)
def test_titles_are_right_and_a_guess_is_told(
    language: str, codec: str, in_body: str | None, in_header: str | None, told: bool
) -> None:
    """All are right here; whether a person is told depends on how much was to be guessed."""
    titles = TITLES[language]
    if codec in {"euc_jp", "iso2022_jp"}:  # which have not all of them
        titles = titles[:-1]
    found = read(feed(titles, in_body).encode(codec), in_header)
    assert tuple(entry.title for entry in found.entries) == titles
    assert ("the character set of the document is in doubt" in (found.problem or "")) is told
    assert found.problem is None or told


@pytest.mark.parametrize(
    ("language", "codec", "declared"),
    [
        ("zh-Hans", "utf-8", "utf-8"),
        ("zh-Hans", "utf-8", None),
        ("zh-Hans", "gb18030", "gb2312"),
        ("zh-Hant", "big5hkscs", "big5"),
        ("ko", "cp949", "euc-kr"),
        ("ja", "cp932", "Shift_JIS"),
        ("ru", "cp1251", "windows-1251"),
        ("ko", "utf-8-sig", "utf-8"),
    ],
)
@pytest.mark.parametrize("byte", [b"", b"\xff", b"\x80", b"A", b"\x00", b"\x1b"])
def test_a_broken_byte_costs_one_entry_at_most(language: str, codec: str, declared: str | None, byte: bytes) -> None:
    """Wherever it stands in a title, and whether it is another one or missing; the others are as they were."""
    titles = TITLES[language]
    document = feed(titles, declared).encode(codec)
    third = document.index(b"<guid>3</guid><title>") + len(b"<guid>3</guid><title>")
    for at in range(third, document.index(b"</title>", third)):
        found = read(document[:at] + byte + document[at + 1 :], None)
        assert found.problem is None
        wrong = [entry.guid for entry, title in zip(found.entries, titles, strict=True) if entry.title != title]
        assert set(wrong) <= {"3"}


def test_a_document_that_is_half_broken_is_told_of() -> None:
    """A few broken characters show by themselves; these are too many to have been meant."""
    titles = TITLES["ko"]
    document = feed(titles, "utf-8").encode()
    found = read(document.replace("다".encode(), "다".encode()[:2]), None)
    assert found.problem is not None
    assert "characters beyond ASCII are broken" in found.problem


def test_a_mark_of_one_set_before_another_is_told_of() -> None:
    """What follows the mark is not what it says."""
    found = read(codecs.BOM_UTF8 + feed(TITLES["ru"], "utf-8").encode("koi8-r"), None)
    assert found.problem is not None
    assert "characters beyond ASCII are broken" in found.problem
