"""Finds the tokens and logins in the address of a feed, and hides them in what people see and what is stored.

An address is shown with `***` in place of a secret. What counts as one: a login before the host, a reference such as
`${file:/PATH}`, a query value whose name says so (`token`, `api_key`, `sig`), and one that is long and looks random. A
name that ends in `id` names a thing, such as a channel of a video site. Nothing else in a path is guessed to be secret.

Other texts are altered less, because `?token=world` and `?token=covid19` may name sections: a value that does not look
random is hidden there only together with its name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache
from hashlib import blake2b
from typing import Final, Literal
from urllib.parse import quote, unquote, unquote_plus

HIDDEN: Final = "***"
REFERENCE: Final = re.compile(r"(?<!\$)\$\{(?P<inside>[^{}]*)\}")
"""A secret as a file of the user names it. `$${` is an escape: it gives `${`."""
SHORTEST_IN_TEXT: Final = 6
"""Characters of a secret that is looked for in any text, logs too: shorter ones occur in harmless texts."""

_MAY_HOLD_SECRET: Final = re.compile("[?@$]")
_NAME_PARTS: Final = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])")
_ALWAYS_SECRET: Final = frozenset(
    {"token", "tokens", "secret", "password", "passwd", "passphrase", "pwd", "apikey", "authkey", "signature", "jwt",
     "credential", "credentials", "accesstoken", "authtoken", "privatekey", "secretkey"}
)  # fmt: skip
_OFTEN_SECRET: Final = frozenset({"key", "auth", "authorization", "sig", "pass", "hmac"})
"""Names that harmless words follow too (`key=politics`, `key=euro2024`): a value of words is no secret."""
_LONG_PIECE: Final = 16
_RANDOM: Final = 20
_RANDOM_PIECE: Final = 12
_PIECE: Final = re.compile("[A-Za-z0-9]+")
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
    """The text with `***` in place of each secret of some length. An option of a query keeps its name."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_IN_TEXT and secret in text:
            name, _, value = secret.partition("=")
            text = text.replace(secret, f"{name}={HIDDEN}" if _is_secret_option(name, value) else HIDDEN)
    return text


def drop_secrets_from_link(link: str, secrets: AbstractSet[str]) -> str:
    """The link without the query options that are secret or have a secret value, and with `***` for a secret elsewhere
    in it."""
    address, question, rest = link.partition("?")
    query, hash_, fragment = rest.partition("#")
    options = [option for option in query.split("&") if secrets.isdisjoint({option, option.partition("=")[2]})]
    return hide_secrets_in(f"{address}{question if options else ''}{'&'.join(options)}{hash_}{fragment}", secrets)


def find_url_secrets(url: str) -> frozenset[str]:
    """The texts that are secret in an address and written openly there, in each form in which they may be seen: the
    password of its login, the values of its query that look random, and the whole options with other secret values
    (`token=world`)."""
    if not _MAY_HOLD_SECRET.search(url):
        return frozenset()
    found: set[str] = set()
    address, _, query = url.partition("?")
    login, at, _ = address.partition("://")[2].partition("/")[0].rpartition("@")
    if at and not REFERENCE.search(password := login.partition(":")[2] or login):
        found.update(secret_forms(password))
    for option in re.split("[&;]", query.partition("#")[0]):
        name, _, value = option.partition("=")
        if _is_secret_option(name, value) and not REFERENCE.search(value):
            prefix = "" if _has_random_piece(value) else f"{name}="
            found.update(prefix + form for form in secret_forms(value))
    return frozenset(found)


def digest_open_address(url: str) -> str:
    """A digest of an address as its file has it, which tells apart addresses whose open secrets differ; "" if it has no
    open secret. References count as equal. It is short, so that it gives no secret away."""
    if not find_url_secrets(url):
        return ""
    return blake2b(REFERENCE.sub(HIDDEN, url).encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def secret_forms(secret: str) -> Iterator[str]:
    """A secret as written, decoded, and quoted as HTTP clients and servers do it."""
    plain = unquote(secret)
    yield from {secret, plain, unquote_plus(secret), quote(plain, safe=""), quote(plain, safe=_URL_SAFE)} - {""}


def _redact_option(option: str, secrets: Collection[str]) -> str:
    name, sign, value = option.partition("=")
    return f"{name}={HIDDEN}" if sign and (value in secrets or _is_secret_option(name, value)) else option


@lru_cache(maxsize=1024)  # each option of an address is judged several times when its source is loaded
def _is_secret_option(name: str, value: str) -> bool:
    if not value or value == HIDDEN:
        return False
    match _judge_name(name):
        case "always":
            return True
        case "often":
            return _has_random_piece(value) or any(len(piece) >= _LONG_PIECE for piece in _PIECE.findall(value))
        case "id":
            return False
        case _:
            return len(value) >= _RANDOM and _has_random_piece(value)


@lru_cache(maxsize=1024)  # few names occur, and many times
def _judge_name(name: str) -> Literal["always", "often", "id", ""]:
    """How often the values of this query option are secret; "id": it names a thing."""
    parts = [part.lower() for part in _NAME_PARTS.split(unquote(name)) if part]
    words = {"".join(parts), *parts}
    if not _ALWAYS_SECRET.isdisjoint(words):
        return "always"
    if not _OFTEN_SECRET.isdisjoint(words):
        return "often"
    return "id" if "".join(parts).endswith("id") else ""


def _has_random_piece(value: str) -> bool:
    """Whether a part of a value is long and changes between letters and digits more than words and dates do."""
    if len(value) < _RANDOM_PIECE:
        return False
    pieces = _PIECE.findall(unquote(value))
    if _HEXADECIMAL.fullmatch(whole := "".join(pieces)):  # a UUID has short pieces
        pieces = [whole]
    return any(len(piece) >= _RANDOM_PIECE and len(_DIGIT_CHANGE.findall(piece)) > 1 for piece in pieces)
