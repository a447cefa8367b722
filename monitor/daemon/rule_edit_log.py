"""Logs edits of rules that change what is sent of the things that were sent before."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.model import Rule, RuleStatus
from monitor.telemetry import LogEvent, log
from monitor.wording.once_per_edits import explain_once_per_edit

_NEW_ID = "the rule has sent nothing under its new id: further reports of what it sent before come as first alerts"


def log_rule_edits(old: Mapping[str, Rule], new: Mapping[str, Rule]) -> None:
    """Log what follows for each live rule whose `once_per` or id has changed."""
    for id_ in sorted(old.keys() & new.keys()):
        before, after = old[id_].alert.once_per, new[id_].alert.once_per
        if before is not after and new[id_].status is RuleStatus.LIVE:
            follows = explain_once_per_edit(before, after)
            log.warning(LogEvent.ONCE_PER_EDITED, rule=id_, before=before, after=after, follows=follows)
    removed = [old[id_] for id_ in sorted(old.keys() - new.keys())]
    for id_ in sorted(new.keys() - old.keys()):
        if (former := next((rule for rule in removed if _is_renamed(rule, new[id_])), None)) is not None:
            log.warning(LogEvent.RULE_RENAMED, rule=id_, before=former.id, follows=_NEW_ID)


def _is_renamed(before: Rule, after: Rule) -> bool:
    """Whether a rule that was removed seems to be the one that was added: its file and its match are the same."""
    return (
        before.status is after.status is RuleStatus.LIVE
        and before.place.file == after.place.file
        and before.condition == after.condition
    )
