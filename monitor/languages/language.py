"""What the program knows of a language. Each language is one file of this package, with a `LANGUAGE` in it.

A field that is left out is empty: nothing of its kind is recognised in the language. Words are in lower case unless the
field says otherwise. A field of type `str` is part of a regular expression, with `|` between the alternatives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Words = tuple[str, ...]
Forms = tuple[Words, ...]
"""For each thing its forms: for each month its names."""
Table = Mapping[str, Words]


def split_words(text: str) -> Words:
    """Return the words of a text. Write `_` for a space within a phrase."""
    return tuple(word.replace("_", " ") for word in text.split())


def split_forms(text: str) -> Forms:
    """Return the words of a text, each as the tuple of its forms, which have a `/` between them."""
    return tuple(tuple(word.split("/")) for word in text.split())


def split_table(text: str) -> Table:
    """Return a table of rows `key: word word`. Write `_` for a space within a phrase."""
    rows: dict[str, list[str]] = {}
    row: list[str] = []
    for word in text.split():
        if word.endswith(":"):
            row = rows.setdefault(word[:-1], [])
        else:
            row.append(word.replace("_", " "))
    return {key: tuple(words) for key, words in rows.items()}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CalendarWords:
    """Words of dates and times, for text/months.py, text/days.py, ingest/dates.py and ingest/time_of_day.py."""

    months: Forms = ()  # January to December, with abbreviations and inflected forms
    weekdays: Forms = ()  # Monday to Sunday, likewise
    ambiguous_weekdays: Words = ()  # names of weekdays that are also other words
    weekday_context: str = "{}"  # the pattern in which such a word is a weekday; `{}` is the word
    relative_days: str = ""  # words for a day or a week relative to today
    morning: Words = ()  # words next to an hour that say in which half of the day it is
    afternoon: Words = ()
    night: Words = ()
    date_fillers: Words = ()  # what may be between day, month and year: 5th of May
    eras: Mapping[str, int] = field(default_factory=dict)  # the era of a year -> the year before its first
    time_zones: Mapping[str, float] = field(default_factory=dict)
    """Names of zones that mean something else in this language -> hours ahead of UTC."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class NumberVocabulary:
    """Numbers in words, what they count, and what is next to a number and says what it is, for text/number_words.py,
    text/number_units.py and text/numbers.py. The kinds of number and thing are named there."""

    cardinals: Forms = ()  # from one on; not the numbers that text/spelled_numbers.py makes of the words below
    tens: Forms = ()  # twenty, thirty ... ninety; with `-` at its end, a form is part of a longer number: vent-uno
    hundreds: Forms = ()  # one hundred, two hundred ...; if there is one, a number may be before it: three hundred
    thousand: Words = ()  # with `-` before it, a number must be before it, as in duemila; likewise in `hundreds`
    after_tens: str = " "  # what is between tens and the unit
    units_before_tens: str = ""  # what is between the unit and the tens, if the unit comes first
    has_twenties: bool = False  # up to nineteen after the tens: soixante-dix
    before_hundred: str = " "  # what is before a hundred or a thousand; empty: such numbers are one word
    after_hundred: str = " "  # what is after it
    hundred_article: str = ""  # a hundred
    collectives: str = ""  # words after a number that make it a vague one: a dozen, une centaine
    no_hundred_after: Words = ()  # words before a hundred that is no number: mehrere hundert, pour cent
    ordinals: Forms = ()  # from the first on
    repeated: Words = ()  # "again": it happens for a second time
    repeated_pattern: str = ""  # the same, for a language whose words have no edges
    counted: Table = field(default_factory=dict)
    """A kind of thing -> the beginnings of its words. One that ends in a full stop is a whole word; so is one of two or
    three letters, which may have one letter more. A phrase has two whole words with `_` between them, ends in a full
    stop too, and may have the number in digits: `1_mort.`. Where words have no edges: simplified, and anywhere near the
    number."""
    counters: str = ""  # what follows a number in words, where words have no edges
    ordinal_suffixes: str = ""  # what makes an ordinal of the digits before it
    has_pointed_ordinals: bool = False  # a full stop after the digits makes an ordinal
    kinds_before: Mapping[str, str] = field(default_factory=dict)  # a kind of number -> words before such a number
    kinds_after: Mapping[str, str] = field(default_factory=dict)  # a kind of number -> words after it
    with_words: Words = ()  # "with": a ship with 60 people is not 60 ships
    prepositions: str = ""  # what may be between a word of `kinds_before` and the number
    currencies: Mapping[str, str] = field(default_factory=dict)  # code in lower case -> words after the number
    multipliers: Mapping[str, str] = field(default_factory=dict)  # e3, e6, e9, e12 -> words; any ending may follow


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CountPatterns:
    """How reports count the dead, missiles and the like, for text/counts.py.

    In patterns, NUMBER is any number, COUNT one that is no year, GAP and ABOUT are the fields `gap` and `about`, and
    WORD precedes a word that is neither a month nor one of `other_units`.
    """

    dozens: str = ""
    patterns: Table = field(default_factory=dict)  # a counted thing -> patterns
    gap: str = ""  # other words between a number and what it counts
    about: str = ""  # words before a number that say how exact it is
    other_units: str = ""  # what follows a number that counts something else
    corrections: str = ""  # words before the wrong number in a correction
    name_words: str = ""  # words before a number that is a name, a date or an ordinal


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class NameVocabulary:
    """Words next to proper names and within them, for identity/names.py."""

    not_names: Words = ()  # titles and offices, kinds of storm, and other words that are capitalised next to names
    directions: Words = ()  # capitalised points of the compass: they are names only with other words
    capitalizes_nouns: bool = False  # a capital marks every noun
    endings: str = ""  # endings of inflected names


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CreditPatterns:
    """Who says so, and which agency, outlet, reporter and update a report is from, for text/attribution.py and
    identity/credits.py."""

    says: str = ""  # verbs before the speaker
    says_on_either_side: str = ""  # verbs before or after the speaker
    speaker_articles: Words = ()  # what may be before the speaker
    offices: str = ""  # common words for who speaks and is no person: police, ministry; the last part of longer words
    marks: Mapping[str, str] = field(default_factory=dict)  # a `WireStatus` -> the marks for it in a title
    bare_marks: str = ""  # marks that need no brackets at the start of a title
    item_labels: str = ""  # which sort of item it is: exclusive, video
    outlets: str = ""  # the pattern of an outlet's name
    datelines: str = ""  # a dateline that credits an agency; AGENCY is any of them, and its group is `wire`
    opening_datelines: str = ""  # the same, but only at the start of a text
    reporters: str = ""  # words for a reporter, in brackets with the name
    bylines: str = ""  # other bylines
    byline_openings: str = ""  # what a byline begins with: By
    captions: str = ""  # words in the caption of a picture, in brackets
    caption_openings: str = ""  # what a caption without brackets begins with


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PlacePatterns:
    """Words next to a name that show that it is a place, for places/clues.py."""

    before: str = ""
    after: str = ""
    governs: str = ""  # verbs after a capital that means its government: Moscow rejects
    endings: str = ""  # characters that may follow a place within its word
    heads: str = ""  # longer ones
    offices: str = ""  # what follows a state that is written as one character


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Language:
    """A language: its grammar, and its words by subject."""

    code: str  # primary subtag (BCP 47)
    name: str  # in English
    scripts: Words = ()  # those of text/scripts.py in which it is written, if not in Latin
    is_spaced: bool = True  # there are spaces between words
    is_detected: bool = False  # fastText tells it from the others of its script
    particles: Words = ()  # what may follow a noun within its word (text/scripts.py); the list is closed
    shortest_compound: int = 0  # letters of the shortest word at whose end another word is found; 0: it never is
    proclitics: Words = ()  # what is written together with the next word
    function_words: Words = ()  # articles, prepositions, conjunctions, pronouns
    abbreviations: Words = ()  # words with a full stop that does not end a sentence
    calendar: CalendarWords = CalendarWords()
    numbers: NumberVocabulary = NumberVocabulary()
    counts: CountPatterns = CountPatterns()
    names: NameVocabulary = NameVocabulary()
    credits: CreditPatterns = CreditPatterns()
    places: PlacePatterns = PlacePatterns()

    @property
    def has_word_edges(self) -> bool:
        """Whether the ends of a word show: there are spaces between words, and nothing is attached to them."""
        return self.is_spaced and not self.particles
