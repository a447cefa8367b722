"""Reasons as they are shown: a damaged one hides nothing of the rest of its report."""

from __future__ import annotations

from typing import Any

from monitor.model import ReasonClauses
from monitor.model.outcome import clauses_from_row, clauses_from_sentence

_UNREADABLE = clauses_from_sentence("its reason cannot be read from the database")


def read_reason(stored: Any) -> ReasonClauses:  # noqa: ANN401 - JSON that may be damaged
    """The clauses of a stored reason. If they cannot be read, one clause says so."""
    try:
        return clauses_from_row(stored)
    except ValueError:
        return _UNREADABLE
