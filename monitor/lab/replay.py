"""Replays recorded news in simulated time, through the live `decide_articles` and `decide_due`: what would have been
sent, when and why.

Each article comes at its own time. Pending alerts that are due by then are released before it, each at the time when it
is due; those that are still pending after the last article are released then. Nothing is sent or stored, and no clock
is read.

Two sets of rules are compared on the same news: which alerts an edit would add, lose or move to another time. An alert
of one set has a counterpart in the other if the same rule alerts there of the same article, or of another article of
the same subject. Then it is neither gained nor lost, but it may come at another time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from monitor.active_config import plan_alert
from monitor.alerting.case import DecisionContext
from monitor.alerting.ledger import NotificationLedger
from monitor.alerting.release import ReleasedAlert
from monitor.decide import decide_articles, decide_due
from monitor.lab.recorded import RecordedArticle
from monitor.matching import RuleSet
from monitor.model import (
    Alert,
    AlertCandidate,
    AlertKind,
    Article,
    ArticleDecision,
    Item,
    Level,
    PendingChange,
    PlannedDelivery,
    ReasonClauses,
    RouteStep,
)
from monitor.state import State

Id = str | int
_DEFAULT_CONTEXT = DecisionContext()


@dataclass(frozen=True, slots=True)
class ScheduledArticle:
    """An article, when it comes, and its id in the recording."""

    at: datetime
    id: Id
    article: Article


@dataclass(frozen=True, slots=True)
class ReplayedArticle:
    """What was decided on an article, and the event to which it or its story belongs."""

    id: Id
    decision: ArticleDecision
    event: str | None


@dataclass(frozen=True, slots=True)
class ReplayedAlert:
    """What would be sent: an alert, or one line of a digest. `articles`: its articles, first the one that fired, whose
    `source`, `uid`, `title` and `url` follow; `subjects`: the keys of its subjects; `deliveries`: where it would be
    sent, and when; None if there are no routes."""

    at: datetime
    rule: str
    rule_title: str
    level: Level
    kind: AlertKind
    story: str
    event: str | None
    articles: tuple[Id, ...]
    source: str
    uid: str
    title: str
    url: str | None
    sentence: str
    why: ReasonClauses
    subjects: tuple[str, ...]
    deliveries: tuple[PlannedDelivery, ...] | None = None


def in_time_order(files: Iterable[Sequence[RecordedArticle]], now: datetime) -> Iterator[ScheduledArticle]:
    """The articles of all files, in the order of time. An article without a date comes with the one before it in its
    file. A repeated source and id is a new version."""
    versions: dict[tuple[str, str], Article] = {}
    scheduled = [item for records in files for item in _schedule_articles(records, now)]
    for item in sorted(scheduled, key=lambda item: item.at):
        article = item.article
        earlier = versions.get((article.source, article.uid))
        if earlier is not None:
            article = replace(article, seen=earlier.seen, version=earlier.version + 1)
        versions[article.source, article.uid] = replace(article, text="")
        yield replace(item, article=article)


def _schedule_articles(records: Sequence[RecordedArticle], now: datetime) -> Iterator[ScheduledArticle]:
    at = next((record.article.published for record in records if record.article.dated), now)
    for record in records:
        article = record.article
        at = article.published if article.dated else at
        yield ScheduledArticle(at, record.id, replace(article, seen=at, published=at))


def replay_articles(articles: Iterable[ScheduledArticle], replay: Replay) -> Iterator[ReplayedArticle | ReplayedAlert]:
    """The decision on each article and each alert, from the first article to the last pending alert."""
    for article in articles:
        yield from replay.process_article(article)
    yield from replay.flush_pending()


class Replay:
    """Rules, and the state that grows with the articles. `routes`: of the config, if there is one;
    `articles_by_subject`: the articles of each subject;
    `dropped_pending`: for each rule, how many pending alerts were dropped, because they were withdrawn, or sent in
    another way."""

    def __init__(
        self,
        rules: RuleSet,
        context: DecisionContext = _DEFAULT_CONTEXT,
        *,
        all_stories: bool = False,
        routes: Mapping[str, Sequence[RouteStep]] = MappingProxyType({}),
    ) -> None:
        self.articles_by_subject: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self.dropped_pending: Counter[str] = Counter()
        self._rules = rules
        self._context = context
        self._all_stories = all_stories
        self._routes = routes
        self._state = State()
        self._next_due: datetime | None = None  # when the first pending alert is due
        self._now: datetime | None = None
        self._ids_by_article: dict[tuple[str, str], Id] = {}  # of articles that matched a rule
        self._unsent_ids: dict[str, list[Id]] = defaultdict(list)  # by subject: articles since its last alert
        self._event_by_story: dict[str, str] = {}

    def process_article(self, scheduled: ScheduledArticle) -> Iterator[ReplayedAlert | ReplayedArticle]:
        """Process an article at its time; before it, release what is due by then. Time never goes back."""
        now = scheduled.at if self._now is None else max(self._now, scheduled.at)
        yield from self._release_until(now)
        decision = decide_articles(
            [scheduled.article], self._rules, self._state, now, self._context, all_stories=self._all_stories
        )
        self._state = decision.state.commit()
        self._now = now
        (article_decision,) = decision.article_decisions
        if article_decision.decisions:
            self._ids_by_article[scheduled.article.source, scheduled.article.uid] = scheduled.id
        candidates = [
            match_decision.candidate
            for match_decision in article_decision.decisions
            if match_decision.candidate is not None
        ]
        for candidate in candidates:
            self._record_candidate(candidate, scheduled.id)
        if any(
            match_decision.pending is not None or match_decision.pending_changes
            for match_decision in article_decision.decisions
        ):
            self._update_next_due()
        unsent = (
            match_decision
            for match_decision in article_decision.decisions
            if match_decision.alert is None and match_decision.pending is None
        )
        self._count_dropped(change for match_decision in unsent for change in match_decision.pending_changes)
        yield ReplayedArticle(scheduled.id, article_decision, self._find_event(article_decision))
        for match_decision in article_decision.decisions:
            if match_decision.alert is not None and match_decision.candidate is not None:
                yield self._build_alert(match_decision.alert, match_decision.candidate)

    def flush_pending(self) -> Iterator[ReplayedAlert]:
        """All alerts that are still pending, each at the time when it is due."""
        while self._next_due is not None:
            yield from self._release_until(self._next_due)

    def _release_until(self, now: datetime) -> Iterator[ReplayedAlert]:
        while self._next_due is not None and self._next_due <= now:
            at = self._next_due
            due_decision = decide_due(self._rules.rules, self._state, at)
            self._state = due_decision.state.commit()
            self._update_next_due()
            self._count_dropped(due_decision.changes)
            for released in due_decision.released:
                yield from self._list_released(released)

    def _update_next_due(self) -> None:
        self._next_due = min((pending.due for pending in self._state[NotificationLedger].pending), default=None)

    def _count_dropped(self, changes: Iterable[PendingChange]) -> None:
        self.dropped_pending.update(change.before.candidate.rule for change in changes if change.after is None)

    def _record_candidate(self, candidate: AlertCandidate, id_: Id) -> None:
        article_key = (candidate.article.source, candidate.article.uid)
        self.articles_by_subject[candidate.key].add(article_key)
        self._unsent_ids[candidate.key].append(id_)
        if candidate.event is not None:
            self._event_by_story.setdefault(candidate.story.id, candidate.event.id)

    def _find_event(self, decision: ArticleDecision) -> str | None:
        """The event of an article, or of its story. If all articles have stories, a story without an event counts as
        one."""
        if decision.event is not None:
            return decision.event.id
        if decision.story is None:
            return None
        return self._event_by_story.get(decision.story.id, decision.story.id if self._all_stories else None)

    def _list_released(self, released: ReleasedAlert) -> Iterator[ReplayedAlert]:
        if released.alert.kind is not AlertKind.DIGEST:
            for pending in released.pending:
                yield self._build_alert(released.alert, pending.candidate)
            return
        lines: dict[tuple[str, ...], list[AlertCandidate]] = defaultdict(list)
        for pending in released.pending:
            lines[_line_key_from_candidate(pending.candidate)].append(pending.candidate)
        items = {_line_key_from_item(item): item for item in reversed(released.alert.items)}  # the first of each wins
        for key, candidates in sorted(lines.items()):
            item = items[key]
            yield ReplayedAlert(
                at=released.alert.at,
                rule=item.rule,
                rule_title=item.rule_title,
                level=item.level,
                kind=released.alert.kind,
                story=item.story,
                event=item.event,
                articles=self._collect_articles((item.source, item.uid), [candidate.key for candidate in candidates]),
                source=item.source,
                uid=item.uid,
                title=item.title,
                url=item.url,
                sentence=item.sentence,
                why=item.why,
                subjects=tuple(candidate.key for candidate in candidates),
                deliveries=self._plan_deliveries(released.alert),
            )

    def _build_alert(self, alert: Alert, candidate: AlertCandidate) -> ReplayedAlert:
        return ReplayedAlert(
            at=alert.at,
            rule=alert.rule,
            rule_title=alert.rule_title,
            level=alert.level,
            kind=alert.kind,
            story=alert.story,
            event=alert.event,
            articles=self._collect_articles((alert.article.source, alert.article.uid), [candidate.key]),
            source=alert.article.source,
            uid=alert.article.uid,
            title=alert.article.title,
            url=alert.article.url,
            sentence=alert.sentence,
            why=alert.why,
            subjects=(candidate.key,),
            deliveries=self._plan_deliveries(alert),
        )

    def _plan_deliveries(self, alert: Alert) -> tuple[PlannedDelivery, ...] | None:
        return tuple(plan_alert(alert, self._routes)) if self._routes else None

    def _collect_articles(self, fired: tuple[str, str], subjects: Sequence[str]) -> tuple[Id, ...]:
        """The ids of the article that fired, and then of the others since the last alert of the subjects."""
        since = [id_ for subject in subjects for id_ in self._unsent_ids.pop(subject, ())]
        return tuple(dict.fromkeys([self._ids_by_article[fired], *since]))


def _line_key_from_item(item: Item) -> tuple[str, ...]:
    """What makes one line of a digest: a rule's story, or an article that is listed as suppressed."""
    return (item.rule, item.story, *((item.source, item.uid) if item.unsure else ()))


def _line_key_from_candidate(candidate: AlertCandidate) -> tuple[str, ...]:
    """The line of a digest to which a candidate belongs."""
    article_key = (candidate.article.source, candidate.article.uid) if candidate.uncertainty else ()
    return (candidate.rule, candidate.story.id, *article_key)


# --- what an edit would change ----------------------------------------------------------------------------------------


_SAME_TIME = timedelta(minutes=1)  # moments that differ by no more count as the same


class ChangeKind(StrEnum):
    """How an edit changes an alert."""

    GAINED = "gained"  # only the edited rules would send it
    LOST = "lost"  # only those before
    MOVED = "moved"  # both, but not at the same time


@dataclass(frozen=True, slots=True)
class AlertChange:
    """An alert after the edit, or before it if it is lost. `moved_from`: when it was sent before, if it moved."""

    kind: ChangeKind
    sent: ReplayedAlert
    moved_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReplayComparison:
    """`changes`: what two sets of rules alert of differently, in time order; `unchanged_counts`: for each rule, how
    many alerts both would send at the same time; `differing_counts`: how many of these with another article or
    level; `articles`: how many were replayed; `hit_counts`: for each rule after the edit, how many of them it hit."""

    changes: tuple[AlertChange, ...]
    unchanged_counts: Mapping[str, int]
    differing_counts: Mapping[str, int]
    articles: int
    hit_counts: Mapping[str, int]


def compare_replays(articles: Iterable[ScheduledArticle], before: Replay, after: Replay) -> ReplayComparison:
    """What would change if `after` ran in place of `before`. The articles are iterated once."""
    runs = _Run(before), _Run(after)
    names = set()
    for article in articles:
        names.add((article.article.source, article.article.uid))
        for run in runs:
            run.process_article(article)
    for run in runs:
        run.sent += run.player.flush_pending()
    return _compare_runs(*runs, len(names))


class _Run:
    """One set of rules, what it would send, and which articles each rule hit."""

    def __init__(self, player: Replay) -> None:
        self.player = player
        self.sent: list[ReplayedAlert] = []
        self.hits: dict[str, set[tuple[str, str]]] = defaultdict(set)

    def process_article(self, scheduled: ScheduledArticle) -> None:
        """Process an article at its time, and collect what came of it."""
        name = scheduled.article.source, scheduled.article.uid
        for result in self.player.process_article(scheduled):
            if isinstance(result, ReplayedAlert):
                self.sent.append(result)
                continue
            for decided in result.decision.decisions:
                self.hits[decided.match.rule].add(name)


_Key = tuple[object, ...]
"""A key by which an alert finds its counterpart in the other run."""


def _list_article_keys(sent: ReplayedAlert, _: Replay) -> Iterator[_Key]:
    yield sent.rule, sent.kind, (sent.source, sent.uid)


def _list_subject_keys(sent: ReplayedAlert, player: Replay) -> Iterator[_Key]:
    for subject in sent.subjects:
        for article in sorted(player.articles_by_subject[subject]):
            yield sent.rule, sent.kind, article


def _compare_runs(before: _Run, after: _Run, articles: int) -> ReplayComparison:
    pairs: dict[int, int] = {}
    for list_keys in (_list_article_keys, _list_subject_keys):
        pairs |= _pair_alerts(before, after, list_keys, pairs)
    paired_after = set(pairs.values())
    lost = [AlertChange(ChangeKind.LOST, sent) for number, sent in enumerate(before.sent) if number not in pairs]
    gained = [
        AlertChange(ChangeKind.GAINED, sent) for number, sent in enumerate(after.sent) if number not in paired_after
    ]
    paired = [(before.sent[one], after.sent[other]) for one, other in pairs.items()]
    moved = [
        AlertChange(ChangeKind.MOVED, other, sent.at) for sent, other in paired if abs(other.at - sent.at) > _SAME_TIME
    ]
    unchanged = [(sent, other) for sent, other in paired if abs(other.at - sent.at) <= _SAME_TIME]
    return ReplayComparison(
        changes=tuple(sorted((*lost, *gained, *moved), key=lambda change: change.sent.at)),
        unchanged_counts=Counter(sent.rule for sent, _ in unchanged),
        differing_counts=Counter(sent.rule for sent, other in unchanged if _has_different_details(sent, other)),
        articles=articles,
        hit_counts={rule: len(names) for rule, names in after.hits.items()},
    )


def _has_different_details(sent: ReplayedAlert, other: ReplayedAlert) -> bool:
    return (sent.level, sent.source, sent.uid) != (other.level, other.source, other.uid)


def _pair_alerts(
    before: _Run, after: _Run, list_keys: Callable[[ReplayedAlert, Replay], Iterable[_Key]], known: Mapping[int, int]
) -> dict[int, int]:
    """For alerts before the edit, by number, their counterpart after it: only those not in `known`, and each at most
    once."""
    numbers_by_key: dict[_Key, list[int]] = defaultdict(list)
    used = set(known.values())
    for number, sent in enumerate(after.sent):
        if number not in used:
            for key in list_keys(sent, after.player):
                numbers_by_key[key].append(number)
    found: dict[int, int] = {}
    for number, sent in enumerate(before.sent):
        if number in known:
            continue
        candidates: Sequence[int] = [
            other for key in list_keys(sent, before.player) for other in numbers_by_key.get(key, ())
        ]
        free = min((other for other in candidates if other not in used), default=None)
        if free is not None:
            found[number] = free
            used.add(free)
    return found
