"""A pattern is ready to search with, or it is said what is wrong with it."""

from __future__ import annotations

import pytest

from monitor.text.patterns import compile_regex, finds_no_word


@pytest.mark.parametrize(
    ("pattern", "exact", "text", "spans"),
    [
        (r"KN-?\d\d", False, "a kn-23, a KN25", [(2, 7), (11, 15)]),
        (r"KN-?\d\d", True, "a kn-23, a KN25", [(11, 15)]),
        ("ракет", False, "РАКЕТЫ", [(0, 5)]),  # case is folded in every script
        (r"\w+", False, "한 été x", [(3, 4), (6, 7)]),  # these letters are those of ASCII, as docs/reference.md says
        (r"\pL+", False, "한 été x", [(0, 1), (2, 5), (6, 7)]),
        (r"\p{Hangul}+", False, "한 미사일", [(0, 1), (2, 5)]),
        (r"(?<what>a)|b", False, "xab", [(1, 2), (2, 3)]),  # a group may have a name
    ],
)
def test_a_pattern_is_found_where_it_stands(pattern: str, exact: bool, text: str, spans: list[tuple[int, int]]) -> None:
    """Case counts only where it is asked for; places are those of characters, not of bytes."""
    assert [found.span() for found in compile_regex(pattern, exact=exact).finditer(text)] == spans


_AROUND = "(look-ahead and look-behind are not supported: use near, ignore or unless instead)"
_BACK = "(back-references are not supported: write out the repeated text)"


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(a", "missing ): (a"),
        ("[z-a]", "invalid character class range: z-a"),
        ("*a", "no argument for repetition operator: *"),
        (r"\é", r"invalid escape sequence: \é"),
        ("a{1001}", "invalid repetition size: {1001}"),
        (r"(?:\PL{0,30}\pL{0,30}){10}", "pattern too large - compile failed"),
        ("(?=a)b", f"invalid perl operator: (?= {_AROUND}"),
        ("(?!a)b", f"invalid perl operator: (?! {_AROUND}"),
        ("(?<=a)b", f"invalid perl operator: (?<= {_AROUND}"),
        ("(?<!a)b", f"invalid perl operator: (?<! {_AROUND}"),
        (r"(a)\1", rf"invalid escape sequence: \1 {_BACK}"),
        (r"(?P<x>a)(?P=x)", f"invalid perl operator: (?P {_BACK}"),
        (r"\u0041", r"invalid escape sequence: \u (write the character itself)"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused(pattern: str, said: str, capfd: pytest.CaptureFixture[str]) -> None:
    """With what RE2 says of it and, where that helps nobody, in plain words; nothing is written beside it."""
    with pytest.raises(ValueError, match=r".") as refused:
        compile_regex(pattern)
    assert str(refused.value) == said
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("pattern", "no_word"),
    [
        (r"[[(]", True),
        (r"\[", True),
        (r"\(.\)", False),
        (r"---", True),
        (r"(?i)—{2,3}", True),  # neither the flag nor the number is looked for
        (r"(?P<dash>—)", True),
        (r"\s[!-/]\s", True),
        (r"[ -~]", False),  # the letters lie between the two
        (r"[^\pL\pM\pN]", False),  # among the letters of Thai are signs
        (r"[^(]", False),
        (r"[[:punct:]]", True),
        (r"[[:alpha:]]", False),
        (r"\x{2014}", True),
        (r"\x41", False),
        (r"\d%", False),
        (r"\p{Han}", False),
        (r"\Q[x]\E", False),
        (r"\Q[]\E", True),
        (r"(%|SM-[0-9]+)", False),
        (r"👍", True),
        (r"x*-", False),  # a word may stand beside the sign
    ],
)
def test_what_matches_only_signs_between_words_finds_nothing(pattern: str, no_word: bool) -> None:
    """Whatever way it is written: a place in an article is one of words."""
    assert finds_no_word(pattern) is no_word
