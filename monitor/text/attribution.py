"""Finds who says so at the ends of a headline: ", police say", ": Japan gov't", "防衛省「...」", "합참 "...". Pure.

This is not part of what happened: two papers that ask two offices report the same happening. It is known by its place
in the headline, and by a verb of saying, a word for an office or an acronym. A person is no office: what a person says
may be all that happened.
"""

from __future__ import annotations

import re
from functools import lru_cache

from monitor.languages import LANGUAGES, collect_words, join_patterns
from monitor.text.scripts import APART, UNSPACED

Span = tuple[int, int]

_SAY = join_patterns(lambda language: language.credits.says_on_either_side)
SAYS = f"{_SAY}|{join_patterns(lambda language: language.credits.says)}"
"""What comes before the speaker, for a verbose regular expression."""
_ARTICLES = "|".join(rf"{article}\s+" for article in collect_words(lambda language: language.credits.speaker_articles))
_WORD = r"[^\W\d][^\s,;:.!?]*"  # a number is no speaker
_CAPITALISED = r"[^\W\d_a-zа-яё][^\s,;:.!?]*"
_UNSPACED, _DENSE = f"[{UNSPACED}]", f"[{UNSPACED}{APART}]"
_OFFICES = "|".join(
    rf"(?:{language.credits.offices})(?!\w)"
    if language.has_word_edges
    else rf"{_DENSE}{{0,8}}(?:{language.credits.offices})"
    for language in LANGUAGES.values()
    if language.credits.offices
)
OFFICE = re.compile(_OFFICES, re.IGNORECASE)
"""A common word for an office: police, ministry, 防衛省."""
_LINKS = f"of|{join_patterns(lambda language: language.places.before)}".replace(" ", r"\s")
_OFFICE = rf"""
    (?i:{_ARTICLES}|[ld]['’])?
    (?:(?:{_UNSPACED}|(?!{_UNSPACED}){_CAPITALISED})\s+){{0,3}}           # South Korea's
    (?:(?!{_UNSPACED}){_WORD}\s+)?(?i:{_OFFICES})                         # health ministry
    (?:\s+(?:{_LINKS})\s+{_WORD}|\s+(?!{_DENSE}){_CAPITALISED}){{0,3}}    # of Japan
"""
_SAID = re.compile(
    rf"""
    \s*[,;]\s+(?:
        (?:{_WORD}\s+){{1,4}}(?i:{_SAY})                                   # officials in Kent say
      | (?i:{SAYS})\s+(?:
            (?i:{_ARTICLES})?
            (?:{_WORD}|{_CAPITALISED}(?:\s+{_CAPITALISED}){{1,3}})        # says police; says Emmanuel Macron
          | {_OFFICE}(?:\s+{_WORD})?                                       # selon l'armée sud-coréenne
        )
    )\s*$
    """,
    re.VERBOSE,
)
# A shorter one is a name or a term.
_QUOTATION = r"""(?:["“„«「『][^"”»」』]{8,}["”»」』]?|(?<!\w)['‘][^'’]{8,}['’]?)[.…]*$"""
_BY_OFFICE = re.compile(
    rf"""
    ^{_OFFICE}(?:\s*[:：]\s*|,?\s*(?={_QUOTATION}))
  | (?:\s*[:：]\s*|\s+--?\s+|\s+[–—]\s+|\s*(?:\.\.\.|…|[—―=＝])\s*|(?<={_DENSE})-(?={_DENSE})){_OFFICE}\s*$
  | \s+{_UNSPACED}*(?:{join_patterns(lambda language: "" if language.is_spaced else language.credits.offices)})\s*$
    """,
    re.VERBOSE,
)
_ACRONYM = r"[^\W\d_a-zа-яё]{3,}(?!\w)"
_BY_ACRONYM = re.compile(
    rf"^(?!{_DENSE}){_ACRONYM}(?:\s*[:：]\s*(?=[^\W\d_a-zа-яё])|,?\s*(?={_QUOTATION}))"
    rf"|(?:\s*[,:：]|\s[-–—])\s+(?:{_CAPITALISED}\s+){{0,2}}(?!{_DENSE}){_ACRONYM}$"
)


@lru_cache(maxsize=10_000)  # each title is compared with many
def without_attribution(title: str) -> str:
    """Return a title without who says so at its ends. An acronym stays: it may also be what the news is about."""
    return _BY_OFFICE.sub("", _SAID.sub("", title))


def find_attributions(title: str) -> tuple[Span, ...]:
    """Find who says so: the spans at the ends of a title, with their signs."""
    patterns = (_SAID, _BY_OFFICE) if title.isupper() else (_SAID, _BY_OFFICE, _BY_ACRONYM)
    return tuple(match.span() for pattern in patterns for match in pattern.finditer(title))
