"""Lints of habits that people bring from search engines and alert services, and of letters that mean other things."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from monitor.config.yaml.yaml12 import ValuePath
from monitor.lab.annotated_document import AnnotatedDocument, Lint, LintKind

OPERATORS = (  # how a word begins or what stands in it; what it does elsewhere; how that is written here
    (re.compile(r"\S\s+AND\s+\S"), "AND", "write both under all: (anywhere in the article) or near: (together)"),
    (re.compile(r"\S\s+OR\s+\S|\S\s*\|\s*\S"), "OR", "write each as a word of its own: [one, other]"),
    (re.compile(r"(?:^|\s)NOT\s+\S"), "NOT", "write it under unless: (no such article) or ignore: (not these places)"),
    (
        re.compile(r"(?:^|\s)[-−–][^\W\d_]"),
        "-",
        "write it under unless: (no such article) or ignore: (not these places)",
    ),
    (re.compile(r'"'), "quotes", "words next to each other are a phrase without them"),
    (re.compile(r"(?:^|\s)(?:site|source|inurl):\S", re.IGNORECASE), "site:", "write where: {sources: [...]}"),
    (re.compile(r"(?:^|\s)(?:all)?intitle:\S", re.IGNORECASE), "intitle:", "write in: title beside words:"),
    (re.compile(r"[()]"), "brackets", "write the alternatives under any:, and what else is required, under all:"),
)
_LETTERS = re.compile(r"[A-Za-z]{1,2}|[a-z]{3}")  # what is longer, or three capitals, is hardly another word in English
_EAST_ASIAN = ("ko", "zh", "ja")


def lint_search_operators(written: AnnotatedDocument) -> Iterator[Lint]:
    """A word with the signs of a search engine in it, which would be looked for as they stand."""
    for words in written.word_sets():
        for where, text in words.words:
            for sign, called, meant in OPERATORS:
                if sign.search(text):
                    what = f"'{text}' is searched for literally: {called} is not an operator here"
                    yield written.make_lint(LintKind.SEARCH_OPERATOR, where, what, meant)
                    break


def lint_short_latin_words(written: AnnotatedDocument) -> Iterator[Lint]:
    """A short word in Latin letters that is listed for Korean, Chinese or Japanese only, and runs on English too."""
    listed: dict[ValuePath, set[str]] = defaultdict(set)
    sets = [*written.word_sets()]
    for words in sets:
        if words.language.partition("-")[0] not in _EAST_ASIAN:
            listed[_find_language_mapping(words.words, words.language)] |= {text for _, text in words.words}
    for words in sets:
        if words.language.partition("-")[0] in _EAST_ASIAN:
            meant = listed[_find_language_mapping(words.words, words.language)]
            for where, text in words.words:
                if _LETTERS.fullmatch(text) and text not in meant:
                    what = f"'{text}' is also searched for in English, where it may mean something else"
                    mend = "write the word that it is short for, or list it under en too if it is meant there as well"
                    yield written.make_lint(LintKind.SHORT_LATIN, where, what, mend)


def _find_language_mapping(words: tuple[tuple[ValuePath, str], ...], language: str) -> ValuePath:
    """Where the mapping of languages stands in which the words do."""
    where = words[0][0][:-1] if words else ()
    return where[:-1] if where[-1:] == (language,) else where
