"""All events that the log may contain."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class LogEvent(StrEnum):
    """What happened, by a name that scripts can rely on, and as a sentence (`message`). The fields of a line hold the
    details."""

    message: str

    def __new__(cls, name: str, message: str) -> Self:
        """The event with its sentence beside its name."""
        event = str.__new__(cls, name)
        event._value_ = name
        event.message = message
        return event

    STARTED = "daemon.started", "The daemon polls and delivers."
    STOPPING = "daemon.stopping", "The daemon is stopping."
    STOPPED = "daemon.stopped", "The daemon has stopped in good order."
    CLOCK_SET_BACK = "clock.set_back", "The clock was set back."
    FAULT = "config.fault", "A file has a fault."
    LEFT_OUT = "config.left_out", "At a start a file has a fault: its rules do not run."
    RULES_ACTIVE = "config.active", "These rules and sources are active."
    LISTENING = "http.listening", "Health and metrics can be read at this address."
    NOT_LISTENING = "http.failed", "The address of `web` cannot be used."
    FILES_RELOADED = "config.reloaded", "Edited files were read."
    ONCE_PER_EDITED = "config.once_per_edited", "The `once_per` of a rule was edited."
    RULE_RENAMED = "config.rule_renamed", "The id of a rule was edited."
    DATABASE_CREATED = "database.created", "A new database was created."

    POLLED = "source.polled", "A source was polled."
    POLL_PROBLEM = "poll.failed", "A poll failed, or gave only a part."
    POLL_RECOVERED = "poll.recovered", "The polls of a source succeed again."
    POLL_LOST = "poll.superseded", "A poll was not committed: a later poll of its source was faster."
    SOURCE_DEGRADED = "source.degraded", "A source answers, but something is wrong."
    SOURCE_RECOVERED = "source.recovered", "A source works normally again."
    POLL_CRASHED = "poll.crashed", "A poll crashed: a bug of ours."
    PAGE_READ = "page.read", "The page of an article was read."
    PAGE_POSTPONED = "page.postponed", "The page of an article could not be read; it will be tried again."
    PAGE_GIVEN_UP = "page.given_up", "The page of an article was given up."
    MATCHED = "match.decided", "An article matches a rule; nothing is sent now."
    ALERTED = "alert.issued", "An alert is sent."
    NOTICE = "notice.issued", "A notice to the operator."
    CANARY = "canary.ended", "A made-up article was sent to the test addresses of the channels."

    ACCEPTED = "delivery.accepted", "The server of the channel has accepted a message."
    RETRY = "delivery.retry", "A delivery failed; it will be tried again."
    DEAD = "delivery.dead", "A delivery is dead: no further attempt is planned."
    REVIVED = "delivery.revived", "Dead deliveries are tried again."
    HANDED_OVER = "delivery.handed_over", "A channel has failed for long: its fallback gets its waiting messages."
    DELIVERY_CRASHED = "delivery.crashed", "A delivery crashed: a bug of ours."
    DELIVERY_LATE = "delivery.late", "A receipt came after the lease of its delivery."
    LEASES_RELEASED = "delivery.released", "Deliveries without a receipt will be tried again."
    PING_FAILED = "heartbeat.failed", "The address of `heartbeat` did not take the request; it is tried every minute."
    PING_RECOVERED = "heartbeat.recovered", "The address of `heartbeat` takes requests again."
    PRUNED = "retention.pruned", "Data past its retention time was deleted."
    INDEX_BUILT = "search.indexed", "Stored articles were added to the search index."
    INDEX_UNSUPPORTED = "search.unsupported", "There is no search index: a search for words reads every text."
    ROW_UNREADABLE = "database.row_unreadable", "A row of the database cannot be read."
    DATABASE_PROBLEM = "database.failed", "The database has a problem."
    DATABASE_RECOVERED = "database.recovered", "The database works again."
    TASK_RESTARTED = "task.restarted", "A task of the daemon crashed, and was restarted: a bug of ours."
    WATCHDOG_WITHHELD = "watchdog.withheld", "The watchdog gets no signal, because a task makes no progress."
    DATABASE_REPLACED = "database.replaced", "The database is not the one that was opened; the daemon stops."
    RESOURCES_SHORT = "resources.short", "The system gives the process no more file descriptors or memory."
    LOG_LINES_LOST = "log.lines_lost", "Lines of the log were lost, because nobody read them."
    SANDBOX_INCOMPLETE = "sandbox.incomplete", "This machine lacks protections of worker processes."
    WORKER_SPINS = "worker.spins", "A worker process used the processor without a call, and was killed."
    DATABASE_CLOSED_TO_OTHERS = (
        "database.closed_to_others",
        "Other users could open a file of the database; now they cannot.",
    )
    ACTING_AS = "daemon.user_changed", "The daemon runs as the owner of the database."
