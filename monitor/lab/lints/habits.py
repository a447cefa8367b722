"""Lints of habits from search engines and alert services, and of Latin words that mean something else in English."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from monitor.config.yaml.yaml12 import ValuePath
from monitor.lab.annotated_document import AnnotatedDocument, Lint, LintKind

OPERATORS = (  # what a word contains; the operator that this is elsewhere; how it is written here
    (re.compile(r"\S\s+AND\s+\S"), "AND", "write both under all: (anywhere in the article) or near: (together)"),
    (re.compile(r"\S\s+OR\s+\S|\S\s*\|\s*\S"), "OR", "write each as a separate word: [one, other]"),
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
_SHORT_WORD = re.compile(
    r"[A-Za-z]{1,2}|[a-z]{3}"
)  # longer words, or three capitals, are hardly another word in English
_EAST_ASIAN = ("ko", "zh", "ja")


def lint_search_operators(annotated: AnnotatedDocument) -> Iterator[Lint]:
    """A word with an operator of a search engine, which would be searched for literally."""
    for words in annotated.word_sets():
        for path, text in words.words:
            for sign, name, hint in OPERATORS:
                if sign.search(text):
                    problem = f"'{text}' is searched for literally: {name} is not an operator here"
                    yield annotated.make_lint(LintKind.SEARCH_OPERATOR, path, problem, hint)
                    break


def lint_short_latin_words(annotated: AnnotatedDocument) -> Iterator[Lint]:
    """A short word in Latin letters that is listed for Korean, Chinese or Japanese only, but matches English text
    too."""
    listed: dict[ValuePath, set[str]] = defaultdict(set)
    sets = [*annotated.word_sets()]
    for words in sets:
        if words.language.partition("-")[0] not in _EAST_ASIAN:
            listed[_find_language_mapping(words.words, words.language)] |= {text for _, text in words.words}
    for words in sets:
        if words.language.partition("-")[0] in _EAST_ASIAN:
            listed_too = listed[_find_language_mapping(words.words, words.language)]
            for path, text in words.words:
                if _SHORT_WORD.fullmatch(text) and text not in listed_too:
                    problem = f"'{text}' is also searched for in English, where it may mean something else"
                    hint = "write the word that it is short for, or list it under en too if it is meant there as well"
                    yield annotated.make_lint(LintKind.SHORT_LATIN, path, problem, hint)


def _find_language_mapping(words: tuple[tuple[ValuePath, str], ...], language: str) -> ValuePath:
    """The path of the mapping of languages that contains these words."""
    path = words[0][0][:-1] if words else ()
    return path[:-1] if path[-1:] == (language,) else path
