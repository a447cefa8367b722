"""Logs edits of rules that change what is sent of the things that were sent before."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.model import Rule, RuleStatus
from monitor.telemetry import LogEvent, log
from monitor.wording.once_per_edits import explain_once_per_edit


def log_once_per_edits(old: Mapping[str, Rule], new: Mapping[str, Rule]) -> None:
    """Log what follows for each live rule whose `once_per` has changed."""
    for id_ in sorted(old.keys() & new.keys()):
        before, after = old[id_].alert.once_per, new[id_].alert.once_per
        if before is not after and new[id_].status is RuleStatus.LIVE:
            follows = explain_once_per_edit(before, after)
            log.warning(LogEvent.ONCE_PER_EDITED, rule=id_, before=before, after=after, follows=follows)
