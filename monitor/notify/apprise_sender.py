"""Sends one message to one channel through Apprise, in a worker process, and returns what the server answered.

Apprise runs in a process that can be killed: its timeouts do not bound a server that sends byte by byte, and in its own
thread pool seven hung servers starve the healthy ones. Retries, backoff and limits are decided in `alerting.retry`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from apprise import Apprise, AppriseAsset, AppriseResult, NotifyBase, NotifyFormat, NotifyType

from monitor import clock
from monitor.model import Message, MessageType, Receipt, ReceiptKind, scheme_of_channel
from monitor.notify.apprise_compat.log_receipts import ACCEPTED, AppriseLogLine, receipt_for
from monitor.notify.apprise_compat.mail_plugin import MailPlugin
from monitor.notify.apprise_compat.message_plugins import MessagePlugin
from monitor.notify.apprise_compat.own_receipts import OwnReceipts
from monitor.notify.apprise_compat.plugins import (
    acts_by_type,
    has_several_recipients,
    kinds_of,
    makes_markdown,
    override_log_level,
    register_plugins,
    set_link,
)
from monitor.notify.http_recorder import Exchange, record_exchange
from monitor.notify.renderers import Capabilities, capabilities_of, kind_of_channel
from monitor.notify.response_checks import is_accepted_by_bodies, receipt_of_bodies
from monitor.notify.retry_after import add_retry_after
from monitor.notify.server_words import add_server_words, secrets_sent, words_of_answer
from monitor.notify.silent_kinds import UNANSWERED
from monitor.notify.timeouts import SendTimeouts
from monitor.notify.url_options import APP, INCIDENT_KEYS, SEVERAL, with_forced_options, with_message_options

NOTHING_SENT = "Apprise reported success, but no server has answered anything: nothing shows that it was sent"
NO_ANSWER = "unverified: sent, but this kind of channel never says whether a message arrived"


def send_message(url: str, message: Message, timeouts: SendTimeouts | None = None) -> Receipt:
    """One attempt to send; returns its receipt. The receipt quotes nothing of Apprise's log, which names hosts, topics
    and users; of the answer of a server that did not take the message, it quotes the first words."""
    limits = timeouts or SendTimeouts()
    register_plugins()
    # A new object for each message: a reused one waits 5.5 s between two sends.
    client = Apprise(asset=AppriseAsset(app_id=APP, app_desc=APP, service_timeout=0, secure_logging=True))
    if not client.add(with_forced_options(with_message_options(url, message), limits)):
        return Receipt(ReceiptKind.REFUSED, "Apprise does not know this kind of channel, or its address is incomplete")
    plugin = client[0]
    assert isinstance(plugin, NotifyBase)
    if len(client) != 1 or has_several_recipients(plugin):
        # `check` and the start report it; sending would flood those who accept
        return Receipt(ReceiptKind.REFUSED, SEVERAL)
    if message.link and scheme_of_channel(url) in INCIDENT_KEYS:
        set_link(plugin, message.link)
    for type_to_try in _types_to_try(plugin, message.type):
        attempt = _attempt_send(client, message, type_to_try, limits, capabilities_of(kind_of_channel(url)))
        if not attempt.result or attempt.exchange.answered:
            break  # otherwise the plug-in does nothing for this type, and has sent nothing
    receipt = _receipt_of_attempt(plugin, attempt)
    if receipt.is_sent:
        return receipt
    if isinstance(plugin, OwnReceipts):
        return add_server_words(receipt, plugin.server_words, url)
    if responses := attempt.exchange.responses:
        return add_server_words(receipt, words_of_answer(responses[-1]), url, secrets_sent(responses[-1]))
    return receipt


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What Apprise reports about one attempt, and what was observed from outside."""

    result: AppriseResult
    exchange: Exchange


def _attempt_send(
    client: Apprise, message: Message, type_: MessageType, timeouts: SendTimeouts, can: Capabilities
) -> _Attempt:
    body, body_format = _choose_body(message, can)
    plugin = client[0]
    if body_format is NotifyFormat.TEXT and makes_markdown(plugin):
        plugin.notify_format = NotifyFormat.TEXT
    if isinstance(plugin, MessagePlugin):
        plugin.message = message
    if isinstance(plugin, MailPlugin):
        plugin.begin_attempt(message if can.headers else None, timeouts)
    # Only Apprise's log says what went wrong, and only at this level.
    with override_log_level(logging.DEBUG), record_exchange() as exchange:
        result = client.notify(
            title=message.title,
            body=body,
            body_format=body_format,
            notify_type=NotifyType(type_),
            log_level=logging.DEBUG,
        )
    return _Attempt(result, exchange)


def _receipt_of_attempt(plugin: NotifyBase, attempt: _Attempt) -> Receipt:
    responses = attempt.exchange.responses
    if receipt := receipt_of_bodies(kinds_of(plugin), responses):
        return add_retry_after(receipt, responses, clock.now())
    if attempt.result:
        return _receipt_of_success(plugin, attempt.exchange)
    if isinstance(plugin, OwnReceipts):
        return plugin.receipt_of_failure()
    lines = (AppriseLogLine(line.level, line.message) for result in attempt.result.results for line in result.logs())
    last_status = responses[-1].status_code if responses else None
    receipt = receipt_for(lines, last_status, says_accepted=is_accepted_by_bodies(kinds_of(plugin), responses))
    return add_retry_after(receipt, responses, clock.now())


def _choose_body(message: Message, can: Capabilities) -> tuple[str, NotifyFormat]:
    """The richest body that the kind shows."""
    if can.html and message.html:
        return message.html, NotifyFormat.HTML
    if can.markdown and message.markdown:
        return message.markdown, NotifyFormat.MARKDOWN
    return message.text, NotifyFormat.TEXT


def _types_to_try(plugin: NotifyBase, type_: MessageType) -> list[MessageType]:
    """The message's type, then the types to try if the plug-in sends nothing for it. Plug-ins for incidents may take a
    success for "close the incident" and an info for "add a note to it": then nobody reads the message. So for them a
    success is sent as an info, and what sends nothing for an info is tried as a warning."""
    if not acts_by_type(plugin):
        return [type_]
    by_severity = [MessageType.INFO, MessageType.WARNING, MessageType.FAILURE]
    return by_severity[by_severity.index(type_) :] if type_ in by_severity else by_severity


def _receipt_of_success(plugin: NotifyBase, exchange: Exchange) -> Receipt:
    """Apprise's result is not enough: plug-ins report success when they found nothing to do."""
    if not (exchange.answered or exchange.datagrams):
        return Receipt(ReceiptKind.REFUSED, NOTHING_SENT)
    is_verified = plugin.is_verified if isinstance(plugin, OwnReceipts) else UNANSWERED.isdisjoint(kinds_of(plugin))
    if not (exchange.answered and is_verified):
        return Receipt(ReceiptKind.UNVERIFIED, NO_ANSWER)
    return ACCEPTED


def load_plugins() -> None:
    """Load Apprise's plug-ins, so that the first message is quick."""
    register_plugins()
    Apprise.instantiate("json://localhost", suppress_exceptions=True)
