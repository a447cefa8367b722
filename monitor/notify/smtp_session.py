"""The time that a mail server has at each stage of a session.

Apprise gives one time-out (`cto`) to all stages. A mail server that looks for viruses may need minutes after the final
dot, and the mail is delivered twice if we do not wait for them; a login that hangs is to be found soon.
"""

from __future__ import annotations

import smtplib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from monitor.notify.timeouts import SendTimeouts

_START_MAIL_INPUT = 354  # RFC 5321: what follows is the mail, up to the final dot


@dataclass
class SmtpStage:
    """Where the session is: before the mail (until `hand_over_ends`, monotonic), after its final dot, or answered."""

    timeouts: SendTimeouts
    hand_over_ends: float
    waits_for_acceptance: bool = False
    answered: bool = False

    @property
    def mail_begun(self) -> bool:
        """Whether the server has been given any of the mail: only then may the reader have it."""
        return self.waits_for_acceptance or self.answered

    def reply_timeout(self) -> timedelta:
        """How long to wait for the next reply. Raises SMTPServerDisconnected: no time is left."""
        if self.waits_for_acceptance:
            return self.timeouts.mail_acceptance
        if self.answered:
            return self.timeouts.closing
        left = self.hand_over_ends - time.monotonic()
        if left <= 0:
            raise smtplib.SMTPServerDisconnected("the time to hand the mail over is up")
        return timedelta(seconds=left)

    def advance(self, code: int) -> None:
        """The server has replied."""
        self.answered = self.answered or self.waits_for_acceptance
        self.waits_for_acceptance = code == _START_MAIL_INPUT


@contextmanager
def time_smtp_stages(timeouts: SendTimeouts) -> Iterator[SmtpStage]:
    """Give each reply of a mail server its own time while one message is sent, and see how far the session comes.

    Every reply of every session passes `smtplib.SMTP.getreply`, a public method. It is exchanged for that time, as
    Apprise takes no class of ours; the process sends one message at a time.
    """
    read_reply = smtplib.SMTP.getreply
    stage = SmtpStage(timeouts, time.monotonic() + timeouts.hand_over.total_seconds())

    def read_reply_in_time(self: smtplib.SMTP) -> tuple[int, bytes]:
        if self.sock is not None:
            self.sock.settimeout(stage.reply_timeout().total_seconds())
        code, text = read_reply(self)
        stage.advance(code)
        return code, text

    smtplib.SMTP.getreply = read_reply_in_time  # type: ignore[method-assign]
    try:
        yield stage
    finally:
        smtplib.SMTP.getreply = read_reply  # type: ignore[method-assign]
