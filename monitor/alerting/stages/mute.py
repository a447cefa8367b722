"""Did a person mute its story or event? Nothing of it is sent until the mute ends. Pure."""

from __future__ import annotations

from monitor.alerting.case import Case
from monitor.alerting.mutes import Mutes
from monitor.alerting.stages.ruling import Defer, Ruling, Suppress
from monitor.model import ClauseCode, Reason, ReasonClause


def suppress_if_muted(case: Case, ruling: Ruling) -> Ruling:
    """The ruling of the other stages, unless it would send something before the mute ends. What would replace a pending
    alert goes into that, at its time: without it, a correction would be lost, and what it corrects sent."""
    mute = case.state[Mutes].find_active(case.story, case.subject_event, case.now)
    if mute is None or isinstance(ruling, Suppress) or (isinstance(ruling, Defer) and ruling.due >= mute.until):
        return ruling
    if ruling is not None and (replaced := ruling.replaces) is not None:
        until = ReasonClause(ClauseCode.SAYS_MORE, at=case.desk_time(replaced.due))
        return Defer(replaced.kind, replaced.due, ruling.why, until, replaced)
    muted = ReasonClause(ClauseCode.MUTED, subject=mute.id, at=case.desk_time(mute.until))
    return Suppress(Reason.MUTED, (muted, *(ruling.why if ruling else case.first_reason)), is_recorded=True)
