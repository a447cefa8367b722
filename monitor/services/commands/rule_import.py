"""Makes rules of what other programs search by: keywords, queries and Google Alerts. Nothing is fetched.

A query that a rule cannot say makes no rule: to leave a part of it out would find other news, and nobody would know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from monitor.config.editing.atomic_rewrite import FileRewrite
from monitor.config.editing.boolean_query import (
    QueryDialect,
    QueryProblem,
    explain_ignored_characters,
    parse_query,
)
from monitor.config.editing.query_rules import QueryRule, make_rule_id, rule_from_query, rule_from_words
from monitor.config.editing.rule_lists import ListedQuery, RuleList, RuleListFormat, has_alert_feeds, read_rule_list
from monitor.config.editing.source_files import NewSource, new_source, with_sources
from monitor.config.editing.yaml_edit import format_yaml
from monitor.config.language.rules import rule_from_document
from monitor.config.loading.files import is_there
from monitor.config.yaml.yaml12 import PlainData, YamlDocument, parse_yaml_text
from monitor.errors import Fault, InvalidFiles, InvalidRequest
from monitor.lab.expectations import find_test_failures
from monitor.lab.lints.words import OPERATORS
from monitor.model import Rule
from monitor.sanitize import sanitize_line, sanitize_text
from monitor.sources.formats.charset import read_text

MAX_BYTES = 1024 * 1024
"""Of a list. People write it by hand."""
_LONGEST_TITLE = 100
_HEADER = (
    "Imported from {file}. What differs from there: docs/cookbook.md.",
    "news_in: text takes evidence from anywhere in an article, as a search engine does; without this key,",
    "what is only deep in the text is a mention, for the daily digest.",
)
_WIDTH = 110
_LEVEL_AND_PLACE: dict[str, PlainData] = {"level": "medium", "news_in": "text"}


@dataclass(frozen=True, slots=True)
class ImportedRule:
    """A rule that was made, and the number of tests that were written for it. `line`: of its query."""

    id: str
    title: str
    line: int
    tests: int


@dataclass(frozen=True, slots=True)
class RuleImport:
    """What became of a list. `document`: the rules as YAML, "" if there are none; `sources_document`: the feeds of
    alerts as sources, likewise; `faults`: what cannot be said, with its place in the list."""

    format_: RuleListFormat
    document: str = ""
    rules: tuple[ImportedRule, ...] = ()
    sources_document: str = ""
    sources: int = 0
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True)
class _Draft:
    """What is made so far. `used_ids`: of rules; `lines`: of the document."""

    used_ids: set[str]
    now: datetime
    lines: list[str] = field(default_factory=list)
    rules: list[ImportedRule] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def add_rule(self, id_: str, title: str, line: int, tests: Mapping[str, Sequence[PlainData]]) -> None:
        self.used_ids.add(id_)
        self.rules.append(ImportedRule(id_, title, line, sum(map(len, tests.values()))))


def import_rules(
    document: bytes, file: str, format_: RuleListFormat | None, used_ids: frozenset[str], now: datetime
) -> RuleImport:
    """Make rules of a list. `file`: its name, for places; `format_`: None detects it; `used_ids`: of rules that exist.
    Raises InvalidRequest if it is too large, and FeedUnreadable for XML that is no feed of an alert."""
    if len(document) > MAX_BYTES:
        raise InvalidRequest(f"{file}: it is larger than {MAX_BYTES // 1024} KiB: split it, and import the parts")
    given = read_text(document, None).text.replace("\r\n", "\n").replace("\r", "\n")
    # Line by line: a separator that only some programs take for a line's end must begin no line of the document.
    text = "\n".join(sanitize_text(line).replace("\n", " ") for line in given.split("\n"))
    format_ = format_ or detect_list_format(text)
    found = read_rule_list(text, file, format_)
    draft = _Draft(set(used_ids), now)
    if format_ is RuleListFormat.KEYWORDS:
        _add_word_rule(found, file, draft)
    else:
        dialect = QueryDialect.GOOGLE if format_ is RuleListFormat.GOOGLE_ALERTS else QueryDialect.STRICT
        for query in found.queries:
            if query.text:
                _add_query_rule(query, dialect, draft)
        draft.lines += _format_comments(map(sanitize_line, found.comments))
    header = _format_comments(line.format(file=sanitize_line(Path(file).name)) for line in _HEADER)
    yaml = "\n".join([*header, *draft.lines, ""]) if draft.rules else ""
    sources = _make_sources(found)
    sources_yaml = with_sources("", "sources.yaml", sources) if sources else ""
    return RuleImport(format_, yaml, tuple(draft.rules), sources_yaml, len(sources), tuple(draft.faults))


def detect_list_format(text: str) -> RuleListFormat:
    """What a list seems to be."""
    if has_alert_feeds(text) or text.lstrip().startswith("<"):
        return RuleListFormat.GOOGLE_ALERTS
    lines = (line.strip() for line in text.split("\n") if not line.lstrip().startswith("#"))
    has_operators = any(sign.search(line.strip('"')) for line in lines for sign, _, _ in OPERATORS)
    return RuleListFormat.BOOLEAN if has_operators else RuleListFormat.KEYWORDS


def write_new_file(path: Path, text: str) -> None:
    """Write a file that is not there yet. Raises InvalidRequest if it is, and MonitorError if it cannot be written."""
    require_new_file(path)
    FileRewrite(path, None, text.encode()).write()


def require_new_file(path: Path) -> None:
    """Raises InvalidRequest if there is such a file."""
    if is_there(path):
        raise InvalidRequest(
            f"{path}: there is such a file already; nothing was written: delete it, or give another name"
        )


# --- queries -----------------------------------------------------------------------------------------------------


def _add_query_rule(query: ListedQuery, dialect: QueryDialect, draft: _Draft) -> None:
    try:
        rule = rule_from_query(parse_query(query.text, dialect))
    except QueryProblem as error:
        draft.faults.append(Fault(query.place(error.offset), error.problem, error.hint))
        return
    start = query.place(len(query.text) - len(query.text.lstrip()))
    if rule is None:
        problem = "an article that has none of these words would meet this"
        draft.faults.append(Fault(start, problem, "add with AND what an article must have"))
        return
    shown = sanitize_line(query.text)
    title = shown if len(shown) <= _LONGEST_TITLE else f"{shown[: _LONGEST_TITLE - 1]}…"
    id_ = make_rule_id(shown, draft.used_ids, "query")
    keys: dict[str, PlainData] = {"rule": id_, "title": title, **_LEVEL_AND_PLACE, **rule.keys}
    comments = [*map(sanitize_line, query.comments), *([f"Query: {shown}"] if title != shown else [])]
    try:
        tests = _keep_true_tests(keys, rule, draft.now)
    except InvalidFiles as error:
        draft.faults += (Fault(start, fault.problem, fault.hint) for fault in error.faults)
        return
    lines = [*_format_comments(comments), *format_rule(keys), *_format_tests(tests)]
    draft.lines += ["---"] * bool(draft.rules) + lines
    draft.add_rule(id_, title, start.line, tests)


def _keep_true_tests(keys: Mapping[str, PlainData], rule: QueryRule, now: datetime) -> dict[str, list[PlainData]]:
    """The tests of a rule, without those that do not hold by the live matcher. Raises InvalidFiles if the rule itself
    has a fault."""
    made = {key: [*articles] for key, articles in (("fires", rule.fires), ("silent", rule.silent)) if articles}
    document, parsed = _parse_rule({**keys, "tests": {**made}})
    failed = {fault.place for fault in find_test_failures([parsed], {}, {}, {}, now)}
    for key, articles in made.items():
        places = document.item_places(("tests", key))
        made[key] = [article for place, article in zip(places, articles, strict=True) if place not in failed]
    return {key: articles for key, articles in made.items() if articles} if made["fires"] else {}


def _parse_rule(keys: Mapping[str, PlainData]) -> tuple[YamlDocument, Rule]:
    """The rule as a daemon would read it. Raises InvalidFiles."""
    (document,) = parse_yaml_text("\n".join(format_rule(keys)), "rule")
    return document, rule_from_document(document)


def format_rule(keys: Mapping[str, PlainData]) -> list[str]:
    """The lines of a rule, or of some of its keys."""
    return format_yaml({**keys}, width=_WIDTH)


def _format_tests(tests: Mapping[str, Sequence[PlainData]]) -> list[str]:
    return format_rule({"tests": {key: [*articles] for key, articles in tests.items()}}) if tests else []


def _format_comments(comments: Iterable[str], indent: int = 0) -> list[str]:
    return [f"{' ' * indent}# {comment}".rstrip() for comment in comments]


# --- keywords ----------------------------------------------------------------------------------------------------


def _add_word_rule(found: RuleList, file: str, draft: _Draft) -> None:
    """One rule with all words, a line each, under their comments."""
    words: dict[str, Sequence[str]] = {}
    comments: list[str] = []
    for word in found.queries:
        comments += map(sanitize_line, word.comments)
        if fault := _find_word_fault(word):
            draft.faults.append(fault)
        elif word.text not in words:
            words[word.text], comments = comments, []
    if not words:
        return
    name = Path(file).stem if file != "-" else "keywords"
    id_ = make_rule_id(name, draft.used_ids, "keywords")
    rule = rule_from_words([*words])
    keys: dict[str, PlainData] = {"rule": id_, "title": sanitize_line(name) or "keywords", **_LEVEL_AND_PLACE}
    tests = _keep_true_tests({**keys, **rule.keys}, rule, draft.now)
    draft.lines += [*format_rule(keys), "match:", "  words:"]
    for text, above in words.items():
        draft.lines += [*_format_comments(above, 4), f"    {format_yaml([text])[0]}"]
    draft.lines += _format_comments([*comments, *map(sanitize_line, found.comments)], 4) + _format_tests(tests)
    draft.add_rule(id_, str(keys["title"]), found.queries[0].line, tests)


def _find_word_fault(word: ListedQuery) -> Fault | None:
    """What is wrong with a keyword, if anything is."""
    if re.search(r"[,;，、；\t]", word.text):
        return Fault(word.place(), "this line has several words", "write each word or phrase on its own line")
    for sign, name, _ in OPERATORS:
        if sign.search(word.text):
            return Fault(word.place(), f"this line is a query: it has {name}", "give --format boolean")
    if (problem := explain_ignored_characters(word.text)) is not None:
        return Fault(
            word.place(), problem, "write the word without these characters, or a phrase that distinguishes it"
        )
    try:
        _parse_rule({"rule": "word", "title": "word", **rule_from_words([word.text]).keys})
    except InvalidFiles as error:
        return Fault(word.place(), error.faults[0].problem, error.faults[0].hint)
    return None


# --- feeds of alerts ---------------------------------------------------------------------------------------------


def _make_sources(found: RuleList) -> list[NewSource]:
    """A source for each feed; the query of its alert is its name."""
    sources: dict[str, NewSource] = {}
    for query in found.queries:
        if query.feed and query.feed not in sources:
            used = {str(source["id"]) for source in sources.values()}
            name = sanitize_line(query.text)[:_LONGEST_TITLE] or "Google Alert"
            id_ = make_rule_id(f"alert {name}" if query.text else "google-alert", used, "google-alert")
            sources[query.feed] = new_source(query.feed, {"id": id_, "name": name, "tags": ["google-alerts"]}, used)
    return list(sources.values())
