"""Explains responses of servers and errors of connections, in lines for a person.

It interprets statuses, headers and errors. It does no I/O and has no state.
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

MAX_RETRY_AFTER = timedelta(hours=24)

WHAT_TO_DO = {
    204: "there is no document at this address",
    206: "the server sent only a part, which we did not request",
    401: "the server wants a login",
    403: "the server refuses us; it may block robots or this network",
    404: "the address is wrong or the feed has moved",
    406: "the server has no document of a type that we read",
    410: "the feed is gone for good; remove the source or find its new address",
    429: "the server says that we poll too often; give its sources a longer `every`",
}


def explain_status(status: int) -> str:
    """What a status without a document means, and what to do about it."""
    try:
        status_text = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        status_text = f"{status}, a status that nobody has defined"
    if status in WHAT_TO_DO:
        return f"{status_text}: {WHAT_TO_DO[status]}"
    if status >= 500:
        return f"{status_text}: the server has trouble; the next polls try again"
    if 300 <= status < 400:
        return f"{status_text}: the server redirects without saying where to"
    return f"{status_text}: the server gives no document"


def clean_headers(response: ClientResponse) -> dict[str, str]:
    """Headers by lower-case name, repeated ones joined (RFC 9110 section 5.3), without broken bytes, safe to show."""
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        clean = value if value.isascii() else value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        key = name.lower()
        safe = sanitize_line(clean)
        headers[key] = f"{headers[key]}, {safe}" if key in headers else safe
    return headers


def validators_from_response(response: ClientResponse) -> Validators:
    """The validators, unchanged. One that we could not send back as it is (not ASCII, control characters) is None."""
    etag, modified = response.headers.get("ETag"), response.headers.get("Last-Modified")
    return Validators(etag=etag if _is_plain(etag) else None, last_modified=modified if _is_plain(modified) else None)


def _is_plain(value: str | None) -> bool:
    return value is not None and value != "" and value.isascii() and value.isprintable()


def parse_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """How long to wait, from seconds or an HTTP date (RFC 9110 section 10.2.3), at most a day; None: no valid value."""
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=int(value[:9])), MAX_RETRY_AFTER)
    try:
        retry_at = parsedate_to_datetime(value)
        wait = (retry_at if retry_at.tzinfo else retry_at.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError):  # an offset of many digits
        return None
    return min(max(wait, timedelta(0)), MAX_RETRY_AFTER)


def explain_timeout(error: TimeoutError, limits: Limits) -> str:
    if isinstance(error, ConnectionTimeoutError):
        return f"no connection within {limits.connect.total_seconds():g} s (limits.connect)"
    return f"the server was silent for {limits.idle.total_seconds():g} s (limits.idle)"


def explain_total_timeout(limits: Limits) -> str:
    return f"not done after {limits.total.total_seconds():g} s (limits.total)"


def explain_client_error(error: Exception) -> str:
    """Why there is no response, by the error that aiohttp raised."""
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
        return f"the proxy does not connect us: {error.status} {error_to_line(error.message)}"
    return f"no connection to the proxy {error.host}:{error.port}: {error_to_line(error.os_error)}"


def error_to_line(error: object) -> str:
    """An error's text for a person: one line of at most 300 characters."""
    if isinstance(error, socket.gaierror):
        error = error.strerror
    elif isinstance(error, OSError) and error.errno and not isinstance(error, ssl.SSLError):
        error = os.strerror(error.errno)  # asyncio replaces "Connection refused" with its own text
    text = sanitize_line(str(error)) or type(error).__name__
    return text if len(text) <= 300 else f"{text[:299]}…"
