"""Computes the canonical form of an article's address, which two outlets' links to one page have in common.

It is only for comparing: people see the address that the feed gave.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from monitor.model.hashing import shorten_identity

# Tracking parameters that courlan keeps (`from`: where a click came from, on several Asian portals).
_TRACKERS = frozenset({"cmp", "from", "ns_mchannel", "ns_source", "ns_campaign", "ref", "ref_src"})

# An address with nothing to clean, as nearly all links of feeds. Letters of other scripts are only percent-encoded.
_PLAIN = re.compile(
    r"https?://(?!www\.?/)(?![^/]*xn--)(?P<host>[a-z0-9._-]+)"
    r"(?P<path>(?!/\.\.(?:/|$))(?:/[\w.~!=,%-]+)+/?)"
)
_SAFE_IN_PATH = "/%!=,-"  # what courlan does not encode


@lru_cache(maxsize=1024)  # called a few times for each entry of a document
def canonicalize_url(address: str | None) -> str | None:
    """The canonical address, shortened if it is very long; None if there is no usable address, or it is that of a home
    page."""
    if not address:
        return None
    if plain := _PLAIN.fullmatch(address):
        path = quote(plain["path"], safe=_SAFE_IN_PATH)
        return shorten_identity(f"https://{plain['host'].removeprefix('www.')}{path}")
    from courlan import clean_url  # noqa: PLC0415 - slow, and few commands meet such an address

    # Never courlan's strict mode: it drops the `oid` and `sid` that identify the articles of Korean portals.
    cleaned = clean_url(address)
    if not cleaned:
        return None
    parts = urlsplit(cleaned)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k.lower() not in _TRACKERS])
    if parts.path in {"", "/"} and not query:
        return None
    netloc = parts.netloc.removeprefix("www.")
    return shorten_identity(parts._replace(scheme="https", netloc=netloc, query=query).geturl())
