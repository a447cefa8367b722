"""What the failure of a mail means; real servers are met in tests/integration/test_channels.py."""

from __future__ import annotations

import smtplib
import socket
import ssl

import pytest

from monitor.model import Message, ReceiptKind
from monitor.notify.apprise_compat.log_receipts import NO_RECIPIENT, UNCLEAR
from monitor.notify.apprise_compat.mail_receipts import NO_MAIL_YET, MailStep, receipt_of_mail_error
from monitor.notify.apprise_sender import send_message

_SERVER = "mail.x.test:2525"
_REFUSED, _LATER = ReceiptKind.REFUSED, ReceiptKind.TRY_LATER
_CONNECTION, _LOGIN, _MESSAGE = MailStep.CONNECTION, MailStep.LOGIN, MailStep.MESSAGE
_UNTRUSTED = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] T0KEN")
_LOST = smtplib.SMTPServerDisconnected("Connection unexpectedly closed")


@pytest.mark.parametrize(
    ("step", "error", "kind", "detail"),
    [
        # before the message
        (_CONNECTION, ConnectionRefusedError(111, "T0KEN"), _LATER, f"no mail server listens at {_SERVER}: connection"),
        (_CONNECTION, socket.gaierror(-2, "not known"), _LATER, f"the mail server's name was not found: {_SERVER}"),
        (_CONNECTION, _UNTRUSTED, _LATER, f"the mail server's certificate is not trusted: {_SERVER}"),
        (
            _CONNECTION,
            smtplib.SMTPConnectError(554, b"T0KEN"),
            _REFUSED,
            "the mail server refused the connection (554)",
        ),
        (_CONNECTION, smtplib.SMTPConnectError(421, b"T0KEN"), _LATER, "the mail server refused the connection (421)"),
        (_LOGIN, smtplib.SMTPAuthenticationError(535, b"T0KEN"), _REFUSED, "the mail server refused the login (535)"),
        (_LOGIN, smtplib.SMTPAuthenticationError(454, b"T0KEN'"), _LATER, "the mail server refused the login (454)"),
        (_LOGIN, _LOST, _LATER, f"the mail server {_SERVER} ended the session before the mail"),
        (_CONNECTION, OSError(113, "T0KEN"), _LATER, f"the mail server {_SERVER} could not be reached"),
        (_CONNECTION, ssl.SSLError(1, "T0KEN"), _LATER, f"TLS failed with {_SERVER}: this port may not speak TLS; try"),
        (_CONNECTION, smtplib.SMTPNotSupportedError("T0KEN"), _LATER, f"TLS failed with {_SERVER}: this port may not"),
        (_LOGIN, smtplib.SMTPNotSupportedError("T0KEN"), _LATER, f"the mail server {_SERVER} offers no login"),
        # after it
        (
            _MESSAGE,
            smtplib.SMTPRecipientsRefused({"T0KEN@x.test": (550, b"no")}),
            _REFUSED,
            "the mail server refused the recipient (550)",
        ),
        (
            _MESSAGE,
            smtplib.SMTPRecipientsRefused({"T0KEN@x.test": (451, b"no")}),
            _LATER,
            "the mail server refused the recipient (451)",
        ),
        (_MESSAGE, smtplib.SMTPDataError(554, b"no"), _REFUSED, "the mail server did not take the message (554)"),
        (
            _MESSAGE,
            smtplib.SMTPSenderRefused(452, b"no", "T0KEN"),
            _LATER,
            "the mail server did not take the message (452)",
        ),
    ],
)
def test_what_a_mail_server_answered(step: MailStep, error: Exception, kind: ReceiptKind, detail: str) -> None:
    """An answer is clear at every stage; a lost connection is before the message."""
    for mail_begun in (True, False):
        receipt = receipt_of_mail_error(error, step, server=_SERVER, mail_begun=mail_begun)
        assert receipt.kind is kind
        assert receipt.detail.startswith(detail)
        assert "T0KEN" not in receipt.detail


@pytest.mark.parametrize("error", [_LOST, TimeoutError("timed out"), smtplib.SMTPDataError(251, b"hm")])
def test_in_doubt_it_is_unknown(error: Exception) -> None:
    """A mail that was on its way may have arrived; what the server has nothing of has not."""
    assert receipt_of_mail_error(error, _MESSAGE, server=_SERVER, mail_begun=True) == UNCLEAR
    assert receipt_of_mail_error(error, _MESSAGE, server=_SERVER, mail_begun=False) == NO_MAIL_YET


def test_an_address_of_nobody_is_refused() -> None:
    """No server is asked."""
    receipt = send_message("mailto://mail.invalid?from=a@x.test&to=nobody", Message("t", "b", "<p>b</p>"))
    assert receipt == NO_RECIPIENT
