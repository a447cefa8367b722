"""The tables by hand beside this file, as the scripts read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from seeds.places import grammar

HERE = Path(__file__).parent


def lines(name: str) -> Iterator[str]:
    """The lines of a table that say something."""
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line


def by_language(said: str) -> Iterator[tuple[str, str]]:
    """(language, name) of each name in `en Name / Other name | de Name`."""
    for group in said.split("|"):
        language, _, names = group.strip().partition(" ")
        for name in names.split(" / "):
            if name.strip():
                yield language, name.strip()


def demonyms() -> Iterator[tuple[str, str, str]]:
    """(ISO code, language, word) of each word of demonyms.txt."""
    for line in lines("demonyms.txt"):
        identity, *groups = (part.strip() for part in line.split("|"))
        for group in groups:
            language, *words = group.split()
            for word in words:
                yield identity, language, word.replace("_", " ")


def demonym_forms(language: str, word: str) -> Iterable[str]:
    """A word of demonyms.txt in all its forms: one that starts small is an adjective, a German or Polish one that starts
    large and a Russian one with a "+" are persons; any other is said as it stands."""
    if language == "de" and word[0].isupper():
        return grammar.german_person(word)
    if language == "pl" and word[0].isupper():
        return grammar.polish_person(word)
    if language in {"ru", "uk"} and word.endswith("+"):
        forms = grammar.russian_person(word[:-1])
        return {*forms, *(form[0].upper() + form[1:] for form in forms)}
    if word[0].islower() and language in grammar.FORMS:
        forms = grammar.FORMS[language](word)
        return {*forms, *(form[0].upper() + form[1:] for form in forms)}
    return (word,)
