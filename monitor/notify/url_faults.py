"""What is wrong with the URL of a channel, in words that help whoever wrote it. Nothing of the URL is quoted but its
scheme: any other part of it may be a secret.

Apprise only says that it cannot use a URL. And it takes some whose password ends at an `@` or a `/` for the URL of
another host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from urllib.parse import quote

from monitor.notify.apprise_compat.mail_plugin import find_wrong_address
from monitor.notify.apprise_compat.plugins import (
    file_options_of,
    guide_of,
    has_login,
    has_several_recipients,
    hides_secret,
    make_plugin,
    missing_extra_of,
    register_plugins,
    scheme_by_name,
)
from monitor.notify.mail_urls import MAIL_KINDS
from monitor.notify.url_options import AUTHORITY, SEVERAL, list_option_names, with_forced_options
from monitor.wording.commands import INSTALL_LOCKED

SERVICES = "https://appriseit.com/services/"
_PASSWORD = re.compile(r"[^:/?#]*://[^/?#:@]*:[^/?#]+@")
_MAIL_PROTOCOLS = {"smtp": "mailto", "smtps": "mailtos"}  # what many programs call the kind; Apprise's guide does not
_NO_PORT = re.compile(r"[^:@]*:[^@]*[^0-9@][^@]*")  # a name, and behind the colon what cannot be a port


def find_url_fault(url: str) -> str | None:
    """What is wrong with a channel's URL, as `check` reports it; None: nothing."""
    if re.search(r"[?&]optional=(y|1|t)", url, re.IGNORECASE):
        return "`optional=yes` would report a lost message as sent; remove it"
    register_plugins()
    kind = url.partition("://")[0].lower() if "://" in url else ""
    if sign := next(_find_login_ends(url, kind), None):
        # what is behind the sign would be the host: a part of the password would be looked up as a name
        return f"'{sign}' in the login of this address ends it; percent-encode the {sign} as {quote(sign, safe='')}"
    if kind in MAIL_KINDS and (part := find_wrong_address(url)):
        return f"Apprise finds no mail address in {part}; write one like desk@example.org, without accents"
    plugin = make_plugin(with_forced_options(url))
    if plugin is None:
        return _explain_unusable(url, kind)
    if named := file_options_of(plugin) & list_option_names(url):
        return f"`{min(named)}` names a file of this machine, and processes that send messages may read none"
    return SEVERAL if has_several_recipients(plugin) else None


def has_secret(url: str) -> bool:
    """Whether Apprise, which hides secrets when it shows an address, takes a part of this one for a secret."""
    register_plugins()
    plugin = make_plugin(url)
    return _PASSWORD.match(url) is not None if plugin is None else hides_secret(plugin)


def _find_login_ends(url: str, kind: str) -> Iterator[str]:
    """Signs that end the user or password of a URL too early: a second `@`; or a `/`, `?` or `#` before the `@`."""
    if (found := AUTHORITY.match(url)) is None:
        return
    if found["authority"].count("@") > 1:
        yield "@"
    if found["sign"] and "@" in found["rest"] and _NO_PORT.fullmatch(found["authority"]) and has_login(kind):
        yield found["sign"]


def _lacks_sender(url: str) -> bool:
    """Whether Apprise could use the URL of a mail channel if it had a sender."""
    found, sign = AUTHORITY.match(url), "&" if "?" in url else "?"
    return (
        found is not None
        and found["authority"] != ""
        and "from" not in list_option_names(url)
        and make_plugin(f"{url}{sign}from=monitor@example.org") is not None
    )


def _explain_unusable(url: str, kind: str) -> str:
    """Why Apprise cannot use a URL, which is of this kind."""
    if extra := missing_extra_of(kind):
        return f"a channel of the kind '{kind}' needs the package of `{extra}`: {INSTALL_LOCKED}"
    if kind in MAIL_KINDS and _lacks_sender(url):
        return f"`from` is missing, the address that mails come from: {kind}://SERVER?from=monitor@example.org&to=..."
    if guide := guide_of(kind):
        return f"Apprise cannot use this address of the kind '{kind}': it is incomplete, or wrong; its guide: {guide}"
    if not kind.isalnum():
        return f"Apprise does not know such a channel; all kinds: {SERVICES}"
    if kind in {"http", "https"}:
        hint = f"for a webhook of your own write webhook{kind[4:]}://; all kinds: {SERVICES}"
        return f"this is the address of a page, or of a service that Apprise does not know; {hint}"
    schemes = scheme_by_name() | _MAIL_PROTOCOLS
    close = get_close_matches(kind, schemes, n=1)
    meant = f"did you mean {schemes[close[0]]}://?" if close else f"all kinds: {SERVICES}"
    return f"Apprise does not know a channel of the kind '{kind}'; {meant}"
