"""Sees the answers that requests gets, whoever asks.

The plug-ins of Apprise open sessions of their own, and take none of ours with hooks in it. So a method of the class of
all sessions is replaced meanwhile. `tests/unit/notify/test_requests_compat.py` fails when answers no longer pass there.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from requests import Response, Session

from monitor.runtime.watched_method import watch_method


def watch_responses(keep: Callable[[Response], None]) -> AbstractContextManager[None]:
    """Within the block, call `keep` with each answer, in order. Where a server redirects, that is the last answer, once
    for each step to it."""
    return watch_method(Session, "send", lambda _, response: keep(response))
