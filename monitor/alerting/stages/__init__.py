"""The stages of the policy, in the order in which a person asks. Pure.

Is it news at all? Is it fresh? Was it sent already, and is this worth an update? Did we miss it? May it wait a little?
Is it in doubt, and had its thread such a message just now? Is it enough for this hour? The first stage that makes a
ruling decides. What passes all of them is sent at once, unless a person has muted its story: that is asked last, about
what would be sent. A rule in shadow goes through the same stages, but nothing of it is sent.
"""

from __future__ import annotations

from monitor.alerting.case import Case
from monitor.alerting.stages.catch_up import check_catch_up
from monitor.alerting.stages.dedup import check_duplicate
from monitor.alerting.stages.doubt import check_doubt
from monitor.alerting.stages.freshness import check_freshness
from monitor.alerting.stages.hold import check_hold
from monitor.alerting.stages.mention import check_mention
from monitor.alerting.stages.mute import suppress_if_muted
from monitor.alerting.stages.rate_limit import check_rate_limit
from monitor.alerting.stages.ruling import Ruling, Stage

STAGES: tuple[Stage, ...] = (
    check_mention,
    check_freshness,
    check_duplicate,
    check_catch_up,
    check_hold,
    check_doubt,
    check_rate_limit,
)


def apply_stages(case: Case) -> Ruling:
    """The ruling of the first stage that makes one, unless its story is muted; None if all let the case pass."""
    ruling = next((ruling for stage in STAGES if (ruling := stage(case)) is not None), None)
    return suppress_if_muted(case, ruling)
