"""All forms of a word or phrase in languages that inflect: so far Russian names and nouns (pymorphy3).

It is used when rules are compiled, never for an article. Verbs keep the form in which they are written, because other
forms mean something else (запустила is news, запустит is not). To add a language, add an entry to _INFLECTIONS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from types import MappingProxyType

from monitor.text.pymorphy_compat import Parse, load_russian_analyzer, release_russian_analyzer
from monitor.text.scripts import CYRILLIC

_CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")
_DECLINED = {"NOUN", "ADJF", "PRTF"}
_NAME_TAGS = {"Name", "Surn", "Patr", "Geox", "Orgn", "Sgtm", "Abbr"}  # nobody writes names in the plural
_ENDINGS = ("", "а", "у", "а", "ом", "е")  # for a foreign man's name that no dictionary contains: Ким Чен Ына
_CONSONANTS = frozenset("бвгджзклмнпрстфхцчшщ")


def inflect_phrase(text: str, language: str) -> tuple[str, ...]:
    """Return the text and its other forms, each once."""
    inflect = _find_inflector(text, language)
    return (text,) if inflect is None else tuple(dict.fromkeys((text, *inflect(text))))


def may_be_inflected(text: str, language: str) -> bool:
    """Whether the text may have other forms."""
    return _find_inflector(text, language) is not None


def release_dictionaries() -> None:
    """Free the dictionaries: 14 MiB that nobody needs once the rules are compiled. For another word they are loaded
    again, in some 50 ms. Do not call it while another thread inflects."""
    release_russian_analyzer()


def _inflect_russian(text: str) -> tuple[str, ...]:
    """The phrase in each case: with all words that are in the nominative inflected together and, for a name, also
    with only the last one inflected (Ли Чжэ Мёна). In both numbers, unless it is a name."""
    words = [(word, _parse_nominative(word)) for word in text.split()]
    head = next((parse for _, parse in reversed(words) if parse is not None and parse.tag.POS == "NOUN"), None)
    is_name = head is None or bool(_NAME_TAGS & set(head.tag.grammemes))
    given_names = len(words) > 1 and all(parse is None or parse.tag.POS == "NOUN" for _, parse in words)
    numbers = (None,) if is_name else ("sing", "plur")
    forms: list[str] = []
    for number in numbers:
        for case in range(len(_CASES)):
            declined = [_decline_word(word, parse, case, number, head) for word, parse in words]
            forms.append(" ".join(declined))
            if given_names:
                forms.append(" ".join((*text.split()[:-1], declined[-1])))
    return tuple(forms)


def _parse_nominative(word: str) -> Parse | None:
    """The likeliest reading of a word as a noun or adjective in the nominative."""
    parses: Iterable[Parse] = load_russian_analyzer().parse(word)
    return next((parse for parse in parses if parse.tag.POS in _DECLINED and parse.tag.case == "nomn"), None)


def _decline_word(word: str, parse: Parse | None, case: int, number: str | None, head: Parse | None) -> str:
    if parse is None:
        is_unknown_name = word[-1:].lower() in _CONSONANTS and all(
            "UNKN" in reading.tag for reading in load_russian_analyzer().parse(word)
        )
        return word + _ENDINGS[case] if is_unknown_name else word
    grammemes = {_CASES[case]}
    if number is not None:
        grammemes.add(number)
    if (
        _CASES[case] == "accs"
        and (number == "plur" or parse.tag.gender == "masc")
        and head is not None
        and head.tag.animacy
    ):
        grammemes.add(head.tag.animacy)  # it decides the form of an adjective
    inflected = parse.inflect(grammemes)
    return word if inflected is None else _copy_case(inflected.word, word)


def _copy_case(form: str, word: str) -> str:
    """The form, in upper or lower case as the word was written."""
    if word.isupper() and len(word) > 1:
        return form.upper()
    return "-".join(_copy_capitals(form.split("-"), word.split("-")))


def _copy_capitals(parts: list[str], original: list[str]) -> Iterator[str]:
    for index, part in enumerate(parts):
        is_capitalized = index < len(original) and original[index][:1].isupper()
        yield part.capitalize() if is_capitalized else part


_Inflector = Callable[[str], tuple[str, ...]]


def _find_inflector(text: str, language: str) -> _Inflector | None:
    """None: the text has no other forms. So it is with an open end (`*`), and with foreign letters (Lazarus)."""
    inflect, letters = _INFLECTIONS.get(language.split("-", maxsplit=1)[0].lower(), _NOT_INFLECTED)
    return inflect if letters is not None and letters.search(text) and "*" not in text else None


_NOT_INFLECTED = None, None
_INFLECTIONS: MappingProxyType[str, tuple[_Inflector, re.Pattern[str]]] = MappingProxyType(
    {"ru": (_inflect_russian, CYRILLIC)}
)
