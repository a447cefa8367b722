"""Messages sent to a real MQTT broker and a real XMPP server, and read back from them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from monitor.model import Channel, Message, Receipt, ReceiptKind
from monitor.notify import Notifier
from monitor.notify.apprise_sender import NO_ANSWER, send_message
from monitor.notify.url_faults import find_url_fault
from tests.support.brokers import PASSWORD, USER, Mosquitto, Prosody, Unavailable, serving_mosquitto, serving_prosody
from tests.support.patience import LONG, PATIENCE

Server = TypeVar("Server", Mosquitto, Prosody)
ACCEPTED = Receipt(ReceiptKind.ACCEPTED, "accepted")
# Emoji and CJK, and what is special in XML, up to the limit of all messages.
TEXT = "“北韩 발사 🚀” <b> & ]]>\n" + "북" * 1300
HELLO = Message("HIGH: 북한 미사일", TEXT)


@contextmanager
def _serve(serving: AbstractContextManager[Server]) -> Iterator[Server]:
    """Skipped where the server cannot be had; not in CI, which has it."""
    try:
        with serving as server:
            yield server
    except Unavailable as reason:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """A broker; skipped where it cannot be had."""
    with _serve(serving_mosquitto(tmp_path_factory.mktemp("mosquitto"))) as broker:
        yield broker


@pytest.fixture(scope="module")
def prosody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prosody]:
    """An XMPP server; skipped where it cannot be had."""
    with _serve(serving_prosody(tmp_path_factory.mktemp("prosody"))) as server:
        yield server


async def test_a_broker_has_what_is_accepted(mosquitto: Mosquitto) -> None:
    """Whole, through the daemon's own process."""
    got: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def note(_client: Client, _data: object, message: MQTTMessage) -> None:
        loop.call_soon_threadsafe(got.put_nowait, message.payload.decode())

    def note_subscribed(*_: object) -> None:
        loop.call_soon_threadsafe(subscribed.set)

    subscribed = asyncio.Event()
    reader = Client(CallbackAPIVersion.VERSION2)
    reader.username_pw_set(USER, PASSWORD)
    reader.on_message = note
    reader.on_subscribe = note_subscribed
    reader.connect("127.0.0.1", mosquitto.port)
    reader.loop_start()
    notifier = Notifier(lambda: {"desk": Channel("desk", mosquitto.channel("news/alerts"))}, LONG)
    try:
        reader.subscribe("news/alerts", qos=1)
        await asyncio.wait_for(subscribed.wait(), PATIENCE)
        assert await notifier.send("desk", HELLO) == ACCEPTED
        assert TEXT in await asyncio.wait_for(got.get(), PATIENCE)
    finally:
        notifier.close()
        reader.disconnect()
        reader.loop_stop()


@pytest.mark.parametrize(
    ("topic", "options", "receipt"),
    [
        ("news/a", {"options": "version=v3.1.1"}, ACCEPTED),
        ("news/a", {"options": "qos=2"}, ACCEPTED),
        ("news/a", {"options": "qos=0"}, Receipt(ReceiptKind.UNVERIFIED, NO_ANSWER)),
        ("news/a", {"password": "bad"}, Receipt(ReceiptKind.REFUSED, "the broker refused the connection (0x87)")),
        ("others/a", {}, Receipt(ReceiptKind.REFUSED, "the broker refused the message (0x87)")),
        ("news/%23", {}, Receipt(ReceiptKind.REFUSED, "messages cannot be published on such a topic")),
    ],
)
def test_what_a_broker_answers_is_understood(
    mosquitto: Mosquitto, topic: str, options: dict[str, str], receipt: Receipt
) -> None:
    """A topic that is closed to the user counts as refused: with MQTT 5 the broker says so."""
    assert send_message(mosquitto.channel(topic, **options), HELLO) == receipt


@pytest.mark.parametrize("url", ["mqtt://127.0.0.1:1/x", "mqtts://127.0.0.1:1/x", "xmpp://u:p@127.0.0.1:1/reader"])
def test_a_server_that_is_not_there_has_no_message(url: str) -> None:
    """It is tried again, and nobody is told that the message may be there already."""
    assert find_url_fault(url) is None
    assert send_message(url, HELLO).kind is ReceiptKind.TRY_LATER


@pytest.mark.parametrize("answer", [b"", b"\x20\x03\x00\x00\x00"])
async def test_a_broker_that_goes_away_leaves_a_doubt(answer: bytes) -> None:
    """Before it has accepted the session it has nothing; after that it may have the message."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(answer)
        if answer:
            await reader.read(1)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        receipt = await asyncio.to_thread(send_message, f"mqtt://127.0.0.1:{port}/x", HELLO)
    assert receipt.kind is (ReceiptKind.UNKNOWN if answer else ReceiptKind.TRY_LATER)


def test_a_person_has_what_is_accepted(prosody: Prosody) -> None:
    """Whole; it waits for whoever is away."""
    assert send_message(prosody.channel("reader"), HELLO) == ACCEPTED
    stored = prosody.offline_messages().encode("latin-1", "replace").decode(errors="replace")
    assert "<b> & ]]>" in stored


@pytest.mark.parametrize(
    ("recipient", "options", "receipt"),
    [
        ("%23team@rooms.localhost", {}, ACCEPTED),
        ("nobody", {}, Receipt(ReceiptKind.REFUSED, "the server did not take the message")),
        ("reader", {"password": "bad"}, Receipt(ReceiptKind.REFUSED, "the server refused the login")),
    ],
)
def test_what_a_server_answers_is_understood(
    prosody: Prosody, recipient: str, options: dict[str, str], receipt: Receipt
) -> None:
    """A room sends the message back; an error for it comes before the answer to the ping."""
    assert send_message(prosody.channel(recipient, **options), HELLO) == receipt
