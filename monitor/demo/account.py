"""What came of the newsroom's news: what was sent of each happening, what was joined to it, and why nothing was
sent of the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from monitor.alerting.wording import format_count, reason_in_words
from monitor.demo.newsroom import Outlet
from monitor.model import AlertKind, Outcome
from monitor.store.queries.matches import MatchReport
from monitor.store.queries.stories import StoryQueries

LAUNCH = "north-korea-missile-launch"  # the happening that all outlets tell, and one of them corrects
EXPECTED = frozenset({LAUNCH, "taiwan-drills", "korea-china-diplomacy"})  # each happens once


@dataclass(frozen=True, slots=True)
class EventSummary:
    """What one rule told of one event or story. `sent`: messages by kind; `publishers`: how many are independent."""

    rule: str
    sent: Mapping[str, int]
    articles: int
    languages: int
    publishers: int

    def __str__(self) -> str:
        sent = " and ".join(format_count(number, _CALLED[kind]) for kind, number in self.sent.items())
        joined = f"{format_count(self.articles, 'article')} in {format_count(self.languages, 'language')}"
        return f"{self.rule}: {sent} for {joined}, of {format_count(self.publishers, 'independent publisher')}"


_CALLED: Mapping[str, str] = {
    AlertKind.NEW: "alert",
    AlertKind.POSSIBLY: "possible repeat",
    AlertKind.UPDATE: "update",
    AlertKind.DIGEST: "digest",
}


def summarize_events(
    matches: Iterable[MatchReport], stories: StoryQueries, outlets: Mapping[str, Outlet]
) -> Iterator[EventSummary]:
    """What was told, in the order in which it began."""
    told = dict.fromkeys((match.rule, match.event or match.story) for match in matches if match.outcome is Outcome.SENT)
    for rule, name in told:
        account = stories.find(name or "")
        if account is not None:
            languages = {outlets[member.source].language for member in account.members}
            sent = Counter(each.kind for each in account.sent if each.rule == rule)
            yield EventSummary(rule, sent, len(account.members), len(languages), account.independent_publishers)


def count_unsent_by_reason(matches: Iterable[MatchReport]) -> list[tuple[int, str]]:
    """How many matches were suppressed or deferred, and why; the most first."""
    why = Counter((match.outcome, match.reason_code) for match in matches if match.outcome is not Outcome.SENT)
    return [(number, f"{outcome}: {reason_in_words(code)}") for (outcome, code), number in why.most_common()]


def find_unexpected_result(told: Iterable[EventSummary]) -> str | None:
    """What of it should not be so, if anything."""
    known = list(told)
    new = Counter(each.rule for each in known for _ in range(each.sent[AlertKind.NEW]))
    if missing := sorted(EXPECTED - new.keys()):
        return f"no alert of {', '.join(missing)}"
    if several := sorted(rule for rule in EXPECTED if new[rule] > 1):
        return f"one happening was several alerts of {', '.join(several)}"
    if sum(each.sent[AlertKind.UPDATE] for each in known if each.rule == LAUNCH) != 1:
        return f"the correction was not one update of {LAUNCH}"
    return None
