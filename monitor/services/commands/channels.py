"""Adds a channel, and sends what is no news on channels: a test message by this process, or a drill by the daemon."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Collection, Coroutine, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.config.editing.atomic_rewrite import prepare_rewrite
from monitor.config.editing.yaml_edit import add_entries
from monitor.config.language.faults import find_close_word
from monitor.config.language.settings import settings_from_document
from monitor.config.loading.files import only_document
from monitor.config.yaml.yaml12 import YamlDocument, parse_yaml_text, quote_text
from monitor.errors import EditUnsafe, InvalidFiles, InvalidRequest, MonitorError
from monitor.model import Alert, Article, Delivery, Level, Notice, NoticeKind, Receipt, Settings
from monitor.model.outcome import clauses_from_sentence
from monitor.notify import Notifier, channel_faults
from monitor.services.lookup import require_known
from monitor.store.commit.notice_writer import write_reports
from monitor.store.engine.daemons import is_daemon_running
from monitor.store.engine.database import Database

# In the scripts that our readers' news is in: a channel that spoils one of them shows it here.
_SENTENCE = "This is a test: prueba, проверка, 測試, 测试, テスト, 시험. 🛰"
_HIGHLIGHTS = ((10, 14),)
_DRILL = "drill"


def add_channel(
    config: Path,
    name: str,
    url: str,
    routes: Sequence[str],
    environment: Mapping[str, str],
    *,
    for_operator: bool = False,
) -> tuple[Settings, dict[str, str | None]]:
    """Add a channel to monitor.yaml, also as the last one of these routes and, if `for_operator`, for messages about
    the service. A route that is not there is made. Returns the new settings, and the routes that were made: for each,
    one that was there with almost the same name. `environment`: for the secrets in the URL.

    Nothing is written, and InvalidFiles is raised with all faults, if the file would be faulty or Apprise cannot use
    the URL. Raises InvalidRequest if the channel is there already."""
    existing: list[str] = []

    def edit(text: str, file: str) -> str:
        existing.extend(_get_keys(parse_yaml_text(text, file), "routes"))
        return with_channel(text, file, name, url, routes, for_operator=for_operator)

    rewrite = prepare_rewrite(config, edit)
    document = only_document(parse_yaml_text(rewrite.after.decode("utf-8-sig"), str(config)), config)
    settings, _ = settings_from_document(document, environment, config.parent)
    if faults := channel_faults([settings.channels[name]]):
        raise InvalidFiles(faults)
    rewrite.write()
    return settings, {route: find_close_word(route, existing) for route in routes if route not in existing}


def with_channel(
    text: str, file: str, name: str, url: str, routes: Sequence[str], *, for_operator: bool = False
) -> str:
    """The text of a monitor.yaml with one more channel, also as the last one of these routes. Raises InvalidRequest if
    the channel is there already, and EditUnsafe if the file is written in an unusual way."""
    documents = parse_yaml_text(text, file)
    if not documents or not isinstance(documents[0].data, dict):
        raise InvalidRequest(f"{file}: it has no keys; `news-monitor init` writes a monitor.yaml")
    if name in _get_keys(documents, "channels"):
        place = documents[0].key_place(("channels", name))
        raise InvalidRequest(f"{place}: there is a channel {quote_text(name)} already: edit it there")
    lists = [*(("routes", route) for route in dict.fromkeys(routes)), *([("operator",)] if for_operator else [])]
    try:
        text = add_entries(text, file, ("channels",), {name: {"url": url}}, blocks=1)
        for path in lists:
            text = add_entries(text, file, path, [name], blocks=0)
    except EditUnsafe as error:
        to_lists = "".join(f", and {name} at the end of {'.'.join(path)}" for path in lists)
        raise EditUnsafe(error.where, f"write `{name}: {{url: ADDRESS}}` under channels{to_lists}") from None
    return text


def _get_keys(documents: Sequence[YamlDocument], key: str) -> list[str]:
    """The keys of the mapping under a key of the first document; none if there is no mapping."""
    found = documents[0].data.get(key) if documents and isinstance(documents[0].data, dict) else None
    return list(found) if isinstance(found, dict) else []


async def send_test_messages(
    settings: Settings, names: Collection[str], now: datetime
) -> AsyncIterator[tuple[str, Receipt]]:
    """Send one real message on each of these channels, or on all if none is named; nothing is stored. All are sent at
    once; the receipts come in the order of the names, each as soon as those before it have theirs. Raises
    InvalidRequest for an unknown channel."""
    require_known("channel", names, settings.channels)
    zone, notifier = ZoneInfo(settings.timezone), Notifier(lambda: settings.channels, settings.limits.send)

    def send(name: str) -> Coroutine[None, None, Receipt]:
        message = notifier.render(_make_test_delivery(name, now), source="News Monitor", zone=zone)
        return notifier.send(name, message)

    try:
        sending = {name: asyncio.create_task(send(name)) for name in dict.fromkeys(names or settings.channels)}
        for name, task in sending.items():
            yield name, await task
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


def start_drill(database: Database, settings: Settings, names: Collection[str], level: Level, now: datetime) -> Notice:
    """Put a message into the outbox for each of these channels, or for all if none is named, at this level. Returns it.
    Raises InvalidRequest for an unknown channel, and MonitorError if no daemon runs that would send it."""
    require_known("channel", names, settings.channels)
    if not is_daemon_running(database, now):
        raise MonitorError("no daemon runs, so nothing would be sent: start one; `channels test` sends without it")
    id_ = secrets.token_hex(8)
    notice = Notice(
        id=id_,
        dedup_key=f"{_DRILL} {id_}",
        subject=_DRILL,
        kind=NoticeKind.REPORT,
        level=level,
        at=now,
        title="DRILL: this is not news",
        text=f"A drill at the level {level}. If this had been an alert, you would have it now.",
        reason="somebody ran `news-monitor channels drill`",
        channels=tuple(dict.fromkeys(names or settings.channels)),
    )
    with database.writing() as connection:
        write_reports(connection, [notice])
    return notice
