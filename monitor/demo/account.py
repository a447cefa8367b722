"""What came of the newsroom's news: what was sent of each happening, what was joined to it, and why nothing was
sent of the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from monitor.alerting.wording import count, reason_in_words
from monitor.demo.newsroom import Outlet
from monitor.model import AlertKind, Outcome
from monitor.store.matches import MatchReport
from monitor.store.stories import StoriesRead

LAUNCH = "north-korea-missile-launch"  # the happening that all outlets tell, and one of them corrects
EXPECTED = frozenset({LAUNCH, "taiwan-drills", "korea-china-diplomacy"})  # each happens once


@dataclass(frozen=True, slots=True)
class Happening:
    """What one rule told of one event or story. `sent`: messages by kind; `publishers`: how many are independent."""

    rule: str
    sent: Mapping[str, int]
    articles: int
    languages: int
    publishers: int

    def __str__(self) -> str:
        sent = " and ".join(count(number, _CALLED[kind]) for kind, number in self.sent.items())
        joined = f"{count(self.articles, 'article')} in {count(self.languages, 'language')}"
        return f"{self.rule}: {sent} for {joined}, of {count(self.publishers, 'independent publisher')}"


_CALLED: Mapping[str, str] = {
    AlertKind.NEW: "alert",
    AlertKind.POSSIBLY: "possible repeat",
    AlertKind.UPDATE: "update",
    AlertKind.DIGEST: "digest",
}


def happenings(
    matches: Iterable[MatchReport], stories: StoriesRead, outlets: Mapping[str, Outlet]
) -> Iterator[Happening]:
    """What was told, in the order in which it began."""
    told = dict.fromkeys((match.rule, match.event or match.story) for match in matches if match.outcome is Outcome.SENT)
    for rule, name in told:
        account = stories.find(name or "")
        if account is not None:
            languages = {outlets[member.source].language for member in account.members}
            sent = Counter(each.kind for each in account.sent if each.rule == rule)
            yield Happening(rule, sent, len(account.members), len(languages), account.independent_publishers)


def not_sent(matches: Iterable[MatchReport]) -> list[tuple[int, str]]:
    """How many matches were suppressed or deferred, and why; the most first."""
    why = Counter((match.outcome, match.code) for match in matches if match.outcome is not Outcome.SENT)
    return [(number, f"{outcome}: {reason_in_words(code)}") for (outcome, code), number in why.most_common()]


def amiss(told: Iterable[Happening]) -> str | None:
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
