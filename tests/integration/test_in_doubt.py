"""Doubt is quiet on the wire: from articles and the database to a mail server and to ntfy."""

from __future__ import annotations

from dataclasses import replace
from secrets import token_hex
from zoneinfo import ZoneInfo

from monitor.model import AlertKind, Channel, OncePer, Receipt, ReceiptKind
from monitor.notify import Notifier
from monitor.store.engine.database import Database
from tests.integration.test_channels import Mailbox, mailbox, part
from tests.support.building import HOUR, MINUTE, delivery
from tests.support.ntfy import Ntfy
from tests.support.outbreaks import Desk
from tests.support.patience import LONG

__all__ = ["mailbox"]  # the fixture
TITLES = [f"Vietnam confirms {number}mpox case" for number in ("", "second ", "third ", "fourth ")]


async def test_one_happening_rings_once_and_what_is_in_doubt_is_gathered(
    database: Database, mailbox: Mailbox, ntfy: Ntfy
) -> None:
    """Four reports within four minutes: one message that rings, one quiet one at once, and one that lists the rest
    after ten minutes, all in one thread. No level is in a quiet title, and no headline is lost."""
    topic = f"doubt-{token_hex(4)}"  # the server is the same for both databases
    desk = Desk(database, once_per=OncePer.EVENT)
    for title in TITLES:
        desk.hear(title)
    sent_at = desk.now - 2 * MINUTE
    desk.falls_due(sent_at + 10 * MINUTE)
    alerts = desk.delivered(sent_at + HOUR)
    assert [alert.kind for alert in alerts] == [AlertKind.NEW, AlertKind.POSSIBLY, AlertKind.DIGEST]
    channels = {"mail": Channel("mail", mailbox.url()), "phone": Channel("phone", ntfy.channel(topic))}
    notifier = Notifier(lambda: channels, LONG)
    try:
        for name in channels:
            for alert in alerts:
                message = notifier.render(replace(delivery(alert), channel=name), source="Wire", zone=ZoneInfo("UTC"))
                assert await notifier.send(name, message) == Receipt(ReceiptKind.ACCEPTED, "accepted")
    finally:
        notifier.close()
    titles = [
        f"HIGH: {TITLES[0]}",
        f"POSSIBLY THE SAME: {TITLES[1]}",
        "POSSIBLY THE SAME: About mpox: 2 events in doubt",
    ]
    pushed = ntfy.messages(topic)
    assert [got["title"] for got in pushed] == titles
    assert [got["priority"] for got in pushed] == [4, 2, 2]
    assert [mail["Subject"] for mail in mailbox.mails] == titles
    assert [(mail["X-Priority"], mail["Importance"]) for mail in mailbox.mails] == [
        ("2", "high"),
        ("4", "low"),
        ("4", "low"),
    ]
    first, *quiet = mailbox.mails
    assert first["In-Reply-To"] is None
    assert [mail["In-Reply-To"] for mail in quiet] == [first["Message-ID"]] * 2
    for text in (part(mailbox.mails[2], "plain"), part(mailbox.mails[2], "html"), pushed[2]["message"]):
        assert all(title in text for title in TITLES[2:])
        assert text.count("Why: “mpox” in the title; ") == 2
        assert f"Possibly the same as “{TITLES[0]}”" in text
