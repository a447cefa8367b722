"""Cardinal numbers in words, and what only looks like one."""

from __future__ import annotations

import re

import pytest

from monitor.languages.language import NumberVocabulary, split_forms
from monitor.text.number_words import number_words
from monitor.text.spelled_numbers import NumberGrammar, find_spelled_numbers, number_grammar


def read(text: str, language: str) -> list[int]:
    words = number_words(language)
    lowercase = text.lower()
    found = find_spelled_numbers(lowercase, re.findall(r"[\w']+", lowercase), words.cardinals, words.not_cardinals)
    return [number.value for number in found]


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "thirteen", 13),
        ("en", "twenty-three", 23),
        ("en", "Ninety nine", 99),
        ("en", "A hundred", 100),
        ("en", "two hundred and five", 205),
        ("en", "fifteen hundred", 1500),
        ("en", "a thousand", 1000),
        ("en", "three thousand two hundred", 3200),
        ("en", "one hundred and twenty-three thousand", 123_000),
        ("de", "einundzwanzig", 21),
        ("de", "dreiundzwanzig", 23),
        ("de", "hundert", 100),
        ("de", "dreihundert", 300),
        ("de", "hunderteins", 101),
        ("de", "zweitausendfünfhundertsiebenundachtzig", 2587),
        ("fr", "dix-sept", 17),
        ("fr", "vingt et un", 21),
        ("fr", "trente-deux", 32),
        ("fr", "soixante-dix", 70),
        ("fr", "soixante et onze", 71),
        ("fr", "septante-deux", 72),
        ("fr", "quatre-vingts", 80),
        ("fr", "quatre-vingt-dix-sept", 97),
        ("fr", "cent", 100),
        ("fr", "trois cents", 300),
        ("fr", "deux cent cinquante", 250),
        ("fr", "deux mille", 2000),
        ("es", "veintitrés", 23),
        ("es", "treinta y una", 31),
        ("es", "cien", 100),
        ("es", "ciento veinte", 120),
        ("es", "doscientas cinco", 205),
        ("es", "dos mil", 2000),
        ("it", "ventuno", 21),
        ("it", "ventitré", 23),
        ("it", "trentadue", 32),
        ("it", "ottantotto", 88),
        ("it", "cento", 100),
        ("it", "duecentotrenta", 230),
        ("it", "duemila", 2000),
        ("pt", "vinte e três", 23),
        ("pt", "cem", 100),
        ("pt", "cento e vinte e duas", 122),
        ("pt", "mil", 1000),
        ("pl", "dwadzieścia trzy", 23),
        ("pl", "dwudziestu trzech", 23),
        ("pl", "dwieście", 200),
        ("pl", "pięć tysięcy", 5000),
        ("ru", "двадцать три", 23),
        ("ru", "сорока двух", 42),
        ("ru", "сто", 100),
        ("ru", "двести пятьдесят пять", 255),
        ("ru", "пять тысяч", 5000),
        ("uk", "п'ятдесят п'ять", 55),
        ("uk", "триста", 300),
    ],
)
def test_one_number(language: str, text: str, value: int) -> None:
    """It is made of the simple words of the language."""
    assert read(f"{text} x", language) == [value]


@pytest.mark.parametrize(("text", "value"), [("열두", 12), ("스무", 20), ("스물세", 23), ("아흔아홉", 99)])
def test_korean(text: str, value: int) -> None:
    """The native numerals, which count people."""
    grammar = number_grammar("ko")
    assert grammar.is_number(text)
    assert grammar.value(text) == value


def test_a_language_with_few_words() -> None:
    """Those that a file leaves out are not read."""
    grammar = NumberGrammar(NumberVocabulary(cardinals=split_forms("een/één twee drie")))
    assert grammar.is_number("twee")
    assert grammar.value("twee") == 2
    assert not grammar.is_number("tweehonderd")
    assert not grammar.is_number("")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "several hundred"),
        ("en", "a few thousand"),
        ("en", "hundreds, dozens, the seventies"),
        ("en", "second, twenty-first"),
        ("en", "two dozen"),
        ("de", "ein Dutzend, ein paar"),
        ("fr", "une centaine, une dizaine, un millier"),
        ("es", "una treintena, un centenar, un par"),
        ("it", "un centinaio, una ventina"),
        ("pt", "uma dezena, dois milhares"),
        ("ru", "два десятка"),
        ("en", "in twenty twenty-five"),
        ("en", "nineteen eighty-four"),
        ("en", "20 thousand"),
        ("de", "mehrere hundert"),
        ("de", "hunderte, tausende, Hundertschaft"),
        ("de", "zwanzigster, zwanzigjähriger, zwanziger"),
        ("de", "Wunder, anderer, Hunde, Abend"),
        ("de", "5 tausend"),
        ("fr", "20 pour cent"),
        ("fr", "vingtaine, vingt-cinquième, centaine"),
        ("fr", "20 mille"),
        ("es", "20 por ciento"),
        ("es", "cientos, miles, treintena"),
        ("it", "vent, evento, ventenne, centinaia, mila"),
        ("it", "20 per cento"),
        ("pt", "20 por cento"),
        ("pl", "tysiące, kilkaset"),
        ("ru", "тысячи"),
        ("ru", "Сорока"),  # a surname
        ("en", "more than hundred and fifty"),  # a head that cannot be read, so the rest is not the number
        ("en", "several thousand and fifty"),
        ("en", "hundred thirty"),
        ("ru", "сорок первый"),
        ("ru", "двадцать пятый"),
        ("uk", "двадцять п'ятий"),
        ("es", "el veinticinco de abril"),
        ("es", "dos mil veinticuatro"),  # a year
    ],
)
def test_no_number(language: str, text: str) -> None:
    """A vague number, an ordinal, a year, a name, a part of another word."""
    assert read(text, language) == []


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [
        ("en", "twenty and three", [20, 3]),
        ("en", "twenty to thirty", [20, 30]),
        ("en", "two of twenty-five", [2, 25]),
        ("en", "six ten-year-olds", [6, 10]),
        ("en", "hits twenty\nthree men", [20, 3]),
        ("fr", "vingt et trente", [20, 30]),
        ("es", "veinte muertos y tres heridos", [20, 3]),
    ],
)
def test_several_numbers(language: str, text: str, values: list[int]) -> None:
    """Only what the language writes as one number is one."""
    assert read(text, language) == values


@pytest.mark.parametrize("language", ["", "en", "de", "fr", "it"])
@pytest.mark.parametrize("piece", ["twenty ", "ein", "hundert", "vingt-", "cento", "two hundred ", "a hundred-"])
def test_no_text_takes_long(piece: str, language: str) -> None:
    """Feeds write what they like."""
    assert isinstance(read(piece * 5000, language), list)
