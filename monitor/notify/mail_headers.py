"""Mails as we mean them: an update stands under its first alert in every mail program, and the plain text is ours.

For the first the first mail must have a Message-ID that can be known later, when the update names it: it is made of the
alert's id and the sender's domain. A mail that is sent again has the one that it had, so that many mail servers and
programs show it once. Programs that look at subjects too (Gmail) begin a new thread all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from monitor.model import Message


@contextmanager
def override_mail_content(mail: Any, message: Message) -> Iterator[None]:  # noqa: ANN401 - Apprise's plug-in for mail has no types
    """Have Apprise send this message with its own plain text, under its own Message-ID, and below the one that it
    answers.

    Apprise makes up a Message-ID for each mail and takes none: a header of that name would stand beside its own, and a
    mail with two is malformed. The plain text it makes of the HTML, and what is marked there is marked no more. So the
    functions that do that are exchanged for as long as this mail is sent; the process sends one at a time. An Apprise
    that does it otherwise sends all mails all the same.
    """
    domain = mail.from_addr[1].rpartition("@")[2]
    if message.in_reply_to:
        first = message_id(message.in_reply_to, domain)
        mail.headers = {"In-Reply-To": first, "References": first, **mail.headers}
    names = mail.prepare_emails.__globals__
    ours: dict[str, Any] = {"convert_between": lambda *_, **__: message.text}
    if message.id:
        ours["make_msgid"] = lambda *_, **__: message_id(message.id, domain)
    theirs = {name: names[name] for name in ours if name in names}
    names.update(ours)
    try:
        yield
    finally:
        for name in ours:
            del names[name]
        names.update(theirs)


def message_id(alert: str, domain: str) -> str:
    """The Message-ID of the mail that tells this alert."""
    return f"<{alert}@{domain}>"
