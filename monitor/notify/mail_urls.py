"""What is unlikely to be meant in the URL of a mail channel, although mails can be sent with it. Nothing of it is
quoted: any part may be a secret."""

from __future__ import annotations

from typing import Final

from monitor.model import scheme_of_channel
from monitor.notify.url_options import AUTHORITY, list_option_names

MAIL_KINDS: Final = frozenset({"mailto", "mailtos"})
MAIL_EXAMPLE: Final = "mailtos://USER:${env:MAIL_PASSWORD}@SERVER?from=monitor@example.org&to=desk@example.org"


def explain_mail_url(url: str) -> tuple[str, str] | None:
    """What is missing in the URL of a mail channel, and what to do; None: nothing, or it is no mail channel."""
    found = AUTHORITY.match(url)
    if found is None or scheme_of_channel(url) not in MAIL_KINDS:
        return None
    path, options = url[found.end("authority") :].partition("?")[0], list_option_names(url)
    login, _, host = found["authority"].rpartition("@")
    if "from" in options and "to" not in options and "@" not in path.replace("%40", "@"):
        return "has no `to`, so mails go to their own sender", "add `&to=` and the address of the reader"
    # in one's own network there is a mail server with a short name that needs no login
    if login and ":" not in login and "pass" not in options and "from" not in options and "." in host:
        return "has no password, so the daemon does not log in to a mail server", f"usual is {MAIL_EXAMPLE}"
    return None
