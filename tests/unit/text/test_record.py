from __future__ import annotations

from unicodedata import combining, normalize

import pytest

from monitor.text import record
from monitor.text.record import Offsets, normalize_text


@pytest.mark.parametrize(
    ("received", "record"),
    [
        # full-width letters and punctuation, as Chinese and Japanese sites send them
        ("ＮＯＲＴＨ，朝鲜！", "NORTH,朝鲜!"),
        # a soft hyphen and a zero-width space inside a word
        ("Tai\u00adwan dri\u200blls", "Taiwan drills"),
        # half-width katakana with its voicing mark, decomposed Hangul
        ("ﾐｻｲﾙ ｶﾞ 한", "ミサイル ガ 한"),
        # a mark of direction, a filler of Hangul, a variation selector, a tag
        ("mis\u202esile мис\u200fсия", "missile миссия"),
        ("미\u3164사\u1160일 mis\ufe0fsile", "미사일 missile"),
        ("葛\U000e0100城 mis\U000e0041sile", "葛城 missile"),
        # a stress mark that composes with nothing, an й that does
        ("Коре́я и\u0306", "Корея й"),
        # the Ukrainian apostrophe
        ("об\u02bcєкт", "об'єкт"),
    ],
)
def test_the_record_holds_what_a_reader_sees(received: str, record: str) -> None:
    """Width, composition and invisible characters do not tell two texts apart."""
    assert normalize_text(received) == record


def test_offsets_lead_back_to_the_text_as_received() -> None:
    """A range of the record is shown as the characters that were received for it."""
    text = "「ﾐｻｲﾙ」Tai\u00adwan"
    record = normalize_text(text)
    start, end = Offsets(text).to_original(record.index("ミ"), record.index("ル") + 1)
    assert text[start:end] == "ﾐｻｲﾙ"
    start, end = Offsets(text).to_original(record.index("Taiwan"), len(record))
    assert text[start:end] == "Tai\u00adwan"


def test_each_character_of_the_record_comes_from_those_that_were_received_for_it() -> None:
    """Between characters that change, runs of others stay as they are; the last of a run may join with what follows."""
    text = "Ａb\u00adcde\u0301 가각한글 ﾐｶﾞ,\U0001d400z㍍\u02bc" + "x" * 600
    pieces = [
        "Ａ",
        "b",
        "\u00ad",
        "c",
        "d",
        "e\u0301",
        " ",
        *"가각한글",
        " ",
        "ﾐ",
        "ｶﾞ",
        ",",
        "\U0001d400",
        "z",
        "㍍",
        "\u02bc",
    ]
    expected, start = [], 0
    for piece in [*pieces, *"x" * 600]:
        end = start + len(piece)
        expected += [(start, end)] * len(normalize_text(piece))
        start = end
    offsets = Offsets(text)
    assert [offsets.to_original(i, i + 1) for i in range(len(normalize_text(text)))] == expected


@pytest.mark.parametrize(
    "marks", ["\u0301\u0323", "\u05b0\u0301\u0323", "\u3099\u0e38", "\uff9e\u0323", "\u0f73\u0301"]
)
def test_marks_in_a_row_cost_no_more_than_others(marks: str) -> None:
    """Normalising sorts them, in the square of their number: 200,000 took minutes, and a feed may send them."""
    text = "a1 e" + marks * (200_000 // len(marks)) + " b"
    normalised = normalize_text(text)
    assert (normalised[:2], normalised[-2:]) == ("a1", " b")
    assert Offsets(text).to_original(0, len(normalised)) == (0, len(text))


def test_what_becomes_a_mark_is_known() -> None:
    """All characters that are no combining marks, and that NFKC turns into some, by this Python's Unicode data."""
    every = (chr(number) for number in range(0x110000))
    become = (c for c in every if not combining(c) and combining(normalize("NFKD", c)[0]))
    assert "".join(become) == record._BECOME_MARKS
