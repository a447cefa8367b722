"""A status in words, the same for the command `status` and the page of the daemon. What needs a person comes first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.model import RunningVersion
from monitor.services.queries.status import CORRECTED_WITHIN, DaemonReport, ServiceStatus
from monitor.wording.local_time import format_local_time
from monitor.wording.quantities import format_count

_BY_PEOPLE = {"merges": "merged", "splits": "split"}  # stories and events
_SHOWN = 10  # of the sources that fail (with the network down, all do) or are troubled, and of the rules in shadow


class StatusText:
    """A status as people read it, with times in the configured time zone. `config`: the monitor.yaml that it is of."""

    def __init__(self, status: ServiceStatus, timezone: str, config: Path | None = None) -> None:
        self._status = status
        self._timezone = timezone
        self._config = config

    def warnings(self) -> Iterator[str]:
        """What needs a person, a line each."""
        yield from self._daemon_warnings()
        for fault in self._status.faults:
            yield f"fault: {fault}"
        for daemon, faults in self._status.faults_of_daemons.items():
            yield from (f"fault: {daemon}: {fault}" for fault in faults)
        for channel, waits in self._status.waiting.items():
            answer = self._status.last_answers.get(channel)
            why = f"; last answer: {answer}" if answer else ""
            yield f"waiting: {channel}: its oldest alert waits since {self._format_time(waits.since)}{why}"
        for each in self._status.dead:
            yield f"dead: {each.explain(self._format_time(each.since))}"
        yield from self._failing_source_warnings()
        if self._status.troubled:
            named = [f"{id_} ({', '.join(kinds)})" for id_, kinds in sorted(self._status.troubled.items())]
            more = [f"and {len(named) - _SHOWN} more"] if len(named) > _SHOWN else []
            which = ", ".join(named[:_SHOWN] + more)
            count = format_count(len(named), "source")
            yield f"troubled: {count}: {which}; see `news-monitor sources health`"
        for found in self._status.corrected:
            what = "stories" if found.rule is None else f"events of rule {found.rule}"
            count = f"{found.corrected} of {found.of} {what}"
            by_hand = f"{count} were merged or split by people in {CORRECTED_WITHIN.days} days"
            yield f"identity: {by_hand}; see `news-monitor score --marks`"

    def summary(self) -> Iterator[tuple[str, str]]:
        """What there is, and how much: names and values."""
        status = self._status
        yield from self._daemon_summary()
        states = {"failing": status.failing, "troubled": status.troubled, "unverified": status.ages.unverified}
        by_state = ", ".join(f"{len(ids)} {state}" for state, ids in states.items())
        runs = self._describe_difference(status.sources, lambda running: running.sources)
        yield "sources", f"{status.sources}{runs}; {by_state}"
        yield "oldest poll", self._format_time(status.ages.oldest)
        yield "last fetch", self._format_time(status.last_fetch)
        off = (
            f", of which {status.rules_off} {'is' if status.rules_off == 1 else 'are'} off" if status.rules_off else ""
        )
        runs = self._describe_difference(status.rules - status.rules_off, lambda running: running.rules)
        yield "rules", f"{status.rules}{off}{runs}{self._describe_silent_rules()}"
        yield from self._shadow_summary()
        by_people = [f"{status.counts[name]} {what}" for name, what in _BY_PEOPLE.items() if status.counts[name]]
        if status.muted:
            by_people.append(f"{status.muted} muted now (`news-monitor stories list --muted`)")
        for name in ("articles", "matches", "stories", "alerts"):
            more = f"; by people: {', '.join(by_people)}" if name == "stories" and by_people else ""
            yield name, f"{status.counts[name]}{more}"
        later = status.deferred
        first = f"{later.count}, the first at {self._format_time(later.next)}"
        yield "deferred", first if later.count else "nothing"
        yield "deliveries", ", ".join(f"{n} {state}" for state, n in status.deliveries.items() if n) or "none"
        for channel, held in status.held.items():
            first = "" if held.deliveries == 1 else "the first "
            until = f"{first}until {self._format_time(held.until)}"
            yield "held", f"{channel}: {held.deliveries} by the hours of a route, {until}"
        if self._config is not None:
            yield "config", str(self._config)
        database = status.database
        yield "database", f"{database.kind}, {database.name}, {database.bytes / 2**20:.1f} MiB"
        yield "sandbox", "; ".join(status.missing_protections) or "complete"

    def _daemon_warnings(self) -> Iterator[str]:
        status, alive, gone = self._status, self._status.alive_daemons, self._status.gone_daemons
        if not alive:
            stopped = [daemon.stopped_at for daemon in status.daemons if daemon.stopped_at is not None]
            last = f"; the last one was stopped {self._format_time(max(stopped))}" if stopped and not gone else ""
            yield f"no daemon is running{last}"
        for daemon in gone:
            last = f"was last seen {self._format_time(daemon.seen_at)} and has not reported its end"
            yield f"gone: {daemon.name} {last}: it was killed, or its machine or database hangs"
        for daemon in alive:
            if daemon.is_stalled:
                yield f"stuck: {daemon.name} runs but does nothing; see its log and /healthz"
            if daemon.running.edited_at or daemon.running.restart_settings:
                yield f"files: {daemon.name}: {self._describe_running(daemon)}"

    def _failing_source_warnings(self) -> Iterator[str]:
        status = self._status
        failing = sorted(status.failing.values(), key=lambda report: report.failing_since or status.now)
        if status.has_only_failing_sources:
            which = "sources" if len(failing) == len(status.ages.good) else "sources that were polled"
            last = failing[-1]
            why = f" ({last.id}: {last.problem})" if last.problem else ""
            since = self._format_time(last.failing_since)
            yield f"failing: all {len(failing)} {which} fail since {since}{why}: is this machine's network up?"
            return
        for report in failing[:_SHOWN]:
            since = "" if report.failing_since is None else f"since {self._format_time(report.failing_since)}, "
            then = f"{report.failures} in a row; next try {self._format_time(report.next_at)}"
            yield f"failing: {report.id}: {report.problem} ({since}{then})"
        if len(failing) > _SHOWN:
            yield f"failing: and {len(failing) - _SHOWN} more: `news-monitor sources health` lists them"

    def _daemon_summary(self) -> Iterator[tuple[str, str]]:
        for daemon in self._status.alive_daemons:
            since = self._format_time(daemon.started_at)
            yield "daemon", f"{daemon.name}, version {daemon.version}, since {since}, {self._describe_tick(daemon)}"
            yield "", self._describe_running(daemon)

    def _describe_tick(self, daemon: DaemonReport) -> str:
        """When it last looked for due sources; of one that has just started, whether it is normal that it has not."""
        if daemon.ticked_at is not None:
            return f"last tick {self._format_time(daemon.ticked_at)}"
        started = f"started {round((self._status.now - daemon.started_at).total_seconds())} s ago"
        if self._status.now <= daemon.first_tick_by:
            return f"{started}, first tick due by {self._format_time(daemon.first_tick_by)}"
        return f"{started}, and its first tick is late: see its log"

    def _shadow_summary(self) -> Iterator[tuple[str, str]]:
        """What the rules in shadow would have sent until now: a person decides by it whether they go live."""
        loudest = sorted(self._status.shadow.items(), key=lambda each: -each[1].alerts)
        for id_, would in loudest[:_SHOWN]:
            alerts = format_count(would.alerts, "alert")
            stories = format_count(would.stories, "story")
            sent = f"{alerts} in {stories} since {self._format_time(would.since)}" if would.alerts else "nothing yet"
            yield "shadow", f"{id_} would have sent {sent}"
        if len(loudest) > _SHOWN:
            yield "", f"and {len(loudest) - _SHOWN} more: `news-monitor matches list --decision shadow` lists them"

    def _describe_silent_rules(self) -> str:
        ids = self._status.silent_rules
        verb = "does" if len(ids) == 1 else "do"
        return f"; {len(ids)} {verb} not run because of faults: {', '.join(ids)}" if ids else ""

    def _describe_difference(self, in_files: int, count: Callable[[RunningVersion], int]) -> str:
        """The counts of the daemons that run another number than there is in the files; nothing where none does."""
        differs = [
            f"{daemon.name} runs {count(daemon.running)}"
            for daemon in self._status.alive_daemons
            if count(daemon.running) != in_files
        ]
        return f" (in the files, without faulty ones; {', '.join(differs)})" if differs else ""

    def _describe_running(self, daemon: DaemonReport) -> str:
        return daemon.running.describe(ZoneInfo(self._timezone), self._status.now)

    def _format_time(self, moment: datetime | None) -> str:
        return format_local_time(moment, self._timezone)
