"""Evidence bundles: all that is known of matches, in a zip of text and JSON with a list of the SHA-256 of every file.

`docs/operate.md` describes the format for those who will read a bundle without this program.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from typing import IO, Any
from urllib.parse import quote

from monitor import __version__
from monitor.config.loading.load import LoadedConfig
from monitor.model import Article
from monitor.model.outcome import clauses_to_row
from monitor.services.references import References
from monitor.store.engine.database import Database
from monitor.store.queries.articles import ArticleQueries
from monitor.store.queries.matches import DeliveryHistory, MatchDetails, MatchFilter, MatchQueries
from monitor.wording.reasons import reason_in_words

_OUR_CLOCK, _PUBLISHER_CLOCK = "news-monitor", "publisher"
_CLOCKS = "news-monitor: the clock of the machine that stored it; publisher: the date that the publisher gave"
_NOTE_SAME = "the files have this version of the rule"
_NOTE_CHANGED = "the rule has changed since, and only the hash of the version that matched is kept"
_NOTE_GONE = "the rule is no longer in the files, and only the hash of the version that matched is kept"
_EXPLANATION = """\
Evidence from News Monitor (news-monitor): why articles matched a rule, and what was decided and sent.

bundle.json             when this was made, by which version of the program, and which matches it has
match-N/match.json      the match with the number N: its article with all times and the clock that each comes from,
                        every stored version, the spans of the text that met the rule, the decision, the receipts
match-N/title.txt       title and text of the version that matched, exactly as they were stored (UTF-8)
match-N/text.txt
rules/RULE-VERSION.json the rule, and the entities and lists that it names
SHA256SUMS              the SHA-256 of each of these files

To check it: unpack it, and run "sha256sum -c SHA256SUMS" in its folder. Then compare the SHA-256 of the file SHA256SUMS
with the one that was noted when the bundle was made. Without that comparison, the sums show only that nothing was
damaged: whoever changes a file can write new sums. A file that SHA256SUMS does not list is no part of the bundle.
"""


def write_evidence(
    out: IO[bytes], loaded: LoadedConfig, database: Database, wanted: MatchFilter, now: datetime
) -> tuple[int, str]:
    """Write a bundle of the wanted matches, in the order in which they were stored. Returns how many there are, and
    the SHA-256 over the whole: that of the list of sums. Raises OSError."""
    sums: dict[str, str] = {}
    ids: list[int] = []
    references = References(loaded.config, loaded.documents)
    with zipfile.ZipFile(out, "w") as bundle:

        def write(name: str, content: str) -> None:
            info = zipfile.ZipInfo(name, now.astimezone(UTC).timetuple()[:6])
            bundle.writestr(info, content, zipfile.ZIP_DEFLATED)
            sums[name] = _hash(content)

        for match in MatchQueries(database).iter_matches(wanted):
            details = MatchQueries(database).find_details(match.id)
            versions = ArticleQueries(database).list_versions_of_match(match.id)
            if details is None or not versions:
                continue  # deleted meanwhile
            rule_file = f"rules/{quote(match.rule, safe='')}-{quote(match.rule_version, safe='')}.json"
            if rule_file not in sums:
                write(rule_file, _encode_json(_describe_rule(match.rule, match.rule_version, loaded, references)))
            write(f"match-{match.id}/title.txt", details.match.article.title)
            write(f"match-{match.id}/text.txt", details.text)
            write(f"match-{match.id}/match.json", _encode_json(_describe_match(details, versions, rule_file)))
            ids.append(match.id)
        about = {
            "format": "news-monitor evidence",
            "format_version": 1,
            "made_at": now.astimezone(UTC).isoformat(),
            "program": {"name": "news-monitor", "version": __version__},
            "matches": ids,
        }
        write("bundle.json", _encode_json(about))
        write("README.txt", _EXPLANATION)
        listed = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
        write("SHA256SUMS", listed)
    return len(ids), _hash(listed)


def _describe_match(
    details: MatchDetails, versions: Sequence[tuple[datetime, Article]], rule_file: str
) -> dict[str, Any]:
    """The content of match.json. The address, language and date of an article are stored once, of its latest version;
    the other facts are of the version that matched."""
    match, latest = details.match, versions[-1][1]
    stored_at, matched = next(each for each in versions if each[1].version == match.article.version)
    ours = {
        "first seen": match.article.seen,
        "version that matched stored": stored_at,
        "matched": match.at,
        "alert decided": details.alerted,
    }
    alert = {"id": match.alert, "kind": details.alert_kind, "decided_at": _format_time(details.alerted)}
    return {
        "match": match.id,
        "rule": {"id": match.rule, "version": match.rule_version, "file": rule_file},
        "kind": match.kind,
        "level": match.level,
        "article": {
            "source": matched.source,
            "uid": matched.uid,
            "version": matched.version,
            "title_sha256": _hash(matched.title),
            "text_sha256": _hash(matched.text),
            "authors": list(matched.authors),
            "tags": list(matched.tags),
            "url": latest.url,
            "language": latest.language,
            "latest_version": latest.version,
        },
        "versions": [
            {
                "version": version.version,
                "stored_at": at.isoformat(),
                "clock": _OUR_CLOCK,
                "title": version.title,
                "title_sha256": _hash(version.title),
                "text_sha256": _hash(version.text),
            }
            for at, version in versions
        ],
        "times": [
            {"what": "published", "time": latest.published.isoformat(), "clock": _PUBLISHER_CLOCK}
            if latest.dated
            else {"what": "published", "time": None, "clock": None},
            *(
                {"what": what, "time": at.isoformat(), "clock": _OUR_CLOCK}
                for what, at in ours.items()
                if at is not None
            ),
        ],
        "clocks": _CLOCKS,
        "spans": [{key: value for key, value in asdict(span).items() if key != "node"} for span in match.evidence],
        "decision": {
            "outcome": match.outcome.value,
            "reason_code": match.reason_code.value,
            "reason": reason_in_words(match.why),
            "reason_parameters": clauses_to_row(match.why),
        },
        "mark": match.mark.value if match.mark else None,
        "alert": alert if match.alert else None,
        "deliveries": list(map(_describe_delivery, details.deliveries)),
    }


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


def _describe_rule(rule: str, version: str, loaded: LoadedConfig, references: References) -> dict[str, Any]:
    """The version of a rule that matched, with what it names, if the files still have that version: another one would
    be false evidence."""
    current = loaded.config.rules.get(rule)
    if current is None or current.version != version:
        note = _NOTE_GONE if current is None else _NOTE_CHANGED
        return {"rule": rule, "version": version, "note": note, "documents": []}
    places = [place for place in references.find_all(current.place) if place in loaded.documents]
    documents = [loaded.documents[place].data for place in places]
    return {"rule": rule, "version": version, "note": _NOTE_SAME, "documents": documents}


def _encode_json(row: Mapping[str, Any]) -> str:
    return f"{json.dumps(row, ensure_ascii=False, indent=2)}\n"


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _format_time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
