"""Renders messages, sends them (only here is Apprise used), and reads what the answer of a server means."""

from monitor.notify.notifier import (
    CHANNEL_CHANGED,
    Notifier,
    Send,
    channel_fault,
    channel_faults,
    channel_faults_in_worker,
    channel_has_secret,
    render_for,
)

__all__ = [
    "CHANNEL_CHANGED",
    "Notifier",
    "Send",
    "channel_fault",
    "channel_faults",
    "channel_faults_in_worker",
    "channel_has_secret",
    "render_for",
]
