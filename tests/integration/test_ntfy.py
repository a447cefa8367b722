"""Messages sent to a real ntfy server and read back from it: what its plug-in says of it is not what it does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError
from zoneinfo import ZoneInfo

import pytest

from monitor.alerting.subject_keys import alert_id
from monitor.model import AlertKind, Channel, Item, Level, Message, Receipt, ReceiptKind
from monitor.model.outcome import clauses_from_sentence
from monitor.notify import Notifier
from monitor.notify.apprise_sender import send_message
from monitor.notify.renderers import render_message
from tests.support import canned
from tests.support.building import alert, article, delivery, endless, in_doubt
from tests.support.ntfy import Ntfy, serving
from tests.support.patience import LONG

ACCEPTED = Receipt(ReceiptKind.ACCEPTED, "accepted")
HELLO = Message("HIGH: 북한 미사일", "“북한이 **미사일**을 쐈다”", "<p>“북한이 <mark>미사일</mark>을 쐈다”</p>")
PASSWORD = "p/w@: x"
ENCODED = "p%2Fw%40%3A%20x"


async def test_a_message_arrives_as_it_was_rendered(ntfy: Ntfy) -> None:
    """Title and text to the letter, whatever the script, through the daemon's own door and process."""
    page = article(title="朝鲜发射导弹 <🚀> & “missiles”", text="Seoul says so.", url="https://x.test/1?a=1&b=%20")
    message = render_message(delivery(alert(page)), kind="ntfy", source="연합뉴스", zone=ZoneInfo("Asia/Seoul"))
    notifier = Notifier(lambda: {"phone": Channel("phone", ntfy.channel("arrives"))}, LONG)
    try:
        assert await notifier.send("phone", message) == ACCEPTED
    finally:
        notifier.close()
    [got] = ntfy.messages("arrives")
    assert (got["title"], got["message"]) == (message.title, message.text)
    assert "attachment" not in got


def test_an_update_takes_the_place_of_the_first_notification(ntfy: Ntfy, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older server, as this one, shows both, with the priorities of their levels; a possible repeat of something
    else takes the place of none, and is quiet whatever its level."""
    zone = ZoneInfo("UTC")
    first = replace(alert(), level=Level.CRITICAL, dedup_key="a key", id=alert_id("a key"))
    update = replace(first, id="other", dedup_key="a key update 1", kind=AlertKind.UPDATE, level=Level.LOW, thread="x")
    possibly = replace(first, id="another", dedup_key="b key", kind=AlertKind.POSSIBLY, thread=first.id)
    notifier = Notifier(lambda: {"desk": Channel("desk", "ntfy://ntfy.test/topic")}, LONG)
    messages = [notifier.render(delivery(each), source="wire", zone=zone) for each in (first, update, possibly)]
    notifier.close()
    assert [message.replaces for message in messages] == [first.id, first.id, "another"]
    for message in messages:
        assert send_message(ntfy.channel("replaced"), message) == ACCEPTED
    assert [got.get("priority") for got in ntfy.messages("replaced")] == [5, 2, 2]
    service = canned.install(monkeypatch)
    for message in messages:
        send_message("ntfy://ntfy.test/topic", message)
    assert [request.headers["X-Sequence-ID"] for request in service.requests] == [first.id, first.id, "another"]


@pytest.mark.parametrize("sign", ["a", "é", "弹", "ミ", "북", "😀"])
def test_the_longest_message_is_taken_whole(ntfy: Ntfy, sign: str) -> None:
    """In any script, and as a possible repeat: neither refused nor cut, and no attachment, which phones do not show."""
    topic = f"longest-{ord(sign)}"
    message = render_message(
        delivery(endless(sign), repeat=True), kind="ntfy", source=sign * 5000, zone=ZoneInfo("Asia/Seoul")
    )
    assert send_message(ntfy.channel(topic), message) == ACCEPTED
    [got] = ntfy.messages(topic)
    assert (got["title"], got["message"]) == (message.title, message.text)
    assert "attachment" not in got


@pytest.mark.parametrize("sign", ["", "a", "弹", "😀"])
def test_what_is_possibly_the_same_arrives_whole(ntfy: Ntfy, sign: str) -> None:
    """A usual one, and the longest that there can be."""
    topic = f"possibly-{ord(sign) if sign else 'usual'}"
    message = render_message(
        delivery(in_doubt(sign), repeat=True), kind="ntfy", source=sign * 5000, zone=ZoneInfo("Asia/Seoul")
    )
    assert send_message(ntfy.channel(topic), message) == ACCEPTED
    [got] = ntfy.messages(topic)
    assert (got["title"], got["message"]) == (message.title, message.text)
    assert got["title"].startswith("POSSIBLY THE SAME: ")
    assert got["priority"] == 2  # low: no sound
    assert "attachment" not in got


@pytest.mark.parametrize("sign", ["a", "弹", "😀"])
def test_a_digest_of_what_was_suppressed_arrives_whole(ntfy: Ntfy, sign: str) -> None:
    """With as many lines as have room, and the others counted."""
    long, why = sign * 5000, clauses_from_sentence(sign * 5000)
    line = Item("launch", long, Level.HIGH, "S1", None, long, "a", long, "https://x.test/1", long, why, long, long)
    digest = replace(endless(sign), kind=AlertKind.DIGEST, items=(line,) * 99)
    message = render_message(delivery(digest, repeat=True), kind="ntfy", source=long, zone=ZoneInfo("Asia/Seoul"))
    assert send_message(ntfy.channel(f"unsure-{ord(sign)}"), message) == ACCEPTED
    [got] = ntfy.messages(f"unsure-{ord(sign)}")
    assert (got["title"], got["message"]) == (message.title, message.text)
    assert "more: `news-monitor matches list` shows them all" in got["message"]
    assert "attachment" not in got


@pytest.mark.parametrize(("sign", "length"), [("a", 4200), ("弹", 1400), ("😀", 700)])
def test_a_message_beyond_the_limits_is_refused(ntfy: Ntfy, sign: str, length: int) -> None:
    """Why there are caps: the plug-in sends it, the server takes nothing of it."""
    receipt = send_message(ntfy.channel("beyond"), Message("t", sign * length, ""))
    assert receipt == Receipt(ReceiptKind.REFUSED, "the server answered 400: invalid request: attachments not allowed")
    assert ntfy.messages("beyond") == []


def test_who_may_write_is_taken_and_who_may_not_is_refused(ntfy: Ntfy) -> None:
    """By a token or a password with any character in it; the receipt says what the server answered, and no secret."""
    token = ntfy.user("desk", PASSWORD, "closed")
    logins = {
        token: ACCEPTED,
        f"desk:{ENCODED}": ACCEPTED,
        "": Receipt(ReceiptKind.REFUSED, "the server answered 403: forbidden"),
        "desk:wr0ng": Receipt(ReceiptKind.REFUSED, "the server answered 401: unauthorized"),
        f"tk_{'x' * 29}": Receipt(ReceiptKind.REFUSED, "the server answered 401: unauthorized"),
    }
    assert {login: send_message(ntfy.channel("closed", login=login), HELLO) for login in logins} == logins
    assert len(ntfy.messages("closed", login=f"desk:{PASSWORD}")) == 2
    with pytest.raises(HTTPError, match="403"):
        ntfy.messages("closed")


def test_a_topic_that_nobody_knows_comes_into_being(ntfy: Ntfy) -> None:
    """A mistyped topic is no error to the server: only `channels test`, and a look at the phone, tells."""
    assert send_message(ntfy.channel("never-heard-of"), HELLO) == ACCEPTED
    assert len(ntfy.messages("never-heard-of")) == 1


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        (
            "docs",
            "the server answered 400: invalid request: topic name is not allowed",
        ),  # the server keeps some names for itself
        ("no.dots", "the channel's address names no recipient that it takes"),  # Apprise asks the server nothing
        ("a" * 65, "the channel's address names no recipient that it takes"),
    ],
)
def test_a_topic_that_cannot_be_is_refused(ntfy: Ntfy, topic: str, said: str) -> None:
    """Refused, and not in doubt: no reader is told that he may have the message already."""
    assert send_message(ntfy.channel(topic), HELLO) == Receipt(ReceiptKind.REFUSED, said)


def test_too_many_messages_are_for_later(ntfy: Ntfy, tmp_path: Path) -> None:
    """A server that takes two from a visitor answers 429 to the third: tried again, never dead for it."""
    del ntfy  # where it cannot be had, this is skipped as the others are
    with serving(tmp_path, visitor_request_limit_burst=2, visitor_request_limit_replenish="1h") as busy:
        receipts = [send_message(busy.channel("busy"), HELLO) for _ in range(3)]
    later = Receipt(ReceiptKind.TRY_LATER, "the server answered 429: limit reached: too many requests")
    assert receipts == [ACCEPTED, ACCEPTED, later]


def test_urgency_is_the_channels_own(ntfy: Ntfy) -> None:
    """What the address says beyond the topic reaches the server beside our forced options."""
    assert send_message(ntfy.channel("urgent", options="priority=max&tags=rocket"), HELLO) == ACCEPTED
    [got] = ntfy.messages("urgent")
    assert (got["priority"], got["tags"]) == (5, ["rocket"])
