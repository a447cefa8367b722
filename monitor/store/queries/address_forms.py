"""The forms in which the address of an article may be stored, for whoever types the one that was shown."""

from __future__ import annotations

from monitor.article_links import decode_link
from monitor.ingest.canonical_url import canonicalize_url


def list_address_forms(address: str) -> list[str]:
    """The address, its canonical form, and both of what the feed may have given instead: identities are computed from
    that. Also for a uid, which often is an address. A name before the host, which is not shown, cannot be restored."""
    links = (address, decode_link(address))
    return list(dict.fromkeys((*links, *filter(None, map(canonicalize_url, links)))))
