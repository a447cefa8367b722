"""What the service tells systemd, over the socket that $NOTIFY_SOCKET names: one datagram for each message.

Where there is no such socket (a terminal, another supervisor) nothing is told, and a message that systemd does not take
is no reason to end: every function says whether it was told. It does not know when the service is ready or works.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from datetime import timedelta

from monitor import clock

_FULL = 0.1  # s that a message which comes only once waits for a systemd whose queue is full; the event loop with it


def notify_ready(text: str) -> bool:
    """The service has started, or has taken up the edited files."""
    return _send_notification("READY=1", _format_status(text), patience=_FULL)


def notify_reloading() -> bool:
    """The edited files are being read; `ready` ends it. systemd tells by the time to which reload this belongs."""
    return _send_notification("RELOADING=1", f"MONOTONIC_USEC={int(clock.monotonic() * 1_000_000)}", patience=_FULL)


def notify_watchdog() -> bool:
    """The service works; see `daemon.watchdog`."""
    return _send_notification("WATCHDOG=1")


def notify_stopping() -> bool:
    """The service ends."""
    return _send_notification("STOPPING=1", patience=_FULL)


def notify_status(text: str) -> bool:
    """How it is doing, in a line for `systemctl status`."""
    return _send_notification(_format_status(text))


def watchdog_interval(environment: Mapping[str, str] = os.environ) -> timedelta | None:
    """How long systemd waits for a `watchdog` before it ends this process; None if it does not wait for it."""
    wanted, process = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", str(os.getpid()))
    if not wanted.isdecimal() or int(wanted) == 0 or process != str(os.getpid()):
        return None
    return timedelta(microseconds=int(wanted))


def _format_status(text: str) -> str:
    return "STATUS=" + " ".join(text.split())  # a second line would be a message of its own


def _send_notification(*fields: str, patience: float = 0) -> bool:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    if address.startswith("@"):  # an abstract socket, which is no file
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to_systemd:
            to_systemd.settimeout(patience)
            to_systemd.connect(address)
            to_systemd.sendall("\n".join(fields).encode())
    except OSError:
        return False
    return True
