"""The serial section: decide and commit, one at a time.

Two polls that bring the same story at the same instant must make one alert: so what deciding needs of what has been
committed is loaded, the decision is made on it, and everything that follows from it is written, all under one lock (a
thread lock here, and between processes the database's). No state is remembered from one pass to the next. What is
loaded stands in `loading`, what is written in `decisions` and `writing`; all that one pass leaves is written at its
end, together.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from monitor.alerting.policy import Away
from monitor.decide import Decision, Fallen
from monitor.matching import RuleSet
from monitor.model import Article, Claim, Notice, Noticed, Observed, Polled
from monitor.store import pages
from monitor.store.clusters import FeaturesCache
from monitor.store.database import Database
from monitor.store.decisions import ChannelsOf, Made, write_decisions, write_fallen, write_notices
from monitor.store.ledger import write_accounts
from monitor.store.loading import PreparedPoll, StoredState
from monitor.store.observed import observe
from monitor.store.writing import tokens_of, write_sources


class SerialSection:
    """Lets one in at a time. One for each process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._cache = FeaturesCache()

    @contextmanager
    def enter(self, now: datetime, claims: Iterable[Claim] = ()) -> Iterator[Entered]:
        """The section, entered: `decide`, then `commit`, for one poll or for several; what they write becomes true
        together, at the end of the block. Nothing is written if the block raises. `now`: when; `claims`: those that
        will be committed, so that they are looked up together."""
        with self._lock, self._database.writing() as connection:
            self._database.enter_section(connection)
            inside = Entered(connection, now, claims, self._cache)
            yield inside
            inside.write_all()


class Entered:
    """One pass through the section: on what has been committed, and what this pass has decided so far. What it leaves
    in the database is gathered, and written at its end."""

    def __init__(self, connection: Connection, now: datetime, claims: Iterable[Claim], cache: FeaturesCache) -> None:
        self._connection = connection
        self._now = now
        self._tokens = tokens_of(connection, claims)
        self._stored = StoredState(connection, cache)
        self._polls: list[tuple[Polled, int]] = []
        self._made: list[Made] = []
        self._wanted: list[tuple[Article, datetime, Away | None]] = []
        self._fell: list[tuple[Fallen, ChannelsOf]] = []

    def holds_claim(self, claim: Claim) -> bool:
        """Whether a claim is still ours: nobody else polls the source now."""
        if claim.source not in self._tokens:
            self._tokens |= tokens_of(self._connection, [claim])
        return self._tokens.get(claim.source) == claim.token

    def decide(self, polls: Sequence[PreparedPoll], rules: RuleSet) -> list[Decision]:
        """What comes of the articles of polls, one after the other. Either all of them are committed, or none."""
        return self._stored.decide_polls(polls, rules, self._now)

    def decide_due(self, rules: RuleSet, only: Collection[str] | None = None) -> Fallen:
        """What comes of what has waited until now, or of what has these ids."""
        return self._stored.decide_due(rules, self._now, only)

    def has_stored_version(self, articles: Iterable[Article]) -> bool:
        """Whether one of these is another than when it was taken in: another daemon has read its page meanwhile, and
        the version that was to be written is there already."""
        return pages.overtaken(self._connection, articles)

    def commit(self, polled: Polled, decision: Decision, channels_of: ChannelsOf) -> bool:
        """Leave a poll and all that came of it: source, articles, stories, matches, alerts, deliveries.

        False, and nothing is left, if the claim is no longer ours: somebody else polls the source now.
        """
        if not self.holds_claim(polled.claim):
            return False
        self._polls.append((polled, len(decision.article_decisions)))
        self._decide(decision, channels_of, polled.at)
        return True

    def _decide(self, decision: Decision, channels_of: ChannelsOf, at: datetime) -> None:
        if decision.article_decisions:
            self._made.append(Made(decision.article_decisions, at, channels_of))
            decision.state.commit_draft()

    def commit_due(self, fallen: Fallen, channels_of: ChannelsOf) -> None:
        """Leave what time alone has brought."""
        if fallen.released or fallen.changes:
            self._fell.append((fallen, channels_of))
            fallen.state.commit_draft()

    def enqueue_pages(self, articles: Iterable[Article], now: datetime, away: Away | None = None) -> None:
        """Note that the pages of these articles, which are committed in this pass, are to be read; and whether they
        came late, as deciding on what their pages say must know too."""
        self._wanted += ((each, now, away) for each in articles)

    def load_claimed_article(self, wanted: pages.Wanted) -> Article | None:
        """The article whose page was claimed; None if it has changed or left since."""
        return pages.article_of(self._connection, wanted)

    def commit_page(
        self, wanted: pages.Wanted, decision: Decision | None, channels_of: ChannelsOf, now: datetime
    ) -> None:
        """Leave what came of a page that was read: a version of its article, or nothing."""
        pages.end(self._connection, wanted)
        if decision is not None:
            self._decide(decision, channels_of, now)

    def load_ops_facts(self, now: datetime) -> Observed:
        """What the operator may have to be told of, and what he was told."""
        return observe(self._connection, now)

    def write_notices(self, notices: Iterable[Notice], noticed: Iterable[Noticed]) -> list[Notice]:
        """Write notices with their deliveries, and what the operator knows after them; those that are new."""
        return write_notices(self._connection, notices, noticed)

    def write_all(self) -> None:
        """All that this pass leaves; `entered` calls it, once."""
        ids = write_decisions(self._connection, self._made, self._stored.clusters)
        for fallen, channels_of in self._fell:
            write_fallen(self._connection, fallen, channels_of)
        write_accounts(self._connection, self._stored.state.ledger.changed_records)
        wanted = [
            (ids[each.source, each.uid], each, now, None if away is None else away.since)
            for each, now, away in self._wanted
        ]
        pages.want(self._connection, wanted)
        write_sources(self._connection, self._polls)
