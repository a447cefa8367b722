"""`news-monitor stories`: what is one story or one event, who reports it, and what was sent of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from monitor import clock
from monitor.cli.command_hints import SILENCING_HINTS
from monitor.cli.config_summary import load_summary_to_read
from monitor.cli.known_names import NameOf
from monitor.cli.lazy_group import LazyGroup
from monitor.cli.options import (
    TIME_EXAMPLES,
    compared_line,
    config_option,
    existing_database,
    format_local_time,
    json_option,
    limit_option,
    parse_time_option,
    print_json,
)
from monitor.cli.output.mute_report import list_mute_ends, mute_lines
from monitor.cli.output.tables import print_table
from monitor.cli.output.wrapped_lines import print_lines
from monitor.model.outcome import ReasonClauses, clauses_to_row
from monitor.services.queries.stories import IdentityMark, StoryDetails, list_stories, show_story
from monitor.wording.quantities import format_count
from monitor.wording.reasons import reason_in_words


@click.group(
    cls=LazyGroup,
    hints=SILENCING_HINTS,
    lazy={
        "merge": ("monitor.cli.commands.stories_identity", "Make one of two stories or events."),
        "split": ("monitor.cli.commands.stories_identity", "Make two of one story or event."),
        "mute": ("monitor.cli.commands.stories_mute", "Send no messages about a story or event for a time."),
        "unmute": ("monitor.cli.commands.stories_mute", "Send messages about a story or event again."),
    },
)
def stories() -> None:
    """Stories and events, and the articles in each: list, show; merge or split, to correct them; mute, unmute."""


@stories.command("list")
@config_option
@json_option
@click.option(
    "--rule", "rules", multiple=True, metavar="ID", type=NameOf("rule"), help="Only stories that this rule hits."
)
@click.option("--since", metavar="TIME", help=f"Only stories reported since this time: {TIME_EXAMPLES}")
@click.option("--muted", "only_muted", is_flag=True, help="Only stories that are muted, or have an event that is.")
@limit_option("How many to print, the last reported first.")
def list_(
    config: Path, *, as_json: bool, rules: tuple[str, ...], since: str | None, only_muted: bool, most: int
) -> None:
    """List the stories, the last reported first: events, articles, publishers, alerts, what each is possibly the same
    as, and until when it or an event of it is muted. A story has several events if several rules have one for it.

    \b
    Examples:
      news-monitor stories list
      news-monitor stories list --rule taiwan-drills --since '2 days'
    """
    loaded = load_summary_to_read(config)
    settings, database = loaded.settings, existing_database(loaded.settings)
    now, zone = clock.now(), settings.timezone
    since_, muted_at = parse_time_option(since, now, zone), now if only_muted else None
    found = list_stories(loaded, database, rules=rules, since=since_, muted_at=muted_at, limit=most)
    if as_json:
        for each in found:
            print_json(asdict(each))
        return
    in_doubt = any(each.possibly for each in found)  # few are: the column is there where one is
    mutes = {each.id: list_mute_ends(each.id, each.mutes, now, zone) for each in found}
    has_mutes = any(mutes.values())
    heads = ("story", "event", "last", "articles", "publishers", "alerts", "rules", "title")
    rows = [
        (
            each.id, ", ".join(each.events), format_local_time(each.last, zone), each.articles, each.publishers,
            each.alerts,
            ", ".join(each.rules), _format_title(each.title, each.articles),
            *([", ".join(other.id for other in each.possibly)] if in_doubt else []),
            *([", ".join(mutes[each.id])] if has_mutes else []),
        )
        for each in found
    ]  # fmt: skip
    more = [*(["possibly"] if in_doubt else []), *(["muted until"] if has_mutes else [])]
    print_table((*heads, *more), rows, whole=("story", "event", "possibly"))


@stories.command()
@config_option
@json_option
@click.argument("name", metavar="ID")
def show(config: Path, *, as_json: bool, name: str) -> None:
    """Show one story (S...) or event (E...): its articles in order of time, why each belongs to it, what was sent about
    it, and what is deferred. It also shows what it is possibly the same as, and whether it is muted. The beginning of
    the id is enough if no other id begins with it.

    \b
    Examples:
      news-monitor stories show S746401c3a4eecfd6
      news-monitor stories show E1f0
    """
    settings = load_summary_to_read(config).settings
    account = show_story(existing_database(settings), name)
    if as_json:
        print_json(_story_row(account))
        return
    print_lines(_format_story(account, settings.timezone))


def _describe_merge_or_split(mark: IdentityMark, id_: str) -> str:
    """What a person did, as seen from the one that is shown."""
    itself, other = mark.id == id_, mark.other if mark.id == id_ else mark.id
    if mark.kind == "merge":
        return f"{other} was merged into it" if itself else f"it was merged into {other}"
    return f"{other} was split off it" if itself else f"it was split off {other}"


def _format_title(title: str, articles: int) -> str:
    """What a story or an event is called: forgetting the last of its articles leaves it without words."""
    return title if title or articles else "(forgotten)"


def _format_story(account: StoryDetails, zone: str) -> Iterator[str]:

    kind = f"event     {account.id}, as {account.rule} sees it" if account.rule else f"story     {account.id}"
    yield f"{kind}: {_format_title(account.title, len(account.members))}"
    began = f"first article {'published' if account.rule else 'seen'} {format_local_time(account.opened, zone)}"
    yield f"          {began}; {format_count(len(account.members), 'article')}"
    yield f"          independent publishers: {account.independent_publishers}"
    for event in account.events:
        yield f"event     {event.id}, as {event.rule} sees it: {_format_title(event.title, len(account.members))}"
    for other in account.possibly:
        title = f" (“{other.title}”)" if other.title else ""
        yield f"possibly  the same as {other.id}{title}{f': {other.doubt}' if other.doubt else ''}"
    yield from mute_lines(account.mutes, clock.now(), zone)
    for mark in account.marks:
        at = format_local_time(mark.at, zone)
        yield f"marked    {at}  {_describe_merge_or_split(mark, account.id)}, by {mark.who}"
    for member in account.members:
        by = member.publisher or member.source
        by += f", a text of {member.wire}" if member.wire and member.wire != by else ""
        yield f"article   {format_local_time(member.seen, zone)}  {member.title or member.uid}"
        yield f"          {by}; {f'{member.story}, ' if account.rule else ''}{member.how}; number {member.article}"
        yield from compared_line(member.compared)
        if member.why_event:
            yield f"          of this event: {member.why_event}"
        yield from compared_line(member.event_compared)
    for sent in account.sent:
        at = format_local_time(sent.at, zone)
        yield f"sent      {at}  {sent.kind}, {sent.level}, by {sent.rule}, alert {sent.id}"
        yield f"          {reason_in_words(sent.why)}"
    for waits in account.waits:
        until = format_local_time(waits.due, zone)
        yield f"waits     {until}  {waits.kind}, by {waits.rule}: {reason_in_words(waits.why)}"


def _story_row(account: StoryDetails) -> dict[str, object]:
    sent = [_reason_to_row(asdict(each), each.why, "reason") for each in account.sent]
    waits = [_reason_to_row(asdict(each), each.why, "why") for each in account.waits]
    return {**asdict(account), "sent": sent, "waits": waits, "voices": account.independent_publishers}


def _reason_to_row(row: dict[str, object], why: ReasonClauses, name: str) -> dict[str, object]:
    """The row, with the reason in words under this name."""
    del row["why"]
    return {**row, name: reason_in_words(why), "reason_parameters": clauses_to_row(why)}
