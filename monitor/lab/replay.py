"""Recorded news in simulated time: what would have been told, when and why. The live `decide` and `decide_due` do it.

Each article comes at its own moment. What has waited and is due by then is told before it, at the very moment when it
falls due; after the last article, all that still waits is. Nothing is sent or stored, and no clock is read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.alerting.case import DecisionContext
from monitor.alerting.release import ReleasedAlert
from monitor.decide import State, decide_articles, decide_due
from monitor.lab.recorded import RecordedArticle
from monitor.matching import RuleSet
from monitor.model import Alert, AlertCandidate, AlertKind, Article, ArticleDecision, Item, Level, PendingChange

Id = str | int
_ANYWHERE = DecisionContext()


@dataclass(frozen=True, slots=True)
class ScheduledArticle:
    """An article, when it comes, and what it is called where it was recorded."""

    at: datetime
    id: Id
    article: Article


@dataclass(frozen=True, slots=True)
class ReplayedArticle:
    """What was decided on an article, and the event that it belongs to, if only by its story."""

    id: Id
    decision: ArticleDecision
    event: str | None


@dataclass(frozen=True, slots=True)
class ReplayedAlert:
    """What would be sent: an alert, or one line of a digest. `articles`: which it tells of, the one that fired first;
    that one's source, uid, title and url; `subjects`: the keys of what it tells."""

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
    reason: str
    subjects: tuple[str, ...]


def in_time_order(files: Iterable[Sequence[RecordedArticle]], now: datetime) -> Iterator[ScheduledArticle]:
    """The articles of all files. One without a date comes with the one before it in its file; the same source and id
    again is a new version."""
    versions: dict[tuple[str, str], Article] = {}
    coming = [each for found in files for each in _schedule_articles(found, now)]
    for each in sorted(coming, key=lambda each: each.at):
        article = each.article
        known = versions.get((article.source, article.uid))
        if known is not None:
            article = replace(article, seen=known.seen, version=known.version + 1)
        versions[article.source, article.uid] = replace(article, text="")
        yield replace(each, article=article)


def _schedule_articles(found: Sequence[RecordedArticle], now: datetime) -> Iterator[ScheduledArticle]:
    at = next((each.article.published for each in found if each.article.dated), now)
    for each in found:
        article = each.article
        at = article.published if article.dated else at
        yield ScheduledArticle(at, each.id, replace(article, seen=at, published=at))


def replay_articles(articles: Iterable[ScheduledArticle], player: Replay) -> Iterator[ReplayedArticle | ReplayedAlert]:
    """Everything, from the first article to the last that waits."""
    for each in articles:
        yield from player.process_article(each)
    yield from player.flush_pending()


class Replay:
    """Some rules, and the state that grows with the articles. `heard`: which articles each subject was heard of in;
    `overtaken`: of each rule, how many waited and were not told then, for they were taken back, or told meanwhile."""

    def __init__(self, rules: RuleSet, around: DecisionContext = _ANYWHERE, *, all_stories: bool = False) -> None:
        self.articles_by_subject: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self.dropped_pending: Counter[str] = Counter()
        self._rules = rules
        self._around = around
        self._all_stories = all_stories
        self._state = State()
        self._due: datetime | None = None  # when the first of what waits is told
        self._now: datetime | None = None
        self._ids: dict[tuple[str, str], Id] = {}  # of articles that a rule hit
        self._untold: dict[str, list[Id]] = defaultdict(list)  # of each subject, those since it was told last
        self._events: dict[str, str] = {}  # of stories

    def process_article(self, coming: ScheduledArticle) -> Iterator[ReplayedAlert | ReplayedArticle]:
        """An article at its moment; before it, what falls due by then. Time never goes back."""
        now = coming.at if self._now is None else max(self._now, coming.at)
        yield from self._until(now)
        decision = decide_articles(
            [coming.article], self._rules, self._state, now, self._around, all_stories=self._all_stories
        )
        self._state = decision.state.commit_draft()
        self._now = now
        (judged,) = decision.article_decisions
        if judged.decisions:
            self._ids[coming.article.source, coming.article.uid] = coming.id
        hearings = [each.candidate for each in judged.decisions if each.candidate is not None]
        for hearing in hearings:
            self._hear(hearing, coming.id)
        if any(each.pending is not None or each.pending_changes for each in judged.decisions):
            self._look()
        silent = (each for each in judged.decisions if each.alert is None and each.pending is None)
        self._overtake(moved for each in silent for moved in each.pending_changes)
        yield ReplayedArticle(coming.id, judged, self._event_of(judged))
        for each in judged.decisions:
            if each.alert is not None and each.candidate is not None:
                yield self._sent(each.alert, each.candidate)

    def flush_pending(self) -> Iterator[ReplayedAlert]:
        """All that still waits, each at its own moment."""
        while self._due is not None:
            yield from self._until(self._due)

    def _until(self, now: datetime) -> Iterator[ReplayedAlert]:
        while self._due is not None and self._due <= now:
            at = self._due
            fallen = decide_due(self._rules, self._state, at)
            self._state = fallen.state.commit_draft()
            self._look()
            self._overtake(fallen.changes)
            for telling in fallen.released:
                yield from self._told(telling)

    def _look(self) -> None:
        self._due = min((each.due for each in self._state.ledger.pending), default=None)

    def _overtake(self, moved: Iterable[PendingChange]) -> None:
        self.dropped_pending.update(each.before.candidate.rule for each in moved if each.after is None)

    def _hear(self, hearing: AlertCandidate, id_: Id) -> None:
        own = (hearing.article.source, hearing.article.uid)
        self.articles_by_subject[hearing.key].add(own)
        self._untold[hearing.key].append(id_)
        if hearing.event is not None:
            self._events.setdefault(hearing.story.id, hearing.event.id)

    def _event_of(self, judged: ArticleDecision) -> str | None:
        """Its own, or that of its story; where all articles have stories, a story without an event is one by itself."""
        if judged.event is not None:
            return judged.event.id
        if judged.story is None:
            return None
        return self._events.get(judged.story.id, judged.story.id if self._all_stories else None)

    def _told(self, telling: ReleasedAlert) -> Iterator[ReplayedAlert]:
        if telling.alert.kind is not AlertKind.DIGEST:
            for waited in telling.pending:
                yield self._sent(telling.alert, waited.candidate)
            return
        lines: dict[tuple[str, ...], list[AlertCandidate]] = defaultdict(list)
        for waited in telling.pending:
            lines[_line_key_from_candidate(waited.candidate)].append(waited.candidate)
        items = {_line_key_from_item(item): item for item in reversed(telling.alert.items)}  # the first of each stays
        for about, hearings in sorted(lines.items()):
            item = items[about]
            yield ReplayedAlert(
                at=telling.alert.at,
                rule=item.rule,
                rule_title=item.rule_title,
                level=item.level,
                kind=telling.alert.kind,
                story=item.story,
                event=item.event,
                articles=self._articles((item.source, item.uid), [each.key for each in hearings]),
                source=item.source,
                uid=item.uid,
                title=item.title,
                url=item.url,
                sentence=item.sentence,
                reason=item.reason,
                subjects=tuple(each.key for each in hearings),
            )

    def _sent(self, alert: Alert, hearing: AlertCandidate) -> ReplayedAlert:
        return ReplayedAlert(
            at=alert.at,
            rule=alert.rule,
            rule_title=alert.rule_title,
            level=alert.level,
            kind=alert.kind,
            story=alert.story,
            event=alert.event,
            articles=self._articles((alert.article.source, alert.article.uid), [hearing.key]),
            source=alert.article.source,
            uid=alert.article.uid,
            title=alert.article.title,
            url=alert.article.url,
            sentence=alert.sentence,
            reason=alert.reason,
            subjects=(hearing.key,),
        )

    def _articles(self, fired: tuple[str, str], subjects: Sequence[str]) -> tuple[Id, ...]:
        """The one that fired, then the others that were heard since the subjects were told last."""
        since = [id_ for subject in subjects for id_ in self._untold.pop(subject, ())]
        return tuple(dict.fromkeys([self._ids[fired], *since]))


def _line_key_from_item(item: Item) -> tuple[str, ...]:
    """What is one line: a rule's story, or an article that is listed as suppressed."""
    return (item.rule, item.story, *((item.source, item.uid) if item.unsure else ()))


def _line_key_from_candidate(hearing: AlertCandidate) -> tuple[str, ...]:
    """In which line it is told."""
    own = (hearing.article.source, hearing.article.uid) if hearing.uncertainty else ()
    return (hearing.rule, hearing.story.id, *own)
