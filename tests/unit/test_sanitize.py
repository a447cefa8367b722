"""What others wrote, made safe to show."""

from __future__ import annotations

import json
import sys
import unicodedata
from urllib.parse import unquote

import pytest

from monitor.errors import Fault, FetchFailed
from monitor.model import Message, Place, Receipt, ReceiptKind
from monitor.sanitize import escape_json, sanitize_highlighted, sanitize_line, sanitize_text, sanitize_url

SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
# Words that need their joiners: Persian (compounds, an age in digits, a calendar), Hindi, Marathi, Bengali, Sinhala,
# Kannada, Malayalam as older pages write it, Khmer.
WORDS = (
    "می\u200cخواهم خانه\u200cها ۲۰\u200cساله ه\u200d.ش क्\u200dष शुद्\u200cध र\u200d्या র\u200d্যাম "
    "ශ්\u200dරී ලංකා ರ\u200d್ಕ അവന്\u200d "
    "ក\u200cខ"
)
# A family, a kiss with colours of skin, a pirate, a flag of colours, a heart on fire, and a flag of two letters.
EMOJI = (
    "👨\u200d👩\u200d👧\u200d👦 👩🏽\u200d❤\ufe0f\u200d💋\u200d👨🏿 🏴\u200d☠\ufe0f 🏳\ufe0f\u200d🌈 ❤\ufe0f\u200d🔥 🇰🇷"
)
ALL = [*map(chr, range(sys.maxunicode + 1))]
# Formats that a reader sees, or that shape the script that they stand in.
SHOWN = {
    *"\u200c\u200d",  # joiners
    *map(chr, (*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD)),  # signs below numbers
    *map(chr, range(0x13430, 0x13440)),  # hieroglyphs
}
# Unicode's DerivedCoreProperties.txt: Default_Ignorable_Code_Point, "characters with no visible glyph".
UNSEEN = {
    chr(code)
    for first, last in (
        *((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
        *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F)),
        *((0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A)),
        (0xE0000, 0xE0FFF),
    )
    for code in range(first, last + 1)
}
STEERING = [
    sign
    for sign in ALL
    if (unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"} or sign in UNSEEN)
    and sign not in SHOWN
    and sign not in "\t\n"
]


def test_no_character_that_steers_is_left() -> None:
    """Of all that Unicode has: controls, formats, halves of pairs, separators, and what has no glyph; formats that mean
    something stay."""
    assert [sign for sign in STEERING if sign in sanitize_text(f"a{sign}b")] == []
    assert [sign for sign in STEERING if sign in sanitize_line(f"a{sign}b")] == []
    assert [sign for sign in SHOWN if sign not in sanitize_text(f"क{sign}ष")] == []


def test_all_else_stays() -> None:
    """Letters, marks and signs of every script."""
    others = {"Cc", "Cf", "Cs", "Zl", "Zp", "Cn"}
    letters = "".join(sign for sign in ALL if unicodedata.category(sign) not in others and sign not in UNSEEN)
    assert sanitize_text(letters) == letters


@pytest.mark.parametrize(
    ("text", "shown", "line"),
    [
        ("a\rb\r\nc\x0bd\x85e\u2028f\n\ng\th", "a\nb\nc\nd\ne\nf\n\ng\th", "a b c d e f g h"),  # ends of lines
        ("\x1b]52;c;eA==\x07\x9b31mred", "]52;c;eA==31mred", "]52;c;eA==31mred"),  # what is left of an escape is text
        ("Tai\u200bwan \u202edrills\u2069", "Taiwan drills", "Taiwan drills"),
        ("می\u200cخواهم क्\u200dष", "می\u200cخواهم क्\u200dष", "می\u200cخواهم क्\u200dष"),  # joiners that shape
        ("👩\u200d💻 ❤\ufe0f\u200d🔥", "👩\u200d💻 ❤\ufe0f\u200d🔥", "👩\u200d💻 ❤\ufe0f\u200d🔥"),
        ("mis\u200d\u200csile \u200d1\u200c", "missile 1", "missile 1"),  # and such as hide
        ("می\u200c\u200c\u200dخواهم", "می\u200cخواهم", "می\u200cخواهم"),  # the first of a run is enough
        ("미\u200c사\u200d일 ไ\u200dท ש\u200cל \u3042\u200d", "미사일 ไท של \u3042", "미사일 ไท של \u3042"),
        ("👩\u200d a\u200d💻 👩\u200c💻", "👩 a💻 👩💻", "👩 a💻 👩💻"),  # no pair of emoji
        (WORDS, WORDS, WORDS),
        (EMOJI, EMOJI, EMOJI),
        (f"{SCOTLAND} won", f"{SCOTLAND} won", f"{SCOTLAND} won"),
        ("\U0001f3f4\U000e0067 a\U000e0067\U000e007f", "\U0001f3f4 a", "\U0001f3f4 a"),  # tags that spell no flag
        ("a\ud800\x00b\ufffe", "ab", "ab"),
        ("Tai\xadwan 미\u3164사\u115f\u1160일 \uffa0", "Taiwan 미사일 ", "Taiwan 미사일"),
        (
            "❤\ufe0f ✈\ufe0e ©\ufe0f 1\ufe0f\u20e3",
            "❤\ufe0f ✈\ufe0e ©\ufe0f 1\ufe0f\u20e3",
            "❤\ufe0f ✈\ufe0e ©\ufe0f 1\ufe0f\u20e3",
        ),
        ("葛\U000e0100城 芦\ufe00", "葛\U000e0100城 芦\ufe00", "葛\U000e0100城 芦\ufe00"),  # forms in Japanese names
        ("\u1820\u180b\u1824\u180e\u1820", "\u1820\u180b\u1824\u180e\u1820", "\u1820\u180b\u1824\u180e\u1820"),
        (
            "mis\ufe0fsile 1\ufe0f2 ❤\ufe0f\ufe00\U000e0101!",
            "missile 12 ❤\ufe0f!",
            "missile 12 ❤\ufe0f!",
        ),  # and such as hide
        ("", "", ""),
    ],
)
def test_a_text_keeps_its_lines_and_its_script(text: str, shown: str, line: str) -> None:
    """And comes out of a second time as of the first."""
    assert (sanitize_text(text), sanitize_line(text)) == (shown, line)
    assert (sanitize_text(shown), sanitize_line(line)) == (shown, line)


@pytest.mark.parametrize(
    "letter", ["a", "1", "ß", "я", "א", "ไ", "가", "あ", "中", "ا", "क", "ස", "က", "👩", "❤\ufe0f"]
)
@pytest.mark.parametrize("joiners", ["\u200c\u200d" * 80, "\u200d" * 159, "\u200c" * 159])
def test_of_a_run_of_joiners_one_is_left_at_most(letter: str, joiners: str) -> None:
    """A webhook's title had 159 invisible characters of 174."""
    assert len(sanitize_text(f"{letter}{joiners}{letter}")) <= 2 * len(letter) + 1
    assert len(sanitize_text(f"{letter}{joiners} b")) <= len(letter) + 3


@pytest.mark.parametrize(
    ("text", "highlights", "clean", "moved"),
    [
        ("\u200ba mis\xadsile\x07 flew", ((3, 11),), "a missile flew", ((2, 9),)),
        ("mis\u3164sile", ((0, 8), (2, 5), (5, 99)), "missile", ((0, 7), (2, 4), (4, 7))),
        ("a b", ((0, 1), (2, 3)), "a b", ((0, 1), (2, 3))),
        ("می\u200cخواهم\u200b", ((3, 8),), "می\u200cخواهم", ((3, 8),)),
        ("a\r\nb\x85\u200bc", ((3, 4), (6, 7)), "a\nb\nc", ((2, 3), (4, 5))),
        ("\u200b", ((0, 1),), "", ((0, 0),)),
    ],
)
def test_highlights_move_along(
    text: str, highlights: tuple[tuple[int, int], ...], clean: str, moved: tuple[tuple[int, int], ...]
) -> None:
    """They stay on their words, whether they overlap or end beyond the text."""
    assert sanitize_highlighted(text, highlights) == (clean, moved)


def test_an_address_leads_where_it_led() -> None:
    """Encoded, as a browser would send it; the tabs and ends of lines that one leaves out are left out."""
    assert (
        sanitize_url("https://x.test/a\u202eb?c=\x9b#\U000e0041") == "https://x.test/a%E2%80%AEb?c=%C2%9B#%F3%A0%81%81"
    )
    assert sanitize_url("https://x.test/a\r\nb\tc") == "https://x.test/abc"
    assert sanitize_url("https://x.test/미사일 b") == "https://x.test/미사일 b"
    every = "".join(STEERING).encode("utf-8", "ignore").decode()
    assert unquote(sanitize_url(f"https://x.test/{every}")) == f"https://x.test/{every.replace(chr(13), '')}"
    assert sanitize_text(sanitize_url(f"https://x.test/{every}")) == sanitize_url(f"https://x.test/{every}")


def test_json_says_the_same_without_showing_it() -> None:
    """Every character comes back from it."""
    text = " ".join(STEERING) + SCOTLAND + "क\u200dष 미사일"
    line = escape_json(json.dumps({text: text}, ensure_ascii=False))
    assert json.loads(line) == {text: text}
    assert sanitize_text(line) == line
    assert "미사일" in line


def test_an_error_a_fault_and_an_answer_are_safe_from_the_start() -> None:
    """Whatever they quote."""
    signs = "\x1b[2J\x9b\u202e\r"
    assert str(FetchFailed(f"a{signs}b")) == "a[2J b"
    assert str(Fault(Place("f", 1, 2), f"a{signs}", f"b{signs}")) == "f:1:2: a[2J\n; b[2J\n"
    assert Receipt(ReceiptKind.REFUSED, f"a{signs}b").detail == "a[2J b"


def test_a_message_is_safe_and_its_title_one_line() -> None:
    """It becomes a header of a mail; what it is made of may be older than this."""
    message = Message("CRITICAL\r\nBcc: x@y.test\u202e", "a\r\n\x1b[2Jb\u200b", "<p>\x9bc</p>\r")
    assert (message.title, message.text, message.html) == ("CRITICAL Bcc: x@y.test", "a\n[2Jb", "<p>c</p>\n")
