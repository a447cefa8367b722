"""How long an attempt to send may take, by the kind of its channel.

Until a server has the whole message, giving up costs nothing: the message is tried again, and nobody gets it twice. So
the steps before that (connecting, greeting, login) have a short limit. Once the server has the whole message, giving up
means that the reader may get it again. So the server has as long as its protocol allows, and only then is the process
killed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from monitor.model import scheme_of_channel

# The kinds that Apprise sends over SMTP; a test compares them with Apprise's own.
_OVER_SMTP = frozenset({"mailto", "mailtos", "deltachat", "deltachats"})


@dataclass(frozen=True, slots=True)
class SendTimeouts:
    """The limits of one attempt.

    `hand_over`: until the server has the whole message (`limits.send`); `connect`: to connect to one address of the
    server; `http_answer`: from the end of the request to the answer; `mail_acceptance`: from the final dot of a mail to
    its answer (RFC 5321, section 4.5.3.2.6); `closing`: to begin and to end the session when all else is done.
    """

    hand_over: timedelta = timedelta(seconds=60)
    connect: timedelta = timedelta(seconds=10)
    http_answer: timedelta = timedelta(seconds=90)
    mail_acceptance: timedelta = timedelta(minutes=10)
    closing: timedelta = timedelta(seconds=10)

    def deadline(self, url: str) -> timedelta:
        """After how long the process that sends to this URL is killed. This is more than all other limits together: it
        meets only a server that sends byte by byte, or a plug-in that asks several times."""
        acceptance = self.mail_acceptance if is_over_smtp(url) else self.http_answer
        return self.hand_over + acceptance + 2 * self.closing


def is_over_smtp(url: str) -> bool:
    """Whether an Apprise URL is of a kind that is sent by SMTP."""
    return scheme_of_channel(url) in _OVER_SMTP
