"""Finds the tokens and logins in the address of a feed, and hides them in what people see and what is stored.

An address is shown with `***` in place of a secret. What counts as one: a login before the host, a reference such as
`${file:/PATH}`, an option whose name says so (`token`, `rsskey`, `sig`), and one that is long and looks random, also
without a name. Options are looked for in the query, in the fragment, behind a `;` of the path, and in an address that
is the value of an option, quoted or not. A name that ends in `id` names a thing, such as a channel of a video site.
Nothing else in a path is guessed to be secret.

Other texts are altered less, because `?token=world` and `?token=covid19` may name sections: a value that does not look
random is hidden there only together with its name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Final, Literal
from urllib.parse import quote, unquote, unquote_plus

HIDDEN: Final = "***"
REFERENCE: Final = re.compile(r"(?<!\$)\$\{(?P<inside>[^{}]*)\}")
"""A secret as a file of the user names it. `$${` is an escape: it gives `${`."""
_ANY_REFERENCE: Final = re.compile(r"\$?\$\{[^{}$]*\}?")
SHORTEST_IN_TEXT: Final = 6
"""Characters of a secret that is looked for in any text, logs too: shorter ones occur in harmless texts."""

_BETWEEN: Final = re.compile(r"[/:@?&=#,\s]+")
# Options whose values are words of Apprise itself, which occur in harmless texts too.
_PLAIN_OPTIONS: Final = {
    "auth", "cto", "emojis", "format", "image", "method", "mode", "optional", "overflow", "priority", "redirect",
    "retry", "rto", "tz", "verify",
}  # fmt: skip
_MAY_HOLD_SECRET: Final = re.compile("[?@$;#]")
_QUERY_OR_FRAGMENT: Final = re.compile("[?#]")
# What ends an option, and what ends its name, from the outermost to the innermost: in the address itself, in an address
# that is a value, and in one that is quoted once or twice.
_LEVELS: Final = (
    (re.compile("([&;#])"), re.compile("(=)")),
    (re.compile(r"(\?)"), re.compile("(=)")),
    (re.compile("(%3F|%26|%3B|%23)", re.IGNORECASE), re.compile("(=|%3D)", re.IGNORECASE)),
    (re.compile("(%253F|%2526|%253B|%2523)", re.IGNORECASE), re.compile("(=|%253D)", re.IGNORECASE)),
)
_MAY_BE_NESTED: Final = re.compile("[?%]")
_MOST_QUOTED: Final = 3  # times that a value may be quoted
# The login of an address that is a value.
_NESTED_LOGIN: Final = re.compile(
    r"(?P<before>(?:://|%(?P<quoted>(?:25)?)3A%(?P=quoted)2F%(?P=quoted)2F))"
    r"(?P<login>(?:(?!%(?:25)?(?:2F|3F|23|26|40))[^/?#&@\s]){1,200})(?=@|%(?:25)?40)",
    re.IGNORECASE,
)
_OPTION_SIGN: Final = re.compile("(?:=|%(?:25)?3D)$", re.IGNORECASE)
_QUOTED_SIGN: Final = re.compile("%[0-9A-F]{2}")
_PASSWORD: Final = re.compile(":|%(?:25)?3A", re.IGNORECASE)
_PATH_SIGN: Final = re.compile("/|%(?:25)?2F", re.IGNORECASE)
_NAME_PARTS: Final = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])")
_ALWAYS_SECRET: Final = frozenset(
    {"token", "tokens", "secret", "password", "passwd", "passphrase", "pwd", "apikey", "authkey", "signature", "jwt",
     "credential", "credentials", "accesstoken", "authtoken", "privatekey", "secretkey"}
)  # fmt: skip
# Within one word, as in `rsstoken` and `tokenid`; but not in `secretary` and `tokenomics`.
_ALWAYS_WITHIN: Final = re.compile(
    ".*(?:token|secret|password|passwd|apikey|authkey|accesskey)(?:s|id|key|value|code|hash)?[0-9]*"
)
_OFTEN_SECRET: Final = frozenset({"key", "auth", "authorization", "sig", "pass", "hmac"})
"""Names that harmless words follow too (`key=politics`, `key=euro2024`): a value of words is no secret."""
_RANDOM_IS_SECRET: Final = re.compile(".*(?:key|auth|sess(?:ion)?(?:id)?)")
"""Within one word, as in `rsskey` and `jsessionid`; but `turkey` and `sessionid=101` are followed by harmless ones."""
_LONG_PIECE: Final = 16
_RANDOM: Final = 20
_RANDOM_PIECE: Final = 12
_CHANGES: Final = 2
_CHANGES_OF_NO_NAME: Final = 4
_PIECE: Final = re.compile("[A-Za-z0-9]+")
_DIGIT_CHANGE: Final = re.compile(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_HEXADECIMAL: Final = re.compile("[0-9A-Fa-f]+")
_URL_SAFE: Final = "?/:@!$'()*,"  # what HTTP clients leave unquoted in a query


@dataclass(frozen=True, slots=True)
class _SecretOption:
    """An option whose value is secret. `name`: with the sign behind it; "": it has none."""

    name: str
    value: str


def redact_url(url: str, secrets: Collection[str] = ()) -> str:
    """The address as it may be shown and stored: without a login, and with `***` for what is secret in it. `secrets`:
    texts that are known to be secret, besides those that look so. An address without any comes back unchanged."""
    if not secrets and not _MAY_HOLD_SECRET.search(url):  # most addresses, at each poll
        return url
    address, sign, options = _split_at_query(REFERENCE.sub(HIDDEN, url))
    scheme, slashes, rest = address.partition("://")
    if slashes:
        host, slash, path = rest.partition("/")
        path = "/".join(_redact_path_part(part, secrets) for part in path.split("/"))
        address = f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
    options = _NESTED_LOGIN.sub(rf"\g<before>{HIDDEN}", _redact_options(options, secrets))
    return hide_secrets_in(f"{address}{sign}{options}", secrets)


def list_references(text: str) -> list[str]:
    """All that is in the syntax of secrets, as written, with nothing twice: `${env:NAME}`, the escape `$${`, and a `${`
    that names none. Text from outside must have none of these."""
    return list(dict.fromkeys(_ANY_REFERENCE.findall(text)))


def explain_references(address: str) -> str | None:
    """Why an address that the user did not type is refused: it names secrets, which the daemon would send there. None:
    it names none."""
    if not (references := list_references(address)):
        return None
    return (
        f"an address from elsewhere must not name a secret, and this one has {', '.join(references)}; if you want it "
        "sent there, write the source into a sources file yourself"
    )


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
    passwords of logins, the values of options that look random, and the whole options with other secret values
    (`token=world`)."""
    if not _MAY_HOLD_SECRET.search(url):
        return frozenset()
    address, _, options = _split_at_query(REFERENCE.sub(HIDDEN, url))
    host, _, path = address.partition("://")[2].partition("/")
    login, at, _ = host.rpartition("@")
    logins = [login] if at else []
    logins += [nested["login"] for nested in _NESTED_LOGIN.finditer(options)]
    found = {form for login in logins if HIDDEN not in login for form in secret_forms(_PASSWORD.split(login, 1)[-1])}
    for text in (options, *(part.partition(";")[2] for part in path.split("/"))):
        for option in _split_options(text):
            if isinstance(option, _SecretOption) and HIDDEN not in option.value:
                found.update(_option_forms(option))
    return frozenset(found)


def digest_open_address(url: str) -> str:
    """A digest of an address as its file has it, which tells apart addresses whose open secrets differ; "" if it has no
    open secret. References count as equal. It is short, so that it gives no secret away."""
    return digest_address(url) if find_url_secrets(url) else ""


def digest_address(url: str) -> str:
    """The same, of any address."""
    return blake2b(REFERENCE.sub(HIDDEN, url).encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def secret_forms(secret: str) -> Iterator[str]:
    """A secret as written, decoded, and quoted as HTTP clients and servers do it, once or twice."""
    decoded = [secret]
    while len(decoded) <= _MOST_QUOTED and (plainer := unquote(decoded[-1])) != decoded[-1]:
        decoded.append(plainer)
    quoted = [quote(decoded[-1], safe=safe) for safe in ("", _URL_SAFE)]
    quoted += [_quote_in_lower_case(form) for form in quoted]
    twice = [quote(form, safe=_URL_SAFE) for form in quoted]
    yield from {*decoded, unquote_plus(secret), *quoted, *twice} - {""}


def _quote_in_lower_case(quoted: str) -> str:
    return _QUOTED_SIGN.sub(lambda found: found[0].lower(), quoted)


def _option_forms(option: _SecretOption) -> Iterator[str]:
    if not option.name or has_random_piece(option.value):
        yield from secret_forms(option.value)
    else:
        name = _OPTION_SIGN.sub("", option.name)
        yield from (f"{name}={form}" for form in secret_forms(option.value))
        yield from secret_forms(f"{name}={_decode(option.value)}")


def _split_at_query(url: str) -> tuple[str, str, str]:
    """The address, the first `?` or `#`, and what follows."""
    if (found := _QUERY_OR_FRAGMENT.search(url)) is None:
        return url, "", ""
    return url[: found.start()], found[0], url[found.end() :]


def _redact_path_part(part: str, secrets: Collection[str]) -> str:
    if part in secrets:
        return HIDDEN
    name, sign, options = part.partition(";")
    return f"{name}{sign}{_redact_options(options, secrets)}"


def _redact_options(options: str, secrets: Collection[str]) -> str:
    return "".join(
        f"{part.name}{HIDDEN}" if isinstance(part, _SecretOption) else part for part in _split_options(options, secrets)
    )


def _split_options(text: str, secrets: Collection[str] = (), level: int = 0) -> Iterator[str | _SecretOption]:
    """The options that are secret, and the texts before, between and behind them. `level`: of `_LEVELS`."""
    ends, signs = _LEVELS[level]
    for number, part in enumerate(ends.split(text)):
        if number % 2:
            yield part
            continue
        name, *rest = signs.split(part, maxsplit=1)
        name, sign, value = (name, *rest) if rest and rest[1].strip("=") else ("", "", part)  # base64 may end with it
        if value in secrets or _is_secret_option(name, value):
            yield _SecretOption(name + sign, value)
        elif level + 1 < len(_LEVELS) and _MAY_BE_NESTED.search(value):
            yield name + sign
            yield from _split_options(value, secrets, level + 1)
        else:
            yield part


@lru_cache(maxsize=1024)  # each option of an address is judged several times when its source is loaded
def _is_secret_option(name: str, value: str) -> bool:
    judged = _judge_name(name)
    if not value or value == HIDDEN or judged == "id":
        return False
    match judged:
        case "always":
            return True
        case "often":
            return has_random_piece(value) or any(len(piece) >= _LONG_PIECE for piece in _PIECE.findall(value))
        case "random":
            return has_random_piece(value)
    if not name:  # a word, a file, or a path within an address that is a value
        return len(value) >= _RANDOM and not _PATH_SIGN.search(value) and has_random_piece(value, _CHANGES_OF_NO_NAME)
    return len(value) >= _RANDOM and has_random_piece(value)


@lru_cache(maxsize=1024)  # few names occur, and many times
def _judge_name(name: str) -> Literal["always", "often", "random", "id", ""]:
    """How often the values of this query option are secret. "random": if they look so; "id": it names a thing."""
    parts = [part.lower() for part in _NAME_PARTS.split(_decode(name)) if part]
    words = {joined := "".join(parts), *parts}
    if not _ALWAYS_SECRET.isdisjoint(words) or any(map(_ALWAYS_WITHIN.fullmatch, words)):
        return "always"
    if not _OFTEN_SECRET.isdisjoint(words):
        return "often"
    if any(map(_RANDOM_IS_SECRET.fullmatch, words)):
        return "random"
    return "id" if joined.endswith("id") else ""


def has_random_piece(value: str, changes: int = _CHANGES) -> bool:
    """Whether a part of a value is long and changes between letters and digits more than words and dates do: so often
    at least."""
    if len(value) < _RANDOM_PIECE:
        return False
    pieces = _PIECE.findall(_decode(value))
    if _HEXADECIMAL.fullmatch(whole := "".join(pieces)):  # a UUID has short pieces
        pieces = [whole]
    return any(len(piece) >= _RANDOM_PIECE and len(_DIGIT_CHANGE.findall(piece)) >= changes for piece in pieces)


def _decode(text: str) -> str:
    """The text as it was before it was quoted."""
    for _ in range(_MOST_QUOTED):
        if "%" not in text:
            break
        text = unquote(text)
    return text


def find_sensitive_parts(url: str) -> frozenset[str]:
    """A channel's URL and its parts, as written and decoded: what a log must never show.

    Any part may be the secret one: slack:// has a token in place of the host, ntfy:// a topic, mail a password with any
    character in it. Only the scheme, the names of options, host names and harmless words are left out: somebody who
    reads at three in the morning that a server is out of reach must see which server.
    """
    _, _, rest = url.partition("://")
    address, _, query = rest.partition("?")
    parts: set[str] = set()
    for piece in (address, *_iter_option_values(query)):
        for form in (piece, *_BETWEEN.split(piece)):
            for text in (form, unquote(form), unquote_plus(form)):
                parts.update((text, *_BETWEEN.split(text)))
    parts -= {"", "localhost", "monitor", *_find_host_names(address)}
    return frozenset({url, *parts} if parts else ())


def _find_host_names(address: str) -> set[str]:
    """The host of an address, alone and with its port, if it is a machine and no token. Only the name of a machine has
    a dot in it, or the brackets of an IPv6 address."""
    place = address.rpartition("@")[2].partition("/")[0]
    host = place.partition("]")[0].lstrip("[") if place.startswith("[") else place.partition(":")[0]
    return {host, place} if "." in host or place.startswith("[") else set()


def _iter_option_values(query: str) -> Iterator[str]:
    """The values of the options of a query, and the parts that are no options."""
    for option in re.split("[&#]", query):
        name, separator, value = option.partition("=")
        if not separator:
            yield name
        elif name.lower() not in _PLAIN_OPTIONS:
            yield value
