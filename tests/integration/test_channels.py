"""Messages sent for real, through Apprise in a worker process, to servers on loopback that behave and misbehave."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from monitor.model import AlertKind, Channel, Level, Message, MessageType, Receipt, ReceiptKind
from monitor.notify import Notifier
from monitor.notify.apprise_compat.mail_receipts import NO_MAIL_YET
from monitor.notify.renderers import render_message
from monitor.notify.timeouts import SendTimeouts
from tests.conftest import FaultServer
from tests.support.building import HEADLINE, alert, article, delivery, in_doubt, rule
from tests.support.patience import LONG, PATIENCE

HELLO = Message("HIGH: 북한 미사일", "“북한이 **미사일**을 쐈다”", "<p>“북한이 <mark>미사일</mark>을 쐈다”</p>")


@asynccontextmanager
async def notifying(
    urls: dict[str, str], hand_over: timedelta = LONG, timeouts: SendTimeouts | None = None
) -> AsyncIterator[Notifier]:
    notifier = Notifier(lambda: {name: Channel(name, url) for name, url in urls.items()}, hand_over, timeouts)
    try:
        await notifier.prepare()
        yield notifier
    finally:
        notifier.close()


async def test_what_http_receivers_answer_is_understood(faults: FaultServer) -> None:
    """Accepted is accepted; a redirect, or a lost answer, never is."""
    expected = {
        "ok": Receipt(ReceiptKind.ACCEPTED, "accepted"),
        "404": Receipt(ReceiptKind.REFUSED, "the server answered 404"),
        "500": Receipt(ReceiptKind.TRY_LATER, "the server answered 500"),
        "503": Receipt(ReceiptKind.TRY_LATER, "the server answered 503"),
        "429": Receipt(ReceiptKind.TRY_LATER, "the server answered 429"),
        "302": Receipt(ReceiptKind.REFUSED, "the server answered 302"),  # followed, the message would be lost
        "drop": Receipt(ReceiptKind.UNKNOWN, "no connection, or no clear answer"),  # it has the message
        "late/5": Receipt(ReceiptKind.ACCEPTED, "accepted"),  # beyond Apprise's own 4 s
    }
    async with notifying({path: faults.url(path) for path in expected}) as notifier:
        receipts = await asyncio.gather(*(notifier.send(path, HELLO) for path in expected))
    assert dict(zip(expected, receipts, strict=True)) == expected
    for path in expected:
        (body,) = faults.bodies(path)  # once each, and nothing followed the redirect
        assert json.loads(body)["message"] == HELLO.text
        assert json.loads(body)["title"] == HELLO.title


@pytest.mark.parametrize("type_", MessageType)
async def test_a_type_arrives(faults: FaultServer, type_: MessageType) -> None:
    """As Apprise writes it."""
    async with notifying({"desk": faults.url("ok")}) as notifier:
        assert (await notifier.send("desk", replace(HELLO, type=type_))).kind is ReceiptKind.ACCEPTED
    [body] = map(json.loads, faults.bodies("ok"))
    assert body["type"] == type_


async def test_a_receiver_that_is_not_there_has_no_message() -> None:
    """No connection: tried again, and nobody is told that the message may be there already."""
    urls = {
        "json": "json://127.0.0.1:1/s3cr3t",
        "ntfy": "ntfy://127.0.0.1:1/s3cr3t",
        "mail": "mailto://desk:s3cr3t@127.0.0.1:1?from=news@x.test&to=reader@x.test",
    }
    async with notifying(urls) as notifier:
        receipts = {name: await notifier.send(name, HELLO) for name in urls}
    refused = Receipt(ReceiptKind.TRY_LATER, "the server could not be reached")
    assert receipts == {
        "json": refused,
        "ntfy": refused,
        "mail": Receipt(ReceiptKind.TRY_LATER, "no mail server listens at 127.0.0.1:1: connection refused"),
    }


async def test_a_receiver_that_drips_is_killed_and_delays_nobody(faults: FaultServer) -> None:
    """It never ends its answer: at the deadline its process ends, and meanwhile and afterwards others are served."""
    urls = {"drip": faults.url("drip"), "ok": faults.url("ok")}
    short = SendTimeouts(http_answer=timedelta(seconds=5), closing=timedelta(seconds=1))
    async with notifying(urls, timedelta(seconds=10), short) as notifier:
        await asyncio.gather(*(notifier.send("ok", HELLO) for _ in range(2)))  # both processes have loaded Apprise
        assert (await notifier.send("ok", HELLO)).kind is ReceiptKind.ACCEPTED
        dripping = asyncio.create_task(notifier.send("drip", HELLO))
        while not faults.bodies("drip"):  # noqa: ASYNC110 - the server is in another thread
            await asyncio.sleep(0.02)
        assert (await notifier.send("ok", HELLO)).kind is ReceiptKind.ACCEPTED
        assert not dripping.done()
        killed = Receipt(ReceiptKind.UNKNOWN, "no clear answer: the work took more than 17 s and was killed")
        assert await dripping == killed
        assert (await notifier.send("ok", HELLO)).kind is ReceiptKind.ACCEPTED


async def test_a_receiver_that_hangs_is_given_up_after_its_own_time(faults: FaultServer) -> None:
    """It may have the message: unknown. Its process is not killed for that."""
    async with notifying({"hang": faults.url("hang")}, timeouts=SendTimeouts(http_answer=timedelta(seconds=1))) as one:
        assert await one.send("hang", HELLO) == Receipt(ReceiptKind.UNKNOWN, "no connection, or no clear answer")


async def test_a_slow_acceptance_is_an_acceptance(faults: FaultServer, mailbox: Mailbox) -> None:
    """`limits.send` bounds how long it takes to hand a message over; the server's own time begins only then."""
    mailbox.delay = 12
    async with notifying({"hook": faults.url("late/12"), "desk": mailbox.url()}, timedelta(seconds=8)) as notifier:
        receipts = await asyncio.gather(notifier.send("hook", HELLO), notifier.send("desk", HELLO))
    assert set(receipts) == {Receipt(ReceiptKind.ACCEPTED, "accepted")}


async def test_closing_does_not_wait_for_a_hanging_receiver(faults: FaultServer) -> None:
    """The daemon ends; what was being sent is unknown."""
    async with notifying({"hang": faults.url("hang")}) as notifier:
        hanging = asyncio.create_task(notifier.send("hang", HELLO))
        while not faults.bodies("hang"):  # noqa: ASYNC110 - the server is in another thread
            await asyncio.sleep(0.02)
        notifier.close()
        assert (await hanging).kind is ReceiptKind.UNKNOWN


async def test_what_no_process_took_was_not_sent(faults: FaultServer) -> None:
    """No copy can be at the receiver's: it is tried again as if for the first time."""
    async with notifying({"desk": faults.url("ok")}) as notifier:
        notifier.close()
        receipt = await notifier.send("desk", HELLO)
    assert receipt == Receipt(ReceiptKind.TRY_LATER, "not sent: the worker processes have been closed")
    assert not faults.received


async def test_a_channel_that_is_gone_from_the_configuration_waits() -> None:
    """An edit must not kill what waits for the channel: it may come back with the next edit."""
    async with notifying({}) as notifier:
        receipt = await notifier.send("desk", HELLO)
    assert receipt == Receipt(ReceiptKind.TRY_LATER, "monitor.yaml no longer has this channel")


async def test_an_address_that_apprise_does_not_know_is_refused() -> None:
    """The receipt says so, and not the address."""
    async with notifying({"desk": "carrierpigeon://s3cr3t"}) as notifier:
        receipt = await notifier.send("desk", HELLO)
    assert receipt.kind is ReceiptKind.REFUSED
    assert "s3cr3t" not in receipt.detail


async def test_a_console_prints(capfd: pytest.CaptureFixture[str]) -> None:
    """`console://` needs no server."""
    async with notifying({"here": "console://"}) as notifier:
        assert await notifier.send("here", HELLO) == Receipt(ReceiptKind.ACCEPTED, "printed")
    assert capfd.readouterr().out == f"\n{HELLO.title}\n{HELLO.text}\n"


# --- mail -------------------------------------------------------------------------------------------------------


@dataclass
class Mailbox:
    """An SMTP server with STARTTLS and login; it takes every mail, or answers as it is told to."""

    answer: str = "250 OK"  # to the mail; "drop": the connection is cut instead
    welcome: str = "250 OK"  # to the recipient
    delay: float = 0  # s until it answers to the mail
    welcome_delay: float = 0  # s until it answers to the recipient
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)  # of the mails, as they came
    secured: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        del server, session, options
        envelope.rcpt_tos.append(address)
        await asyncio.sleep(self.welcome_delay)
        return self.welcome

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.secured.append(session.ssl is not None and session.authenticated)
        self.contents.append(envelope.content)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        if self.answer == "drop":
            server.transport.abort()
        await asyncio.sleep(self.delay)
        return self.answer

    def login(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        del server, session, envelope, mechanism
        return AuthResult(success=data == LoginPassword(b"desk", b"s3cr3t"), handled=False)

    def url(self) -> str:
        """One recipient, at this server."""
        where = f"127.0.0.1:{self.port}"
        return f"mailtos://desk:s3cr3t@{where}?mode=starttls&verify=no&from=news@x.test&to=reader@x.test"


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """A mail server with a certificate of its own authority."""
    box, tls = Mailbox(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    loop = asyncio.get_running_loop()

    def serve() -> SMTP:
        return SMTP(
            box,
            tls_context=tls,
            require_starttls=True,
            auth_required=True,
            authenticator=box.login,
            loop=loop,
            auth_exclude_mechanism=["LOGIN"],
        )

    server = await loop.create_server(serve, "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    yield box
    server.close()
    await server.wait_closed()


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    text = body.get_content()
    assert isinstance(text, str)
    return text


async def test_a_mail_arrives_whole(mailbox: Mailbox) -> None:
    """Over STARTTLS and after login: title, marked sentence, source, link and reason, as text and as HTML."""
    title = "북한, 탄도미사일 2발 발사 – 합참 “동해상으로”"
    of = alert(article(title=title, url="https://x.test/1"), told_by=rule(words=["*미사일"]))
    of = replace(of, sentence="합참은 탄도미사일 2발을 포착했다고 밝혔다.", highlights=((4, 9),))
    message = render_message(delivery(of), kind="mailtos", source="통신 & 방송", zone=ZoneInfo("Asia/Seoul"))
    async with notifying({"desk": mailbox.url()}) as notifier:
        assert await notifier.send("desk", message) == Receipt(ReceiptKind.ACCEPTED, "accepted")
    (mail,) = mailbox.mails
    assert mailbox.secured == [True]
    assert mail["Subject"] == f"HIGH: {title}"
    assert "reader@x.test" in mail["To"]
    text, html = part(mail, "plain"), part(mail, "html")
    assert "탄도미사일" in text
    assert "*" not in text
    assert "<b>탄도미사일</b></mark>" in html
    assert text.split() == message.text.split()
    for shown in ("통신 & 방송", "https://x.test/1", "Why: “탄도미사일” in the title", "Rule launch", "KST"):
        assert shown in text
    assert "통신 &amp; 방송" in html
    assert '<a href="https://x.test/1"' in html
    lines = [line for line in text.splitlines() if line.strip()]
    assert len(lines) >= 5, text  # a line for each fact, not one paragraph


# What aiosmtpd and Exim refuse are lines of more than 998 bytes (RFC 5322, section 2.1.1); it recommends 78.
LONG_TITLES = [
    "HIGH: " + "金正恩在党代会上宣布新的军事计划并警告韩国和美国" * 8,
    "HIGH: 북한이 동해상으로 탄도미사일을 발사했다고 합참이 밝혔다 " * 8,
    "CRITICAL: " + "🚨👩‍👩‍👧‍👦🇰🇷" * 60,
    "LOW: " + "breaking-" * 150,
    "INFO: a word " + "and another word " * 90,
    "HIGH: =?utf-8?q?not_encoded?= and “quoted”, ąęłńóśźż; 50 % (new)",
    "HIGH: =?utf-8?q?not_encoded?=",
    "HIGH: short",
]


async def test_a_mail_server_gets_short_header_lines_and_the_exact_headline(mailbox: Mailbox) -> None:
    """In every script: 78 bytes a line, 75 characters an encoded word (RFC 2047, section 2). So do the names of
    sender and reader, and headers of the channel."""
    long_name = "뉴스 모니터 야간 데스크 " * 3
    names = {"from": f"{long_name}<news@x.test>", "to": f"{long_name}<reader@x.test>", "+X-Desk": "야간 데스크 " * 40}
    address = mailbox.url().partition("&from=")[0]
    async with notifying({"desk": f"{address}&{urlencode(names, quote_via=quote)}", "bare": mailbox.url()}) as notifier:
        for title in LONG_TITLES:
            for name in ("desk", "bare"):
                message = replace(HELLO, title=title, id="0123456789abcdef", rule="korea-" * 20)
                assert await notifier.send(name, message) == Receipt(ReceiptKind.ACCEPTED, "accepted")
    titles = [mail["Subject"] for mail in mailbox.mails]
    assert titles == [" ".join(title.split()) for title in LONG_TITLES for _ in range(2)]
    for mail, content in zip(mailbox.mails, mailbox.contents, strict=True):
        head = content.partition(b"\r\n\r\n")[0]
        assert max(map(len, content.split(b"\r\n"))) <= 998
        lines = [line for line in head.split(b"\r\n") if not line.startswith(b"List-Id:")]  # its id is one word
        assert max(map(len, lines)) <= 78
        assert max(map(len, re.findall(rb"=\?utf-8\?\S+?\?=", head, re.IGNORECASE)), default=0) <= 75
        assert mail["List-Id"] == f"<{'korea-' * 20}.news-monitor.x.test>"
    with_names = email.message_from_bytes(mailbox.contents[0])
    read = {name: str(make_header(decode_header(with_names[name]))) for name in ("From", "To", "X-Desk")}
    assert read == {
        "From": f"{long_name.strip()} <news@x.test>",
        "To": f"{long_name.strip()} <reader@x.test>",
        "X-Desk": names["+X-Desk"].strip(),
    }


async def test_mail_programs_read_the_urgency_of_the_level(mailbox: Mailbox) -> None:
    """X-Priority as Outlook and Thunderbird read it, from 1, the highest, to 5; Importance as RFC 2156 has it."""
    async with notifying({"desk": mailbox.url()}) as notifier:
        for level in (Level.CRITICAL, Level.HIGH, Level.MEDIUM, Level.LOW, Level.INFO):
            await notifier.send("desk", replace(HELLO, level=level))
    read = [(mail["X-Priority"], mail["Importance"]) for mail in mailbox.mails]
    assert read == [("1", "high"), ("2", "high"), ("3", "normal"), ("4", "low"), ("5", "low")]


@pytest.mark.parametrize("mode", ["ssl", "starttls"])
async def test_a_port_without_tls_is_named_as_the_cause(mode: str) -> None:
    """`mailtos://` at a port where `mailto://` is right."""
    box, loop = Mailbox(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box, loop=loop), "127.0.0.1", 0)
    where = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with notifying({"desk": f"mailtos://{where}?mode={mode}&from=news@x.test&to=a@x.test"}) as notifier:
        receipt = await notifier.send("desk", HELLO)
    server.close()
    await server.wait_closed()
    cause = f"TLS failed with {where}: this port may not speak TLS; try mailto://, or port 465 or 587"
    assert receipt == Receipt(ReceiptKind.TRY_LATER, cause)
    assert box.mails == []


async def test_a_mail_goes_over_tls_from_the_first_byte() -> None:
    """With `mode=ssl`."""
    box, tls, loop = Mailbox(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), asyncio.get_running_loop()
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    server = await loop.create_server(lambda: SMTP(box, loop=loop), "127.0.0.1", 0, ssl=tls)
    where = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with notifying({"desk": f"mailtos://{where}?mode=ssl&verify=no&from=news@x.test&to=a@x.test"}) as notifier:
        assert await notifier.send("desk", HELLO) == Receipt(ReceiptKind.ACCEPTED, "accepted")
    server.close()
    await server.wait_closed()
    assert [mail["Subject"] for mail in box.mails] == [HELLO.title]


async def test_an_update_stands_under_its_first_alert(mailbox: Mailbox) -> None:
    """Every mail has one Message-ID, known by its alert's id, also when it is sent again; an update names its first
    alert's. A message that tells no alert, as a test of the channel, has one of Apprise's."""
    first = alert(article("a"))
    update = replace(first, id="0123456789abcdef", kind=AlertKind.UPDATE, thread=first.id)
    async with notifying({"desk": mailbox.url()}) as notifier:
        for told, repeat in ((first, False), (first, True), (update, False)):
            message = render_message(
                delivery(told, repeat=repeat), kind="mailtos", source="Wire", zone=ZoneInfo("Asia/Seoul")
            )
            assert (await notifier.send("desk", message)).kind is ReceiptKind.ACCEPTED
        assert (await notifier.send("desk", HELLO)).kind is ReceiptKind.ACCEPTED
    root = f"<{first.id}@x.test>"
    *known, _ = [mail.get_all("Message-ID") for mail in mailbox.mails]
    assert known == [[root], [root], ["<0123456789abcdef@x.test>"]]
    assert [mail.get_all("References") for mail in mailbox.mails] == [None, None, [root], None]
    assert [mail.get_all("In-Reply-To") for mail in mailbox.mails] == [None, None, [root], None]
    [by_chance] = mailbox.mails[-1].get_all("Message-ID", [])
    assert by_chance.endswith("@127.0.0.1>")


async def test_what_is_possibly_the_same_stands_under_the_older_alert(mailbox: Mailbox) -> None:
    """As an update does, with a Message-ID of its own."""
    doubtful = in_doubt()
    async with notifying({"desk": mailbox.url()}) as notifier:
        message = render_message(delivery(doubtful), kind="mailtos", source="Wire", zone=ZoneInfo("Asia/Seoul"))
        assert (await notifier.send("desk", message)).kind is ReceiptKind.ACCEPTED
    (mail,) = mailbox.mails
    assert mail.get_all("Message-ID") == [f"<{doubtful.id}@x.test>"]
    assert mail.get_all("In-Reply-To") == mail.get_all("References") == [f"<{doubtful.thread}@x.test>"]
    assert mail["Subject"] == f"POSSIBLY THE SAME: {HEADLINE}"
    assert (doubtful.level, mail["X-Priority"], mail["Importance"]) == (Level.HIGH, "4", "low")
    assert "Possibly the same as “Dockers walk out” (sent at 19:00): both Busan" in part(mail, "plain")


async def test_what_a_mail_server_answers_is_understood(mailbox: Mailbox) -> None:
    """A refusal is clear at every stage; only a mail that left and was not answered is in doubt."""
    later, refused = ReceiptKind.TRY_LATER, ReceiptKind.REFUSED
    table = {
        ("550 no such user here", "250 OK"): (
            refused,
            "the mail server refused the recipient (550): no such user here",
        ),
        ("451 greylisted", "250 OK"): (later, "the mail server refused the recipient (451): greylisted"),
        ("250 OK", "554 no"): (refused, "the mail server did not take the message (554): no"),
        ("250 OK", "452 full"): (later, "the mail server did not take the message (452): full"),
        ("250 OK", "drop"): (ReceiptKind.UNKNOWN, "no connection, or no clear answer"),
        ("250 OK", "250 OK"): (ReceiptKind.ACCEPTED, "accepted"),  # and the channel still works
    }
    async with notifying({"desk": mailbox.url()}) as notifier:
        for (mailbox.welcome, mailbox.answer), (kind, detail) in table.items():
            assert await notifier.send("desk", HELLO) == Receipt(kind, detail)


async def test_a_login_that_is_refused_is_told(mailbox: Mailbox) -> None:
    """A wrong password will not come right by itself, and no reader has the message."""
    async with notifying({"desk": mailbox.url().replace("s3cr3t", "wr0ng1")}) as notifier:
        receipt = await notifier.send("desk", HELLO)
    assert receipt == Receipt(
        ReceiptKind.REFUSED, "the mail server refused the login (535): 5.7.8 Authentication credentials invalid"
    )
    assert mailbox.mails == []


async def test_no_mail_leaves_without_a_known_certificate(mailbox: Mailbox) -> None:
    """`verify=no` is the user's word; without it the certificate of a stranger is refused."""
    async with notifying({"desk": mailbox.url().replace("verify=no", "verify=yes")}) as notifier:
        receipt = await notifier.send("desk", HELLO)
    assert receipt.kind is ReceiptKind.TRY_LATER
    assert receipt.detail.startswith("the mail server's certificate is not trusted: 127.0.0.1:")
    assert mailbox.mails == []


async def test_a_mail_server_that_hangs_before_the_mail_is_found_soon(mailbox: Mailbox) -> None:
    """It never greets, or is silent at the recipient: no reader can have the mail, and it does not get ten minutes."""
    mailbox.welcome_delay = 600
    hanging = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader
        await hanging.wait()
        writer.close()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    urls = {"silent": f"mailto://127.0.0.1:{port}?from=news@x.test&to=reader@x.test", "desk": mailbox.url()}
    async with notifying(urls, timedelta(seconds=5)) as notifier:
        async with asyncio.timeout(PATIENCE):  # of the ten minutes after the final dot
            greeting, recipient = await asyncio.gather(*(notifier.send(name, HELLO) for name in urls))
    hanging.set()
    silent.close()
    assert greeting.kind is ReceiptKind.TRY_LATER
    assert recipient == NO_MAIL_YET
    assert mailbox.mails == []


async def test_a_mail_server_that_never_answers_to_the_mail_is_unknown(mailbox: Mailbox) -> None:
    """After its own time: it may have delivered the mail."""
    mailbox.delay = 600
    async with notifying({"desk": mailbox.url()}, timeouts=SendTimeouts(mail_acceptance=timedelta(seconds=1))) as one:
        assert await one.send("desk", HELLO) == Receipt(ReceiptKind.UNKNOWN, "no connection, or no clear answer")
    assert len(mailbox.mails) == 1
