"""What is not as it should be, from what was observed: which subject, since when, and the words for it.

It does not say what is told of it: that is `notices`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from monitor.model import MOMENTARY, Config, Level, Observed, SourceTrouble, TroubleKind, time_of_day

DAY = timedelta(days=1)
EBB = timedelta(minutes=5)  # a channel whose oldest message is younger takes what it is given
_OVERDUE = timedelta(minutes=5)  # a source that should have been polled so long ago: we have been away ourselves


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of trouble, and when notices of it are sent: once it has lasted for `after`, in one notice with those
    that are at most `company` younger; its recoveries wait that long for those that began with it.

    `again`: trouble that returns gets a new notice only so long after the last one (None: never). `reminded`: whether
    a notice is repeated while the trouble lasts, and how often (`remind`). `recovers`: whether a notice says that it is
    over; if not, it ends silently. `pause`: after a notice, further trouble is collected for so long.
    """

    name: str
    level: Level
    after: timedelta
    reason: str
    todo: str
    several: str = ""
    todo_many: str = ""
    over: str = ""
    several_over: str = ""
    had: str = ""
    company: timedelta = timedelta(0)
    again: timedelta | None = None
    reminded: bool = True
    remind: timedelta = DAY
    recovers: bool = True
    pause: timedelta | None = None

    def subject(self, name: str) -> str:
        """What a notice about this one is about."""
        return f"{self.name} {name}"

    def name_of(self, subject: str) -> str | None:
        """Which one a subject of this sort is; None if it is of another sort."""
        sort, _, name = subject.partition(" ")
        return name if sort == self.name else None


SOURCE = Sort(
    "source",
    Level.MEDIUM,
    timedelta(hours=3),
    company=timedelta(hours=1),
    reason="a source that fails for 3 hours is told once, and again each day",
    several="{number} sources fail",
    todo="It is tried on. If it is gone for good: `news-monitor sources remove {name}`.",
    todo_many="They are tried on; `news-monitor sources health` shows all. Many at once: see this machine's network.",
    over="Source {name} works again",
    several_over="{number} sources work again",
    had="had failed",
)
CHANNEL = Sort(
    "channel",
    Level.HIGH,
    timedelta(minutes=15),
    company=timedelta(minutes=5),
    reason="a channel whose oldest message waits for 15 minutes is told once, and again each day",
    several="{number} channels do not take their messages",
    todo="They are kept and tried on. Mend the channel; `news-monitor channels test {name}` tries it.",
    todo_many="They are kept and tried on. Mend the channels; `news-monitor channels test` tries them.",
    over="Channel {name} takes messages again",
    several_over="{number} channels take messages again",
    had="messages had waited",
)
GIVEN_UP = Sort(
    "dead",
    Level.HIGH,
    timedelta(0),
    again=timedelta(hours=1),
    recovers=False,  # that they arrive says it
    reason="alerts that were given up are reported at most once an hour for each channel, and again each day",
    several="Alerts on {number} channels were given up",
    todo=(
        "Mend the channel: they are sent when it next accepts a message, or at once by `news-monitor outbox retry "
        "--dead`. Those that are to blame themselves are not: `news-monitor outbox list --state dead`."
    ),
)
CONFIG = Sort(
    "config",
    Level.MEDIUM,
    timedelta(minutes=1),  # nobody is told of a file that is being written
    again=timedelta(0),
    reason="an edit with faults that stands for a minute is told, and again each day",
    todo="Mend them: a good edit is taken up at once. `news-monitor check` shows all.",
    over="No file has a fault any more: what runs is what the files say",
    had="had faults",
)


# Those of sources that answer. Where many begin together, as on a holiday, they begin over hours: they are gathered.
_ALL = "`news-monitor sources health` shows all, and what to do of each."
OF_SOURCES = {
    TroubleKind.GAP: Sort(
        "gap",
        Level.MEDIUM,
        timedelta(0),
        again=DAY,
        pause=timedelta(hours=6),
        reminded=False,
        recovers=False,
        reason="a possible gap is told, at most once a day for each source",
        several="{number} sources may have lost entries",
        todo="If it happens again, let {name} be asked more often: by its `fastest`, `every` or `cron`.",
        todo_many=f"{_ALL} Many at once: was this machine away?",
    ),
    TroubleKind.SILENT: Sort(
        "silent",
        Level.MEDIUM,
        timedelta(hours=3),
        company=timedelta(hours=3),
        pause=timedelta(hours=12),
        reason="a source that is silent for much longer than ever is told once, and again each day",
        several="{number} sources are silent",
        todo="It answers, and has nothing new. See in a browser whether its feed has moved.",
        todo_many=f"They answer, and have nothing new. {_ALL} Many at once: is it a holiday?",
        over="Source {name} is not silent any more",
        several_over="{number} sources are not silent any more",
        had="had been silent",
    ),
    TroubleKind.UNREADABLE: Sort(
        "unreadable",
        Level.LOW,
        timedelta(hours=3),
        company=timedelta(hours=3),
        remind=7 * DAY,
        pause=timedelta(hours=12),
        reason="a source that is ill-formed poll after poll is told once, and again each week",
        several="{number} sources are ill-formed",
        todo="Tell its owner; `news-monitor parse --source {name}` shows what is read.",
        todo_many=f"What could be read was taken. {_ALL}",
        over="Source {name} is well-formed again",
        several_over="{number} sources are well-formed again",
        had="had been ill-formed",
    ),
    TroubleKind.UNDATED: Sort(
        "undated",
        Level.LOW,
        timedelta(hours=3),
        company=timedelta(hours=3),
        remind=7 * DAY,
        pause=timedelta(hours=12),
        reason="a source whose news has no date poll after poll is told once, and again each week",
        several="The news of {number} sources has no date",
        todo="It counts as published when it was first seen; `news-monitor parse --source {name}` shows its dates.",
        todo_many=f"It counts as published when it was first seen. {_ALL}",
        over="The news of source {name} has dates again",
        several_over="The news of {number} sources has dates again",
        had="had no dates",
    ),
    TroubleKind.GONE: Sort(
        "gone",
        Level.MEDIUM,
        timedelta(0),
        pause=timedelta(hours=1),
        reason="a source that says that it is gone is told once, and again each day",
        several="{number} sources say that they are gone",
        todo="It is asked once a day. Look for its new address, or: `news-monitor sources remove {name}`.",
        todo_many=f"They are asked once a day. {_ALL}",
        over="Source {name} is there again",
        several_over="{number} sources are there again",
        had="had been gone",
    ),
    TroubleKind.BURST: Sort(
        "burst",
        Level.MEDIUM,
        timedelta(0),
        again=DAY,
        pause=timedelta(hours=1),
        reminded=False,
        recovers=False,
        reason="a burst that a source never had is told, at most once a day for each source",
        several="{number} sources gave many more new entries at once than ever",
        todo="What has no fresh date is held: `news-monitor matches list` shows what rules found in it.",
        todo_many="What has no fresh date is held: `news-monitor matches list` shows what rules found in it.",
    ),
    TroubleKind.GUIDS: Sort(
        "guids",
        Level.LOW,
        timedelta(0),
        pause=timedelta(hours=6),
        reminded=False,
        recovers=False,
        reason="a source whose guids are no longer used is told once",
        several="The guids of {number} sources are no longer used",
        todo="Its articles are known by their links now; nothing is to be done.",
    ),
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """One trouble: `title` is a notice's that tells of nothing else, `lines` say more; `lasted`: for how long it was
    seen to last, which is not long where we have been away ourselves."""

    subject: str
    since: datetime
    lasted: timedelta
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """All that is known at one moment. `began`: since when this process delivers."""

    observed: Observed
    config: Config
    zone: tzinfo
    began: datetime
    now: datetime

    def time(self, moment: datetime) -> str:
        """As people read it."""
        return time_of_day(moment, self.zone, self.now)

    def troubles(self) -> Iterator[tuple[Sort, list[Trouble]]]:
        """Of each sort, those of what the config has, the oldest first."""
        for sort, found in (
            (CONFIG, self._config()),
            (CHANNEL, self._channels()),
            (GIVEN_UP, self._given_up()),
            (SOURCE, self._sources()),
            *((sort, self._of_sources(kind, sort)) for kind, sort in OF_SOURCES.items()),
        ):
            yield sort, sorted(found, key=lambda trouble: (trouble.since, trouble.subject))

    def knows(self, subject: str) -> bool:
        """Whether the config still has it."""
        for sort in (SOURCE, *OF_SOURCES.values()):
            if (source := sort.name_of(subject)) is not None:
                return source in self.config.sources
        channel = CHANNEL.name_of(subject)
        return channel is None or channel in self.config.settings.channels

    def well(self, subject: str) -> datetime | None:
        """When it last did what it is there for."""
        if subject == CONFIG.name:
            running = self.observed.running
            return self.now if running and not any(each.edited for each in running) else None
        return self.observed.well.get(subject)

    def _sources(self) -> Iterator[Trouble]:
        gone = {each.source for each in self.observed.troubles if each.kind is TroubleKind.GONE and not each.over_at}
        for source in self.observed.failing:
            if source.id in self.config.sources and source.id not in gone:  # that it is gone says more
                away = source.next_at < self.now - _OVERDUE
                since = self.time(source.since)
                yield Trouble(
                    SOURCE.subject(source.id),
                    source.since,
                    timedelta(0) if away else self.now - source.since,
                    f"Source {source.id} fails since {since}",
                    (f"{source.id}, since {since}: {source.problem}; next try {self.time(source.next_at)}",),
                )

    def _of_sources(self, kind: TroubleKind, sort: Sort) -> Iterator[Trouble]:
        failing = {source.id for source in self.observed.failing}
        for each in self.observed.troubles:
            if each.kind is not kind or each.source not in self.config.sources or not each.counts(self.now):
                continue
            if sort.recovers and kind is not TroubleKind.GONE and each.source in failing:  # that says more
                continue
            when = self._when(each)
            yield Trouble(
                sort.subject(each.source),
                each.last_at if kind in MOMENTARY else each.since,
                self.now - each.last_at if kind is TroubleKind.SILENT else self.now - each.since,
                f"Source {each.source}: {kind.words}, {when}",
                (f"{each.source}, {when}: {each.detail}",),
            )

    def _when(self, trouble: SourceTrouble) -> str:
        if trouble.kind is TroubleKind.GAP:
            return f"between {self.time(trouble.since)} and {self.time(trouble.last_at)}"
        if trouble.kind in MOMENTARY:
            return f"at {self.time(trouble.last_at)}"
        return f"since {self.time(trouble.since)}"

    def _channels(self) -> Iterator[Trouble]:
        for channel in self.observed.waiting:
            if channel.name in self.config.settings.channels and self.now - channel.since >= EBB:
                wait = "1 message waits" if channel.messages == 1 else f"{channel.messages} messages wait, the oldest"
                since = self.time(channel.since)
                yield Trouble(
                    CHANNEL.subject(channel.name),
                    channel.since,
                    self.now - max(channel.since, self.began),
                    f"Channel {channel.name}: {wait} since {since}",
                    (f"{channel.name}: {wait} since {since}; last answer: {channel.detail or 'none yet'}",),
                )

    def _given_up(self) -> Iterator[Trouble]:
        for dead in self.observed.given_up:
            were = "1 alert was" if dead.messages == 1 else f"{dead.messages} alerts were"
            yield Trouble(
                GIVEN_UP.subject(dead.channel),
                dead.last_at,
                self.now - dead.last_at,
                f"Channel {dead.channel}: {were} given up",
                (f"{dead.channel}: {were} given up, the last at {self.time(dead.last_at)}",),
            )

    def _config(self) -> Iterator[Trouble]:
        edited = [(each.edited, each) for each in self.observed.running if each.edited is not None]
        if edited:
            since, running = max(edited, key=lambda pair: pair[0])
            said = running.said(self.zone, self.now)
            title = said[0].upper() + said[1:]
            yield Trouble(CONFIG.name, since, self.now - since, title, running.faults)
