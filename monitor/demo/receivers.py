"""Receive the demo's alerts: a real SMTP server and an HTTP server, in this process, on loopback."""

from __future__ import annotations

import asyncio
import email
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """A message as its receiver got it. `rule`: the id of its rule, where the receiver gets it as a field."""

    receiver: str
    title: str
    text: str
    rule: str | None = None


OnMessage = Callable[[ReceivedMessage], None]


class Mailbox:
    """An SMTP server that accepts every mail and calls `on_message` with it."""

    def __init__(self, on_message: OnMessage) -> None:
        self._on_message = on_message

    async def __aenter__(self) -> int:
        """Start to listen. Returns the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self, loop=loop), "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def __aexit__(self, *ended: object) -> None:
        self._server.close()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Accept a mail: aiosmtpd calls this when it is complete."""
        del server, session
        content = envelope.content
        assert isinstance(content, bytes)  # unless decode_data is asked for
        message = email.message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        body = message.get_body(("plain",))
        text = "\n".join(body.get_content().splitlines()) if body else ""  # mail ends its lines with CR LF
        self._on_message(ReceivedMessage("e-mail", str(message["Subject"]), text))
        return "250 OK"


class WebhookReceiver:
    """An HTTP server that accepts every POST of a channel `webhook://`, and calls `on_message` with it."""

    def __init__(self, on_message: OnMessage) -> None:
        self._on_message = on_message

    async def __aenter__(self) -> int:
        """Start to listen. Returns the port."""
        app = web.Application()
        app.router.add_post("/alerts", self._receive_post)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port: int = self._runner.addresses[0][1]
        return port

    async def __aexit__(self, *ended: object) -> None:
        await self._runner.cleanup()

    async def _receive_post(self, request: web.Request) -> web.Response:
        message = await request.json()
        rule = message["rule"]["id"] if message["rule"] else None  # a notice about the service has none
        self._on_message(ReceivedMessage("webhook", message["title"], message["text"], rule))
        return web.Response()
