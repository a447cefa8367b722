"""The patterns of terms are kept for the next set of rules, up to a number of terms."""

from __future__ import annotations

import pytest

from monitor.matching import terms
from monitor.matching.terms import compile_term
from monitor.model import Term


def make_term(text: str, language: str = "en") -> Term:
    return Term(text, language, False, False, True)


def test_a_term_is_compiled_once() -> None:
    first = compile_term(make_term("earthquake"))
    assert first
    assert compile_term(make_term("earthquake")) is first


def test_a_name_and_a_word_are_different_terms() -> None:
    """A name is the same in many languages, so a text in another language does not rule it out."""
    word, name = compile_term(make_term("Merkel", "de")), compile_term(make_term("Merkel", "de"), name=True)
    assert [pattern.language for pattern in word] == ["de"]
    assert [pattern.language for pattern in name] == [None]


def test_the_terms_that_are_kept_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[Term, tuple[terms.TermPattern, ...]] = {}
    monkeypatch.setattr(terms, "_COMPILED_WORDS", kept)
    monkeypatch.setattr(terms, "_MAX_COMPILED", 3)
    compiled = [compile_term(make_term(f"word{number}")) for number in range(10)]
    assert all(compiled)
    assert 0 < len(kept) <= 3
