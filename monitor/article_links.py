"""Makes the link of an article safe to show and to follow.

A link leads to a page of the web and nowhere else: other schemes start programs. It shows where it leads: no name and
password before the host, and no host that looks like another one. Nothing in it can be taken for markup.

Identities are computed from the link that the feed gave (`ingest.canonical_url`), never from the result of this.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

from monitor.sanitize import sanitize_url

WEB_SCHEMES: Final = frozenset({"http", "https"})
# A link with nothing to change, as nearly all links of feeds.
_PLAIN: Final = re.compile(
    r"https?://(?!(?:[^/?#]*\.)?xn--)[a-z0-9_.-]+(?::[0-9]{1,4})?(?:/[\w!$%&'()*+,./:;=?@~#-]*)?", re.ASCII
)
_BEFORE_QUERY: Final = re.compile(r"[^?#]*")
_HOST: Final = re.compile(r"[a-z0-9_.-]+")
# What no address may hold as it is (RFC 3986), and what begins or ends a link in the markup of some chat.
_ENCODED: Final = re.compile(r'[\x00-\x20"<>\[\]\\^`{|}\x7f]')
_PERCENT: Final = re.compile("%[0-7][0-9A-Fa-f]")
_BLANKS: Final = dict.fromkeys(map(ord, "\t\n\r"))  # browsers leave them out

# Scripts in which names are written today (UAX 31, table 5), as the names of their letters begin.
_SCRIPTS: Final = frozenset((
    "ARABIC", "ARMENIAN", "BENGALI", "BOPOMOFO", "CJK", "CYRILLIC", "DEVANAGARI", "ETHIOPIC", "GEORGIAN", "GREEK",
    "GUJARATI", "GURMUKHI", "HANGUL", "HEBREW", "HIRAGANA", "KANNADA", "KATAKANA", "KHMER", "LAO", "LATIN",
    "MALAYALAM", "MYANMAR", "ORIYA", "SINHALA", "TAMIL", "TELUGU", "THAANA", "THAI", "TIBETAN",
))  # fmt: skip
_SAME_SCRIPT: Final = {"IDEOGRAPHIC": "CJK"}  # 々, 〇
# Scripts that names mix: the "highly restrictive" level of UTS 39, by which browsers go.
_MIXTURES: Final = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
# Letters and digits of other scripts that look like one of ASCII: the confusables.txt of UTS 39, as far as a name may
# hold them. A label of nothing else is a name in ASCII for whoever reads it.
_LOOKALIKES: Final = frozenset("абгеорсухѕіјѡѵүһҽӏԁԛԝꙇαγινορσυϳագզհոռսցքօყჿሀዐ०๐໐০৪৭ဝ၀ഠ൦൭௦౦೦ଠ୦୨੦੧੪૦۱۵۷0123456789-")


def sanitize_link(link: str) -> str | None:
    """The link as people may see and follow it; None: it is no link to a page of the web, or cannot be read."""
    if _PLAIN.fullmatch(link):
        return link
    head = _BEFORE_QUERY.match(link := link.strip().translate(_BLANKS))
    try:
        # to a browser, a backslash before the query is a slash: it must end the host here too
        parts = urlsplit(head[0].replace("\\", "/") + link[head.end() :] if head else link)
        host, port = _write_host(parts), parts.port
    except ValueError:
        return None
    if parts.scheme not in WEB_SCHEMES or host is None:
        return None
    netloc = host if port is None else f"{host}:{port}"
    path, query, fragment = (_ENCODED.sub(lambda sign: quote(sign[0]), part) for part in parts[2:])
    if query or fragment:
        path = path or "/"  # so the host ends where everybody sees it: in https://a.test#@b.test it might be b.test
    return sanitize_url(SplitResult(parts.scheme, netloc, path, query, fragment).geturl())


def decode_link(link: str) -> str:
    """The link without the percent-encoding that `sanitize_link` adds: as the feed may have given it."""
    return _PERCENT.sub(lambda code: sign if _ENCODED.fullmatch(sign := unquote(code[0])) else code[0], link)


def _write_host(parts: SplitResult) -> str | None:
    """The host of an address as it may be shown. Raises ValueError."""
    host = unquote(parts.hostname or "")
    if ":" in host:
        return f"[{_read_ipv6(host)}]"
    if not host.isascii() or "xn--" in host:
        return write_readable_host(host)
    return host if _HOST.fullmatch(host) else None


def _read_ipv6(host: str) -> IPv6Address:
    try:
        address = IPv6Address(host)
    except AddressValueError as error:
        raise ValueError(f"{host} is not an address") from error
    if address.scope_id is not None:
        raise ValueError("a scope is of this machine alone")
    return address


@lru_cache(maxsize=256)
def write_readable_host(host: str) -> str | None:
    """An international host: in its own script where that deceives nobody, else in ASCII (`xn--...`); None: no host."""
    import idna  # noqa: PLC0415 - it takes 12 ms, and few commands need it

    # the signs that count as dots, and wide letters, are replaced as browsers do
    labels = unicodedata.normalize("NFKC", host).replace("。", ".").lower().removesuffix(".").split(".")
    shown, encoded = [], []
    for label in labels:
        try:
            ascii_label = label if label.startswith("xn--") else idna.encode(label, uts46=True).decode("ascii")
            shown.append(idna.decode(ascii_label))
        except idna.IDNAError:  # such as emoji, which some registries sell
            ascii_label = label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
            shown.append(ascii_label)
        encoded.append(ascii_label)
    if not all(_HOST.fullmatch(label) for label in encoded):
        return None
    tops = _scripts_of(shown[-1])
    return ".".join(encoded if any(_is_deceptive(label, tops) for label in shown) else shown)


def _is_deceptive(label: str, scripts_of_top: frozenset[str]) -> bool:
    """Whether a label may be read as another one: it mixes scripts, or each of its letters looks like one of ASCII.
    `scripts_of_top`: of the top-level domain; in the same script, it says what the label is."""
    if label.isascii():
        return False
    scripts = _scripts_of(label)
    if not (len(scripts) == 1 and scripts <= _SCRIPTS) and not any(scripts <= mixture for mixture in _MIXTURES):
        return True
    return _LOOKALIKES.issuperset(label) and scripts != scripts_of_top


def _scripts_of(label: str) -> frozenset[str]:
    """The scripts of the letters, as the names of letters begin."""
    names = (re.split("[ -]", unicodedata.name(sign, ""))[0] for sign in label if sign not in "0123456789-_ー・")
    return frozenset(_SAME_SCRIPT.get(name, name) for name in names)
