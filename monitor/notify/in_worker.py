"""What workers do with channels, under names that cost nothing to know (as `sources.in_worker` for documents).

Apprise and its plug-ins, 30 MiB, are loaded where a function is called.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import Message, Receipt
from monitor.notify.timeouts import SendTimeouts


def send_message(url: str, message: Message, timeouts: SendTimeouts) -> Receipt:
    """`apprise_door.send`: one attempt, and how it ended."""
    from monitor.notify import apprise_door

    return apprise_door.send_message(url, message, timeouts)


def faults_of(urls: Sequence[str]) -> list[str | None]:
    """`apprise_door.fault_of` each: what is wrong with these channels' URLs."""
    from monitor.notify import apprise_door

    return [apprise_door.fault_of(url) for url in urls]


def load_plugins() -> None:
    """Load Apprise's plug-ins, so that the first message is quick."""
    from monitor.notify import apprise_door

    apprise_door.load_plugins()
