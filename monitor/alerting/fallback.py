"""Which channels have failed for so long that what waits for them goes to their fallbacks too.

What waits for a channel stays there, and is tried again as before: the fallback gets one more delivery. If the fallback
fails as well, its own fallback gets what waits for it, as with any other channel.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.alerting.channel_pace import ChannelState
from monitor.model import Channel


@dataclass(frozen=True, slots=True)
class FailedChannel:
    """A channel that has failed for longer than its patience: since when, and the channel that is its fallback."""

    name: str
    failing_since: datetime
    fallback: str


def find_failed_channels(
    channels: Mapping[str, Channel], states: Mapping[str, ChannelState], now: datetime
) -> Iterator[FailedChannel]:
    """Those that have a fallback."""
    for channel in channels.values():
        state = states.get(channel.name)
        since = None if state is None else state.failing_since
        if channel.fallback is not None and since is not None and now - since >= channel.patience:
            yield FailedChannel(channel.name, since, channel.fallback)
