"""Texts and rules that make matching slow where anything in it is worse than linear.

Each case is a rule and the piece of text that is worst for it. A text is the piece over and over, as long as one likes.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model import AllOf, AnyOf, Condition, Ignore, Ignoring, Level, Near, Reach, Rule, Term, Times, Unit, Words


@dataclass(frozen=True, slots=True)
class Case:
    """`piece` stands in the text so often that the text has the characters that are asked for; `ends`: what comes at
    the very end, once."""

    name: str
    rule: Rule
    piece: str
    ends: str = ""

    def text(self, characters: int) -> str:
        return self.piece * (characters // len(self.piece)) + self.ends


def cases() -> list[Case]:
    """All of them."""
    return [Case(name, _rule(name, condition), piece, ends) for name, condition, piece, ends in _CASES]


def _words(*texts: str, language: str = "any", exact: bool = False) -> Words:
    return Words(tuple(Term(text, language, exact) for text in texts))


def _rule(name: str, condition: Condition) -> Rule:
    return Rule(name.replace(" ", "-"), name, Level.LOW, condition, version="1", unless=_words("neverwritten"))


_A, _B, _C = _words("alpha"), _words("beta"), _words("gamma")
_FAR = "filler " * 12
_CASES: list[tuple[str, Condition, str, str]] = [
    ("one term repeated", _A, "alpha ", ""),
    ("one term repeated, the other at the end", AllOf((_A, _words("omega"))), "alpha ", "omega"),
    ("a near complete again and again", Near((_A, _B, _C), 10), "alpha beta gamma ", ""),
    ("a near whose members are the same words", Near((_words("alpha", "beta"),) * 6, 5), "alpha beta ", ""),
    ("a near that lacks one, in one sentence", Near((_A, _B, _C)), "alpha beta ", ""),
    ("a near that lacks one, in one paragraph", Near((_A, _B, _C), unit=Unit.PARAGRAPH), "alpha beta. ", ""),
    ("a near in the wrong order", Near((_A, _B), 10, in_order=True), "beta ", "alpha"),
    ("near misses", Near((_A, _B), 10), f"alpha {_FAR}beta {_FAR}", ""),
    ("near misses of six", Near((*(_words(f"w{n}") for n in range(5)), _C), 10), "w0 w1 w2 w3 w4 filler ", ""),
    ("ignored again and again", Ignoring(_A, Ignore((Term("alpha beta"),))), "alpha beta ", ""),
    ("ignored for what stands before", Ignoring(_A, Ignore(before=Reach(8, _B))), "beta alpha alpha ", ""),
    ("ignored for what stands behind", Ignoring(_A, Ignore(after=Reach(8, _B))), "alpha alpha beta ", ""),
    ("nearly ignored", Ignoring(_A, Ignore(before=Reach(3, _B))), f"beta {_FAR}alpha ", ""),
    ("too few times", Times(10**6, AnyOf((_A, _B))), "alpha beta ", ""),
    ("overlapping phrases", AllOf((_words("alpha alpha", "alpha alpha alpha"), _words("omega"))), "alpha ", ""),
    ("a long phrase that almost stands", _words("alpha " * 30 + "omega"), "alpha ", ""),
    ("an open middle in one endless word", _words("*ab*", "*abab*"), "ab", ""),
    ("an open beginning in one endless word", _words("*aba"), "ab", ""),
    ("an open end in one endless word", _words("ab*"), "ab", ""),
    ("one Han character", _words("弹", language="zh"), "弹", ""),
    (
        "Han characters only",
        Near((_words("导弹", "弹道", language="zh"), _words("军演", language="zh")), 5),
        "导弹道",
        "",
    ),
    ("traditional characters only", _words("飛彈", language="zh"), "飛彈臺灣", ""),
    ("particles", _words("대만", language="ko"), "대만에서는 대만으로의 ", ""),
    ("particles in one endless word", _words("대만", language="ko"), "대만에서는", ""),
    ("the case is another", _words("ALPHA", exact=True), "alpha Alpha ", ""),
    ("nothing but sentence ends", Near((_A, _B)), "alpha. ! ? ", ""),
    ("nothing but signs", _A, ".-—“”’", ""),
    ("combining marks", _A, "a\u0301\u0301\u0301\u0301", ""),
    ("invisible characters", _A, "al\u00adpha\u200b ", ""),
    ("abbreviations", Near((_A, _B)), "U.S. Gen. a.b. ", ""),
    ("line breaks", Near((_A, _B)), "alpha\n\n", ""),
    ("half-width kana", _words("ガ", language="ja"), "ｶﾞ", ""),
]
