"""Gives a mail server its own timeout at each stage of a session.

Apprise has one timeout (`cto`) for all stages. A mail server that scans for viruses may need minutes after the final
dot, and the mail is delivered twice if nobody waits for it. But a login that hangs must be noticed soon.
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
    """The stage of a session: before the mail is handed over (until `hand_over_ends`, monotonic), after its final dot,
    or answered."""

    timeouts: SendTimeouts
    hand_over_ends: float
    waits_for_acceptance: bool = False
    answered: bool = False

    @property
    def mail_begun(self) -> bool:
        """Whether the server has got any of the mail: only then may the reader have it."""
        return self.waits_for_acceptance or self.answered

    def reply_timeout(self) -> timedelta:
        """How long to wait for the next reply. Raises SMTPServerDisconnected if no time is left."""
        if self.waits_for_acceptance:
            return self.timeouts.mail_acceptance
        if self.answered:
            return self.timeouts.closing
        remaining = self.hand_over_ends - time.monotonic()
        if remaining <= 0:
            raise smtplib.SMTPServerDisconnected("the time to hand the mail over is up")
        return timedelta(seconds=remaining)

    def advance(self, code: int) -> None:
        """Note that the server has replied with this code."""
        self.answered = self.answered or self.waits_for_acceptance
        self.waits_for_acceptance = code == _START_MAIL_INPUT


@contextmanager
def time_smtp_stages(timeouts: SendTimeouts) -> Iterator[SmtpStage]:
    """Within the block, give each reply of a mail server its own timeout. Yields the stage that the session has
    reached.

    Every reply of every session passes through `smtplib.SMTP.getreply`, a public method. It is replaced within the
    block, as Apprise accepts no class of ours; the process sends one message at a time.
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
