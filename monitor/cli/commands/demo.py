"""`news-monitor demo`: the whole of it, offline.

Nothing is switched off and nothing is faked: the shipped rules, the normal policy and the real daemon poll real feeds
over HTTP, and what is printed is what a real SMTP server and a real webhook received.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.app import open_daemon
from monitor.cli.called_name import find_called_name
from monitor.cli.options import database_of
from monitor.config.loading.load import load_config_files
from monitor.config.loading.shipped import find_shipped_entity_folder, find_shipped_folder
from monitor.demo.newsroom import Newsroom, load_outlets
from monitor.demo.receivers import Mailbox, ReceivedMessage, WebhookReceiver
from monitor.demo.summary import (
    EventSummary,
    count_unsent_by_reason,
    find_missing_alerts,
    find_unexpected_result,
    summarize_events,
)
from monitor.model import BASELINE_AGE, Config
from monitor.store.queries.matches import MatchFilter, MatchQueries, MatchReport
from monitor.store.queries.reports import ReportQueries
from monitor.store.queries.stories import StoryQueries
from monitor.telemetry import configure_logging
from monitor.wording.quantities import duration_in_words, format_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


ZONE = "Asia/Seoul"  # of the demo's desk
PATIENCE = 90  # s: the longest that any step may take on a slow machine


@click.command()
@click.option("--keep", is_flag=True, help="Leave the newsroom and the daemon running until Ctrl-C.")
def demo(keep: bool) -> None:
    """Run the whole pipeline offline: a newsroom on this machine, the shipped rules, and alerts as they arrive.

    \b
    Example:
      news-monitor demo
    """
    import tempfile

    with tempfile.TemporaryDirectory(prefix="news-monitor-demo-") as folder:
        raise SystemExit(asyncio.run(_run_demo(Path(folder), keep=keep)))


async def _run_demo(folder: Path, *, keep: bool) -> int:
    import logging

    received: list[ReceivedMessage] = []

    def print_received(message: ReceivedMessage) -> None:
        received.append(message)
        _print_message(message)

    configure_logging(level=logging.WARNING)
    newsroom = Newsroom(load_outlets())
    async with newsroom as origin, Mailbox(print_received) as smtp, WebhookReceiver(print_received) as http:
        config = _write_config(folder, newsroom, origin, smtp=smtp, http=http)
        click.echo(f"A newsroom of {len(newsroom.outlets)} outlets in {_list_languages(newsroom)} opens on {origin}.")
        click.echo(
            f"The desk that gets its alerts is in the time zone {ZONE}. A message quotes the first report of a\n"
            "happening, in the language of that report."
        )
        async with open_daemon(config) as daemon:
            stop = asyncio.Event()
            running = asyncio.create_task(daemon.run(stop))
            database = database_of(config.settings)
            reports = ReportQueries(database)
            problem = await _play_scenario(newsroom, reports, lambda: len(received))
            if keep and problem is None:
                click.echo("\nStill running: Ctrl-C ends it.")
                await _wait_for_interrupt()
            stop.set()
            await running
        matches = list(MatchQueries(database).iter_matches(MatchFilter()))
        came = list(summarize_events(matches, StoryQueries(database), newsroom.outlets))
        return _print_summary(reports.counts(), matches, came, received, problem)


async def _play_scenario(newsroom: Newsroom, reports: ReportQueries, received: Callable[[], int]) -> str | None:
    """Publish one edition after the other, each once the alerts of the last one have arrived. What did not happen in
    time, if anything."""

    def polled() -> bool:
        return all(newsroom.served[outlet] for outlet in newsroom.outlets)

    def committed() -> bool:
        return reports.counts()["articles"] >= newsroom.text_count

    def delivered() -> bool:
        waiting = {state: n for state, n in reports.delivery_counts().items() if state not in {"accepted", "dead"}}
        return received() > 0 and not any(waiting.values())

    if not await _wait_until(lambda: polled() and committed()):
        return "not every outlet was polled"
    if received() or any(reports.delivery_counts().values()):
        return "a message was sent about a report that is days old"
    click.echo(
        "Every outlet was polled once. The reports in its feed are days old: they are stored, and no message is sent.\n"
        "At a first poll, only reports within the rule's max_age are sent, or within "
        f"{duration_in_words(BASELINE_AGE)} if it has none."
    )
    for said in (
        "Two outlets publish the first reports. Alerts, as their receivers get them:",
        "\nNow all outlets publish. Most report the same launch; for that, no further message is sent:",
        "\nLater, one of the outlets corrects its report:",
        "\nOther outlets repeat the new number. It is about the same happening, so no further message is sent.",
    ):
        newsroom.publish()
        click.echo(said)
        if not await _wait_until(committed):
            return "not every text that was published was taken in"
        if not await _wait_until(delivered):
            return "not every alert was delivered"
    return None


async def _wait_until(holds: Callable[[], bool]) -> bool:
    for _ in range(PATIENCE * 5):
        if holds():
            return True
        await asyncio.sleep(0.2)
    return False


async def _wait_for_interrupt() -> None:
    import signal

    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()


def _write_config(folder: Path, newsroom: Newsroom, origin: str, *, smtp: int, http: int) -> Config:

    sources = "\n".join(
        f"  - {{id: {outlet.id}, url: '{origin}/{outlet.id}/feed', name: '{outlet.name}', "
        f"language: {outlet.language}, every: 5 s}}"
        for outlet in newsroom.outlets.values()
    )
    (folder / "sources.yaml").write_text(f"sources:\n{sources}\n", encoding="utf-8")
    path = folder / "monitor.yaml"
    path.write_text(
        f"""\
timezone: {ZONE}
database: sqlite:///monitor.db
rules: ['{find_shipped_folder() / "rules"}']
entities: ['{find_shipped_entity_folder()}']
sources: [sources.yaml]
network: {{allow: [127.0.0.0/8]}}
channels:
  desk: {{url: 'mailto://127.0.0.1:{smtp}?from=monitor@demo.example&to=desk@demo.example'}}
  hook: {{url: 'webhook://127.0.0.1:{http}/alerts'}}
routes: {{default: [desk, hook]}}
operator: [desk]
""",
        encoding="utf-8",
    )
    return load_config_files(path, {}).config


def _print_message(message: ReceivedMessage) -> None:
    if message.receiver == "e-mail":
        click.echo(f"\n── by e-mail {'─' * 66}\nSubject: {message.title}\n\n{message.text.strip()}")
    else:
        rule = f" (rule {message.rule})" if message.rule else ""
        click.echo(f"── by webhook: {message.title}{rule}")


def _print_summary(
    counts: Mapping[str, int],
    matches: Sequence[MatchReport],
    events: Sequence[EventSummary],
    received: Sequence[ReceivedMessage],
    problem: str | None,
) -> int:

    click.echo(f"\n{'─' * 78}")
    click.echo(
        f"{counts['articles']} articles in {counts['stories']} stories that rules hit; {counts['matches']} matches; "
        f"{format_count(counts['alerts'], 'alert')}, each received by e-mail and by webhook."
    )
    mails = sum(message.receiver == "e-mail" for message in received)
    if mails < counts["alerts"]:
        click.echo(
            f"They came in {format_count(mails, 'e-mail')}: alerts of several rules about one article share an e-mail. "
            "A webhook\ngets a message for each of them, so a headline comes there once for each rule."
        )
    click.echo(
        "A rule with once_per: event sends one alert about a happening, for all outlets and languages together;\n"
        "a rule with once_per: story sends one for each language:"
    )
    for event in events:
        click.echo(f"  {event}")
    click.echo("Why the other matches led to no message:")
    for number, why in count_unsent_by_reason(matches):
        click.echo(f"  {number:3} {why}")
    problem = problem or find_unexpected_result(events)
    problem = problem or find_missing_alerts(counts["alerts"], received)
    if problem:
        click.echo(f"The demo failed: {problem}.", err=True)
        return 1
    click.echo(
        "An article only mentions a happening if, for example, the rule finds its words deep in the text.\n"
        "Outlets that print one agency's text, known by its credit line, are one independent publisher.\n"
        "The correction was sent at once; other news of a happening is deferred for its rule's cooldown: 3 hours\n"
        "after the first alert, and longer each time."
    )
    click.echo(f"The next step: `{find_called_name()} init FOLDER` writes a set of files to edit.")
    return 0


def _list_languages(newsroom: Newsroom) -> str:
    names: Iterable[str] = dict.fromkeys(outlet.language for outlet in newsroom.outlets.values())
    return ", ".join(names)
