"""What Apprise's log lines of a failed attempt mean; the real lines are met in tests/integration/test_channels.py."""

from __future__ import annotations

import pytest

from monitor.model import Receipt, ReceiptKind
from monitor.notify.apprise_compat.log_receipts import UNCLEAR, AppriseLogLine, receipt_for

_REFUSED, _LATER, _UNKNOWN = ReceiptKind.REFUSED, ReceiptKind.TRY_LATER, ReceiptKind.UNKNOWN
_BEFORE = "HTTPConnectionPool(host='h.test', port=1): Max retries exceeded with url: /T0KEN (Caused by "


def debug(*texts: str) -> list[AppriseLogLine]:
    return [AppriseLogLine("DEBUG", text) for text in texts]


def failed(error: str) -> AppriseLogLine:
    return AppriseLogLine("DEBUG", f"Socket Exception: {error}")


@pytest.mark.parametrize(
    ("text", "kind", "detail"),
    [
        ("Failed to send JSON: error=404.", _REFUSED, "the server answered 404"),
        ("error=400", _REFUSED, "the server answered 400"),
        ("error=302", _REFUSED, "the server answered 302"),  # it went nowhere
        ("error=429", _LATER, "the server answered 429"),
        ("error=42901", _LATER, "the server answered 429"),  # ntfy's own code of it
        ("error=408", _LATER, "the server answered 408"),
        ("error=500", _LATER, "the server answered 500"),
        ("error=502", _LATER, "the server answered 502"),
        ("error=504", _UNKNOWN, "a proxy before the server answered 504: it waited in vain"),
        ("error=503 error=404", _REFUSED, "the server answered 404"),  # the last word counts
        # nothing of Apprise's own words comes through
        ("https://hooks.test/T0KEN error=403 T0KEN", _REFUSED, "the server answered 403"),
    ],
)
def test_what_an_http_server_answered(text: str, kind: ReceiptKind, detail: str) -> None:
    """A status becomes one of our words."""
    assert receipt_for([AppriseLogLine("WARNING", text)]) == Receipt(kind, detail)


@pytest.mark.parametrize(
    "text",
    [
        "There are no ntfy topics to notify",  # each was left out, as no topic can be called so
        "There were not Telegram chat_ids to notify.",
        "There are no valid ACS email targets.",
    ],
)
def test_an_address_of_nobody_is_refused(text: str) -> None:
    """Apprise leaves out recipients that cannot be, without a word: nobody is told that the message may be there."""
    nobody = Receipt(_REFUSED, "the channel's address names no recipient that it takes")
    assert receipt_for([AppriseLogLine("WARNING", text)]) == nobody


def test_a_recipient_that_could_not_be_looked_up_is_tried_again() -> None:
    """Some plug-ins ask a server for the recipients first; without an answer they find nobody."""
    lines = [
        failed(_BEFORE + "NewConnectionError('refused'))"),
        AppriseLogLine("WARNING", "There were no targets to notify."),
    ]
    assert receipt_for(lines) == Receipt(_LATER, "the server could not be asked who the recipient is")


def test_an_answer_counts_where_nothing_was_logged_of_it() -> None:
    """Some plug-ins log no status; a connection that broke after the answer leaves a doubt."""
    assert receipt_for([AppriseLogLine("WARNING", "Failed.")], 403) == Receipt(_REFUSED, "the server answered 403")
    assert receipt_for([], 503) == Receipt(_LATER, "the server answered 503")
    assert receipt_for([], 200) == UNCLEAR
    assert receipt_for([failed("Read timed out.")], 403) == UNCLEAR
    assert receipt_for([AppriseLogLine("INFO", "Sent a part.")], 403) == UNCLEAR


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        ('NewConnectionError("[Errno 111] Connection refused"))', "the server could not be reached"),
        ('NameResolutionError("Failed to resolve"))', "the server's name was not found"),
        ('ConnectTimeoutError("timed out"))', "the server did not take the connection in time"),
        ("SSLError(SSLCertVerificationError(1, 'no')))", "the server's certificate is not trusted"),
    ],
)  # fmt: skip
def test_what_was_never_sent_is_not_in_doubt(error: str, detail: str) -> None:
    """Without a connection no reader can have the message."""
    assert receipt_for([failed(_BEFORE + error)]) == Receipt(_LATER, detail)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [AppriseLogLine("WARNING", "A Connection error occurred")],
        [failed("('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))")],
        [failed("HTTPConnectionPool(host='h', port=1): Read timed out. (read timeout=5.0)")],
        [failed(f"{_BEFORE}SSLError(SSLEOFError(8, 'EOF')))")],  # may come at any time
        # of two requests only the second found nobody
        [failed("Read timed out."), failed(f"{_BEFORE}NewConnectionError('refused'))")],
        [AppriseLogLine("INFO", "Sent JSON notification."), failed(f"{_BEFORE}NewConnectionError('refused'))")],
        # what the article or the server wrote is no answer
        debug("JSON Payload: error=404 Socket Exception: (550, b'"),
        debug("Response Details: (Caused by NewConnectionError("),
        [failed("('Connection aborted.', BadStatusLine('(Caused by NewConnectionError('))")],
    ],
)
def test_in_doubt_it_is_unknown(lines: list[AppriseLogLine]) -> None:
    """A message that may have arrived is called so, and is tried again."""
    assert receipt_for(lines) == UNCLEAR
