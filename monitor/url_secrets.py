"""Finds the tokens and logins in the address of a feed, and hides them in what people see and what is stored.

An address is shown with `***` in place of a secret. What counts as one: a login before the host, a reference such as
`${file:/PATH}`, a query value whose name says so (`token`, `api_key`, `sig`), and one that is long and looks random. A
name that ends in `id` names a thing, such as a channel of a video site. Nothing else in a path is guessed to be secret.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final
from urllib.parse import quote, unquote, unquote_plus

HIDDEN: Final = "***"
REFERENCE: Final = re.compile(r"\$\{[^{}]*\}")
"""A secret as a file of the user names it."""
SHORTEST_IN_TEXT: Final = 5
"""Characters of a secret that is looked for in any text: shorter ones occur in harmless texts too."""

_MAY_HOLD_SECRET: Final = re.compile("[?@$]")
_NAME_PARTS: Final = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])")
_ALWAYS_SECRET: Final = frozenset(
    {"token", "tokens", "secret", "password", "passwd", "passphrase", "pwd", "apikey", "authkey", "signature", "jwt",
     "credential", "credentials", "accesstoken", "authtoken", "privatekey", "secretkey"}
)  # fmt: skip
_OFTEN_SECRET: Final = frozenset({"key", "auth", "authorization", "sig", "pass", "session", "sessionid", "sid", "hmac"})
"""Names that also stand before harmless words (`key=politics`): a short value without a digit is no secret."""
_LONG: Final = 16
_RANDOM: Final = 20
_RANDOM_PIECE: Final = 12
_DIGIT_CHANGE: Final = re.compile(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_HEXADECIMAL: Final = re.compile("[0-9A-Fa-f]+")
_URL_SAFE: Final = "?/:@!$'()*,"  # what HTTP clients leave unquoted in a query


def redact_url(url: str, secrets: Collection[str] = ()) -> str:
    """The address as it may be shown and stored: without a login, and with `***` for what is secret in it. `secrets`:
    texts that are known to be secret, besides those that look so. An address without any comes back unchanged."""
    if not secrets and not _MAY_HOLD_SECRET.search(url):  # most addresses, at each poll
        return url
    shown = REFERENCE.sub(HIDDEN, url)
    address, question, query = shown.partition("?")
    scheme, slashes, rest = address.partition("://")
    if slashes:
        host, slash, path = rest.partition("/")
        path = "/".join(HIDDEN if part in secrets else part for part in path.split("/"))
        address = f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
    query, hash_, fragment = query.partition("#")
    options = "".join(_redact_option(option, secrets) for option in re.split("([&;])", query))
    return hide_secrets_in(f"{address}{question}{options}{hash_}{fragment}", secrets)


def hide_secrets_in(text: str, secrets: Iterable[str]) -> str:
    """The text with `***` in place of each secret of some length."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_IN_TEXT:
            text = text.replace(secret, HIDDEN)
    return text


def drop_secrets_from_link(link: str, secrets: Collection[str]) -> str:
    """The link without the query options whose value is secret, and with `***` for a secret elsewhere in it."""
    address, question, rest = link.partition("?")
    query, hash_, fragment = rest.partition("#")
    options = [option for option in query.split("&") if option.partition("=")[2] not in secrets]
    return hide_secrets_in(f"{address}{question if options else ''}{'&'.join(options)}{hash_}{fragment}", secrets)


def find_url_secrets(url: str) -> frozenset[str]:
    """What is secret in an address and written openly there: the tokens of its query and the password of its login,
    in each form in which they may be seen."""
    if not _MAY_HOLD_SECRET.search(url):
        return frozenset()
    found: set[str] = set()
    address, _, query = url.partition("?")
    login, at, _ = address.partition("://")[2].partition("/")[0].rpartition("@")
    if at:
        found.add(login.partition(":")[2] or login)
    for option in re.split("[&;]", query.partition("#")[0]):
        name, _, value = option.partition("=")
        if _is_secret_option(name, value):
            found.add(value)
    return frozenset(form for secret in found if not REFERENCE.search(secret) for form in secret_forms(secret))


def secret_forms(secret: str) -> Iterator[str]:
    """A secret as written, decoded, and quoted as HTTP clients and servers do it."""
    plain = unquote(secret)
    yield from {secret, plain, unquote_plus(secret), quote(plain, safe=""), quote(plain, safe=_URL_SAFE)} - {""}


def _redact_option(option: str, secrets: Collection[str]) -> str:
    name, sign, value = option.partition("=")
    return f"{name}={HIDDEN}" if sign and (value in secrets or _is_secret_option(name, value)) else option


def _is_secret_option(name: str, value: str) -> bool:
    if not value or value == HIDDEN:
        return False
    parts = [part.lower() for part in _NAME_PARTS.split(unquote(name)) if part]
    joined = "".join(parts)
    if joined in _ALWAYS_SECRET or _ALWAYS_SECRET.intersection(parts):
        return True
    if joined in _OFTEN_SECRET or _OFTEN_SECRET.intersection(parts):
        return len(value) >= _LONG or any(sign.isdigit() for sign in value)
    return not joined.endswith("id") and _looks_random(value)


def _looks_random(value: str) -> bool:
    """Whether a value is long, and a part of it changes between letters and digits more than words and dates do."""
    pieces = re.split(r"[^A-Za-z0-9]+", unquote(value))
    if _HEXADECIMAL.fullmatch(whole := "".join(pieces)):  # a UUID has short pieces
        pieces = [whole]
    return len(value) >= _RANDOM and any(
        len(piece) >= _RANDOM_PIECE and len(_DIGIT_CHANGE.findall(piece)) > 1 for piece in pieces
    )
