"""Apprise's plug-in for XMPP, which waits until the server has processed the message.

XMPP does not answer a message. Apprise's own plug-in calls it sent as soon as it is written. A server processes what
comes on a stream in order (RFC 6120, section 10.1): so here a ping follows the message, and its answer shows that the
server has the message, unless an error came before it. A room sends each message back to its sender; that is its
answer. slixmpp is the extra `xmpp`.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from apprise import NotifyType

from monitor.model import Receipt, ReceiptKind
from monitor.notify.apprise_compat.log_receipts import UNCLEAR
from monitor.notify.apprise_compat.own_receipts import OwnReceipts
from monitor.runtime.module_hiding import hide_module

with hide_module("pygments"):  # slixmpp loads it if it is installed (3 MiB), to write coloured XML that nobody sees
    from apprise.plugins.xmpp import adapter
    from apprise.plugins.xmpp.base import NotifyXMPP
    from apprise.plugins.xmpp.common import SECURE_MODES

slixmpp: Any = vars(adapter)["slixmpp"]  # None if it is not installed
_LOGGER = logging.getLogger("slixmpp")  # it writes what it sends and gets
_LOGGER.addHandler(logging.NullHandler())
_LOGGER.propagate = False
_NOT_REACHED = Receipt(ReceiptKind.TRY_LATER, "no session with the server began")
_NO_LOGIN = Receipt(ReceiptKind.REFUSED, "the server refused the login")
# RFC 6120, section 8.3.3: errors that may be over later.
_TRY_LATER = frozenset(
    {
        "resource-constraint",
        "recipient-unavailable",
        "remote-server-timeout",
        "internal-server-error",
        "policy-violation",
    }
)


class XmppPlugin(OwnReceipts, NotifyXMPP):  # type: ignore[no-untyped-call]
    """Sends a message to one person or room, as the module says. Without a recipient it goes to the sender."""

    # As the URL says; Apprise does not declare them.
    password: Any
    secure_mode: Any

    def send(
        self,
        body: str,
        title: str = "",
        notify_type: NotifyType = NotifyType.INFO,
        **options: Any,  # noqa: ANN401 - the signature of `NotifyXMPP.send`
    ) -> bool:
        """Send one message; True if the server has processed it."""
        del notify_type, options
        self.throttle()  # type: ignore[no-untyped-call]
        with ThreadPoolExecutor(1) as thread:  # with an event loop of its own
            self.failure = thread.submit(asyncio.run, self._send(body, title if self.subject else "")).result()
        return self.failure is None

    async def _send(self, body: str, subject: str) -> Receipt | None:
        session = _Session(self._make_client(), self.socket_connect_timeout, self.socket_read_timeout)
        try:
            if failure := await session.open(self.xmpp_host or self.host, self.port or self._default_port()):
                return failure
            kind, recipient = next(iter(self.targets), ("chat", self.jid))
            if kind == "groupchat":
                return await session.send_to_room(recipient, str(self.name), body)
            return await session.send_to_person(recipient, subject, body)
        finally:
            await session.close()

    def _default_port(self) -> int:
        return int(SECURE_MODES[self.secure_mode]["default_port"])

    def _make_client(self) -> Any:  # noqa: ANN401 - slixmpp is an extra
        client = slixmpp.ClientXMPP(self.jid, self.password)
        client.use_aiodns = False  # the host is given, and no record of the domain is looked up
        mode = SECURE_MODES[self.secure_mode]
        client.enable_plaintext = bool(mode["enable_plaintext"])
        client.enable_starttls = bool(mode["enable_starttls"])
        client.enable_direct_tls = bool(mode["enable_direct_tls"])
        # SCRAM shows nobody the password; without this, no login is possible where there is no TLS.
        client.plugin["feature_mechanisms"].unencrypted_scram = client.enable_plaintext
        client.ssl_context = ssl.create_default_context()
        if not self.verify_certificate:
            client.ssl_context.check_hostname = False
            client.ssl_context.verify_mode = ssl.CERT_NONE
        return client


class _Session:
    """A session of slixmpp. Times in seconds: `connect` until it has begun, `answer` until the server has answered."""

    def __init__(self, client: Any, connect: float, answer: float) -> None:  # noqa: ANN401
        self._client, self._connect, self._answer = client, connect, answer
        self._begun: asyncio.Future[Receipt | None] = asyncio.get_running_loop().create_future()
        self._answered: asyncio.Future[Receipt | None] = asyncio.get_running_loop().create_future()
        for event, failure in (
            ("session_start", None),
            ("failed_all_auth", _NO_LOGIN),
            ("connection_failed", _NOT_REACHED),
            ("disconnected", _NOT_REACHED),
        ):
            client.add_event_handler(event, lambda _, failure=failure: _settle(self._begun, failure))
        client.add_event_handler("disconnected", lambda _: _settle(self._answered, UNCLEAR))
        client.add_event_handler("message_error", self._note_error)
        for plugin in ("xep_0199", "xep_0045"):
            client.register_plugin(plugin)

    async def open(self, host: str, port: int) -> Receipt | None:
        """Connect and log in; returns why that failed."""
        self._client.connect(host, port)
        failure = await _wait(self._begun, self._connect, _NOT_REACHED)
        if failure is None:
            self._client.send_presence()
        return failure

    async def send_to_person(self, recipient: str, subject: str, body: str) -> Receipt | None:
        """Send, and wait until the server has answered a ping that follows. Returns why it is not sent."""
        self._client.send_message(mto=recipient, msubject=subject, mbody=body, mtype="chat")
        ping = self._client.plugin["xep_0199"].send_ping(self._client.boundjid.domain, timeout=self._answer)
        answer = asyncio.ensure_future(ping)
        await asyncio.wait([answer, self._answered], return_when=asyncio.FIRST_COMPLETED)
        if self._answered.done():
            answer.cancel()
            return self._answered.result()
        if answer.cancelled():
            return UNCLEAR
        error = answer.exception()
        # An error of the server is an answer too: some servers do not know pings.
        return None if error is None or isinstance(error, slixmpp.exceptions.IqError) else UNCLEAR

    async def send_to_room(self, room: str, name: str, body: str) -> Receipt | None:
        """Join the room, send, and wait until the room has sent the message back. Returns why it is not sent."""
        rooms = self._client.plugin["xep_0045"]
        try:
            await rooms.join_muc_wait(room, name, maxstanzas=0, timeout=self._connect)
        except slixmpp.exceptions.PresenceError as error:
            return _receipt_of_error(error.condition)
        except TimeoutError:
            return Receipt(ReceiptKind.TRY_LATER, "the room did not answer")
        message = self._client.make_message(mto=room, mbody=body, mtype="groupchat")

        def note_message(returned: Any) -> None:  # noqa: ANN401
            if returned["id"] == message["id"]:
                _settle(self._answered, None)

        self._client.add_event_handler("groupchat_message", note_message)
        message.send()
        return await _wait(self._answered, self._answer, UNCLEAR)

    async def close(self) -> None:
        """End the session."""
        await asyncio.wait([asyncio.ensure_future(self._client.disconnect(wait=1.0))], timeout=2)

    def _note_error(self, message: Any) -> None:  # noqa: ANN401
        _settle(self._answered, _receipt_of_error(message["error"]["condition"]))


def _receipt_of_error(condition: str) -> Receipt:
    """RFC 6120, section 8.3: the condition is one word of a fixed list."""
    kind = ReceiptKind.TRY_LATER if condition in _TRY_LATER else ReceiptKind.REFUSED
    return Receipt(kind, "the server did not take the message")


def _settle(future: asyncio.Future[Receipt | None], result: Receipt | None) -> None:
    if not future.done():
        future.set_result(result)


async def _wait(future: asyncio.Future[Receipt | None], seconds: float, otherwise: Receipt) -> Receipt | None:
    await asyncio.wait([future], timeout=seconds)
    return future.result() if future.done() else otherwise
