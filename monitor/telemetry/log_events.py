"""All events that the log may contain."""

from __future__ import annotations

from enum import StrEnum


class LogEvent(StrEnum):
    """What happened. The fields of the event hold the details."""

    STARTED = "started"
    STOPPING = "stopping"
    STOPPED = "stopped"
    CLOCK_SET_BACK = "the clock was set back"
    FAULT = "fault in a file"
    RULES_ACTIVE = "rules active"
    LISTENING = "listening"
    NOT_LISTENING = "cannot listen"
    FILES_RELOADED = "files read again"
    DATABASE_CREATED = "made a new database"

    POLLED = "source polled"
    POLL_PROBLEM = "source has a problem"
    POLL_RECOVERED = "source has its problem no more"
    POLL_LOST = "poll not committed"
    SOURCE_DEGRADED = "source is not as it should be"
    SOURCE_RECOVERED = "source is as it should be again"
    POLL_CRASHED = "poll crashed"
    PAGE_READ = "page read"
    PAGE_POSTPONED = "page will be tried again"
    PAGE_GIVEN_UP = "page given up"
    MATCHED = "match"
    ALERTED = "alert"
    NOTICE = "notice to the operator"

    ACCEPTED = "delivery accepted"
    RETRY = "delivery will be tried again"
    DEAD = "delivery is dead"
    REVIVED = "dead deliveries are tried again"
    DELIVERY_CRASHED = "delivery crashed"
    DELIVERY_LATE = "receipt came after its lease"
    LEASES_RELEASED = "deliveries without a receipt will be tried again"
    PRUNED = "what was kept for its time has gone"
    ROW_UNREADABLE = "a row of the database cannot be read"
    DATABASE_PROBLEM = "the database has a problem"
    DATABASE_RECOVERED = "the database is well again"
    TASK_RESTARTED = "work of the daemon crashed, and is restarted"
    WATCHDOG_WITHHELD = "the watchdog is not fed: work does not go on"
    DATABASE_REPLACED = "the database is not the one that was opened: the daemon ends"
    LOG_LINES_LOST = "lines of the log were lost: nobody read them"
    ACTING_AS = "acting as the owner of the database"
