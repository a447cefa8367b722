"""Lists as they are written become the lists that rules share."""

from __future__ import annotations

import pytest

from monitor.config.language.lists import word_list_from_document
from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.model import ListNamed, Place, Reach, Term, WordList, Words

_HERE = Place("f.yaml", 1, 1)


def said(text: str) -> WordList:
    [document] = parse_yaml_text(text, "f.yaml")
    return word_list_from_document(document)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("{list: aa, title: A, words: [x, 'y z*']}", WordList("aa", (Term("x"), Term("y z*")), place=_HERE, title="A")),
        ("{list: aa, words: {en: [x], zh: [无]}}", WordList("aa", (Term("x", "en"), Term("无", "zh")), place=_HERE)),
        (
            "{list: aa, before: {within: 4 words, words: [no]}, after: {within: 3 words, list: bb}}",
            WordList("aa", (), Reach(4, Words((Term("no"),))), Reach(3, ListNamed("bb")), place=_HERE),
        ),
        ("{list: aa, lists: [bb, cc, bb]}", WordList("aa", place=_HERE, lists=("bb", "cc"))),
        (
            "{list: aa, words: [x], lists: [bb], entities: [taiwan]}",
            WordList("aa", (Term("x"),), place=_HERE, lists=("bb",), entities=("taiwan",)),
        ),
        # how its own words are meant, and no others
        (
            "{list: aa, words: {ru: [X]}, case: exact, forms: all, edges: words, before: {within: 1 word, words: [n]}}",
            WordList(
                "aa",
                (Term("X", "ru", exact=True, forms=True, edged=True),),
                Reach(1, Words((Term("n"),))),
                place=_HERE,
            ),
        ),
    ],
)
def test_a_list_says_what_is_written(text: str, meant: WordList) -> None:
    """Its words, and what spoils others before and after it."""
    assert said(text) == meant
