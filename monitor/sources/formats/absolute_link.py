"""Makes links absolute, alike on every Python: identities are computed from them."""

from __future__ import annotations

from urllib.parse import urldefrag, urljoin, urlsplit, uses_params


def join_link(base: str, link: str) -> str:
    """The link as an absolute address, without an empty query, fragment or parameter: `x?#` is `x`. Python keeps these
    from 3.14 on, and before that if `base` has another scheme. `link`: not empty. Raises ValueError if it is broken."""
    return urljoin(_drop_empty_parts(urldefrag(base).url), _drop_empty_parts(link))


def _drop_empty_parts(address: str) -> str:
    if urlsplit(address).scheme not in uses_params:
        return address
    before_fragment, _, fragment = address.partition("#")
    path, _, query = before_fragment.partition("?")
    if path.rpartition("/")[2].partition(";")[1:] == (";", ""):
        path = path.removesuffix(";")
    return path + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")
