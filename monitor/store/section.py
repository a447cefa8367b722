"""The serial section: decide and commit, one at a time.

Two polls that bring the same story at the same instant must make one alert: so the state is brought up to what has
been committed, the decision is made on it, and everything that follows from it is written, all under one lock (a
thread lock here, and the database's writer lock between processes). The state in memory moves only after the commit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.sqlite import insert

from monitor.decide import Decision, State
from monitor.model import Alert, Article, Decided, DeliveryState, FetchOutcome, Judged, Polled
from monitor.store import tables
from monitor.store.database import Database, translated
from monitor.store.memory import rebuild

# What a new version of an article says anew.
_CHANGING = ("version", "url", "canonical", "title", "language", "digest", "published_at", "dated")
ChannelsOf = Callable[[Alert], Iterable[str]]


class SerialSection:
    """Holds the state between commits. One for each process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._state = State()
        self._sequence: int | None = None

    @contextmanager
    def entered(self, now: datetime) -> Iterator[Entered]:
        """The section, entered: decide on `state`, then `commit`. Nothing is written if the block raises."""
        with self._lock, translated(self._database.path), self._database.write.begin() as connection:
            sequence = connection.execute(select(tables.section.c.sequence)).scalar_one()
            if sequence != self._sequence:  # another process has committed, or this one has just begun
                self._state, self._sequence = rebuild(connection, now), sequence
            inside = Entered(connection, self._state)
            yield inside
            if inside.state_after is not None:
                connection.execute(update(tables.section).values(sequence=sequence + 1))
        if inside.state_after is not None:
            self._state, self._sequence = inside.state_after.settled(now), sequence + 1


class Entered:
    """One pass through the section. `state` is what has been committed so far."""

    def __init__(self, connection: Connection, state: State) -> None:
        self._connection = connection
        self.state = state
        self.state_after: State | None = None

    def commit(self, polled: Polled, decision: Decision, channels_of: ChannelsOf) -> bool:
        """Write a poll and all that came of it: source, articles, stories, matches, alerts, deliveries.

        False, and nothing is written, if the claim is no longer ours: somebody else polls the source now.
        """
        if not self._write_source(polled, new=len(decision.judged)):
            return False
        if decision.judged:
            self.state_after = decision.state
            ids = self._write_articles(decision.judged, polled.at)
            self._write_stories(decision.judged, ids)
            for judged in decision.judged:
                for decided in judged.decisions:
                    self._write_match(judged, decided, ids, channels_of, polled.at)
        return True

    def _write_source(self, polled: Polled, *, new: int) -> bool:
        claim, fetched = polled.claim, polled.fetched
        good = fetched.outcome in {FetchOutcome.DOCUMENT, FetchOutcome.NOT_MODIFIED} and polled.failures == 0
        values: dict[str, object] = {
            "next_at": polled.next_at,
            "lease_until": None,
            "lease_owner": None,
            "failures": polled.failures,
            "problem": polled.problem,
        }
        if good:
            values |= {"etag": fetched.validators.etag, "last_modified": fetched.validators.last_modified}
            values |= {"last_ok_at": polled.at} | ({"first_at": polled.at} if claim.first else {})
        ours = (tables.source.c.id == claim.source) & (tables.source.c.token == claim.token)
        if self._connection.execute(update(tables.source).where(ours).values(**values)).rowcount == 0:
            return False
        evidence = {"at": polled.at, "outcome": fetched.outcome, "status": fetched.status, "problem": polled.problem}
        counts = {"entries": polled.entries, "new": new}
        self._connection.execute(insert(tables.fetch).values(source_id=claim.source, **evidence, **counts))
        return True

    def _write_articles(self, judged: Iterable[Judged], at: datetime) -> Mapping[tuple[str, str], int]:
        ids = {}
        for article in (item.article for item in judged):
            columns = _columns(article)
            changed = {key: columns[key] for key in _CHANGING}
            statement = (
                insert(tables.article)
                .values(**columns)
                .on_conflict_do_update(index_elements=["source_id", "uid"], set_=changed)
                .returning(tables.article.c.id)
            )
            ids[article.source, article.uid] = self._connection.execute(statement).scalar_one()
            self._connection.execute(
                insert(tables.article_version).values(
                    article_id=ids[article.source, article.uid],
                    version=article.version,
                    at=at,
                    canonical=article.canonical,
                    title=article.title,
                    text=article.text,
                    digest=article.digest,
                )
            )
        return ids

    def _write_stories(self, judged: Iterable[Judged], ids: Mapping[tuple[str, str], int]) -> None:
        for item in judged:
            story, seen = item.story, item.article.seen
            self._connection.execute(
                insert(tables.story)
                .values(id=story.id, title=story.title, opened_at=story.opened, last_at=seen)
                .on_conflict_do_update(index_elements=["id"], set_={"last_at": seen})
            )
            membership = {"article_id": ids[item.article.source, item.article.uid], "story_id": story.id}
            self._connection.execute(
                insert(tables.story_article).values(**membership, how=item.joined).on_conflict_do_nothing()
            )

    def _write_match(
        self,
        judged: Judged,
        decided: Decided,
        ids: Mapping[tuple[str, str], int],
        channels_of: ChannelsOf,
        now: datetime,
    ) -> None:
        article_id = ids[judged.article.source, judged.article.uid]
        if decided.alert is not None:
            self._write_alert(decided.alert, article_id, channels_of, now)
        found = decided.match
        self._connection.execute(
            insert(tables.match).values(
                article_id=article_id,
                article_version=judged.article.version,
                rule_id=found.rule,
                rule_version=found.rule_version,
                kind=found.kind,
                evidence=[[s.field, s.start, s.end, s.text, s.term] for s in found.evidence],
                at=now,
                decision=decided.reason,
                alert_id=decided.alert.id if decided.alert else None,
            )
        )

    def _write_alert(self, alert: Alert, article_id: int, channels_of: ChannelsOf, now: datetime) -> None:
        self._connection.execute(
            insert(tables.alert).values(
                id=alert.id,
                dedup_key=alert.dedup_key,
                kind=alert.kind,
                at=alert.at,
                level=alert.level,
                rule_id=alert.rule,
                rule_title=alert.rule_title,
                story_id=alert.story,
                article_id=article_id,
                article_version=alert.article.version,
                reason=alert.reason,
                sentence=alert.sentence,
                marks=[list(mark) for mark in alert.marks],
            )
        )
        for channel in channels_of(alert):
            row = {"alert_id": alert.id, "channel": channel, "state": DeliveryState.PENDING, "not_before": now}
            self._connection.execute(insert(tables.delivery).values(**row))


def _columns(article: Article) -> dict[str, object]:
    return {
        "source_id": article.source,
        "uid": article.uid,
        "version": article.version,
        "url": article.url,
        "canonical": article.canonical,
        "title": article.title,
        "language": article.language,
        "published_at": article.published,
        "dated": article.dated,
        "seen_at": article.seen,
        "baseline": article.baseline,
        "digest": article.digest,
    }
