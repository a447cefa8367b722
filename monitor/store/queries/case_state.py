"""The stored state that a decision on one case would depend on. It only reads."""

from __future__ import annotations

from monitor.alerting.case import Case
from monitor.alerting.ledger import NotificationLedger
from monitor.state import State
from monitor.store.engine.database import Database
from monitor.store.state.state_loader import StoredState


def load_case_state(database: Database, case: Case) -> State:
    """The state that the stages of the policy ask about for a case. It does not look up how many messages the rule has
    sent within the last hour."""
    with database.reading() as connection:
        stored = StoredState(connection)
        stored.state[NotificationLedger].load_recent_sends([case.rule.id], {})
        stored.load_for_cases([case], case.now)
    return stored.state
