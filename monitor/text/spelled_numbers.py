"""Cardinal numbers in words: twenty-three, dreiundzwanzig, quatre-vingt-dix-sept, двести пять. Pure.

Each language lists its simple words and what is between them; a pattern that is made of these finds the longer numbers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from monitor.languages import LANGUAGES
from monitor.languages.language import Forms, NumberVocabulary, Words
from monitor.text.number_units import is_date, may_be_year

_BOUND = "-"  # at one end of a word: more of the number is there
_HUNDRED, _THOUSAND = 100, 1000


@dataclass(frozen=True, slots=True)
class SpelledNumber:
    """A number in words, and where it is in the text."""

    start: int
    end: int
    value: int


def _one_of(words: Iterable[str]) -> str:
    return "|".join(sorted({re.escape(word.strip(_BOUND)) for word in words}, key=len, reverse=True))


def _choose(forms: Forms) -> tuple[str, str]:
    """A pattern for the words that are numbers alone, and one for all."""
    words = [word for each in forms for word in each]
    return _one_of(word for word in words if _BOUND not in (word[0], word[-1])) or "(?!)", _one_of(words) or "(?!)"


def _below_hundred(numbers: NumberVocabulary) -> str:
    tens, bound_tens = _choose(numbers.tens)
    small, _ = _choose(numbers.cardinals)
    units, _ = _choose(numbers.cardinals[:9])
    longer = f"(?:{bound_tens})(?:{numbers.after_tens})(?:{small if numbers.has_twenties else units})"
    if numbers.units_before_tens:
        longer = f"(?:{units}){numbers.units_before_tens}(?:{tens})"
    return f"(?:{longer}|{tens}|{small})"


def _below_million(numbers: NumberVocabulary) -> str:
    """The pattern of a number in words; the longest alternatives come first, as the earliest that fits wins."""
    small, _ = _choose(numbers.cardinals)
    hundreds, bound_hundreds = _choose(numbers.hundreds)
    thousand, bound_thousand = _choose((numbers.thousand,))
    article = [numbers.hundred_article] if numbers.hundred_article else []
    before, after = numbers.before_hundred, numbers.after_hundred
    below_hundred = _below_hundred(numbers)
    factor = "|".join((small, *article))
    if len(numbers.hundreds) == 1:
        hundred = f"(?:(?:{factor}){before}(?:{bound_hundreds})|{hundreds})"
        bound_hundreds = hundred
    else:
        hundred = f"(?:{hundreds})"
    below_thousand = f"(?:(?:{bound_hundreds}){after}{below_hundred}|{hundred}|{below_hundred})"
    factor = "|".join((below_thousand, *article))
    thousands = f"(?:(?:{factor}){before}(?:{bound_thousand})|{thousand})"
    return f"(?:{thousands}(?:{after}{below_thousand})?|{below_thousand})"


class NumberGrammar:
    """The numbers in words of a language. `words`: the simple words that may begin one."""

    def __init__(self, numbers: NumberVocabulary) -> None:
        self.pattern = _below_million(numbers)
        values = {form: value for value, forms in enumerate(numbers.cardinals, 1) for form in forms}
        values |= {form: 10 * value for value, forms in enumerate(numbers.tens, 2) for form in forms}
        values |= {form: _HUNDRED * value for value, forms in enumerate(numbers.hundreds, 1) for form in forms}
        values |= dict.fromkeys(numbers.thousand, _THOUSAND)
        self._values = {form.strip(_BOUND): value for form, value in values.items()}
        self._simple = re.compile(_one_of(self._values))
        self._match = re.compile(rf"{self.pattern}\b").match
        self._scales = {form for form, value in self._values.items() if value in {_HUNDRED, _THOUSAND}}
        self._no_hundred_after = tuple(f"{word} " for word in numbers.no_hundred_after)
        self._article = numbers.hundred_article
        self._after_scale = re.compile(rf"(?:{numbers.after_hundred}){self.pattern}\b").match
        self._next_word = _NEXT_PLAIN_WORD if numbers.after_tens == " " else None
        self._collective = re.compile(rf" (?:{numbers.collectives})\b") if numbers.collectives else None
        self.words = frozenset(word for form in self._values for word in form.split("-")[:1])
        self.compound_parts = self._list_compound_parts(numbers)

    @staticmethod
    def _list_compound_parts(numbers: NumberVocabulary) -> Words:
        """One of these is in each number that is a compound; empty: the language writes spaces or hyphens."""
        if numbers.before_hundred:
            return ()
        forms = (*numbers.tens, *numbers.hundreds, numbers.thousand)
        return tuple(word.strip(_BOUND) for each in forms for word in each)

    def is_number(self, word: str) -> bool:
        match = self._match(word)
        return match is not None and match.end() == len(word)

    def is_compound(self, word: str) -> bool:
        """Whether a word is a number of several words."""
        return any(part in word for part in self.compound_parts) and self.is_number(word)

    def is_continued(self, lowercase: str, end: int, others: frozenset[str]) -> bool:
        """Whether what follows a number makes it another or a vague one: twenty-third, a dozen."""
        word = _NEXT_WORD.match(lowercase, end)
        plain_word = self._next_word.match(lowercase, end) if self._next_word else None
        return (
            (word is not None and (word[1] in others or word[1] in self.words))
            or (plain_word is not None and plain_word[1] in others)
            or (self._collective is not None and self._collective.match(lowercase, end) is not None)
        )

    def value(self, number: str) -> int:
        """Return the value of what the pattern has found."""
        total = part = 0
        for word in self._simple.findall(number):
            value = self._values[word]
            if value == _THOUSAND:
                total, part = total + (part or 1) * _THOUSAND, 0
            else:
                part = (part or 1) * _HUNDRED if value == _HUNDRED else part + value
        return total + part

    def read(self, lowercase: str, start: int) -> SpelledNumber | None:
        """Return the number that begins with the simple word at `start`; with an article before it: a hundred."""
        word = self._simple.match(lowercase, start)
        if word is not None and word[0] in self._scales:
            before = lowercase[max(0, start - _REACH_BEFORE) : start]
            if before.endswith(self._no_hundred_after) or _DIGIT_BEFORE.search(before):
                return None
            if self._article and re.search(rf"(?<!\w){self._article} $", before):
                start -= len(self._article) + 1
        match = self._match(lowercase, start)
        return SpelledNumber(start, match.end(), self.value(match[0])) if match else None

    def find_end_of_rest(self, lowercase: str, word: re.Match[str]) -> int:
        """Where a number ends that begins with this word and cannot be read: several hundred and fifty."""
        rest = self._after_scale(lowercase, word.end()) if word[0] in self._scales else None
        return rest.end() if rest else word.end()


_REACH_BEFORE = 12  # characters
_DIGIT_BEFORE = re.compile(r"\d[ \u00a0-]?$")  # 20 mille: the digits are read with it
_NEXT_WORD = re.compile(r"-([^\W\d_]+)")
_NEXT_PLAIN_WORD = re.compile(r" ([^\W\d_]+(?:['’][^\W\d_]+)?)")


@cache
def number_grammar(language: str) -> NumberGrammar:
    """Return the numbers in words of one of our languages."""
    return NumberGrammar(LANGUAGES[language].numbers)


def find_spelled_numbers(
    lowercase: str, words: Collection[str], grammars: Iterable[NumberGrammar], others: frozenset[str] = frozenset()
) -> Iterator[SpelledNumber]:
    """Find the numbers in words in a text, in its order. `words` are the words of the text, `others` those that are not
    cardinals, such as "third": twenty-third is not one either."""
    found: list[SpelledNumber] = []
    for grammar in grammars:
        present = grammar.words.intersection(words) - others
        if any(part in lowercase for part in grammar.compound_parts):
            present |= {word for word in words if word not in others and grammar.is_compound(word)}
        if present:
            found += _find_in_grammar(lowercase, present, grammar, others)
    end = 0
    for number in sorted(found, key=lambda number: (number.start, -number.end)):
        if number.start >= end:  # several languages may read it; the longest is right
            end = number.end
            yield number


def _find_in_grammar(
    lowercase: str, present: frozenset[str], grammar: NumberGrammar, others: frozenset[str]
) -> Iterator[SpelledNumber]:
    end = 0
    for match in re.finditer(rf"(?<![\w-])(?:{_one_of(present)})\b", lowercase):
        if match.start() < end:
            continue
        number = grammar.read(lowercase, match.start())
        if number is None:
            end = grammar.find_end_of_rest(lowercase, match)
            continue
        end = number.end
        if grammar.is_continued(lowercase, end, others) or _is_year(number) or is_date(lowercase, number.start, end):
            continue
        if year_end := _end_of_year(lowercase, number, grammar):
            end = year_end
            continue
        yield number


def _end_of_year(lowercase: str, number: SpelledNumber, grammar: NumberGrammar) -> int:
    """Where a year in words ends: twenty twenty-five, nineteen eighty-four; 0: it is none."""
    if not _is_half_of_year(number) or lowercase[number.end : number.end + 1] != " ":
        return 0
    second = grammar.read(lowercase, number.end + 1)
    is_year = second and _is_half_of_year(second) and lowercase[second.end : second.end + 1] != "-"
    return second.end if second and is_year else 0


def _is_year(number: SpelledNumber) -> bool:
    """Two thousand and five; but two thousand may count something."""
    return may_be_year(number.value) and number.value % _HUNDRED != 0


def _is_half_of_year(number: SpelledNumber) -> bool:
    return 10 <= number.value < _HUNDRED
