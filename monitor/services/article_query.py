"""Reads a query as people type it: words, "phrases", -not, word*, title: text: source: lang: rule: since: before:."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.config.language.faults import did_you_mean
from monitor.errors import InvalidRequest
from monitor.model import Field
from monitor.model.article_query import ArticleQuery, NameFilter, TextTerm
from monitor.services.times import parse_time
from monitor.text.folding import folded_tokens
from monitor.text.quotation_marks import CORNERS, PHRASE_IN_CORNERS, QUOTES
from monitor.text.scripts import HANGUL, is_unspaced

MAX_QUERY = 1_000  # characters
_FIELDS = {"title": Field.TITLE, "text": Field.TEXT}
_NAMES = ("source", "lang", "rule")
_SINCE, _BEFORE = ("since", "after"), ("before", "until")
FILTERS = (*_FIELDS, *_NAMES)
"""The keys of a query that are not times."""
_KEYS = (*FILTERS, *_SINCE, *_BEFORE)
_MINUS = "-－−–‑"  # as keyboards and word processors write it
_PIECE = re.compile(
    rf"\s*(?P<minus>[{_MINUS}]?)(?:(?P<key>[A-Za-z]+)[:：])?"
    rf"(?:[{QUOTES}](?P<phrase>[^{QUOTES}]*)(?P<end>[{QUOTES}]?)|{PHRASE_IN_CORNERS}|(?P<word>[^\s{QUOTES}{CORNERS}]*))"
)
_LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SHORTEST_PREFIX = 2  # letters; a single one would be the beginning of nearly every word


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word, phrase or filter. `shown`: as it was typed."""

    shown: str
    key: str
    value: str
    is_excluded: bool
    is_phrase: bool


def parse_article_query(query: str, now: datetime, zone: str) -> ArticleQuery:
    """The query. Times without a zone are in `zone`. Raises InvalidRequest."""
    if len(query) > MAX_QUERY:
        raise InvalidRequest(f"the query has {len(query)} characters: write at most {MAX_QUERY}")
    terms: list[TextTerm] = []
    names: defaultdict[tuple[str, bool], list[str]] = defaultdict(list)
    times: dict[str, datetime] = {}
    for piece in _split_query(query):
        if piece.key in _NAMES:
            names[piece.key, piece.is_excluded].append(_check_name(piece))
        elif piece.key in (*_SINCE, *_BEFORE):
            which = "since" if piece.key in _SINCE else "before"
            if which in times:
                raise InvalidRequest(f"'{piece.shown}': the query has this date twice: write it once")
            times[which] = _read_time(piece, now, zone)
        else:
            terms.append(_read_term(piece))
    sources, languages, rules = (NameFilter(tuple(names[key, False]), tuple(names[key, True])) for key in _NAMES)
    parsed = ArticleQuery(tuple(terms), sources, languages, rules, times.get("since"), times.get("before"))
    require_time_order(parsed.since, parsed.before)
    return parsed


def require_time_order(since: datetime | None, before: datetime | None) -> None:
    """Raises InvalidRequest if no time can be in between."""
    if since is not None and before is not None and since >= before:
        raise InvalidRequest("`since` must be earlier than `before`: nothing is in between")


def _split_query(query: str) -> Iterator[_Piece]:
    for match in _PIECE.finditer(query):
        shown = match[0].strip()
        if not shown:
            continue
        inside = (match[name] for name in ("phrase", "corner", "white_corner"))
        phrase = next((text for text in inside if text is not None), None)
        if match["phrase"] is not None and not match["end"]:
            raise InvalidRequest(f"'{shown}': the quotation mark is not closed: write one at the end, too")
        key = (match["key"] or "").lower()
        if key and key not in _KEYS:
            meant = did_you_mean(key, _KEYS)
            raise InvalidRequest(f"'{shown}': there is no '{key}:'; {meant}; to look for the words, write \"{shown}\"")
        value = match["word"] if phrase is None else phrase
        yield _Piece(shown, key, value, bool(match["minus"]), phrase is not None)


def _check_name(piece: _Piece) -> str:
    """The value of a filter by name."""
    value = piece.value.strip()
    if not value:
        raise InvalidRequest(f"'{piece.shown}' names nothing: write {piece.key}:NAME, without a blank in between")
    if piece.key == "lang" and not _LANGUAGE.fullmatch(value):
        raise InvalidRequest(f"'{piece.shown}': '{value}' is not a language: write a code such as en, ko or zh-Hant")
    return value


def _read_time(piece: _Piece, now: datetime, zone: str) -> datetime:
    if piece.is_excluded:
        raise InvalidRequest(f"'{piece.shown}': a date takes no minus: write since: or before:")
    _require_value(piece, "TIME")
    try:
        return parse_time(piece.value.strip(), now, zone)
    except InvalidRequest as error:
        raise InvalidRequest(f"'{piece.shown}': {error}") from None


def _require_value(piece: _Piece, what: str) -> None:
    """Raises InvalidRequest for a field or date with nothing behind its colon."""
    if piece.key and not piece.value and not piece.is_phrase:
        raise InvalidRequest(f"'{piece.shown}' has no value after the colon: write {piece.key}:{what}, without a space")


def _read_term(piece: _Piece) -> TextTerm:
    _require_value(piece, "WORD")
    is_prefix = piece.value.endswith("*")
    words = piece.value.rstrip("*")
    if piece.key and piece.value[:1] in _MINUS and not piece.is_phrase:
        raise InvalidRequest(f"'{piece.shown}': the minus is behind the colon: write -{piece.key}:{piece.value[1:]}")
    if "*" in words:
        raise InvalidRequest(f"'{piece.shown}': a * may only be the end of a word or phrase: write the beginning")
    tokens = tuple(folded_tokens(words))
    if not tokens:
        raise InvalidRequest(f"'{piece.shown}' has no letter or digit: write a word, or leave it out")
    last = tokens[-1]
    if is_prefix and len(last) < _SHORTEST_PREFIX and not (is_unspaced(last) or HANGUL.match(last)):
        raise InvalidRequest(f"'{piece.shown}': too many words begin with '{last}': write more letters before the *")
    return TextTerm(piece.value, tokens, _FIELDS.get(piece.key), is_prefix, piece.is_excluded)
