"""Summarizes the demo: what was sent about each event, how many articles belong to it, and why the rest was not
sent."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.demo.newsroom import Outlet
from monitor.demo.receivers import ReceivedMessage
from monitor.model import AlertKind, Outcome
from monitor.store.queries.matches import MatchReport
from monitor.store.queries.stories import StoryQueries
from monitor.wording.quantities import format_count
from monitor.wording.reasons import summarize_outcome

LAUNCH = "north-korea-missile-launch"  # the event that all outlets report, and one of them corrects
_ALERT_ID = re.compile("alert ([0-9a-f]{16})")  # as messages end with it
EXPECTED = frozenset({LAUNCH, "taiwan-drills", "korea-china-diplomacy"})  # each happens once


@dataclass(frozen=True, slots=True)
class EventSummary:
    """What one rule sent about one event or story. `sent`: messages by kind; `publishers`: how many are independent."""

    rule: str
    sent: Mapping[str, int]
    articles: int
    languages: int
    publishers: int

    def __str__(self) -> str:
        sent = " and ".join(format_count(number, _KIND_NAMES[kind]) for kind, number in self.sent.items())
        joined = f"{format_count(self.articles, 'article')} in {format_count(self.languages, 'language')}"
        return f"{self.rule}: {sent} for {joined}, of {format_count(self.publishers, 'independent publisher')}"


_KIND_NAMES: Mapping[str, str] = {
    AlertKind.NEW: "alert",
    AlertKind.POSSIBLY: "possible repeat",
    AlertKind.UPDATE: "update",
    AlertKind.DIGEST: "digest",
}


def summarize_events(
    matches: Iterable[MatchReport], stories: StoryQueries, outlets: Mapping[str, Outlet]
) -> Iterator[EventSummary]:
    """A summary of each event or story of which something was sent, in the order of their first matches."""
    subjects = dict.fromkeys(
        (match.rule, match.event or match.story) for match in matches if match.outcome is Outcome.SENT
    )
    for rule, name in subjects:
        story = stories.find(name or "")
        if story is not None:
            languages = {outlets[member.source].language for member in story.members}
            sent = Counter(alert.kind for alert in story.sent if alert.rule == rule)
            yield EventSummary(rule, sent, len(story.members), len(languages), story.independent_publishers)


def count_unsent_by_reason(matches: Iterable[MatchReport]) -> list[tuple[int, str]]:
    """How many matches were suppressed or deferred, and why; the most frequent reason first."""
    counts = Counter((match.outcome, match.reason_code) for match in matches if match.outcome is not Outcome.SENT)
    return [(number, summarize_outcome(*each)) for each, number in counts.most_common()]


def find_unexpected_result(events: Iterable[EventSummary]) -> str | None:
    """What is wrong with the demo's result; None: nothing."""
    summaries = list(events)
    new_alerts = Counter(summary.rule for summary in summaries for _ in range(summary.sent[AlertKind.NEW]))
    if missing := sorted(EXPECTED - new_alerts.keys()):
        return f"no alert of {', '.join(missing)}"
    if several := sorted(rule for rule in EXPECTED if new_alerts[rule] > 1):
        return f"one event caused several alerts of {', '.join(several)}"
    if sum(summary.sent[AlertKind.UPDATE] for summary in summaries if summary.rule == LAUNCH) != 1:
        return f"the correction was not one update of {LAUNCH}"
    return None


def find_missing_alerts(alerts: int, received: Sequence[ReceivedMessage]) -> str | None:
    """What is wrong with the messages of each receiver, which name the alerts in them; None: nothing."""
    for receiver in ("e-mail", "webhook"):
        texts = [message.text for message in received if message.receiver == receiver]
        named = [id_ for text in texts for id_ in _ALERT_ID.findall(text)]
        if not len(named) == len(set(named)) == alerts:
            return (
                f"the messages by {receiver} name {len(named)} alerts ({len(set(named))} different ones), not {alerts}"
            )
    return None
