"""The serial section: decide and commit, one at a time.

Two polls that bring the same story at the same instant must make one alert: so the state is brought up to what has
been committed, the decision is made on it, and everything that follows from it is written, all under one lock (a
thread lock here, and between processes the database's). The state in memory moves only after the commit. What is
written stands in `decisions` and `writing`; all that one pass leaves is written at its end, together.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Connection

from monitor.alerting.policy import Away
from monitor.decide import Decision, Fallen, State
from monitor.model import Article, Claim, Notice, Noticed, Observed, Polled
from monitor.store import pages
from monitor.store.database import Database
from monitor.store.decisions import ChannelsOf, Made, write_decisions, write_fallen, write_notices
from monitor.store.learnt import write_state
from monitor.store.memory import Mark, catch_up, end_of, reach, sequence_of
from monitor.store.observed import observe
from monitor.store.writing import tokens_of, write_sources

_AFRESH = timedelta(days=1)


class SerialSection:
    """Holds the state between commits. One for each process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._state = State()
        self._mark = Mark()
        self._afresh: datetime | None = None

    @contextmanager
    def entered(self, now: datetime, claims: Iterable[Claim] = ()) -> Iterator[Entered]:
        """The section, entered: decide on its `state`, then `commit`, for one poll or for several; what they write
        becomes true together, at the end of the block. Nothing is written if the block raises. `claims`: those that
        will be committed, so that they are looked up together."""
        with self._lock:
            with self._database.writing() as connection:
                self._database.enter_section(connection)
                sequence = sequence_of(connection)
                inside = Entered(connection, self._caught_up(connection, sequence, now).draft(), claims)
                yield inside
                if inside.decided:
                    sequence += 1
                inside.write(sequence)
                if inside.decided:
                    reach(connection, sequence)
                    end = Mark(end_of(connection), sequence)
            if inside.decided:
                self._state, self._mark = inside.state.settled(now), end

    def _caught_up(self, connection: Connection, sequence: int, now: datetime) -> State:
        """The state, with what other processes have committed since it was ours. Once a day what was told is read
        afresh, because retention takes alerts out of the database; stories that are over leave by themselves."""
        if self._afresh is None or abs(now - self._afresh) >= _AFRESH:
            self._state, self._mark = State(self._state.stories, self._state.events), Mark(self._mark.version)
            self._afresh = now
        if sequence != self._mark.commit:
            state, since = self._state, self._mark
            self._state, self._mark = State(), Mark()  # what is read half way only is read whole the next time
            end = Mark(end_of(connection), sequence)
            catch_up(connection, state, since, now)
            self._state, self._mark = state, end
        return self._state


class Entered:
    """One pass through the section. `state` is what has been committed, and what this pass has decided so far; what it
    leaves in the database is gathered, and written at its end."""

    def __init__(self, connection: Connection, state: State, claims: Iterable[Claim]) -> None:
        self._connection = connection
        self._tokens = tokens_of(connection, claims)
        self._polls: list[tuple[Polled, int]] = []
        self._made: list[Made] = []
        self._wanted: list[tuple[Article, datetime, Away | None]] = []
        self._fell: list[tuple[Fallen, ChannelsOf]] = []
        self.state = state

    @property
    def decided(self) -> bool:
        """Whether it leaves anything that others' states do not know yet."""
        return bool(self._made or self._fell)

    def overtaken(self, articles: Iterable[Article]) -> bool:
        """Whether one of these is another than when it was taken in: another daemon has read its page meanwhile, and
        the version that was to be written is there already."""
        return pages.overtaken(self._connection, articles)

    def commit(self, polled: Polled, decision: Decision, channels_of: ChannelsOf) -> bool:
        """Leave a poll and all that came of it: source, articles, stories, matches, alerts, deliveries.

        False, and nothing is left, if the claim is no longer ours: somebody else polls the source now.
        """
        claim = polled.claim
        if claim.source not in self._tokens:
            self._tokens |= tokens_of(self._connection, [claim])
        if self._tokens.get(claim.source) != claim.token:
            return False
        self._polls.append((polled, len(decision.judged)))
        self._decide(decision, channels_of, polled.at)
        return True

    def _decide(self, decision: Decision, channels_of: ChannelsOf, at: datetime) -> None:
        if decision.judged:
            self._made.append(Made(decision.judged, at, channels_of))
            self.state = decision.state.settled(at)

    def fall(self, fallen: Fallen, channels_of: ChannelsOf, now: datetime) -> None:
        """Leave what time alone has brought."""
        if fallen.tellings or fallen.moved:
            self._fell.append((fallen, channels_of))
            self.state = fallen.state.settled(now)

    def want(self, articles: Iterable[Article], now: datetime, away: Away | None = None) -> None:
        """Note that the pages of these articles, which are committed in this pass, are to be read; and whether they
        came late, as deciding on what their pages say must know too."""
        self._wanted += ((each, now, away) for each in articles)

    def article_of(self, wanted: pages.Wanted) -> Article | None:
        """The article whose page was claimed; None if it has changed or left since."""
        return pages.article_of(self._connection, wanted)

    def commit_page(
        self, wanted: pages.Wanted, decision: Decision | None, channels_of: ChannelsOf, now: datetime
    ) -> None:
        """Leave what came of a page that was read: a version of its article, or nothing."""
        pages.end(self._connection, wanted)
        if decision is not None:
            self._decide(decision, channels_of, now)

    def observe(self, now: datetime) -> Observed:
        """What the operator may have to be told of, and what he was told."""
        return observe(self._connection, now)

    def tell(self, notices: Iterable[Notice], noticed: Iterable[Noticed]) -> list[Notice]:
        """Write notices with their deliveries, and what the operator knows after them; those that are new."""
        return write_notices(self._connection, notices, noticed)

    def write(self, sequence: int) -> None:
        """All that this pass leaves, under the number of its commit; `entered` calls it, once."""
        ids = write_decisions(self._connection, self._made)
        for fallen, channels_of in self._fell:
            write_fallen(self._connection, fallen, channels_of)
        if self.decided:
            write_state(self._connection, self.state, sequence)
        wanted = [
            (ids[each.source, each.uid], each, now, None if away is None else away.since)
            for each, now, away in self._wanted
        ]
        pages.want(self._connection, wanted)
        write_sources(self._connection, self._polls)
