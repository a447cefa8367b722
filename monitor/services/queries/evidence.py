"""What is known of matches, as evidence: which text met which rule, when, by which clock, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from monitor.config.loading.load import LoadedConfig
from monitor.model.outcome import clauses_to_row
from monitor.services.evidence_bundle import EvidenceItem
from monitor.services.references import References
from monitor.store.engine.database import Database
from monitor.store.queries.evidence import StoredEvidence, load_evidence
from monitor.store.queries.matches import DeliveryHistory, MatchFilter, MatchQueries
from monitor.wording.reasons import reason_in_words

OUR_CLOCK, PUBLISHER_CLOCK = "news-monitor", "publisher"
_TIMES = "news-monitor: the clock of the machine that stored it; publisher: the date that the publisher gave"
_NOTE_SAME = "the files have this version of the rule"
_NOTE_CHANGED = "the rule has changed since, and only the hash of the version that matched is kept"
_NOTE_GONE = "the rule is no longer in the files, and only the hash of the version that matched is kept"


def collect_evidence(loaded: LoadedConfig, database: Database, wanted: MatchFilter) -> Iterator[EvidenceItem]:
    """The wanted matches, in the order in which they were stored. One that is deleted meanwhile is left out."""
    rules = _RuleDocuments(loaded)
    for match in MatchQueries(database).iter_matches(wanted):
        found = load_evidence(database, match.id)
        if found is not None:
            yield _build_item(found, rules)


def _build_item(found: StoredEvidence, rules: _RuleDocuments) -> EvidenceItem:
    match, matched = found.details.match, found.matched
    rule = rules.describe(match.rule, match.rule_version)
    rule_file = f"rules/{quote(match.rule, safe='')}-{quote(match.rule_version, safe='')}.json"
    row = {
        "match": match.id,
        "rule": {"id": match.rule, "version": match.rule_version, "file": rule_file},
        "kind": match.kind,
        "level": match.level,
        "article": _describe_article(found),
        "versions": [
            {
                "version": version.version,
                "stored_at": _format_time(version.at),
                "clock": OUR_CLOCK,
                "title": version.title,
                "title_sha256": _hash(version.title),
                "text_sha256": _hash(version.text),
            }
            for version in found.versions
        ],
        "times": _describe_times(found),
        "clocks": _TIMES,
        "spans": [{key: value for key, value in asdict(span).items() if key != "node"} for span in match.evidence],
        "decision": {
            "outcome": match.outcome.value,
            "reason_code": match.reason_code.value,
            "reason": reason_in_words(match.why),
            "reason_parameters": clauses_to_row(match.why),
        },
        "mark": match.mark.value if match.mark else None,
        "alert": _describe_alert(found),
        "deliveries": [_describe_delivery(delivery) for delivery in found.details.deliveries],
    }
    return EvidenceItem(match.id, matched.title, matched.text, row, rule_file, rule)


def _describe_article(found: StoredEvidence) -> dict[str, Any]:
    """The version that matched. Address, language and date are stored once, of the latest version."""
    article, matched = found.details.match.article, found.matched
    return {
        "source": article.source,
        "uid": article.uid,
        "version": matched.version,
        "title_sha256": _hash(matched.title),
        "text_sha256": _hash(matched.text),
        "authors": list(matched.authors),
        "tags": list(matched.tags),
        "url": article.url,
        "language": article.language,
        "latest_version": found.versions[-1].version,
    }


def _describe_times(found: StoredEvidence) -> list[dict[str, Any]]:
    """Each time with the clock that it comes from."""
    match = found.details.match
    article = match.article
    published = (
        {"what": "published", "time": _format_time(article.published), "clock": PUBLISHER_CLOCK}
        if article.dated
        else {"what": "published", "time": None, "clock": None}
    )
    ours = {
        "first seen": article.seen,
        "version that matched stored": found.matched.at,
        "matched": match.at,
        "alert decided": found.details.alerted,
    }
    return [
        published,
        *({"what": what, "time": _format_time(at), "clock": OUR_CLOCK} for what, at in ours.items() if at is not None),
    ]


def _describe_alert(found: StoredEvidence) -> dict[str, Any] | None:
    details = found.details
    if details.match.alert is None:
        return None
    return {"id": details.match.alert, "kind": details.alert_kind, "decided_at": _format_time(details.alerted)}


def _describe_delivery(delivery: DeliveryHistory) -> dict[str, Any]:
    attempts = [
        {
            "number": each.number,
            "started_at": _format_time(each.started),
            "ended_at": _format_time(each.ended),
            "receipt": each.receipt,
            "detail": each.detail,
        }
        for each in delivery.attempts
    ]
    return {"id": delivery.id, "channel": delivery.channel, "state": delivery.state.value, "attempts": attempts}


class _RuleDocuments:
    """The documents of rules, and of what they name, as the files have them now."""

    def __init__(self, loaded: LoadedConfig) -> None:
        self._rules = loaded.config.rules
        self._documents = loaded.documents
        self._references = References(loaded.config, loaded.documents)
        self._described: dict[tuple[str, str], dict[str, Any]] = {}

    def describe(self, rule: str, version: str) -> dict[str, Any]:
        """The version of a rule that matched: with its text where the files still have it. The same object for all
        matches of it."""
        key = (rule, version)
        if key not in self._described:
            self._described[key] = self._build(rule, version)
        return self._described[key]

    def _build(self, rule: str, version: str) -> dict[str, Any]:
        current = self._rules.get(rule)
        if current is None or current.version != version:
            note = _NOTE_GONE if current is None else _NOTE_CHANGED
            return {"rule": rule, "version": version, "note": note, "documents": []}
        places = [place for place in self._references.find_all(current.place) if place in self._documents]
        return {
            "rule": rule,
            "version": version,
            "note": _NOTE_SAME,
            "documents": [self._documents[place].data for place in places],
        }


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _format_time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
