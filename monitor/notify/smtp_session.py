"""A session with a mail server that has its own timeout at each stage.

smtplib has one timeout for all stages. A mail server that scans for viruses may need minutes after the final dot, and
the mail is delivered twice if nobody waits for it. But a login that hangs must be noticed soon.
"""

from __future__ import annotations

import smtplib
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

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

    @classmethod
    def begin(cls, timeouts: SendTimeouts) -> SmtpStage:
        """The stage of a session that begins now."""
        return cls(timeouts, time.monotonic() + timeouts.hand_over.total_seconds())

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


class StagedSmtp(smtplib.SMTP):
    """A session in which each reply has the timeout of its stage. Raises as `smtplib.SMTP` does."""

    def __init__(self, stage: SmtpStage, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - as smtplib.SMTP's
        self.stage = stage  # before the session begins: the greeting is a reply, too
        super().__init__(*arguments, **options)

    def getreply(self) -> tuple[int, bytes]:
        """The next reply; every reply passes here."""
        if self.sock is not None:
            self.sock.settimeout(self.stage.reply_timeout().total_seconds())
        code, text = super().getreply()
        self.stage.advance(code)
        return code, text


class StagedSmtpSsl(StagedSmtp, smtplib.SMTP_SSL):
    """The same over TLS from its first byte."""
