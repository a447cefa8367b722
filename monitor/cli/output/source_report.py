"""A source as people read it, and its troubles as JSON has them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from monitor.cli.options import format_local_time
from monitor.cli.output.sparkline import draw_sparkline
from monitor.model import Source, SourceTrouble
from monitor.notices.troubles import OF_SOURCES
from monitor.sanitize import sanitize_line
from monitor.services.queries.sources import AssessedSource, LoggedPoll, SourceDetails
from monitor.url_secrets import hide_secrets_in
from monitor.wording.quantities import duration_in_words, format_count

_MINUTE = timedelta(minutes=1)
_MANY = 10  # entries an hour: then a tenth of one says nothing


def trouble_to_row(trouble: SourceTrouble) -> dict[str, Any]:
    """A trouble, with what to do."""
    todo = OF_SOURCES[trouble.kind].advice.format(name=trouble.source)
    times = {"since": trouble.since, "last_at": trouble.last_at, "over_at": trouble.over_at}
    return {"kind": trouble.kind.value, **times, "detail": trouble.detail, "todo": todo}


def format_source(assessed: AssessedSource, activity: SourceDetails | None, zone: str) -> Iterator[str]:
    """A source with all that is known of it, line by line."""
    source, report, found = assessed.source, assessed.report, assessed.health
    yield f"source      {source.id}: {sanitize_line(assessed.name)}"
    yield f"address     {sanitize_line(source.url)}"
    yield f"settings    {', '.join(_list_settings(source))}"
    yield f"pace        {_describe_pace(source, activity)}"
    since = f" since {format_local_time(found.since, zone)}" if found.since else ""
    yield f"state       {found.health}{since}{f': {sanitize_line(found.problem)}' if found.problem else ''}"
    if report is not None and report.failures:
        yield f"            {format_count(report.failures, 'poll')} in a row failed"
    for trouble in found.troubles:
        row = trouble_to_row(trouble)
        yield f"trouble     {trouble.kind.label} since {format_local_time(trouble.since, zone)}: {row['detail']}"
        yield f"            {row['todo']}"
    if report is None or activity is None:
        return
    times = (activity.polled_at, report.next_at, activity.first_at, report.last_ok_at)
    last, next_, first_good, last_good = (format_local_time(at, zone) for at in times)
    yield f"polls       last {last}, next {next_}"
    yield f"            good ones: the first {first_good}, the last {last_good}"
    yield f"validators  {', '.join(_list_validators(source, activity)) or 'none'}"
    yield f"30 days     {draw_sparkline(activity.articles.counts)}  {format_count(activity.articles.total, 'article')}"
    yield f"            {draw_sparkline(activity.matches.counts)}  {format_count(activity.matches.total, 'match')}"
    yield f"stored      {format_count(report.articles, 'article')}"
    yield from (_format_poll(poll, zone) for poll in activity.polls)


def show_validators(source: Source, activity: SourceDetails) -> dict[str, str | None]:
    """What its server gave us to ask for changes with, without secrets."""
    given = {"etag": activity.etag, "last_modified": activity.last_modified}
    return {name: hide_secrets_in(value, source.secrets) if value else None for name, value in given.items()}


def _format_poll(poll: LoggedPoll, zone: str) -> str:
    problem = f", {sanitize_line(poll.problem)}" if poll.problem else ""
    status = f" ({poll.status})" if poll.status else ""
    kind, brought = "poll", f", {poll.entries} entries, {poll.new} new"
    if poll.page_url is not None:
        kind, brought = "page", f", {poll.page_url}"
    return f"{kind}        {format_local_time(poll.at, zone)}  {poll.outcome}{status}{brought}{problem}"


def _list_settings(source: Source) -> Iterator[str]:
    yield source.kind
    named = {"language": source.language, "publisher": source.publisher, "wire": source.wire}
    for name, value in named.items():
        if value:
            yield f"{name} {sanitize_line(value)}"
    if source.full_text:
        yield "with the full text of its pages"
    if source.tags:
        yield f"tags {' '.join(map(sanitize_line, source.tags))}"


def _describe_pace(source: Source, activity: SourceDetails | None) -> str:
    pace = f"at {source.cron} ({source.zone})" if source.cron else f"every {_describe_interval(source.every)}"
    bounds = {"at most": source.fastest, "at least": source.slowest}
    parts = [pace, *(f"{words} every {_describe_interval(bound)}" for words, bound in bounds.items() if bound)]
    if activity is not None and activity.rate is not None:
        parts.append(f"lately {activity.rate:.{0 if activity.rate >= _MANY else 1}f} new entries an hour")
    if activity is not None and activity.quiet is not None and activity.quiet >= _MINUTE:
        parts.append(f"usually quiet for at most {duration_in_words(activity.quiet)}")
    if activity is not None and activity.hint is not None:
        parts.append(f"its server asks for {_describe_interval(activity.hint)} between polls")
    return ", ".join(parts)


def _describe_interval(length: timedelta) -> str:
    if length < 2 * _MINUTE:
        return format_count(round(length.total_seconds()), "second")
    return duration_in_words(length)


def _list_validators(source: Source, activity: SourceDetails) -> list[str]:
    names = {"etag": "ETag", "last_modified": "Last-Modified"}
    shown = show_validators(source, activity).items()
    return [f"{names[name]} {sanitize_line(value)}" for name, value in shown if value]
