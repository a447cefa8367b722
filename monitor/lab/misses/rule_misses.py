"""Judges whether a story whose entities rules ask for was missed, or sent late, and says why.

A story is missed if no rule sent it. The rule that missed it is the one that came nearest. Rules do not want everything
that happens to their entities. So a rule must be near: more than half of what its `match` asks for is in title and
lead, where news must be. In most rules the entity is one of two things that must come together, and its name alone is
half. What remains is a story in which the rest is there too, and something else keeps the rule silent: they are too far
apart, or only in another language's words, `unless` holds, or one of three things is missing.

No miss is: what was sent with another story of the same event, or goes into the daily digest as a mention or in doubt;
what a rule in shadow would have sent; what a person merged or split; what was withdrawn; and what the rule as it is now
matches, because its file was edited since.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.lab.expectations import explain_one
from monitor.lab.misses.entity_stories import EntityReport
from monitor.matching import RuleSet
from monitor.model import Article, ConditionRole, Explanation, MatchKind, Outcome, Reason
from monitor.store.queries.story_responses import RuleAlert, RuleDecision, StoryResponses
from monitor.wording.commands import write_why_command
from monitor.wording.quantities import duration_in_words
from monitor.wording.reasons import reason_in_words

Load = Callable[[Collection[int]], Mapping[int, Article]]
"""Loads articles by their numbers; those that have left are missing."""

_MAX_EXPLAINED = 8  # articles of a story, each of another publisher: to explain one takes as long as to match dozens
_SETTLED = frozenset(
    (
        Reason.ALREADY_SENT,
        Reason.ALREADY_DEFERRED,
        Reason.IN_DOUBT,
        Reason.MERGED,
        Reason.SPLIT,
        Reason.WITHDRAWN,
        Reason.SUPERSEDED,
        Reason.ERASED,
    )
)
"""Why a rule sent nothing about an article, although it has not missed the story."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A story that a rule missed, or sent late.

    owner         as the rule says
    story         the id of the story as it is stored; None if no rule matched an article of it
    source, uid   the article that came nearest to the rule, or the first that it matched; with `title` and `url`
    first_seen    when we saw the first article of the story that names an entity of the rule
    publishers    the independent publishers of those articles, in the order of time
    why           why it was missed or late, in a line
    share         how much of the rule's `match` holds in title and lead, from 0 to 1
    is_excluded   the rule's `unless` holds: the silence is probably meant
    late_by       how long after the first article it was sent, or, if it is still deferred, how old that article is;
                  None: nothing was sent
    alert         the id of the alert; None: nothing was sent yet
    """

    rule: str
    owner: str | None
    story: str | None
    source: str
    uid: str
    title: str
    url: str | None
    first_seen: datetime
    publishers: tuple[str, ...]
    why: str
    share: float
    is_excluded: bool = False
    late_by: timedelta | None = None
    alert: str | None = None

    @property
    def command(self) -> str:
        """The command that shows more."""
        return write_why_command(self.source, self.uid, self.rule)

    @property
    def nearness(self) -> tuple[bool, float]:
        """How near the rule came: not if its silence is probably meant."""
        return not self.is_excluded, self.share

    @property
    def rank(self) -> tuple[object, ...]:
        """Sorts misses: first what was never sent, then what was late; the nearest first, then by publishers."""
        return (
            *(self.late_by is not None, self.is_excluded, -self.share, -len(self.publishers)),
            *(self.first_seen, self.source, self.uid),
        )


@dataclass(frozen=True, slots=True)
class MissLimits:
    """What counts as a miss.

    publishers  how many independent publishers must print a story and name an entity of the rule
    late        how long after the first article an alert is late
    all_stories whether a rule also misses what it is not near to, and what another rule sent or is nearer to
    """

    publishers: int = 3
    late: timedelta = timedelta(hours=1)
    all_stories: bool = False


@dataclass(frozen=True, slots=True)
class _Look:
    """An article as the rule sees it now."""

    report: EntityReport
    article: Article
    explanation: Explanation

    @property
    def is_excluded(self) -> bool:
        return any(step.role is ConditionRole.UNLESS and step.holds for step in self.explanation.steps)


class MissJudge:
    """Judges stories. `rules`: those that run, compiled; `entities`: the ids of the entities that each asks for;
    `load`: gives the articles; `now`: until when stories are judged."""

    def __init__(
        self, rules: RuleSet, entities: Mapping[str, frozenset[str]], limits: MissLimits, load: Load, now: datetime
    ) -> None:
        self._rules = rules
        self._entities = entities
        self._limits = limits
        self._load = load
        self._now = now

    def find_misses(self, reports: Sequence[EntityReport], responses: StoryResponses) -> list[Miss]:
        """The misses of a story, of which these are the reports in the order of time."""
        found = list(self._judge_rules(reports, responses))
        if self._limits.all_stories:
            return found
        late = [miss for miss in found if miss.late_by is not None]
        if late or responses.alerts or _is_news_deferred(responses.decisions):
            return late
        nearest = max((miss.nearness for miss in found), default=None)
        return [miss for miss in found if miss.nearness == nearest]

    def _judge_rules(self, reports: Sequence[EntityReport], responses: StoryResponses) -> Iterator[Miss]:
        for rule, entities in self._entities.items():
            named = [report for report in reports if not entities.isdisjoint(report.entities)]
            if len({report.publisher for report in named}) >= self._limits.publishers:
                decisions = [each for each in responses.decisions if each.rule == rule]
                alerts = [each for each in responses.alerts if each.rule == rule]
                if not self._is_answered(named[0].seen, decisions, alerts):
                    yield from self._judge(rule, named, responses.stories, decisions, alerts)

    def _is_answered(self, since: datetime, decisions: Sequence[RuleDecision], alerts: Sequence[RuleAlert]) -> bool:
        """Whether the rule sent the story in time, or had a reason not to. In shadow, it would have sent it."""
        shadow = [each.at for each in decisions if each.reason is Reason.SHADOW]
        sent = [each.at for each in alerts]
        if answers := [*shadow, *sent]:
            return min(answers) - since <= self._limits.late
        if _is_news_deferred(decisions):
            return self._now - since <= self._limits.late
        settled = [each for each in decisions if each.kind is MatchKind.MENTION or each.reason in _SETTLED]
        return bool(settled)

    def _judge(
        self,
        rule: str,
        named: Sequence[EntityReport],
        stories: Sequence[str],
        decisions: Sequence[RuleDecision],
        alerts: Sequence[RuleAlert],
    ) -> Iterator[Miss]:
        looks = [look for look in self._look(rule, named) if _is_looked_at(look.explanation)]
        if not looks:
            return
        since = looks[0].report.seen  # the rule may not look at the sources of earlier ones
        if self._is_answered(since, decisions, alerts):
            return
        best = max(looks, key=lambda look: (not look.is_excluded, look.explanation.share))
        late_by = alert = None
        if decisions or alerts:
            late_by, alert, why = self._explain_decided(since, looks[0], decisions, alerts)
        elif best.explanation.kind is not None or not (self._limits.all_stories or best.explanation.share * 2 > 1):
            return
        else:
            why = best.explanation.why
        yield Miss(
            rule=rule,
            owner=self._rules.rules[rule].owner,
            story=stories[0] if stories else None,
            source=best.article.source,
            uid=best.article.uid,
            title=best.article.title,
            url=best.article.url,
            first_seen=since,
            publishers=tuple(dict.fromkeys(report.publisher for report in named)),
            why=why,
            share=best.explanation.share,
            is_excluded=best.is_excluded and not decisions,
            late_by=late_by,
            alert=alert,
        )

    def _look(self, rule: str, named: Sequence[EntityReport]) -> list[_Look]:
        """What the rule makes of the first articles of the story, one of each publisher."""
        firsts = {report.publisher: report for report in reversed(named)}
        chosen = sorted(firsts.values(), key=lambda report: (report.seen, report.article))[:_MAX_EXPLAINED]
        articles = self._load([report.article for report in chosen])
        found = [(report, articles[report.article]) for report in chosen if report.article in articles]
        return [
            _Look(report, article, explain_one(self._rules, article, rule, as_news=True)) for report, article in found
        ]

    def _explain_decided(
        self, since: datetime, first: _Look, decisions: Sequence[RuleDecision], alerts: Sequence[RuleAlert]
    ) -> tuple[timedelta | None, str | None, str]:
        """How late the rule sent it, with which alert, and why; of what it never sent, why not."""
        shadow = [each for each in decisions if each.reason is Reason.SHADOW]
        deferred = [each for each in decisions if each.outcome is Outcome.DEFERRED]
        answers = [*((each.at, each.id, each.why) for each in alerts), *((each.at, None, each.why) for each in shadow)]
        if not answers:
            if deferred:
                return self._now - since, None, f"not sent yet: {reason_in_words(deferred[0].why)}"
            return None, None, f"suppressed: {reason_in_words(decisions[0].why)}"
        at, alert, why = min(answers, key=lambda answer: answer[0])
        found_at = min((each.at for each in decisions if each.kind is MatchKind.NEWS), default=at)
        if found_at - since < at - found_at:  # most of the time it was deferred
            return at - since, alert, f"found after {_format_length(found_at - since)}; {reason_in_words(why)}"
        sentence = f"the first article that it matched came {_format_length(found_at - since)} later"
        return at - since, alert, f"{sentence}; of the first: {first.explanation.summary}"


def _is_news_deferred(decisions: Iterable[RuleDecision]) -> bool:
    return any(each.outcome is Outcome.DEFERRED and each.kind is MatchKind.NEWS for each in decisions)


def _is_looked_at(explanation: Explanation) -> bool:
    """Whether the rule looks at such articles: its `where` holds."""
    return all(step.holds for step in explanation.steps if step.role is ConditionRole.WHERE)


def _format_length(length: timedelta) -> str:
    return duration_in_words(max(length, timedelta(0)))
