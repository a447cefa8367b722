"""Lints of channels: kinds that never say whether a message arrived."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.lab.annotated_document import Lint, LintKind
from monitor.model import Channel
from monitor.notify.silent_kinds import explain_silence


def lint_silent_channels(channels: Iterable[Channel]) -> Iterator[Lint]:
    """Channels of which nobody can know whether their messages arrive."""
    for channel in channels:
        if silence := explain_silence(channel.scheme):
            problem = f"the channel {channel.name} is of the kind {channel.scheme}: {silence}"
            hint = "send what must arrive to a second channel too"
            yield Lint(channel.place, LintKind.UNVERIFIED_CHANNEL, problem, hint, channel.place)
