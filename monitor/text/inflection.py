"""All forms of a word or phrase, where its language inflects: Russian names and nouns so far (pymorphy3).

It is asked when rules are compiled, never about an article. Verbs stay as they are written: their forms say other
things (запустила is news, запустит is not). A further language is one more entry of _INFLECTING.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from types import MappingProxyType

from pymorphy3 import MorphAnalyzer
from pymorphy3.analyzer import Parse

_CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")
_DECLINED = {"NOUN", "ADJF", "PRTF"}
_SINGLE = {"Name", "Surn", "Patr", "Geox", "Orgn", "Sgtm", "Abbr"}  # names have no plural that anybody would write
_ENDINGS = ("", "а", "у", "а", "ом", "е")  # of a foreign man's name that no dictionary knows: Ким Чен Ына
_CONSONANTS = frozenset("бвгджзклмнпрстфхцчшщ")


def inflect_phrase(text: str, language: str) -> tuple[str, ...]:
    """The text and its other forms, each once. A text with an open end (`*`) has none."""
    inflect = _INFLECTING.get(language.split("-", maxsplit=1)[0].lower())
    return (text,) if inflect is None or "*" in text else tuple(dict.fromkeys((text, *inflect(text))))


@cache
def _load_russian_analyzer() -> MorphAnalyzer:
    return MorphAnalyzer(lang="ru")


def release_dictionaries() -> None:
    """Let go of the dictionaries, 14 MiB that nobody needs once the rules are compiled. What was asked is remembered;
    for another word they are loaded again, in some 50 ms. Not while another thread asks."""
    if _load_russian_analyzer.cache_info().currsize:
        analyzer = _load_russian_analyzer()
        for held in (
            analyzer.dictionary,
            analyzer,
        ):  # by each other, until garbage is looked for
            vars(held).clear()
        _load_russian_analyzer.cache_clear()


@cache
def _inflect_russian(text: str) -> tuple[str, ...]:
    """The phrase in each case: all of its words that stand in the nominative together, and of a name also the last
    alone (Ли Чжэ Мёна); in both numbers unless it is a name."""
    words = [(word, _parse_nominative(word)) for word in text.split()]
    head = next((parse for _, parse in reversed(words) if parse is not None and parse.tag.POS == "NOUN"), None)
    named = head is None or bool(_SINGLE & set(head.tag.grammemes))
    given_names = len(words) > 1 and all(parse is None or parse.tag.POS == "NOUN" for _, parse in words)
    numbers = (None,) if named else ("sing", "plur")
    found: list[str] = []
    for number in numbers:
        for case in range(len(_CASES)):
            each = [_decline_word(word, parse, case, number, head) for word, parse in words]
            found.append(" ".join(each))
            if given_names:
                found.append(" ".join((*text.split()[:-1], each[-1])))
    return tuple(found)


def _parse_nominative(word: str) -> Parse | None:
    """The likeliest reading of a word as a noun or adjective that stands in the nominative."""
    parses: Iterable[Parse] = _load_russian_analyzer().parse(word)
    return next((parse for parse in parses if parse.tag.POS in _DECLINED and parse.tag.case == "nomn"), None)


def _decline_word(word: str, parse: Parse | None, case: int, number: str | None, head: Parse | None) -> str:
    if parse is None:
        unknown = word[-1:].lower() in _CONSONANTS and all(
            "UNKN" in each.tag for each in _load_russian_analyzer().parse(word)
        )
        return word + _ENDINGS[case] if unknown else word
    wanted = {_CASES[case]}
    if number is not None:
        wanted.add(number)
    if (
        _CASES[case] == "accs"
        and (number == "plur" or parse.tag.gender == "masc")
        and head is not None
        and head.tag.animacy
    ):
        wanted.add(head.tag.animacy)  # of an adjective it decides the form
    inflected = parse.inflect(wanted)
    return word if inflected is None else _copy_case(inflected.word, word)


def _copy_case(form: str, word: str) -> str:
    """The form in the case of the word as it was written."""
    if word.isupper() and len(word) > 1:
        return form.upper()
    return "-".join(_copy_capitals(form.split("-"), word.split("-")))


def _copy_capitals(parts: list[str], like: list[str]) -> Iterator[str]:
    for number, part in enumerate(parts):
        capital = number < len(like) and like[number][:1].isupper()
        yield part.capitalize() if capital else part


_INFLECTING: MappingProxyType[str, Callable[[str], tuple[str, ...]]] = MappingProxyType({"ru": _inflect_russian})
