"""Every public function that takes text which strangers write: found by its signature, and what is known of its input.

A function is called with a hostile text in one parameter at a time, and with something usual in the others. `Bound`
says how long that text can be: as long as a document, as its caller cuts it, or as long as it likes in a worker that is
killed at a deadline. A new function is found by itself; `test_text_on_attack` fails until it is quick or has a bound.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from functools import partial
from html import escape
from typing import Any, Final
from zoneinfo import ZoneInfo

from monitor.alerting.quotes import quote_best_sentence, quote_match
from monitor.cases import prepare_articles
from monitor.errors import FeedUnreadable
from monitor.identity.credits import LEAD, extract_provenance
from monitor.identity.features import features_of
from monitor.ingest.entry_identity import assign_uids, fingerprint_entry
from monitor.ingest.ingest_poll import PollResult, ingest_poll
from monitor.ingest.new_articles import build_fallback_identities, sanitize_entry
from monitor.matching.tokenized_article import NUMBER_SEARCH_LENGTH, TokenizedArticle
from monitor.model import (
    Article,
    Claim,
    Entry,
    Feed,
    FetchOutcome,
    FetchResult,
    Field,
    Selectors,
    Source,
    Span,
    Unit,
)
from monitor.model.outcome import clauses_from_sentence
from monitor.model.sources import MAX_CONTENT, MAX_LINK, MAX_NAME, MAX_NAMES, MAX_SUMMARY, MAX_TITLE
from monitor.notify.renderers import capabilities_of
from monitor.notify.renderers.content import ADDRESS
from monitor.notify.renderers.forms import compose_message
from monitor.sources.formats.feedparser_compat import FEEDPARSER_ERRORS, parse_ill_formed, parse_leniently
from monitor.sources.formats.read_document import read_document
from monitor.text.extent import shorten_text
from monitor.text.record import Offsets, normalize_text
from tests.security.reading_path import RULES
from tests.support.building import NOON, alert, delivery

PACKAGES: Final = (
    "monitor.text",
    "monitor.ingest",
    "monitor.identity",
    "monitor.places",
    "monitor.matching",
    "monitor.sources.formats",
    "monitor.notify.renderers",
    "monitor.sanitize",
    "monitor.alerting.quotes",
)
DATE_LENGTH: Final = 200  # characters: ingest.dates._MAX_LENGTH
MEGABYTE: Final = 2**20  # characters


@dataclass(frozen=True)
class Bound:
    """The longest text that reaches a function, in characters of its record, and who sees to that."""

    characters: int
    where: str
    in_worker: bool = False


@dataclass(frozen=True)
class TextFunction:
    """A function with one parameter that gets the hostile text."""

    name: str
    call: Callable[[str], object]
    bound: Bound | None = None


_TEXT: Final = Bound(MAX_SUMMARY + MAX_CONTENT, "sources.formats.entry_bounds cuts texts, by their record")
_TITLE: Final = Bound(MAX_TITLE, "sources.formats.entry_bounds cuts titles, by their record")
_LEAD: Final = Bound(LEAD, "identity.credits cuts leads")
_LINK: Final = Bound(MAX_LINK, "sources.formats.feed leaves longer links out")
_NAMES: Final = Bound(MAX_NAME * MAX_NAMES, "sources.formats.feed takes so many names of so many characters")
_WORKER: Final = Bound(MEGABYTE, "runs in a worker with a deadline", in_worker=True)

# What a parameter gets while another one is attacked; and, by its name, how long it can be.
_USUAL: Final[Mapping[str, object]] = {
    "title": "North Korea fires two missiles",
    "text": "Two missiles flew. Three people died.",
    "sentence": "Two missiles flew.",
    "lead": "Two missiles flew.",
    "summary": "Two missiles flew.",
    "content": "Two missiles flew. Three people died.",
    "language": "en",
    "declared": "en",
    "hint": "en",
    "url": "https://x.test/feed",
    "base": "https://x.test/feed",
    "link": "https://x.test/1",
    "fault": "line 1: not well-formed (invalid token)",
    "headers": {"content-type": "text/html"},
    "max_bytes": MEGABYTE,
    "content_type": "text/xml",
    "body": b"<p>x</p>",
    "max_length": MAX_CONTENT,
    "least_shared": 0.0,
    "units": 300,
    "limit": 300,
    "start": 0,
    "end": 1,
    "written": NOON,
    "seen_at": NOON,
    "now": NOON,
    "zone": UTC,
    "cased": False,
    "exact": False,
    "alone": False,
    "any_suffix": True,
    "value": 1.0,
    "utf8": None,
    "known": frozenset(),
    "max_entries": None,
    "slices": (),
    "links": ("https://x.test/1",),
    "highlights": ((3, 9),),
    "evidence": (Span(Field.TITLE, 3, 9, "x", "x"),),
    "wrapping": ("<b>", "</b>"),
    "excluded": (),
    "select": Selectors("p"),
    "style": "",
    "ttl": "60",
    "period": "hourly",
    "frequency": "1",
    "html": "<p>x</p>",
    "older": None,
    "raw": "Mon, 05 Jan 2026 09:12:00 GMT",
    "one": "Two missiles fly",
    "other": "Three missiles fly",
    "name": "Kim Jong-un",
    "clean": b"<rss version='2.0'><channel><item><title>x</title></item></channel></rss>",
}
_BOUNDS_BY_PARAMETER: Final = {
    **dict.fromkeys(("text", "sentence", "summary", "content"), _TEXT),
    "title": _TITLE,
    "lead": _LEAD,
}
_BY_RULES: Final = "written by the user's files, not by strangers"
_OF_OURS: Final = "an identity or a name of ours"
# Functions that get no text of strangers.
TRUSTED: Final[Mapping[str, str]] = {
    "text.inflection.inflect_phrase": _BY_RULES,
    "text.patterns.compile_regex": _BY_RULES,
    "text.patterns.finds_no_word": _BY_RULES,
    "text.number_words.number_words": _OF_OURS,
    "text.spelled_numbers.number_grammar": _OF_OURS,
    "matching.explain.explain_rules": _BY_RULES,
    "matching.value_finders.entity_value": _OF_OURS,
    "matching.value_finders.word_value": _BY_RULES,
    "identity.by_conditions.differing_values": _OF_OURS,
    "places.added_places.added_place_id": _OF_OURS,
    "places.added_places.is_added_place": _OF_OURS,
    "places.added_places.container_of": _OF_OURS,
    "places.added_places.added_place_record": _OF_OURS,
    "places.gazetteer.relate_places": _OF_OURS,
    "places.gazetteer.get_place_level": _OF_OURS,
    "places.gazetteer.country_of": _OF_OURS,
    "places.gazetteer.get_place_name": _OF_OURS,
    "places.records.record_bytes": _OF_OURS,
    "places.records.parse_record": _OF_OURS,
    "text.number_words.han_number": "digits that a pattern has found: number_words.cjk_kind",
    "text.scripts.count_letters": "language_detection gives it samples",
    "ingest.fingerprints.unpack_fingerprints": "a column of ours",
    "sources.formats.opml.write_opml": _BY_RULES,
    "notify.renderers.kinds.kind_of_channel": _BY_RULES,
    "notify.renderers.kinds.capabilities_of": _BY_RULES,
    "notify.renderers.samples.make_samples": _OF_OURS,
    "notify.renderers.templates.compose_from_template": "tests/unit/notify/test_templates.py bounds what they may do",
    "notify.renderers.templates.find_template_faults": _BY_RULES,
}
# Functions that a table of parameters cannot call: they are called by those in `_COMPOSED`.
WITHIN: Final[frozenset[str]] = frozenset(
    {
        "ingest.full_text_need.merge_page_text",
        "identity.credits.extract_provenance",
        "identity.facts.facts_of",
        "text.spelled_numbers.find_spelled_numbers",
        "notify.renderers.chat_html.write_chat_html",
        "notify.renderers.content.list_versions",
        "notify.renderers.document.add_document",
        "notify.renderers.forms.compose_message",
        "notify.renderers.markdown.write_markdown",
        "notify.renderers.plain_text.write_short",
        "notify.renderers.plain_text.write_text",
        "notify.renderers.registry.render_message",
        "notify.renderers.webhook.write_document",
        "notify.renderers.text_length.measure_text",
        "notify.renderers.text_length.room_for",
        "sources.formats.feed_head.find_older_link",
    }
)


def find_text_functions() -> dict[str, tuple[Callable[..., object], list[str]]]:
    """All public functions with parameters of text or bytes, by name, with these parameters."""
    found: dict[str, tuple[Callable[..., object], list[str]]] = {}
    for module in _modules():
        for name, value in vars(module).items():
            function = inspect.unwrap(value) if callable(value) else None
            if name.startswith("_") or not inspect.isfunction(function) or function.__module__ != module.__name__:
                continue
            parameters = inspect.signature(function).parameters.values()
            texts = [each.name for each in parameters if str(each.annotation) in {"str", "str | None", "bytes"}]
            if texts:
                found[f"{module.__name__.removeprefix('monitor.')}.{name}"] = value, texts
    return found


def _modules() -> Iterator[Any]:
    for name in PACKAGES:
        package = importlib.import_module(name)
        yield package
        for module in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{name}."):
            yield importlib.import_module(module.name)


def list_text_functions() -> list[TextFunction]:
    """A line for each parameter of each function that strangers' text reaches, and for the whole paths."""
    functions = [
        TextFunction(f"{name}({parameter})", partial(_call, function, parameter), _bound_of(name, parameter))
        for name, (function, parameters) in find_text_functions().items()
        if name not in TRUSTED and name not in WITHIN
        for parameter in parameters
    ]
    return [*functions, *_COMPOSED]


def _bound_of(name: str, parameter: str) -> Bound | None:
    if (bound := BOUNDS.get(f"{name}({parameter})") or BOUNDS.get(name)) is not None:
        return bound
    if name.startswith("sources.formats."):
        return _WORKER
    return _BOUNDS_BY_PARAMETER.get(parameter)


# Where a function is given less than a parameter of its name usually is.
_NAME: Final = Bound(MAX_TITLE + LEAD, "identity.names and identity.known_names find names in title and lead")
_SEARCHED: Final = Bound(NUMBER_SEARCH_LENGTH, "matching.tokenized_article searches the beginning of a text")
BOUNDS: Final[Mapping[str, Bound]] = {
    "text.days.days_named": Bound(MAX_TITLE + LEAD, "identity.facts reads title and lead"),
    "text.days.find_days": _SEARCHED,
    "text.numbers.find_numbers(title)": _SEARCHED,
    "text.folding.folded_tokens": _TITLE,
    "identity.names.name_parts(name)": _NAME,
    "text.alignment.aligned_differences": _TITLE,
    "places.find.find_places(text)": Bound(MAX_TITLE + LEAD, "identity.facts reads title and lead"),
    "places.gazetteer.places_named": Bound(MAX_TITLE, _BY_RULES),
    "places.records.comparable_name": Bound(MAX_TITLE, _BY_RULES),
    "notify.renderers.markdown.escape_markdown": Bound(4 * ADDRESS, "notify.renderers.content cuts all that it quotes"),
    "sanitize.sanitize_url": _LINK,
    "ingest.time_of_day.parse_time_of_day": Bound(DATE_LENGTH, "ingest.dates takes longer texts for prose"),
}


def _call(function: Callable[..., object], attacked: str, text: str) -> object:
    arguments: dict[str, object] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name == attacked:
            is_bytes = str(parameter.annotation) == "bytes"
            arguments[name] = text.encode("utf-8", "replace") if is_bytes else text
        elif parameter.default is inspect.Parameter.empty:
            arguments[name] = _USUAL[name]
    # what feedparser breaks on, its caller catches
    expected = FEEDPARSER_ERRORS if function in (parse_leniently, parse_ill_formed) else FeedUnreadable
    try:
        return _exhaust(function(**arguments))
    except expected:
        return None


def _exhaust(value: object) -> object:
    if isinstance(value, Iterator):
        return list(value)
    if isinstance(value, tuple) and len(value) == 2 and callable(value[1]):  # fold_text: with the case, if one asks
        return value[1]()
    return value


# --- the whole paths --------------------------------------------------------------------------------------------

_SOURCE: Final = Source("wire", "https://wire.test/feed", "Wire", timedelta(minutes=5))


def _article(title: str = "x", text: str = "", **more: Any) -> Article:
    return Article("wire", "1", title, text, NOON, NOON, dated=True, language="en", **more)


def _find_original(text: str) -> object:
    record = normalize_text(text)
    return Offsets(text).to_original(len(record) - 1, len(record)) if record else None


def _ingest(entry: Entry) -> object:
    claim = Claim("wire", _SOURCE.url, 1, NOON, is_first_poll=False, last_ok=NOON)
    fetched = FetchResult(FetchOutcome.DOCUMENT, _SOURCE.url, 200)
    return ingest_poll(PollResult(claim, _SOURCE, fetched, Feed((entry,))), {}, NOON, max_articles=10)


def _ingest_field(name: str, text: str) -> object:
    return _ingest(replace(Entry(), **{name: text}))  # type: ignore[arg-type]


def _identify(entry: Entry) -> object:
    fingerprint_entry(entry)
    uids = assign_uids([entry])
    return sanitize_entry(entry), build_fallback_identities([entry], uids)


def _tokenize(text: str) -> object:
    article = TokenizedArticle(_article(text=text), all_fields=True)
    article.unit_at(Unit.SENTENCE, 1)
    article.unit_at(Unit.PARAGRAPH, 1)
    _ = article.numbers, article.days, article.lead_end, article.sentence_end, article.language, article.tokens
    _ = article.ruled_out_languages, article.ruled_out_latin_languages
    return article.text_with_case(1, article.end)


def _match(text: str) -> object:
    prepared = prepare_articles([_article("x", text)], RULES)
    return [quote_match(each.article, match) for each in prepared for match in each.matches]


def _quote(text: str) -> object:
    article = _article("x", text)
    spans = tuple(Span(Field.TEXT, at, at + 1, text[at : at + 1], "x") for at in range(0, len(text), 999))
    return quote_best_sentence(article, spans)


def _render(kind: str, text: str, **fields: Any) -> object:
    article = replace(alert().article, title=text, **fields)
    made = replace(alert(), article=article, sentence=text, highlights=((0, 1),), why=clauses_from_sentence(text))
    return compose_message(delivery(made), capabilities_of(kind), source="wire", zone=ZoneInfo("UTC"))


def _write_feed(name: str, text: str) -> bytes:
    item = f"<item><guid>1</guid><{name}>{escape(text)}</{name}></item>"
    return f"<rss version='2.0'><channel>{item}</channel></rss>".encode("utf-8", "replace")


def _write_unclosed(text: str) -> bytes:
    return f"<rss version='2.0'><channel><item><title>{text}".encode("utf-8", "replace")


def _write_json(text: str) -> bytes:
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "content_html": text}]}
    return json.dumps(feed).encode()


def _read(write: Callable[[str], bytes], text: str) -> object:
    return read_document(write(text), {}, "https://x.test/feed")


_COMPOSED: Final = (
    TextFunction("matching.tokenized_article.TokenizedArticle(text)", _tokenize, _TEXT),
    TextFunction("matching.RuleSet and alerting.quotes.quote_match(text)", _match, _TEXT),
    TextFunction("alerting.quotes.quote_best_sentence(text)", _quote, _TEXT),
    TextFunction("text.record.Offsets(text)", _find_original, _TEXT),
    TextFunction("identity.features_of(title)", lambda text: features_of(_article(text)), _TITLE),
    TextFunction("identity.features_of(text)", lambda text: features_of(_article("x", text)), _TEXT),
    TextFunction("identity.credits.extract_provenance(title)", lambda text: extract_provenance(_article(text)), _TITLE),
    TextFunction(
        "identity.credits.extract_provenance(text)", lambda text: extract_provenance(_article("x", text)), _TEXT
    ),
    *(
        TextFunction(f"ingest.ingest_poll(entry.{name})", partial(_ingest_field, name), bound)
        for name, bound in (
            ("title", _TITLE),
            ("summary", Bound(MAX_SUMMARY, _TEXT.where)),
            ("content", Bound(MAX_CONTENT, _TEXT.where)),
            ("link", _LINK),
            ("guid", None),
            ("published", None),
            ("language", None),
        )
    ),
    TextFunction("ingest.ingest_poll(entry.authors)", lambda text: _ingest(Entry(title="x", authors=(text,))), _NAMES),
    TextFunction("ingest.ingest_poll(entry.tags)", lambda text: _ingest(Entry(title="x", tags=(text,))), _NAMES),
    *(
        TextFunction(f"sources.formats.read_document(RSS {name})", partial(_read, partial(_write_feed, name)), _WORKER)
        for name in ("title", "description", "link", "pubDate", "category", "author", "source")
    ),
    TextFunction("sources.formats.read_document(ill-formed RSS)", partial(_read, _write_unclosed), _WORKER),
    TextFunction("sources.formats.read_document(JSON)", partial(_read, _write_json), _WORKER),
    *(
        TextFunction(f"notify.renderers.compose_message({kind})", partial(_render, kind), _TEXT)
        for kind in ("mailto", "discord", "slack", "tgram", "twilio", "json")
    ),
)


def fit(text: str, characters: int) -> str:
    """As much of a text as has at most so many characters in its record too."""
    return shorten_text(text, characters)
