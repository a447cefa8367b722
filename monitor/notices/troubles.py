"""Finds troubles in what was observed: of which subject, since when, and in which words.

It does not decide which notices are sent: `notices` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from monitor.model import (
    MOMENTARY,
    Config,
    Level,
    OpsObservation,
    SourceTrouble,
    StalledChannel,
    TroubleKind,
    time_of_day,
)

DAY = timedelta(days=1)
MIN_STALL = timedelta(minutes=5)  # a channel whose oldest waiting message is younger works
_OVERDUE = timedelta(minutes=5)  # if a source should have been polled so long ago, this service was not running


@dataclass(frozen=True, slots=True)
class NoticePolicy:
    """One sort of trouble, and when notices of it are sent: once it has lasted for `min_duration`, in one notice with
    those that are at most `batch_window` younger. A recovery waits so long for troubles that began with it.

    `renotify_after`: a trouble that returns gets a new notice only so long after the last one (None: never).
    `has_reminders`: whether a notice is repeated while the trouble lasts, and `remind_every`, how often.
    `has_recovery`: whether a notice says that it is over; if not, it ends without one. `min_notice_gap`: after a
    notice, further troubles are collected for so long.
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
    recovery_advice: str = ""
    batch_window: timedelta = timedelta(0)
    renotify_after: timedelta | None = None
    has_reminders: bool = True
    remind_every: timedelta = DAY
    has_recovery: bool = True
    min_notice_gap: timedelta | None = None

    def subject_from_name(self, name: str) -> str:
        """The subject of a notice about the source or channel of this name."""
        return f"{self.name} {name}"

    def name_from_subject(self, subject: str) -> str | None:
        """The name of the source or channel that a subject is about; None if it is of another sort."""
        policy, _, name = subject.partition(" ")
        return name if policy == self.name else None


SOURCE = NoticePolicy(
    "source",
    Level.MEDIUM,
    timedelta(hours=3),
    batch_window=timedelta(hours=1),
    reason="a source that fails for 3 hours is reported once, and again each day",
    title_many="{number} sources fail",
    advice="It is still tried. If it is gone for good: `news-monitor sources remove {name}`.",
    advice_many=(
        "They are still tried; `news-monitor sources health` shows all. Many at once: see this machine's network."
    ),
    recovery_title="Source {name} works again",
    recovery_title_many="{number} sources work again",
    past_problem="had failed",
)
CHANNEL = NoticePolicy(
    "channel",
    Level.HIGH,
    timedelta(minutes=15),
    batch_window=timedelta(minutes=5),
    reason="a channel is reported if a message waits for 15 minutes, or an urgent alert for 5, and again each day",
    title_many="{number} channels do not take their messages",
    advice="They are kept and tried again. Repair the channel; `news-monitor channels test {name}` tries it.",
    advice_many="They are kept and tried again. Repair the channels; `news-monitor channels test` tries them.",
    recovery_title="Channel {name} takes messages again",
    recovery_title_many="{number} channels take messages again",
    past_problem="messages had waited",
)
REMOVED = NoticePolicy(
    "removed",
    Level.HIGH,
    timedelta(minutes=1),  # a file that is still being written is not reported
    has_recovery=False,  # somebody has moved or discarded the messages
    reason="messages that wait for a channel that monitor.yaml does not have are reported, and again each day",
    title_many="Messages wait for {number} channels that monitor.yaml does not have",
    advice=(
        "Was it renamed? `news-monitor outbox move --channel {name} --to NEW_NAME` sends them. Is it gone? "
        "`news-monitor outbox discard --channel {name}`."
    ),
    advice_many=(
        "Were they renamed? `news-monitor outbox move --channel OLD_NAME --to NEW_NAME` sends them. Are they gone? "
        "`news-monitor outbox discard --channel OLD_NAME`."
    ),
)
GIVEN_UP = NoticePolicy(
    "dead",
    Level.HIGH,
    timedelta(0),
    renotify_after=timedelta(hours=1),
    has_recovery=False,  # the alerts arrive, which says it
    reason="alerts that were given up are reported at most once an hour for each channel, and again each day",
    title_many="Alerts on {number} channels were given up",
    advice=(
        "Repair the channel: they are sent when it next accepts a message, or at once by `news-monitor outbox retry "
        "--dead`. Alerts that failed because of the message itself stay dead: `news-monitor outbox list --state dead`."
    ),
)
CONFIG = NoticePolicy(
    "config",
    Level.MEDIUM,
    timedelta(minutes=1),  # a file that is still being written is not reported
    renotify_after=timedelta(0),
    reason="faults that the files have for a minute are reported, and again each day",
    advice="Fix them: a good edit is applied at once. `news-monitor check` shows all.",
    recovery_title="No file has a fault any more: the daemon runs what the files say",
    past_problem="had faults",
    recovery_advice="If a rule did not run: `news-monitor rules try FILE` shows what it would send, sent or not.",
)


# Troubles of sources that answer. Many may begin on the same day, as on a holiday, over some hours: they are batched.
_ALL = "`news-monitor sources health` shows all, and what to do about each."
OF_SOURCES = {
    TroubleKind.GAP: NoticePolicy(
        "gap",
        Level.MEDIUM,
        timedelta(0),
        renotify_after=DAY,
        min_notice_gap=timedelta(hours=6),
        has_reminders=False,
        has_recovery=False,
        reason="a possible gap is reported, at most once a day for each source",
        title_many="{number} sources may have lost entries",
        advice="If it happens again, have {name} polled more often: by its `fastest`, `every` or `cron`.",
        advice_many=f"{_ALL} Many at once: was this machine away?",
    ),
    TroubleKind.SILENT: NoticePolicy(
        "silent",
        Level.MEDIUM,
        timedelta(hours=3),
        batch_window=timedelta(hours=3),
        min_notice_gap=timedelta(hours=12),
        reason="a source that is silent for much longer than ever before is reported once, and again each day",
        title_many="{number} sources are silent",
        advice="It answers, and has nothing new. Check in a browser whether its feed has moved.",
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
        reason="a source that is ill-formed poll after poll is reported once, and again each week",
        title_many="{number} sources are ill-formed",
        advice="Tell its owner; `news-monitor parse --source {name}` shows what is read.",
        advice_many=f"What could be read was used. {_ALL}",
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
        reason="a source whose news has no date poll after poll is reported once, and again each week",
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
        reason="a source that says that it is gone is reported once, and again each day",
        title_many="{number} sources say that they are gone",
        advice="It is polled once a day. Look for its new address, or: `news-monitor sources remove {name}`.",
        advice_many=f"They are polled once a day. {_ALL}",
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
        reason="a burst larger than any before is reported, at most once a day for each source",
        title_many="{number} sources gave many more new entries at once than ever before",
        advice="Those without a fresh date are suppressed: `news-monitor matches list` shows which met a rule.",
        advice_many="Those without a fresh date are suppressed: `news-monitor matches list` shows which met a rule.",
    ),
    TroubleKind.GUIDS: NoticePolicy(
        "guids",
        Level.LOW,
        timedelta(0),
        min_notice_gap=timedelta(hours=6),
        has_reminders=False,
        has_recovery=False,
        reason="a source whose guids are no longer used is reported once",
        title_many="The guids of {number} sources are no longer used",
        advice="Its articles are known by their links now; there is nothing to do.",
    ),
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """One trouble. `duration`: for how long it was observed to last, which is short if this service was not running;
    `title`: the title of a notice about this trouble alone; `lines`: the details; `is_urgent`: reported at once."""

    subject: str
    since: datetime
    duration: timedelta
    title: str
    lines: tuple[str, ...]
    is_urgent: bool = False

    def has_lasted(self, length: timedelta) -> bool:
        """Whether it has lasted so long, or is urgent."""
        return self.is_urgent or self.duration >= length


@dataclass(frozen=True, slots=True)
class OpsSnapshot:
    """All that is known at the moment `now`. `delivering_since`: since when this process delivers."""

    observation: OpsObservation
    config: Config
    zone: tzinfo
    delivering_since: datetime
    now: datetime

    def format_time(self, moment: datetime) -> str:
        """A moment as people read it."""
        return time_of_day(moment, self.zone, self.now)

    def find_troubles(self) -> Iterator[tuple[NoticePolicy, list[Trouble]]]:
        """For each policy, the troubles of what the config has, the oldest first."""
        for policy, found in (
            (CONFIG, self._find_config_troubles()),
            (CHANNEL, self._find_channel_troubles()),
            (REMOVED, self._find_removed_channels()),
            (GIVEN_UP, self._find_given_up_alerts()),
            (SOURCE, self._find_failing_sources()),
            *((policy, self._find_source_troubles(kind, policy)) for kind, policy in OF_SOURCES.items()),
        ):
            yield policy, sorted(found, key=lambda trouble: (trouble.since, trouble.subject))

    def is_configured(self, subject: str) -> bool:
        """Whether the config still has the source or channel of a subject."""
        for policy in (SOURCE, *OF_SOURCES.values()):
            if (source := policy.name_from_subject(subject)) is not None:
                return source in self.config.sources
        channel = CHANNEL.name_from_subject(subject)
        return channel is None or channel in self.config.settings.channels

    def last_well_at(self, subject: str) -> datetime | None:
        """When the source, channel or config of a subject last worked; None: unknown, or it does not work."""
        if subject == CONFIG.name:
            running = self.observation.running
            return self.now if running and not any(version.edited_at for version in running) else None
        return self.observation.last_well_at.get(subject)

    def _find_failing_sources(self) -> Iterator[Trouble]:
        gone = {
            trouble.source
            for trouble in self.observation.source_troubles
            if trouble.kind is TroubleKind.GONE and not trouble.over_at
        }
        for source in self.observation.failing_sources:
            if source.id in self.config.sources and source.id not in gone:  # its own trouble says more
                was_away = source.next_at < self.now - _OVERDUE
                since = self.format_time(source.since)
                yield Trouble(
                    SOURCE.subject_from_name(source.id),
                    source.since,
                    timedelta(0) if was_away else self.now - source.since,
                    f"Source {source.id} fails since {since}",
                    (f"{source.id}, since {since}: {source.problem}; next try {self.format_time(source.next_at)}",),
                )

    def _find_source_troubles(self, kind: TroubleKind, policy: NoticePolicy) -> Iterator[Trouble]:
        failing = {source.id for source in self.observation.failing_sources}
        for trouble in self.observation.source_troubles:
            if (
                trouble.kind is not kind
                or trouble.source not in self.config.sources
                or not trouble.is_current(self.now)
            ):
                continue
            if (
                policy.has_recovery and kind is not TroubleKind.GONE and trouble.source in failing
            ):  # the failure says more
                continue
            period = self._format_period(trouble)
            yield Trouble(
                policy.subject_from_name(trouble.source),
                trouble.last_at if kind in MOMENTARY else trouble.since,
                self.now - trouble.last_at if kind is TroubleKind.SILENT else self.now - trouble.since,
                f"Source {trouble.source}: {kind.label}, {period}",
                (f"{trouble.source}, {period}: {trouble.detail}",),
            )

    def _format_period(self, trouble: SourceTrouble) -> str:
        if trouble.kind is TroubleKind.GAP:
            return f"between {self.format_time(trouble.since)} and {self.format_time(trouble.last_at)}"
        if trouble.kind in MOMENTARY:
            return f"at {self.format_time(trouble.last_at)}"
        return f"since {self.format_time(trouble.since)}"

    def _find_channel_troubles(self) -> Iterator[Trouble]:
        for channel in self.observation.stalled_channels:
            if channel.name in self.config.settings.channels and self.now - channel.since >= MIN_STALL:
                count = channel.messages
                waiting = "1 message waits" if count == 1 else f"{count} messages wait, the oldest"
                since = self.format_time(channel.since)
                yield Trouble(
                    CHANNEL.subject_from_name(channel.name),
                    channel.since,
                    self._observed_wait(channel, channel.since),
                    f"Channel {channel.name}: {waiting} since {since}",
                    (f"{channel.name}: {waiting} since {since}; last answer: {channel.detail or 'none yet'}",),
                    self._observed_wait(channel, channel.urgent_since or self.now) >= MIN_STALL,
                )

    def _observed_wait(self, channel: StalledChannel, since: datetime) -> timedelta:
        """How long what waits since that time was observed to wait for its channel. If there was no daemon for a while,
        that shows nothing, until an attempt has failed since this process began to deliver, by whichever daemon."""
        was_tried = channel.tried_at is not None and channel.tried_at >= self.delivering_since
        return self.now - (since if was_tried else max(since, self.delivering_since))

    def _find_removed_channels(self) -> Iterator[Trouble]:
        for channel in self.observation.stalled_channels:
            if channel.name not in self.config.settings.channels:
                wait = "1 message waits" if channel.messages == 1 else f"{channel.messages} messages wait"
                title = f"monitor.yaml has no channel {channel.name}, and {wait} for it"
                names = " or ".join(self._find_new_names(channel.name))
                yield Trouble(
                    REMOVED.subject_from_name(channel.name),
                    channel.since,
                    self.now - max(channel.since, self.delivering_since),
                    title,
                    (f"{title}; {names} seems to have its address" if names else title,),
                )

    def _find_new_names(self, removed: str) -> list[str]:
        """The channels that seem to have the address of one that the config no longer has."""
        address = self.observation.channel_addresses.get(removed)
        return [channel.name for channel in self.config.settings.channels.values() if channel.address == address]

    def _find_given_up_alerts(self) -> Iterator[Trouble]:
        for dead in self.observation.dead_alerts:
            alerts = "1 alert was" if dead.messages == 1 else f"{dead.messages} alerts were"
            yield Trouble(
                GIVEN_UP.subject_from_name(dead.channel),
                dead.last_at,
                self.now - dead.last_at,
                f"Channel {dead.channel}: {alerts} given up",
                (f"{dead.channel}: {alerts} given up, the last at {self.format_time(dead.last_at)}",),
            )

    def _find_config_troubles(self) -> Iterator[Trouble]:
        edited = [(version.edited_at, version) for version in self.observation.running if version.edited_at is not None]
        if edited:
            since, running = max(edited, key=lambda pair: pair[0])
            description = running.describe(self.zone, self.now)
            title = description[0].upper() + description[1:]
            lines = (running.describe_effect_of_faults(), *running.faults)
            yield Trouble(CONFIG.name, since, self.now - since, title, lines)
