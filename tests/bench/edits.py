"""Files are edited under load, well and badly: what runs is always a good version, and what is said of it is true.

    ./dev bench edits [--edits 100] [--seed 1] [--database sqlite|postgresql]      about 15 s for each edit

The file of the rule and that of the sources are edited by rename, in place, and by a write that stops in the middle
until the daemon has seen the half and told of it. The rule's title and the sources' names carry the number of the edit,
so each message says which version it comes of; bad edits carry theirs too. (A half is cut within an entry: a list that
ends between two of them is a good file, and is taken for one.) It demands:

    after a good edit   a fresh entry is told in its words, and the table `daemon` says: taken up since, no fault in it
    after a bad one     a fresh entry is told in the words of the last good one, and the table says since when that
                        runs, when the edit came and that it has faults; a half is told as a fault while it lasts
    of every message    its version ran, by the daemon's own word, between the entry's publication and the message
    of the polls        none is lost: no feed is left alone for more than two intervals; each entry is told once
"""

from __future__ import annotations

import asyncio
import random
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from monitor.model import RunningVersion
from monitor.store.engine.daemons import list_daemons
from monitor.store.engine.database import Database
from tests.bench.world import feeds as newsroom
from tests.bench.world import receivers
from tests.bench.world.account import settle_account
from tests.bench.world.feeds import WORD, Feeds, Revealing
from tests.bench.world.figures import Figures, share
from tests.bench.world.place import KINDS, made, opened, parser_of, settled, write_files
from tests.bench.world.process import ended, run, started
from tests.bench.world.receivers import Taken, Webhook
from tests.e2e.whole import until
from tests.ports import free_port

FEEDS = 20  # and one more, which comes and goes
EVERY = 5  # s
LONG = 40.0  # s: the longest that anything is waited for; a beat comes every 10
SETTLING = 5.0  # s: longer than the daemon waits for a file to be written whole
SLACK = timedelta(seconds=2)  # from the moment that the daemon states to that of the swap, under load
RULES, SOURCES = "rules/sighting.yaml", "sources.yaml"
BAD_RULES = (
    "{good}levle: low\n",
    "{good}max_age: soon\n",
    "rule: sighting\nlevel: enormous\nmatch: {{words: {{en: [{word}]}}}}\ntitle: 'Rules of edit {number}'\n",
    "rule: sighting\nlevel: low\nmatch: {{words: {{en: [{word}}}\ntitle: 'Rules of edit {number}'\n",
    "{good}title: twice\n",
    "{good}# \udcff\n",  # not UTF-8
)
BAD_SOURCES = (
    "{good}  - {{id: more, name: Sources of edit {number}}}\n",
    "{good}  - {{id: more, url: 'http://127.0.0.1/', name: Sources of edit {number}, every: 1 s}}\n",
    "{good}  - {{id: more, url: nonsense, name: Sources of edit {number}}}\n",
    "{good}  - [Sources of edit {number}\n",
    "{good}feeds: []\n",
)


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of a file; `way`: by rename, in place, or half of it and then the rest."""

    number: int
    file: str
    good: bool
    way: str


@dataclass(frozen=True, slots=True)
class Version:
    """A good version of a file, and since when it runs, as the daemon says."""

    number: int
    since: datetime


@dataclass
class Desk:
    """Where the files are edited, and all that is known of what runs."""

    folder: Path
    feeds: Feeds
    hook: Webhook
    database: Database
    health: str
    sources: int = FEEDS
    ran: dict[str, list[Version]] = field(default_factory=lambda: {RULES: [], SOURCES: []})
    faulty: set[str] = field(default_factory=set)  # the files
    wrong: list[str] = field(default_factory=list)  # what was not as demanded
    took: list[float] = field(default_factory=list)  # s until a good edit ran

    def text(self, edit: Edit) -> bytes:
        """What the edit writes."""
        good = self._good_rule(edit) if edit.file == RULES else self._good_sources(edit)
        if not edit.good:
            bad = BAD_RULES if edit.file == RULES else BAD_SOURCES
            good = bad[edit.number % len(bad)].format(good=good, number=edit.number, word=WORD)
        return good.encode("utf-8", "surrogateescape")

    @staticmethod
    def _good_rule(edit: Edit) -> str:
        return (
            f"rule: sighting\nlevel: low\nmatch: {{words: {{en: [{WORD}]}}}}\nalert: {{once_per: article}}\n"
            f"title: 'Rules of edit {edit.number}'\n"
        )

    def _good_sources(self, edit: Edit) -> str:
        rows = "".join(
            f"  - {{id: s{n}, url: '{self.feeds.url(n)}', name: Sources of edit {edit.number}, every: {EVERY} s}}\n"
            for n in range(self.sources)
        )
        return f"sources:\n{rows}"

    def demand(self, holds: bool, edit: Edit, what: str) -> None:
        """What is not so is told at the end."""
        if not holds:
            self.wrong.append(f"{edit}: {what}")
            print(self.wrong[-1], flush=True)

    def running(self) -> tuple[datetime, RunningVersion]:
        """When the daemon was seen last, and what it said that it runs."""
        report = list_daemons(self.database)[0]
        return report.seen_at, report.running

    async def stated(self, since: datetime) -> RunningVersion:
        """What it says that it runs, at a moment after this one."""
        await until(lambda: self.running()[0] > since, within=LONG)
        return self.running()[1]

    async def fresh(self, since: datetime) -> dict[str, int]:
        """Which versions an entry was told in that was published after this moment."""

        def found() -> Iterator[Taken]:
            return (message for message in self.hook.taken if published(self.feeds, message) > since)

        await until(lambda: next(found(), None), within=LONG)
        return numbers(next(found()))


def numbers(message: Taken) -> dict[str, int]:
    """The numbers of the edits in whose words a message is."""
    said = dict(re.findall(r"(Rules|Sources) of edit (\d+)", message.text))
    return {RULES: int(said["Rules"]), SOURCES: int(said["Sources"])}


def published(feeds: Feeds, message: Taken) -> datetime:
    """When the entry of a message was."""
    assert message.uid is not None
    return feeds.published[message.uid].at


async def files_check(desk: Desk) -> str:
    """What /healthz says of the files: ok or warning."""
    async with ClientSession() as session, session.get(desk.health) as answer:
        told: dict[str, Any] = await answer.json()
        return str(told["checks"]["files"]["status"])


async def write(desk: Desk, edit: Edit) -> None:
    """The edit, in its way."""
    path, text = desk.folder / edit.file, desk.text(edit)
    if edit.way == "rename":
        half = path.with_name(f".{path.name}.new")
        half.write_bytes(text)
        half.replace(path)
    elif edit.way == "in place":
        path.write_bytes(text)
    else:
        with path.open("wb", buffering=0) as file:
            file.write(text[: (end := middle(text, edit))])
            await asyncio.sleep(SETTLING)
            desk.demand(await files_check(desk) == "warning", edit, "the half is not told as a fault")
            now = datetime.now(UTC)
            desk.demand(await desk.fresh(now) == last(desk), edit, "the half has changed what runs")
            file.write(text[end:])


def middle(text: bytes, edit: Edit) -> int:
    """Where a write stops: before the last line has its quote or brace, and never between two entries."""
    chance = random.Random(edit.number)
    whole = (1, *(at for at, sign in enumerate(text) if sign == ord("\n")), len(text))
    while True:
        end = chance.randrange(2, len(text) - 4)
        line = text[:end].rpartition(b"\n")[2]
        if all(abs(end - at) > 1 for at in whole) and (edit.file == RULES or (b"{" in line and b"}" not in line)):
            return end


def last(desk: Desk) -> dict[str, int]:
    """The numbers of the last good versions."""
    return {file: versions[-1].number for file, versions in desk.ran.items()}


async def make(desk: Desk, edit: Edit) -> None:
    """An edit, and whether it is taken as it should be."""
    begin, before = datetime.now(UTC), desk.running()[1]
    if edit.file == SOURCES and edit.good and not desk.faulty:
        desk.sources = FEEDS + (desk.sources == FEEDS)
    await write(desk, edit)
    done = datetime.now(UTC)
    if edit.good:
        desk.faulty.discard(edit.file)
        with suppress(TimeoutError):
            await until(lambda: any(numbers(message)[edit.file] == edit.number for message in desk.hook.taken), LONG)
        running = await desk.stated(datetime.now(UTC))
        desk.demand(begin < running.since, edit, f"it is not taken up: {running}")
        desk.ran[edit.file].append(Version(edit.number, running.since))
        desk.took.append((running.since - done).total_seconds())
    else:
        desk.faulty.add(edit.file)
        await asyncio.sleep(SETTLING)
        running = await desk.stated(datetime.now(UTC))
        desk.demand(running.since == before.since, edit, f"something is taken up: {running}")
        desk.demand(bool(running.edited_at and running.edited_at > begin), edit, f"its time is not told: {running}")
    desk.demand(bool(running.faults) == bool(desk.faulty), edit, f"{sorted(desk.faulty)} faulty, stated: {running}")
    desk.demand((running.rules, running.sources) == (1, desk.sources), edit, f"the counts are wrong: {running}")
    fresh = await desk.fresh(datetime.now(UTC))
    desk.demand(fresh == last(desk), edit, f"a fresh entry is told in {fresh}, wanted {last(desk)}")


def edits(count: int, seed: int) -> Iterator[Edit]:
    """Of every sort as many; at the end good ones of both files."""
    chance, sorts = random.Random(seed), list(product((RULES, SOURCES), (True, False), ("rename", "in place", "half")))
    for number in range(1, count + 1):
        if number % len(sorts) == 1:
            chance.shuffle(sorts)
        yield Edit(number, *sorts[number % len(sorts)])
    yield Edit(count + 1, RULES, True, "rename")
    yield Edit(count + 2, SOURCES, True, "rename")


def untrue(desk: Desk) -> Iterator[str]:
    """The messages of versions that did not run by the daemon's own word."""
    for message in desk.hook.taken:
        since = published(desk.feeds, message) - SLACK
        for file, number in numbers(message).items():
            starts = [*desk.ran[file], Version(-1, message.at)]
            ran = {one.number for one, next_ in pairwise(starts) if one.since <= message.at and next_.since >= since}
            if number not in ran:
                yield f"{message.at}: {number} of {file}, where {ran} ran"


async def measure(count: int, seed: int, kind: str) -> int:
    """The exit code."""
    feeds, hook, figures, port = Feeds(FEEDS + 1), Webhook(slowness=0), Figures(), free_port()
    revealing = Revealing(feeds, 1)
    with made(kind) as (folder, url):
        async with newsroom.serving(feeds), receivers.serving(hook):
            more = f"web: {{listen: '127.0.0.1:{port}'}}\n"
            write_files(folder, url, feeds, {"hook": hook.url("hook")}, every=EVERY, more=more)
            with opened(url) as database:
                desk = Desk(folder, feeds, hook, database, f"http://127.0.0.1:{port}/healthz")
                for file in (RULES, SOURCES):
                    (folder / file).write_bytes(desk.text(Edit(0, file, True, "rename")))
                daemon = await started(folder)
                try:
                    await until(lambda: hook.taken)
                    _, running = desk.running()
                    desk.ran = {file: [Version(0, running.since)] for file in desk.ran}
                    for edit in edits(count, seed):
                        print(edit, flush=True)
                        await make(desk, edit)
                    if desk.sources == FEEDS:  # the one that comes and goes has a last word too
                        await make(desk, Edit(count + 3, SOURCES, True, "in place"))
                    await settled(database, revealing, within=LONG)
                finally:
                    figures.demand("exit code of the daemon", await ended(daemon), most=0)
                judge(figures, desk, count)
                settle_account(figures, database, feeds.published.values(), hook.taken, ["hook"])
    return figures.verdict()


def judge(figures: Figures, desk: Desk, count: int) -> None:
    """What came of the edits."""
    for line in (false := list(untrue(desk))):
        print(line)
    gaps = [
        (later.began - ask.began).total_seconds()
        for number, asks in desk.feeds.asks.items()
        if number < FEEDS
        for ask, later in pairwise(asks)
    ]
    figures.note(edits=count, polls=len(gaps))
    figures.demand("edits that were not taken as demanded", len(desk.wrong), most=0)
    figures.demand("messages of a version that did not run", len(false), most=0)
    figures.note(seconds_until_a_good_edit_runs_median=share(desk.took, 0.5), longest=share(desk.took, 1))
    figures.demand("longest gap between two polls of a feed", share(gaps, 1), most=2 * EVERY)


if __name__ == "__main__":
    parser = parser_of(__doc__)
    parser.add_argument("--edits", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    given = parser.parse_args()
    sys.exit(run(measure(given.edits, given.seed, given.database)))
