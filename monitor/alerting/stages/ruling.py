"""What a stage can rule on a case. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from monitor.alerting.case import Case
from monitor.model import PendingAlert, PendingKind, Reason, ReasonClause, ReasonClauses


@dataclass(frozen=True, slots=True)
class Suppress:
    """Nothing is sent, and why.

    `is_recorded`: the article counts all the same among the reports of its subject. `is_duplicate`: it is suppressed as
    the same as what was sent or is pending. `withdrawn`: the pending alert that is no longer needed.
    """

    reason: Reason
    why: ReasonClauses
    is_recorded: bool = False
    is_duplicate: bool = False
    withdrawn: PendingAlert | None = None


@dataclass(frozen=True, slots=True)
class Defer:
    """An alert is sent later, for the reason `why`, which it then names. `until` says what it waits for. `replaces`:
    the pending alert of the same subject, which says less."""

    kind: PendingKind
    due: datetime
    why: ReasonClauses
    until: ReasonClause
    replaces: PendingAlert | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """An update is sent now, and why. `replaces`: the pending alert that goes into it. `is_immediate`: it does not wait
    for the cooldown."""

    why: ReasonClauses
    replaces: PendingAlert | None = None
    is_immediate: bool = False


Ruling = Suppress | Defer | Update | None
"""None: the stage lets the case pass."""

Stage = Callable[[Case], Ruling]
