"""What servers answer, and what goes wrong on the way to them, in lines for a person.

It knows the meaning of statuses, headers and errors; it asks nobody and keeps nothing.
"""

from __future__ import annotations

import os
import socket
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientHttpProxyError,
    ClientPayloadError,
    ClientProxyConnectionError,
    ClientResponse,
    ClientResponseError,
    ConnectionTimeoutError,
    InvalidURL,
    ServerDisconnectedError,
)

from monitor.model import Limits, Validators
from monitor.sanitize import sanitize_line

LONGEST_RETRY_AFTER = timedelta(hours=24)

WHAT_TO_DO = {
    204: "there is no document at this address",
    206: "only a part was sent, which was not asked for",
    401: "the server wants a login",
    403: "the server refuses us; it may block robots or this network",
    404: "the address is wrong or the feed has moved",
    406: "the server has no document of a type that we read",
    410: "the feed is gone for good; remove the source or find its new address",
    429: "the server finds that we ask too often; give its sources a longer `every`",
}


def explain_status(status: int) -> str:
    """A status that brought no document, and what to do about it."""
    try:
        named = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        named = f"{status}, a status that nobody has defined"
    if status in WHAT_TO_DO:
        return f"{named}: {WHAT_TO_DO[status]}"
    if status >= 500:
        return f"{named}: the server has trouble; the next polls try again"
    if 300 <= status < 400:
        return f"{named}: the server redirects without saying where to"
    return f"{named}: the server gives no document"


def clean_headers(response: ClientResponse) -> dict[str, str]:
    """By lower-case name, several of one name joined (RFC 9110 section 5.3), free of broken bytes and safe to show."""
    found: dict[str, str] = {}
    for name, value in response.headers.items():
        clean = value if value.isascii() else value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        key = name.lower()
        shown = sanitize_line(clean)
        found[key] = f"{found[key]}, {shown}" if key in found else shown
    return found


def validators_from_response(response: ClientResponse) -> Validators:
    """Word for word; one that could not be sent back as it came (beyond ASCII, or with controls) is none."""
    etag, modified = response.headers.get("ETag"), response.headers.get("Last-Modified")
    return Validators(etag=etag if _is_plain(etag) else None, last_modified=modified if _is_plain(modified) else None)


def _is_plain(value: str | None) -> bool:
    return value is not None and value != "" and value.isascii() and value.isprintable()


def parse_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """How long to stay away: seconds or an HTTP date (RFC 9110 section 10.2.3), at most a day."""
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=int(value[:9])), LONGEST_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta(0)), LONGEST_RETRY_AFTER)


def explain_timeout(error: TimeoutError, limits: Limits) -> str:
    if isinstance(error, ConnectionTimeoutError):
        return f"no connection within {limits.connect.total_seconds():g} s (limits.connect)"
    return f"the server was silent for {limits.idle.total_seconds():g} s (limits.idle)"


def explain_total_timeout(limits: Limits) -> str:
    return f"not done after {limits.total.total_seconds():g} s (limits.total)"


def explain_client_error(error: Exception) -> str:
    """Why there is no answer, from what aiohttp raises."""
    match error:
        case ClientConnectorDNSError():
            line = f"the name {error.host} is not found in DNS ({error_to_line(error.os_error)}); is the address right?"
        case ClientConnectorCertificateError():
            line = f"TLS: the certificate of {error.host} is not trusted ({error_to_line(error.certificate_error)})"
        case ClientProxyConnectionError() | ClientHttpProxyError():
            line = _explain_proxy_error(error)
        case ClientConnectorError(os_error=ssl.SSLError() as reason):
            line = f"TLS: no secure connection to {error.host}:{error.port} ({error_to_line(reason)})"
        case ClientConnectorError():
            line = f"no connection to {error.host}:{error.port}: {error_to_line(error.os_error)}"
        case ServerDisconnectedError():
            line = "the server closed the connection without an answer"
        case ClientPayloadError():
            line = f"cut off: the connection ended before the document did ({error_to_line(error)})"
        case ClientResponseError():
            line = f"the answer is not valid HTTP: {error_to_line(error.message)}"
        case InvalidURL():
            line = f"not an address that can be fetched: {error_to_line(error)}"
        case _:
            line = f"the connection broke: {error_to_line(error)}"
    return line


def _explain_proxy_error(error: ClientProxyConnectionError | ClientHttpProxyError) -> str:
    if isinstance(error, ClientHttpProxyError):
        return f"the proxy opens no way there: {error.status} {error_to_line(error.message)}"
    return f"no connection to the proxy {error.host}:{error.port}: {error_to_line(error.os_error)}"


def error_to_line(what: object) -> str:
    """An error's text for a person: one line, of a length that a line may have."""
    if isinstance(what, socket.gaierror):
        what = what.strerror
    elif isinstance(what, OSError) and what.errno and not isinstance(what, ssl.SSLError):
        what = os.strerror(what.errno)  # asyncio puts words of its own in the place of "Connection refused"
    text = sanitize_line(str(what)) or type(what).__name__
    return text if len(text) <= 300 else f"{text[:299]}…"
