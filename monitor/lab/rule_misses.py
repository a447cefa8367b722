"""Judges whether a story whose entities rules ask for was missed, or sent late, and says why.

A story is missed if no rule sent it. The rule that missed it is the one that came nearest. Rules do not want everything
that happens to their entities. So a rule must be near: more than half of what its `match` asks for is in title and
lead, where news must be. In most rules the entity is one of two things that must come together, and its name alone is
half. What remains is a story in which the rest is there too, and something else keeps the rule silent: they are too far
apart, or only in another language's words, `unless` holds, or one of three things is missing.

No miss is: what was sent with another story of the same event, or goes into the daily digest as a mention or in doubt;
what a rule in shadow would have sent; what a person merged or split; what was withdrawn; and what the rule as it is now
matches, because its file was edited since.

What every rule missed is in no stored story, as the daemon puts only articles into stories that some rule matched. So
stories are made here again, in memory, by the same `join_story`, of the articles that name an entity of a rule. Only
open stories are compared with, and of one that is over only its reports are kept, if so many publishers print it that
it counts: memory grows neither with the archive nor with the texts.

The weekly notices of misses are due on Mondays at 09:00 in the time zone of the desk, once for each week of ISO 8601.
The key of a notice names that week, so that it is sent once, however often it is made and by however many daemons.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from hashlib import blake2b

from monitor.alerting.routing import plan_deliveries
from monitor.cases import determine_article_provenance, identity_features, name_publisher
from monitor.identity.bounds import STORY_LASTS
from monitor.identity.clusters import ClusterIndex
from monitor.identity.stories import find_same_page, join_story
from monitor.lab.expectations import explain_one, rule_from_entity
from monitor.matching import RuleSet, compile_rules
from monitor.model import (
    STORIES,
    Article,
    ConditionRole,
    Entity,
    Explanation,
    Level,
    MatchKind,
    Notice,
    NoticeKind,
    Outcome,
    Reason,
    Rule,
    Settings,
    Source,
    WordList,
    entities_asked_for,
    independent_publisher_of,
)
from monitor.store.queries.story_responses import RuleAlert, RuleDecision, StoryResponses
from monitor.wording.commands import write_why_command
from monitor.wording.quantities import duration_in_words, format_count
from monitor.wording.reasons import reason_in_words

# --- the stories ------------------------------------------------------------------------------------------------------


_SWEEP_EVERY = timedelta(hours=6)  # of the time of the articles


@dataclass(frozen=True, slots=True)
class EntityReport:
    """An article of a story, by its number. `publisher`: the independent one that prints it; `entities`: the ids of
    those that it names in title or lead."""

    article: int
    seen: datetime
    publisher: str
    entities: frozenset[str]


def find_rule_entities(
    rules: Iterable[Rule], entities: Mapping[str, Entity], lists: Mapping[str, WordList]
) -> dict[str, frozenset[str]]:
    """The ids of the entities that each rule asks for in its `match`, by the rule's id; without rules that ask for
    none."""
    asked = {rule.id: entities_asked_for(rule.condition, entities, lists) for rule in rules}
    return {rule: ids for rule, found in asked.items() if (ids := frozenset(entity.id for entity in found))}


def compile_entities(
    ids: Iterable[str],
    entities: Mapping[str, Entity],
    lists: Mapping[str, WordList],
    sources: Mapping[str, Source],
    known: Mapping[str, Entity],
) -> RuleSet:
    """A rule for each of these entities, with its id, that matches where it is named. The other arguments: as in
    `compile_rules`."""
    return compile_rules((rule_from_entity(entities[id_]) for id_ in ids), entities, lists, sources, known)


class EntityStories:
    """The stories of the articles that were added. `entities`: the rules of `compile_entities`; `min_publishers`: how
    many independent publishers must print a story that counts."""

    def __init__(self, entities: RuleSet, min_publishers: int) -> None:
        self._entities = entities
        self._min_publishers = min_publishers
        self._index = ClusterIndex()
        self._reports: defaultdict[str, list[EntityReport]] = defaultdict(list)
        self._swept_at: datetime | None = None

    def add(self, number: int, article: Article) -> None:
        """Add an article, in the order in which they were seen. One that names no entity in title or lead is left
        out."""
        matches = self._entities.match(article)
        named = frozenset(match.rule for match in matches if match.kind is MatchKind.NEWS)
        if not named:
            return
        self._sweep(article.seen)
        source = self._entities.sources.get(article.source)
        provenance = determine_article_provenance(article, source)
        features = identity_features(article, self._entities)
        publisher, wire = name_publisher(article, provenance, source), provenance.wire
        if (page := find_same_page(features, self._index)) is not None:  # one page is of one publisher
            features = replace(features, publisher=page.publisher, wire=page.wire)
            publisher, wire = page.publisher or publisher, page.wire
        joined = join_story(features, self._index)
        publisher = independent_publisher_of(wire, publisher)
        self._reports[joined.story.id].append(EntityReport(number, article.seen, publisher, named))

    def list_stories(self, since: datetime) -> list[Sequence[EntityReport]]:
        """The stories that count and whose last article was seen since then, each with its reports in the order of
        time."""
        found = (sorted(reports, key=lambda each: (each.seen, each.article)) for reports in self._reports.values())
        return [reports for reports in found if reports[-1].seen >= since and self._counts(reports)]

    def _counts(self, reports: Iterable[EntityReport]) -> bool:
        return len({report.publisher for report in reports}) >= self._min_publishers

    def _sweep(self, now: datetime) -> None:
        """Forget the stories that no article can join any more."""
        if self._swept_at is not None and now - self._swept_at < _SWEEP_EVERY:
            return
        self._swept_at = now
        index, open_ids = ClusterIndex(), set[str]()
        for cluster in self._index.clusters.values():
            if cluster.scope == STORIES and now - cluster.touched <= STORY_LASTS:
                open_ids.add(cluster.id)
                for member in cluster.members:
                    index.add_article(cluster, member, member.index_keys)
        self._index = index
        over = [id_ for id_, reports in self._reports.items() if id_ not in open_ids and not self._counts(reports)]
        for id_ in over:
            del self._reports[id_]


# --- what was missed --------------------------------------------------------------------------------------------------


Load = Callable[[Collection[int]], Mapping[int, Article]]
"""Loads articles by their numbers; those that have left are missing."""

_MAX_EXPLAINED = 8  # articles of a story, each of another publisher: to explain one takes as long as to match dozens
_SETTLED = frozenset(
    (
        Reason.ALREADY_SENT,
        Reason.ALREADY_DEFERRED,
        Reason.IN_DOUBT,
        Reason.MERGED,
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


# --- the weekly notices: one for the operator, and one for each route that owns rules ---------------------------------


SUBJECT = "misses"
_DUE = time(9)  # on Mondays
_WEEK = timedelta(days=7)
_MAX_OF_RULE, _MAX_LINES = 3, 60
_TITLE, _WHY = 90, 160  # characters
_REASON = "what the rules have missed is reported once a week; `weekly_misses: false` in monitor.yaml ends that"


def find_due_week(now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """The last week that is due for a notice: from Monday to Monday at 09:00."""
    local = now.astimezone(zone)
    monday = local.date() - timedelta(days=local.weekday())
    if datetime.combine(monday, _DUE, zone) > local:
        monday -= _WEEK
    return datetime.combine(monday - _WEEK, _DUE, zone), datetime.combine(monday, _DUE, zone)


def key_of_week(due: datetime) -> str:
    """The key of the operator's notice that is due then."""
    year, week, _ = due.isocalendar()
    return f"notice misses {year}-W{week:02}"


def build_miss_notices(
    misses: Mapping[str, Sequence[Miss]], settings: Settings, due: datetime, now: datetime
) -> list[Notice]:
    """The notices of the week that ended when they were `due`. What `unless` silenced is left out: it is probably
    meant. If nothing is left, or nobody is named as operator, there are none."""
    unmeant = {rule: [miss for miss in found if not miss.is_excluded] for rule, found in misses.items()}
    by_rule = {rule: found for rule, found in unmeant.items() if found}
    if not by_rule or not settings.operator:
        return []
    key = key_of_week(due)
    notices = [_build_notice(by_rule, settings.operator, key, now)]
    for owner, rules in _group_by_owner(by_rule).items():
        planned = plan_deliveries(Level.INFO, [(owner, settings.routes.get(owner, ()))], now)
        channels = tuple(each.channel for each in planned if each.channel not in settings.operator)
        if channels:  # the operator's channels have all of it
            notices.append(_build_notice(rules, channels, f"{key} owner {owner}", now))
    return notices


def _group_by_owner(by_rule: Mapping[str, Sequence[Miss]]) -> dict[str, dict[str, Sequence[Miss]]]:
    grouped: dict[str, dict[str, Sequence[Miss]]] = {}
    for rule, found in by_rule.items():
        if found[0].owner is not None:
            grouped.setdefault(found[0].owner, {})[rule] = found
    return grouped


def _build_notice(by_rule: Mapping[str, Sequence[Miss]], channels: tuple[str, ...], key: str, now: datetime) -> Notice:
    count = sum(map(len, by_rule.values()))
    return Notice(
        id=blake2b(key.encode(), digest_size=8).hexdigest(),
        dedup_key=key,
        subject=SUBJECT,
        kind=NoticeKind.REPORT,
        level=Level.INFO,
        at=now,
        title=f"{format_count(count, 'miss')} of {format_count(len(by_rule), 'rule')} in a week",
        text="\n".join(_format_lines(by_rule)),
        reason=_REASON,
        channels=channels,
    )


def _format_lines(by_rule: Mapping[str, Sequence[Miss]]) -> list[str]:
    """The rules with the most misses first: a notice has not room for all."""
    lines = ["Stories that many publishers printed, and a rule did not send in time. All: `news-monitor rules misses`"]
    left = 0
    for rule, found in sorted(by_rule.items(), key=lambda item: -len(item[1])):
        for together in _format_rule(rule, found):
            if left or len(lines) + len(together) > _MAX_LINES:
                left += len(together)
            else:
                lines += together
    return [*lines, f"and {left} more lines"] if left else lines


def _format_rule(rule: str, found: Sequence[Miss]) -> Iterator[tuple[str, ...]]:
    """A heading, then each miss: its title, and the command that names its article. These two stay together."""
    owner = f" (owner: {found[0].owner})" if found[0].owner else ""
    yield (f"{rule}{owner}: {format_count(len(found), 'miss')}; why: `news-monitor rules coverage {rule}`",)
    for miss in found[:_MAX_OF_RULE]:
        late = "" if miss.late_by is None else f", {duration_in_words(miss.late_by)} late"
        publishers = format_count(len(miss.publishers), "publisher")
        title = f"- {_shorten(miss.title, _TITLE)} ({publishers}{late}): {_shorten(miss.why, _WHY)}"
        yield title, f"  `{miss.command}`"


def _shorten(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"
