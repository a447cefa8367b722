"""Pure: articles, rules, state and now -> matches, stories, alerts, each with its reason, and the new state.

    for each article, in order:
        matches = rules.match(article)               which rules hit, as news or mention, and why
        story   = stories.join(article)              an open story, or a new one
        for each match:
            decision = alerting.judge(...)           an alert, or held; always with the reason

The one place where articles become alerts: live polling, `match`, `check` and the tests in rules all come here. It
reads no clock, no file and no database; the state that it is given stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.alerting.policy import Case, judge
from monitor.alerting.told import Told
from monitor.matching import RuleSet
from monitor.model import Article, Decided, Judged
from monitor.stories import Stories, join


class State:
    """What deciding must remember: the stories of the last days, and what was told, or would have been in shadow.

    It is advanced only after the commit (`settled`), and can always be rebuilt from the database.
    """

    def __init__(self, stories: Stories | None = None, told: Told | None = None) -> None:
        self.stories = Stories() if stories is None else stories
        self.told = Told() if told is None else told

    def draft(self) -> State:
        """A state that begins as this one and leaves it unchanged."""
        return State(self.stories.draft(), self.told.draft())

    def settled(self, now: datetime) -> State:
        """The draft, taken over for good."""
        return State(self.stories.settled(now), self.told.settled())


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of the articles, in their order, and the state after them."""

    judged: tuple[Judged, ...]
    state: State


def decide(articles: Iterable[Article], rules: RuleSet, state: State, now: datetime) -> Decision:
    """Decide on articles that are new to us, in the order in which they were seen."""
    after = state.draft()
    judged = tuple(_judged(article, rules, after, now) for article in articles)
    return Decision(judged, after)


def _judged(article: Article, rules: RuleSet, state: State, now: datetime) -> Judged:
    joined = join(article, state.stories)
    decisions: list[Decided] = []
    for match in rules.match(article):
        case = Case(rules.rules[match.rule], match, article, joined.story, state.told, now)
        decided = judge(case)
        key = decided.alert.dedup_key if decided.alert is not None else decided.shadow_key
        if key is not None:
            state.told.add(key)
        decisions.append(decided)
    return Judged(article, joined.story, joined.how, tuple(decisions))
