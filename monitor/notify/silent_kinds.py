"""Kinds of channel that never say whether a message arrived. tests/slow/test_every_kind.py finds those that are
missing here."""

from __future__ import annotations

from typing import Final

# The plug-in sends, and the protocol has no answer to a message. IRC and APRS-IS answer a login, and no message.
UNANSWERED: Final = frozenset({"aprs", "irc", "ircs", "rsyslog"})
# The plug-in hands the message to a program of this machine, over which nobody can see what became of it.
LOCAL: Final = frozenset({"blink1", "dbus", "gio", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"})


def explain_silence(scheme: str) -> str | None:
    """What to know before messages go to a channel of this kind; None: its servers answer."""
    if scheme in UNANSWERED:
        return "this kind never says whether a message arrived: its messages count as sent, unverified"
    if scheme in LOCAL:
        return "this kind never says whether a message arrived, and asks no server: its messages count as refused"
    return None
