"""The canonical form of an article's address: what two outlets' links to one page have in common.

It is only for comparing; people are shown the address that the feed gave.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from courlan import clean_url

# Trackers that courlan leaves in (`from`: where a click came from, on several Asian portals).
_TRACKERS = frozenset({"cmp", "from", "ns_mchannel", "ns_source", "ns_campaign", "ref", "ref_src"})

# In such an address there is nothing that could be cleaned: nearly all links of feeds are plain. Letters of any script
# are only written as addresses write them.
_PLAIN = re.compile(
    r"https?://(?!www\.?/)(?![^/]*xn--)(?P<host>[a-z0-9._-]+)"
    r"(?P<path>(?!/\.\.(?:/|$))(?:/[\w.~!=,%-]+)+/?)"
)
_KEPT = "/%!=,-"  # in a path, by courlan


@lru_cache(maxsize=1024)  # each entry of a document is asked for a few times
def canonicalize_url(address: str | None) -> str | None:
    """The canonical address, or None where there is none or it names no page of its own (a home page)."""
    if not address:
        return None
    if plain := _PLAIN.fullmatch(address):
        return f"https://{plain['host'].removeprefix('www.')}{quote(plain['path'], safe=_KEPT)}"
    # Never courlan's strict mode: it drops the `oid` and `sid` that tell a Korean portal's articles apart.
    cleaned = clean_url(address)
    if not cleaned:
        return None
    parts = urlsplit(cleaned)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k.lower() not in _TRACKERS])
    if parts.path in {"", "/"} and not query:
        return None
    return parts._replace(scheme="https", netloc=parts.netloc.removeprefix("www."), query=query).geturl()
