"""Sends notifications to systemd over the socket that $NOTIFY_SOCKET names: one datagram for each.

Where there is no such socket (a terminal, another supervisor) nothing is sent. A datagram that systemd does not accept
is no reason to end. Every function returns whether its notification was sent. The caller decides when to send one.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from datetime import timedelta

from monitor import clock

_SEND_TIMEOUT = 0.1  # s, if the queue of systemd is full, for what is sent only once; it blocks the event loop


def notify_ready(text: str) -> bool:
    """The service has started, or has reloaded the edited files. `text`: its status line."""
    return _send_notification("READY=1", _format_status(text), timeout=_SEND_TIMEOUT)


def notify_reloading() -> bool:
    """The edited files are being read, until `notify_ready`. By the time, systemd knows which reload this is."""
    return _send_notification(
        "RELOADING=1", f"MONOTONIC_USEC={int(clock.monotonic() * 1_000_000)}", timeout=_SEND_TIMEOUT
    )


def notify_watchdog() -> bool:
    """The service works; see `daemon.watchdog`."""
    return _send_notification("WATCHDOG=1")


def notify_stopping() -> bool:
    """The service ends."""
    return _send_notification("STOPPING=1", timeout=_SEND_TIMEOUT)


def notify_status(text: str) -> bool:
    """The state of the service, as a line for `systemctl status`."""
    return _send_notification(_format_status(text))


def watchdog_interval(environment: Mapping[str, str] = os.environ) -> timedelta | None:
    """How long systemd waits for `notify_watchdog` before it ends this process; None: it has no watchdog for it."""
    microseconds, pid = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", str(os.getpid()))
    if not microseconds.isdecimal() or int(microseconds) == 0 or pid != str(os.getpid()):
        return None
    return timedelta(microseconds=int(microseconds))


def _format_status(text: str) -> str:
    return "STATUS=" + " ".join(text.split())  # a second line would be a message of its own


def _send_notification(*fields: str, timeout: float = 0) -> bool:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    if address.startswith("@"):  # an abstract socket, which is no file
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to_systemd:
            to_systemd.settimeout(timeout)
            to_systemd.connect(address)
            to_systemd.sendall("\n".join(fields).encode())
    except OSError:
        return False
    return True
