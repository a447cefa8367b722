"""The first words in which a server says why it did not take a message, without secrets.

They help who repairs the channel: "no_service" says more than 404. A server may repeat what it was sent, or hand out
tokens: so each word with a part of the channel's address in it is hidden, and each that looks random.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import replace

from requests import Response

from monitor.model import Receipt
from monitor.notify.requests_compat import read_body
from monitor.notify.response_checks import is_page
from monitor.sanitize import sanitize_line
from monitor.url_secrets import HIDDEN, find_sensitive_parts, has_random_piece

_MAX_WORDS = 120  # characters
_READ = 4096  # characters of a body that is no JSON
_SHORTEST_PART = 4  # characters of a secret that is looked for within words
# Where the services say it in JSON, the most telling first.
_FIELDS = (
    "error_description", "message", "description", "errmsg", "errorMessage", "error", "errors", "detail", "details",
    "reason", "msg", "title", "info",
)  # fmt: skip


def add_server_words(receipt: Receipt, words: str, url: str, sent: Collection[str] = ()) -> Receipt:
    """The receipt, which then also says these words of the server. `url`: of the channel; `sent`: what else no receipt
    may show."""
    hidden = {part.lower() for part in (*find_sensitive_parts(url), *sent)}
    shown = " ".join(HIDDEN if _is_secret(word, hidden) else word for word in sanitize_line(words).split())
    if len(shown) > _MAX_WORDS:
        shown = f"{shown[: _MAX_WORDS - 1].rstrip()}…"
    return replace(receipt, detail=f"{receipt.detail}: {shown}") if shown else receipt


def words_of_answer(response: Response) -> str:
    """What the body of an answer says: its message if it is JSON, or its text. A page of HTML says nothing."""
    body = read_body(response)
    if is_page(body):
        return ""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return body.decode(errors="replace")[:_READ]
    return next(_find_messages(document), "")


def secrets_sent(response: Response) -> list[str]:
    """The login that a request had, as it was sent."""
    return str(response.request.headers.get("Authorization", "")).split()


def _find_messages(document: object) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, list):
        for item in document:
            yield from _find_messages(item)
    elif isinstance(document, dict):
        for field in _FIELDS:
            yield from _find_messages(document.get(field))


def _is_secret(word: str, hidden: Collection[str]) -> bool:
    lower = word.lower()
    parts = (part for part in hidden if part == lower or (len(part) >= _SHORTEST_PART and part in lower))
    return next(parts, None) is not None or has_random_piece(word)
