"""What a stage can rule on a match. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from monitor.alerting.case import Case
from monitor.model import PendingAlert, PendingKind, Reason


@dataclass(frozen=True, slots=True)
class Suppress:
    """Not told, and why. `listens`: it counts among what is heard of its subject all the same; `same`: it is held as
    the same as what was told, or waits to be; `withdraws`: what waited, and need not any more."""

    reason: Reason
    why: str
    is_recorded: bool = False
    is_duplicate: bool = False
    withdrawn: PendingAlert | None = None


@dataclass(frozen=True, slots=True)
class Defer:
    """Told later, for the reason that will be given then; `until` says what it waits for. `replaces`: what waited for
    the same, and says less."""

    kind: PendingKind
    due: datetime
    why: str
    until: str
    replaces: PendingAlert | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """Told again, and why; `replaces`: with what waited for that."""

    why: str
    replaces: PendingAlert | None = None
    is_immediate: bool = False


Ruling = Suppress | Defer | Update | None
"""None: the stage lets the match pass."""

Stage = Callable[[Case], Ruling]
