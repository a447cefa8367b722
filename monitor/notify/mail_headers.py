"""Sets the headers and the plain text of mails: every mail program shows an update under its first alert.

For that, the Message-ID of the first mail must be known later, when the update refers to it: it is made of the alert's
id and the sender's domain. A mail that is sent again has the same Message-ID, so that many mail servers and programs
show it once. Programs that also look at subjects (Gmail) begin a new thread all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from monitor.model import Message


@contextmanager
def override_mail_content(mail: Any, message: Message) -> Iterator[None]:  # noqa: ANN401 - Apprise's plug-in for mail has no types
    """Within the block, Apprise sends this message with our plain text, our Message-ID and our reference to the first
    mail.

    Apprise makes its own Message-ID for each mail: a header of ours would come in addition, and a mail with two is
    malformed. It makes the plain text from the HTML, and loses the highlights. So the functions that do this are
    replaced while this mail is sent; the process sends one mail at a time. An Apprise that works in another way still
    sends all mails.
    """
    domain = mail.from_addr[1].rpartition("@")[2]
    if message.in_reply_to:
        first_id = message_id(message.in_reply_to, domain)
        mail.headers = {"In-Reply-To": first_id, "References": first_id, **mail.headers}
    module_globals = mail.prepare_emails.__globals__
    overrides: dict[str, Any] = {"convert_between": lambda *_, **__: message.text}
    if message.id:
        overrides["make_msgid"] = lambda *_, **__: message_id(message.id, domain)
    originals = {name: module_globals[name] for name in overrides if name in module_globals}
    module_globals.update(overrides)
    try:
        yield
    finally:
        for name in overrides:
            del module_globals[name]
        module_globals.update(originals)


def message_id(alert: str, domain: str) -> str:
    """The Message-ID of the mail of this alert."""
    return f"<{alert}@{domain}>"
