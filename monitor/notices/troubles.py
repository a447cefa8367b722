"""What is not as it should be, from what was observed: which subject, since when, and the words for it.

It does not say what is told of it: that is `notices`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from monitor.model import MOMENTARY, Config, Level, OpsObservation, SourceTrouble, TroubleKind, time_of_day

DAY = timedelta(days=1)
EBB = timedelta(minutes=5)  # a channel whose oldest message is younger takes what it is given
_OVERDUE = timedelta(minutes=5)  # a source that should have been polled so long ago: we have been away ourselves


@dataclass(frozen=True, slots=True)
class NoticePolicy:
    """One sort of trouble, and when notices of it are sent: once it has lasted for `after`, in one notice with those
    that are at most `company` younger; its recoveries wait that long for those that began with it.

    `again`: trouble that returns gets a new notice only so long after the last one (None: never). `reminded`: whether
    a notice is repeated while the trouble lasts, and how often (`remind`). `recovers`: whether a notice says that it is
    over; if not, it ends silently. `pause`: after a notice, further trouble is collected for so long.
    """

    name: str
    level: Level
    min_duration: timedelta
    reason: str
    advice: str
    title_many: str = ""
    advice_many: str = ""
    recovery_title: str = ""
    recovery_title_many: str = ""
    past_problem: str = ""
    batch_window: timedelta = timedelta(0)
    renotify_after: timedelta | None = None
    has_reminders: bool = True
    remind_every: timedelta = DAY
    has_recovery: bool = True
    min_notice_gap: timedelta | None = None

    def subject_from_name(self, name: str) -> str:
        """What a notice about this one is about."""
        return f"{self.name} {name}"

    def name_from_subject(self, subject: str) -> str | None:
        """Which one a subject of this sort is; None if it is of another sort."""
        sort, _, name = subject.partition(" ")
        return name if sort == self.name else None


SOURCE = NoticePolicy(
    "source",
    Level.MEDIUM,
    timedelta(hours=3),
    batch_window=timedelta(hours=1),
    reason="a source that fails for 3 hours is told once, and again each day",
    title_many="{number} sources fail",
    advice="It is tried on. If it is gone for good: `news-monitor sources remove {name}`.",
    advice_many="They are tried on; `news-monitor sources health` shows all. Many at once: see this machine's network.",
    recovery_title="Source {name} works again",
    recovery_title_many="{number} sources work again",
    past_problem="had failed",
)
CHANNEL = NoticePolicy(
    "channel",
    Level.HIGH,
    timedelta(minutes=15),
    batch_window=timedelta(minutes=5),
    reason="a channel whose oldest message waits for 15 minutes is told once, and again each day",
    title_many="{number} channels do not take their messages",
    advice="They are kept and tried on. Mend the channel; `news-monitor channels test {name}` tries it.",
    advice_many="They are kept and tried on. Mend the channels; `news-monitor channels test` tries them.",
    recovery_title="Channel {name} takes messages again",
    recovery_title_many="{number} channels take messages again",
    past_problem="messages had waited",
)
GIVEN_UP = NoticePolicy(
    "dead",
    Level.HIGH,
    timedelta(0),
    renotify_after=timedelta(hours=1),
    has_recovery=False,  # that they arrive says it
    reason="alerts that were given up are reported at most once an hour for each channel, and again each day",
    title_many="Alerts on {number} channels were given up",
    advice=(
        "Mend the channel: they are sent when it next accepts a message, or at once by `news-monitor outbox retry "
        "--dead`. Those that are to blame themselves are not: `news-monitor outbox list --state dead`."
    ),
)
CONFIG = NoticePolicy(
    "config",
    Level.MEDIUM,
    timedelta(minutes=1),  # nobody is told of a file that is being written
    renotify_after=timedelta(0),
    reason="an edit with faults that stands for a minute is told, and again each day",
    advice="Mend them: a good edit is taken up at once. `news-monitor check` shows all.",
    recovery_title="No file has a fault any more: what runs is what the files say",
    past_problem="had faults",
)


# Those of sources that answer. Where many begin together, as on a holiday, they begin over hours: they are gathered.
_ALL = "`news-monitor sources health` shows all, and what to do of each."
OF_SOURCES = {
    TroubleKind.GAP: NoticePolicy(
        "gap",
        Level.MEDIUM,
        timedelta(0),
        renotify_after=DAY,
        min_notice_gap=timedelta(hours=6),
        has_reminders=False,
        has_recovery=False,
        reason="a possible gap is told, at most once a day for each source",
        title_many="{number} sources may have lost entries",
        advice="If it happens again, let {name} be asked more often: by its `fastest`, `every` or `cron`.",
        advice_many=f"{_ALL} Many at once: was this machine away?",
    ),
    TroubleKind.SILENT: NoticePolicy(
        "silent",
        Level.MEDIUM,
        timedelta(hours=3),
        batch_window=timedelta(hours=3),
        min_notice_gap=timedelta(hours=12),
        reason="a source that is silent for much longer than ever is told once, and again each day",
        title_many="{number} sources are silent",
        advice="It answers, and has nothing new. See in a browser whether its feed has moved.",
        advice_many=f"They answer, and have nothing new. {_ALL} Many at once: is it a holiday?",
        recovery_title="Source {name} is not silent any more",
        recovery_title_many="{number} sources are not silent any more",
        past_problem="had been silent",
    ),
    TroubleKind.UNREADABLE: NoticePolicy(
        "unreadable",
        Level.LOW,
        timedelta(hours=3),
        batch_window=timedelta(hours=3),
        remind_every=7 * DAY,
        min_notice_gap=timedelta(hours=12),
        reason="a source that is ill-formed poll after poll is told once, and again each week",
        title_many="{number} sources are ill-formed",
        advice="Tell its owner; `news-monitor parse --source {name}` shows what is read.",
        advice_many=f"What could be read was taken. {_ALL}",
        recovery_title="Source {name} is well-formed again",
        recovery_title_many="{number} sources are well-formed again",
        past_problem="had been ill-formed",
    ),
    TroubleKind.UNDATED: NoticePolicy(
        "undated",
        Level.LOW,
        timedelta(hours=3),
        batch_window=timedelta(hours=3),
        remind_every=7 * DAY,
        min_notice_gap=timedelta(hours=12),
        reason="a source whose news has no date poll after poll is told once, and again each week",
        title_many="The news of {number} sources has no date",
        advice="It counts as published when it was first seen; `news-monitor parse --source {name}` shows its dates.",
        advice_many=f"It counts as published when it was first seen. {_ALL}",
        recovery_title="The news of source {name} has dates again",
        recovery_title_many="The news of {number} sources has dates again",
        past_problem="had no dates",
    ),
    TroubleKind.GONE: NoticePolicy(
        "gone",
        Level.MEDIUM,
        timedelta(0),
        min_notice_gap=timedelta(hours=1),
        reason="a source that says that it is gone is told once, and again each day",
        title_many="{number} sources say that they are gone",
        advice="It is asked once a day. Look for its new address, or: `news-monitor sources remove {name}`.",
        advice_many=f"They are asked once a day. {_ALL}",
        recovery_title="Source {name} is there again",
        recovery_title_many="{number} sources are there again",
        past_problem="had been gone",
    ),
    TroubleKind.BURST: NoticePolicy(
        "burst",
        Level.MEDIUM,
        timedelta(0),
        renotify_after=DAY,
        min_notice_gap=timedelta(hours=1),
        has_reminders=False,
        has_recovery=False,
        reason="a burst that a source never had is told, at most once a day for each source",
        title_many="{number} sources gave many more new entries at once than ever",
        advice="What has no fresh date is held: `news-monitor matches list` shows what rules found in it.",
        advice_many="What has no fresh date is held: `news-monitor matches list` shows what rules found in it.",
    ),
    TroubleKind.GUIDS: NoticePolicy(
        "guids",
        Level.LOW,
        timedelta(0),
        min_notice_gap=timedelta(hours=6),
        has_reminders=False,
        has_recovery=False,
        reason="a source whose guids are no longer used is told once",
        title_many="The guids of {number} sources are no longer used",
        advice="Its articles are known by their links now; nothing is to be done.",
    ),
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """One trouble: `title` is a notice's that tells of nothing else, `lines` say more; `lasted`: for how long it was
    seen to last, which is not long where we have been away ourselves."""

    subject: str
    since: datetime
    duration: timedelta
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpsSnapshot:
    """All that is known at one moment. `began`: since when this process delivers."""

    observation: OpsObservation
    config: Config
    zone: tzinfo
    delivering_since: datetime
    now: datetime

    def format_time(self, moment: datetime) -> str:
        """As people read it."""
        return time_of_day(moment, self.zone, self.now)

    def find_troubles(self) -> Iterator[tuple[NoticePolicy, list[Trouble]]]:
        """Of each sort, those of what the config has, the oldest first."""
        for sort, found in (
            (CONFIG, self._config()),
            (CHANNEL, self._channels()),
            (GIVEN_UP, self._given_up()),
            (SOURCE, self._sources()),
            *((sort, self._of_sources(kind, sort)) for kind, sort in OF_SOURCES.items()),
        ):
            yield sort, sorted(found, key=lambda trouble: (trouble.since, trouble.subject))

    def is_configured(self, subject: str) -> bool:
        """Whether the config still has it."""
        for sort in (SOURCE, *OF_SOURCES.values()):
            if (source := sort.name_from_subject(subject)) is not None:
                return source in self.config.sources
        channel = CHANNEL.name_from_subject(subject)
        return channel is None or channel in self.config.settings.channels

    def last_well_at(self, subject: str) -> datetime | None:
        """When it last did what it is there for."""
        if subject == CONFIG.name:
            running = self.observation.running
            return self.now if running and not any(each.edited_at for each in running) else None
        return self.observation.last_well_at.get(subject)

    def _sources(self) -> Iterator[Trouble]:
        gone = {
            each.source
            for each in self.observation.source_troubles
            if each.kind is TroubleKind.GONE and not each.over_at
        }
        for source in self.observation.failing_sources:
            if source.id in self.config.sources and source.id not in gone:  # that it is gone says more
                away = source.next_at < self.now - _OVERDUE
                since = self.format_time(source.since)
                yield Trouble(
                    SOURCE.subject_from_name(source.id),
                    source.since,
                    timedelta(0) if away else self.now - source.since,
                    f"Source {source.id} fails since {since}",
                    (f"{source.id}, since {since}: {source.problem}; next try {self.format_time(source.next_at)}",),
                )

    def _of_sources(self, kind: TroubleKind, sort: NoticePolicy) -> Iterator[Trouble]:
        failing = {source.id for source in self.observation.failing_sources}
        for each in self.observation.source_troubles:
            if each.kind is not kind or each.source not in self.config.sources or not each.is_current(self.now):
                continue
            if sort.has_recovery and kind is not TroubleKind.GONE and each.source in failing:  # that says more
                continue
            when = self._when(each)
            yield Trouble(
                sort.subject_from_name(each.source),
                each.last_at if kind in MOMENTARY else each.since,
                self.now - each.last_at if kind is TroubleKind.SILENT else self.now - each.since,
                f"Source {each.source}: {kind.label}, {when}",
                (f"{each.source}, {when}: {each.detail}",),
            )

    def _when(self, trouble: SourceTrouble) -> str:
        if trouble.kind is TroubleKind.GAP:
            return f"between {self.format_time(trouble.since)} and {self.format_time(trouble.last_at)}"
        if trouble.kind in MOMENTARY:
            return f"at {self.format_time(trouble.last_at)}"
        return f"since {self.format_time(trouble.since)}"

    def _channels(self) -> Iterator[Trouble]:
        for channel in self.observation.stalled_channels:
            if channel.name in self.config.settings.channels and self.now - channel.since >= EBB:
                wait = "1 message waits" if channel.messages == 1 else f"{channel.messages} messages wait, the oldest"
                since = self.format_time(channel.since)
                yield Trouble(
                    CHANNEL.subject_from_name(channel.name),
                    channel.since,
                    self.now - max(channel.since, self.delivering_since),
                    f"Channel {channel.name}: {wait} since {since}",
                    (f"{channel.name}: {wait} since {since}; last answer: {channel.detail or 'none yet'}",),
                )

    def _given_up(self) -> Iterator[Trouble]:
        for dead in self.observation.dead_alerts:
            were = "1 alert was" if dead.messages == 1 else f"{dead.messages} alerts were"
            yield Trouble(
                GIVEN_UP.subject_from_name(dead.channel),
                dead.last_at,
                self.now - dead.last_at,
                f"Channel {dead.channel}: {were} given up",
                (f"{dead.channel}: {were} given up, the last at {self.format_time(dead.last_at)}",),
            )

    def _config(self) -> Iterator[Trouble]:
        edited = [(each.edited_at, each) for each in self.observation.running if each.edited_at is not None]
        if edited:
            since, running = max(edited, key=lambda pair: pair[0])
            said = running.describe(self.zone, self.now)
            title = said[0].upper() + said[1:]
            yield Trouble(CONFIG.name, since, self.now - since, title, running.faults)
