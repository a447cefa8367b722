"""What is secret: `${env:NAME}` in a text becomes a value, and a channel's address falls into what no log may show.

`$${` stands for `${` itself. No fault quotes the text or a value. Secrets from files and from systemd's credentials
come with a later version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, unquote_plus

from monitor.config.unbuilt import not_yet
from monitor.errors import Fault, Faulty
from monitor.model import Place

_REFERENCE = re.compile(r"\$\$\{|\$\{(?P<inside>[^{}]*)\}|\$\{")
_BETWEEN = re.compile(r"[/:@?&=#,\s]+")
# Options whose values are words of Apprise's own, which stand in innocent texts too.
_PLAIN_OPTIONS = {
    "auth", "cto", "emojis", "format", "image", "method", "mode", "optional", "overflow", "priority", "redirect",
    "retry", "rto", "tz", "verify",
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def filled(text: str, environment: Mapping[str, str], place: Place) -> str:
    """The text with its secrets; raises Faulty with each that cannot be had."""
    faults: list[Fault] = []

    def value(found: re.Match[str]) -> str:
        if found[0] == "$${":
            return "${"
        kind, _, name = (found["inside"] or "").partition(":")
        if kind == "env" and _NAME.fullmatch(name) and environment.get(name):
            return environment[name]
        faults.append(Fault(place, *_unfilled(kind, name, environment)))
        return ""

    whole = _REFERENCE.sub(value, text)
    if faults:
        raise Faulty(faults)
    return whole


def _unfilled(kind: str, name: str, environment: Mapping[str, str]) -> tuple[str, str]:
    if kind in ("file", "credential"):
        return not_yet(f"${{{kind}:...}}")[0], "write ${env:NAME}"
    if kind != "env" or not _NAME.fullmatch(name):
        return "this '${' names no secret", "write ${env:NAME}, or $${ for the two characters themselves"
    state = "empty" if name in environment else "not set"
    return f"the environment variable {name} is {state}", "set it before starting"


def telling_parts(url: str) -> frozenset[str]:
    """A channel's URL as a whole and in its parts, as written and decoded: what must never stand in a log.

    Any part may be the secret one: slack:// has a token in the host's place, ntfy:// a topic, mail a password with
    any character in it. Only the scheme, the names of options and words that tell nothing are left out.
    """
    _, _, rest = url.partition("://")
    address, _, query = rest.partition("?")
    parts: set[str] = set()
    for piece in (address, *_values(query)):
        for written in (piece, *_BETWEEN.split(piece)):
            for text in (written, unquote(written), unquote_plus(written)):
                parts.update((text, *_BETWEEN.split(text)))
    parts -= {"", "localhost"}
    return frozenset({url, *parts} if parts else ())


def _values(query: str) -> Iterator[str]:
    """The values of the options, and what is no option at all."""
    for option in re.split("[&#]", query):
        name, mark, value = option.partition("=")
        if not mark:
            yield name
        elif name.lower() not in _PLAIN_OPTIONS:
            yield value
