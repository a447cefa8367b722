"""What the failure of a mail means. An SMTP reply is clear at every step. Without one, a failure is clear only before
the mail server had any of the mail."""

from __future__ import annotations

import smtplib
import socket
import ssl
from enum import StrEnum

from monitor.model import Receipt, ReceiptKind
from monitor.notify.apprise_compat.log_receipts import UNCLEAR

NO_MAIL_YET = Receipt(
    ReceiptKind.TRY_LATER, "the mail server was too slow, or ended the session, before it had any of the mail"
)


class MailStep(StrEnum):
    """What failed, as the receipt says it."""

    CONNECTION = "the mail server refused the connection"
    LOGIN = "the mail server refused the login"
    RECIPIENT = "the mail server refused the recipient"
    MESSAGE = "the mail server did not take the message"


def receipt_of_mail_error(error: Exception, step: MailStep, *, mail_begun: bool) -> Receipt:
    """The receipt of a mail that failed at this step. `mail_begun`: the server has got some of the mail."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, _ = next(iter(error.recipients.values()))  # a channel has one recipient
        return _receipt_of_reply(code, MailStep.RECIPIENT, mail_begun=mail_begun)
    if isinstance(error, smtplib.SMTPResponseException):
        return _receipt_of_reply(error.smtp_code, step, mail_begun=mail_begun)
    if step is MailStep.MESSAGE:
        return receipt_in_doubt(mail_begun=mail_begun)
    if isinstance(error, socket.gaierror):
        return Receipt(ReceiptKind.TRY_LATER, "the mail server's name was not found")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Receipt(ReceiptKind.TRY_LATER, "the mail server's certificate is not trusted")
    return Receipt(ReceiptKind.TRY_LATER, "the mail server could not be reached, or ended the session before the mail")


def _receipt_of_reply(code: int, step: MailStep, *, mail_begun: bool) -> Receipt:
    """RFC 5321, section 4.2.1: 4yz is a temporary failure, 5yz a permanent one; both mean that the mail was not
    accepted."""
    kind = {4: ReceiptKind.TRY_LATER, 5: ReceiptKind.REFUSED}.get(code // 100)
    return Receipt(kind, f"{step} ({code})") if kind else receipt_in_doubt(mail_begun=mail_begun)


def receipt_in_doubt(*, mail_begun: bool) -> Receipt:
    """The receipt of a mail that the server has not answered to."""
    return UNCLEAR if mail_begun else NO_MAIL_YET
