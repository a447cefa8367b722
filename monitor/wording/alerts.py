"""How alerts are named."""

from __future__ import annotations

from monitor.sanitize import sanitize_line


def format_alert_title(title: str) -> str:
    """The title of a stored alert on one line; without one, what became of its article."""
    return sanitize_line(title) or "(its article was erased)"
