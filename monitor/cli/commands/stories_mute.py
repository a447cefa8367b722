"""`news-monitor stories mute` and `stories unmute`: no messages about one story, until a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_summary import load_summary_to_read
from monitor.cli.options import (
    config_option,
    existing_database,
    format_local_time,
    get_username,
    parse_duration_option,
)
from monitor.cli.output.mute_report import describe_mute_end
from monitor.errors import InvalidRequest
from monitor.services.commands.stories import MuteResult, StoryDetails, mute_story, unmute_story
from monitor.services.times import parse_time_to_come

_DEFAULT = "24 hours"


@click.command()
@config_option
@click.option("--for", "duration", metavar="DURATION", help=f"How long: '90 minutes', '3 days' (default: {_DEFAULT}).")
@click.option("--until", metavar="TIME", help="Until when: 08:00, 2026-01-05 or '2026-01-05 09:00'.")
@click.argument("name", metavar="ID")
def mute(config: Path, duration: str | None, until: str | None, name: str) -> None:
    """Mute a story or event: no alert and no update about it is sent until the mute ends.

    A muted event is muted in all languages, for its rule. A muted story is muted for all rules, in its language. The
    two are separate: each has a mute that you make and end. Each match is stored all the same, and `matches list
    --reason muted` lists what was not sent. It is not sent later either. Alerts that are deferred are suppressed if
    they come due before the end. A mute that ends later is only shortened with --for or --until. Messages that are in
    the outbox already are still sent. Another story of the same rule still leads to alerts. The daemon may run
    meanwhile.

    \b
    Examples:
      news-monitor stories mute S746401c3a4eecfd6
      news-monitor stories mute E1f0 --for '6 hours'
      news-monitor stories mute S1f0a --until 08:00
    """
    settings, now = load_summary_to_read(config).settings, clock.now()
    end, may_shorten = _find_end(duration, until, now, settings.timezone), duration is not None or until is not None
    done = mute_story(existing_database(settings), name, end, now=now, who=get_username(), may_shorten=may_shorten)
    for line in _describe_mute(done, settings.timezone):
        click.echo(line)


@click.command()
@config_option
@click.argument("name", metavar="ID")
def unmute(config: Path, name: str) -> None:
    """End the mute of a story or of an event. What was suppressed meanwhile is not sent now. Alerts that are still
    deferred are sent when they are due. The mutes of a story and of its events are separate: those that are still
    active are printed.

    \b
    Example:
      news-monitor stories unmute S746401c3a4eecfd6
    """
    settings = load_summary_to_read(config).settings
    ended = unmute_story(existing_database(settings), name, now=clock.now())
    click.echo(f"{ended.story.id} is {'no longer' if ended.before else 'not'} muted{_format_title(ended.story)}")
    other = "story" if ended.story.rule else "event"
    for mute in ended.still_active:
        end = describe_mute_end(mute, settings.timezone)
        click.echo(f"But nothing is sent for its {other} {mute.id}, which is muted {end}")


def _find_end(duration: str | None, until: str | None, now: datetime, timezone: str) -> datetime:
    if duration is not None and until is not None:
        raise InvalidRequest("give --for or --until, not both")
    if until is not None:
        return parse_time_to_come(until, now, timezone)
    return now + parse_duration_option(duration or _DEFAULT)


def _describe_mute(done: MuteResult, zone: str) -> Iterator[str]:
    story, before, until = done.story, done.before, format_local_time(done.mute.until, zone)
    whom = f"in all languages, for {story.rule}" if story.rule else "for all rules, in its language"
    yield f"{story.id} is muted until {until}, {whom}{_format_title(story)}"
    if before == done.mute:
        yield f"It was muted until then already, by {before.who}. To shorten that, give --for or --until."
    elif before is not None:
        yield f"It was muted until {format_local_time(before.until, zone)}, by {before.who}."
    for event in story.events:
        yield f"To mute it in all languages, for {event.rule}: news-monitor stories mute {event.id}"
    yield f"To end that: news-monitor stories unmute {story.id}"


def _format_title(story: StoryDetails) -> str:
    """It has none if its last article was forgotten."""
    return f": {story.title}" if story.title else ""
