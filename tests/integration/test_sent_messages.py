"""What servers get, for six kinds of channel: to the character what the files in tests/data/sent say.

A file is written again by deleting it and running its test twice.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.smtp import SMTP, Envelope

from monitor.model import Alert, AlertKind, Item, Level, Message, ReceiptKind
from monitor.model.outcome import clauses_from_sentence
from monitor.notify.apprise_sender import send_message
from monitor.notify.renderers import render_message
from tests.support import canned
from tests.support.building import NOON, alert, article, delivery, notice

SENT = Path(__file__).parents[1] / "data" / "sent"
URLS = {
    "discord": "discord://1234567890/s3cr3t",
    "json": "json://hook.test/x",
    "ntfy": "ntfy://ntfy.test/desk",
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/desk",
    "tgram": "tgram://123456789:abcdefg_hijklmnop/12315544",
}
CHANGING = {"Date", "Content-Type", "ts"}  # of each mail and message: its time, and the boundary between its parts
ALERT = Alert(
    id="a1",
    dedup_key="",
    rule="launch",
    rule_title="Launches & <tests>",
    level=Level.HIGH,
    at=NOON,
    why=clauses_from_sentence("“미사일” in the title"),
    routes=(),
    story="S1",
    article=article(title="북한, 탄도미사일 2발 발사 @everyone *now* <b>", url="https://x.test/1?a=1&b=2"),
    sentence="북한이 동해상으로 **미사일**을 쐈다 🚀 [1](x) <b> & _so_",
    highlights=((12, 15),),
)
UPDATE = replace(
    ALERT,
    id="a2",
    kind=AlertKind.UPDATE,
    thread="a1",
    level=Level.LOW,
    also_reported_by=("Post", "Times", "Herald", "Globe"),
    publisher_count=3,
)
ITEM = Item("launch", "Launches", Level.HIGH, "S1", None, "wire", "a", "A <b> & c", "https://x.test/1", "", ())
TWO = clauses_from_sentence("2 stories")
DIGEST = replace(alert(), id="a3", kind=AlertKind.DIGEST, level=Level.INFO, why=TWO, items=(ITEM, ITEM))
DELIVERIES = (
    delivery(ALERT),
    delivery(UPDATE, repeat=True),
    delivery(DIGEST),
    delivery(notice(text="wire: <gone>\nIt is still tried.")),
)


def rendered(kind: str) -> list[Message]:
    zone = ZoneInfo("Asia/Seoul")
    return [render_message(each, kind=kind, source="통신 & 방송", zone=zone) for each in DELIVERIES]


@pytest.mark.parametrize("kind", URLS)
def test_what_a_service_gets(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request, with its body."""
    service = canned.install(monkeypatch)
    service.bodies = [{"tgram": '{"ok": true}', "ntfy": '{"id": "1"}'}.get(kind, "ok")]
    for message in rendered(kind):
        assert send_message(URLS[kind], message).kind is ReceiptKind.ACCEPTED
    shown = (f"{each.method} {each.url}\n{_body(each.body)}" for each in service.requests)
    _compare(kind, "\n\n".join(shown))


async def test_what_a_mail_server_gets() -> None:
    """Every mail, with its headers and both of its bodies."""
    mails: list[EmailMessage] = []

    class Mailbox:
        async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
            del server, session
            mail = email.message_from_bytes(envelope.content or b"", policy=email.policy.default)  # type: ignore[arg-type]
            assert isinstance(mail, EmailMessage)
            mails.append(mail)
            return "250 OK"

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Mailbox(), loop=loop), "127.0.0.1", 0)
    url = f"mailto://127.0.0.1:{server.sockets[0].getsockname()[1]}?from=News <news@x.test>&to=reader@x.test&+X-Desk=1"
    for message in rendered("mailto"):
        assert (await asyncio.to_thread(send_message, url, message)).kind is ReceiptKind.ACCEPTED
    server.close()
    await server.wait_closed()
    _compare("mailto", "\n\n".join(map(_mail, mails)))


def _body(body: Any) -> str:
    """As JSON, in lines."""
    return json.dumps(_steady(json.loads(body)), ensure_ascii=False, indent=1)


def _steady(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "..." if key in CHANGING else _steady(item) for key, item in value.items()}
    return [_steady(item) for item in value] if isinstance(value, list) else value


def _mail(mail: EmailMessage) -> str:
    lines = []
    for part in mail.walk():
        lines += [f"{name}: {'...' if name in CHANGING else value}" for name, value in part.items()]
        if not part.is_multipart():
            lines += [part.get_content_type(), *part.get_content().splitlines()]
    return "\n".join(lines)


def _compare(kind: str, shown: str) -> None:
    file = SENT / f"{kind}.txt"
    if not file.exists():
        file.write_text(f"{shown}\n", encoding="utf-8")
        pytest.fail(f"{file.name} was not there, and is written")
    assert f"{shown}\n" == file.read_text(encoding="utf-8")
