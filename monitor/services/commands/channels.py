"""Sends test messages on channels. Nothing is stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Coroutine
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.model import Alert, Article, Delivery, Level, Receipt, Settings
from monitor.model.outcome import clauses_from_sentence
from monitor.notify import Notifier
from monitor.services.lookup import require_known

# In the scripts that our readers' news is in: a channel that spoils one of them shows it here.
_SENTENCE = "This is a test: prueba, проверка, 測試, 测试, テスト, 시험. 🛰"
_HIGHLIGHTS = ((10, 14),)


@dataclass(frozen=True, slots=True)
class ChannelTest:
    """A channel, and what its server answered to a test message."""

    channel: str
    receipt: Receipt

    @property
    def is_accepted(self) -> bool:
        """Whether the server has accepted the message, as far as its kind of channel can say."""
        return self.receipt.is_sent


async def send_test_messages(settings: Settings, names: Collection[str], now: datetime) -> AsyncIterator[ChannelTest]:
    """Send one real message on each of these channels, or on all if none is named. All are sent at once; the results
    come in the order of the names, each as soon as those before it have theirs. Raises InvalidRequest for an unknown
    channel."""
    require_known("channel", names, settings.channels)
    zone, notifier = ZoneInfo(settings.timezone), Notifier(lambda: settings.channels, settings.limits.send)

    def send(name: str) -> Coroutine[None, None, Receipt]:
        message = notifier.render(_make_test_delivery(name, now), source="News Monitor", zone=zone)
        return notifier.send(name, message)

    try:
        sending = {name: asyncio.create_task(send(name)) for name in dict.fromkeys(names or settings.channels)}
        for name, task in sending.items():
            yield ChannelTest(name, await task)
    finally:
        notifier.close()


def _make_test_delivery(channel: str, now: datetime) -> Delivery:
    """A delivery that nobody decided on and no outbox knows."""
    alert = Alert(
        id=f"test-{now:%Y%m%d%H%M%S%f}",  # mail servers show a message of one id once
        dedup_key="",
        rule="",
        rule_title=f"A test of the channel {channel}",
        level=Level.INFO,
        at=now,
        why=clauses_from_sentence("somebody ran `news-monitor channels test`; this is not news"),
        routes=(),
        story="",
        article=Article("", "", f"A test of the channel {channel}", "", now, now, dated=True),
        sentence=_SENTENCE,
        highlights=_HIGHLIGHTS,
    )
    return Delivery(0, channel, alert, 1)
