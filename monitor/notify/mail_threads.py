"""Mails that belong together: every mail program shows an update under its first alert.

For that the first mail must have a Message-ID that can be known later, when the update names it: it is made of the
alert's id and the sender's domain. A mail that is sent again has the one that it had, so that many mail servers and
programs show it once. Programs that look at subjects too (Gmail) begin a new thread all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from monitor.model import Message


@contextmanager
def threaded(mail: Any, message: Message) -> Iterator[None]:  # noqa: ANN401 - Apprise's plug-in for mail has no types
    """Have Apprise send this message under its own Message-ID, and below the one that it answers.

    Apprise makes up a Message-ID for each mail and takes none: a header of that name would stand beside its own, and a
    mail with two is malformed. So the function that makes it up is exchanged for as long as this mail is sent; the
    process sends one at a time. An Apprise that makes it up otherwise sends all mails all the same.
    """
    if not message.id:
        yield
        return
    domain = mail.from_addr[1].rpartition("@")[2]
    if message.answers:
        first = message_id(message.answers, domain)
        mail.headers = {"In-Reply-To": first, "References": first, **mail.headers}
    names = mail.prepare_emails.__globals__
    made_up = names.get("make_msgid")
    names["make_msgid"] = lambda *_, **__: message_id(message.id, domain)
    try:
        yield
    finally:
        names["make_msgid"] = made_up


def message_id(alert: str, domain: str) -> str:
    """The Message-ID of the mail that tells this alert."""
    return f"<{alert}@{domain}>"
