"""Lints of channels: kinds that never say whether a message arrived, and mail addresses that lack something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.lab.annotated_document import Lint, LintKind
from monitor.model import Channel
from monitor.notify.mail_urls import explain_mail_url
from monitor.notify.silent_kinds import explain_silence


def lint_silent_channels(channels: Iterable[Channel]) -> Iterator[Lint]:
    """Channels of which nobody can know whether their messages arrive."""
    for channel in channels:
        if silence := explain_silence(channel.scheme):
            problem = f"the channel {channel.name} is of the kind {channel.scheme}: {silence}"
            hint = "send what must arrive to a second channel too"
            yield Lint(channel.place, LintKind.UNVERIFIED_CHANNEL, problem, hint, channel.place)


def lint_mail_channels(channels: Iterable[Channel]) -> Iterator[Lint]:
    """Mail channels whose address lacks something, although Apprise can use it."""
    for channel in channels:
        if found := explain_mail_url(channel.url):
            missing, hint = found
            problem = f"the address of the channel {channel.name} {missing}"
            yield Lint(channel.place, LintKind.INCOMPLETE_ADDRESS, problem, hint, channel.place)
