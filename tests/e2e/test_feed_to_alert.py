"""The main job as an operator meets it: the daemon's process, real feeds, a real mail server, a real webhook."""

from __future__ import annotations

import asyncio
import re
import signal
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from tests.support.whole import (
    LAUNCH,
    SHIPPED,
    Daemon,
    Ended,
    Mail,
    MailServer,
    Site,
    document,
    news_monitor,
    now,
    rss,
    serving,
    silent,
    until,
    write_config,
)

USER, PASSWORD = "desk", "kimchi-and-noodles-42"
OLD = ("North Korea fires cruise missiles into the Yellow Sea", "/2025/old")
REPRINTED = "China's army begins live-fire drills around Taiwan"
REPRINTERS = ("harbour", "island", "ledger", "courier", "herald")


@dataclass(frozen=True, slots=True)
class Told:
    """What one life of the daemon left."""

    published: datetime
    mails: list[Mail]
    hooks: list[dict[str, str]]
    code: int
    log: str
    status: Ended
    outbox: Ended
    database: bytes


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A daemon that saw an old document, then news, then one story in five feeds; and was told to stop."""
    return asyncio.run(_life(tmp_path_factory.mktemp("life")))


async def _life(folder: Path) -> Told:
    mail, site, password = MailServer(USER, PASSWORD), Site(), {"PASSWORD": PASSWORD}
    old = (*OLD, now() - timedelta(days=9))
    feeds = ("agency", *REPRINTERS)
    async with serving(site), mail as port:
        site.pages = {f"/{name}": document(rss(old)) for name in feeds}
        login = f"{USER}:${{env:PASSWORD}}@127.0.0.1:{port}"
        address = f"mailto://{login}?from=monitor@news.example&to=desk@news.example&mode=starttls&verify=no"
        channels = {"mail": address, "hook": site.url("/take", "json")}
        write_config(
            folder,
            {name: site.url(f"/{name}") for name in feeds},
            channels=channels,
            rules=SHIPPED["rules"],
            entities=SHIPPED["entities"],
        )
        async with Daemon(folder, password, in_interpreter=True) as daemon:
            await until(lambda: all(site.asked[f"/{name}"] for name in feeds))
            published = now()
            site.pages["/agency"] = document(rss((LAUNCH, "/2026/launch", published), old))
            await until(lambda: mail.received and site.received)
            site.asked.clear()
            reprint = document(rss((REPRINTED, "/reprinted", now()), old))
            site.pages.update({f"/{name}": reprint for name in REPRINTERS})
            # a poll begins after the commit of the one before: twice asked is once taken in
            await until(lambda: all(site.asked[f"/{name}"] > 1 for name in REPRINTERS))
            await until(lambda: len(mail.received) > 1 and len(site.received) > 1)
            code = await daemon.end(signal.SIGTERM)
        status = await news_monitor("status", "--json", folder=folder, env=password)
        outbox = await news_monitor("outbox", "list", "--json", folder=folder, env=password)
        database = b"".join(path.read_bytes() for path in sorted(folder.glob("monitor.db*")))  # noqa: ASYNC240 - nothing else runs
        return Told(published, mail.received, site.received, code, daemon.log.read_text(), status, outbox, database)


def test_the_mail_says_all_that_a_desk_needs(told: Told) -> None:
    """Level, rule, the sentence with its marks, source, local time, link and reason; over TLS, with the login."""
    mail = told.mails[0]
    assert (mail.encrypted, mail.login) == (True, USER)
    assert mail.subject == f"CRITICAL: {LAUNCH}"
    local = told.published.astimezone(ZoneInfo("Asia/Seoul"))
    assert "CRITICAL: North Korea launches a missile" in mail.text
    for part in (mail.text, mail.html):
        assert "CRITICAL" in part
        assert "North Korea launches a missile" in part
        assert f"Agency, {local:%a} {local.day} {local:%b %Y, %H:%M} KST" in part
        assert "http://news.example/2026/launch" in part
        assert "Why: “North Korea”, “fires”" in part
        assert "in the title; first alert of this event" in part
    assert f"“{LAUNCH}”" not in mail.text  # the subject says it
    assert "*" not in mail.text


def test_the_webhook_got_the_same(told: Told) -> None:
    """Every channel tells the whole of it."""
    hook = told.hooks[0]
    assert hook["title"] == f"CRITICAL: {LAUNCH}"
    lines = hook["message"].splitlines()
    assert lines[0] == "CRITICAL: North Korea launches a missile"
    assert lines[2].startswith("“North Korea fires two")
    assert re.fullmatch(r"Agency, \w{3} \d{1,2} \w{3} \d{4}, \d\d:\d\d KST", lines[4])
    assert lines[5] == "http://news.example/2026/launch"
    assert lines[6].startswith("Why: ")
    assert re.fullmatch(r"Rule north-korea-missile-launch, event E\w+, alert \w+", lines[7])


def test_a_story_of_five_feeds_is_one_message_on_each_channel(told: Told) -> None:
    """Nobody is told twice of one story."""
    for titles in ([mail.subject for mail in told.mails], [hook["title"] for hook in told.hooks]):
        assert titles == [f"CRITICAL: {LAUNCH}", f"HIGH: {REPRINTED}"]


def test_what_was_there_before_is_stored_and_not_told(told: Told) -> None:
    """Six old articles, one of the launch and five reprints are kept; only two alerts went out, on two channels."""
    (status,) = told.status.rows
    assert (status["sources"], status["articles"], status["alerts"]) == (6, 12, 2)
    assert {state: n for state, n in status["deliveries"].items() if n} == {"accepted": 4}
    assert {(row["channel"], row["state"]) for row in told.outbox.rows} == {("mail", "accepted"), ("hook", "accepted")}
    assert not any("cruise" in message["message"] for message in told.hooks)


def test_it_ends_in_good_order(told: Told) -> None:
    """SIGTERM is no error, and the log has no traceback."""
    assert told.code == 0
    assert "Traceback" not in told.log
    assert '"event": "daemon.stopped"' in told.log.splitlines()[-1]


def test_the_password_stands_nowhere(told: Told) -> None:
    """Not in the log, not in the database, in no output and in no message."""
    assert PASSWORD.encode() not in told.database
    messages = [*(mail.text + mail.html for mail in told.mails), *(hook["message"] for hook in told.hooks)]
    for text in (told.log, told.status.out, told.status.err, told.outbox.out, told.outbox.err, *messages):
        assert PASSWORD not in text


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGTERM, 0),  # while the receiver hangs: what is being sent is given back
        (signal.SIGKILL, -signal.SIGKILL),  # between the claim and the receipt: it is found at the next start
    ],
)
async def test_what_was_being_sent_arrives_after_a_restart(tmp_path: Path, number: int, code: int) -> None:
    """A daemon that ends while a receiver hangs does not wait for it, and its successor delivers, with a note."""
    site = Site(hanging=True)
    async with serving(site):
        site.pages["/feed"] = document(rss((LAUNCH, "/launch", now())))
        write_config(tmp_path, {"agency": site.url("/feed")}, channels={"hook": site.url("/take", "json")})
        async with Daemon(tmp_path) as daemon:
            await until(lambda: site.received)
            assert await daemon.end(number) == code
        site.hanging = False
        async with Daemon(tmp_path) as daemon:
            await until(lambda: len(site.received) > 1)
            assert await daemon.end(signal.SIGTERM) == 0
        first, second = site.received
        assert first["title"] == second["title"] == f"CRITICAL: {LAUNCH}"
        assert "you may have this message already" not in first["message"]
        assert "you may have this message already" in second["message"]
        (row,) = (await news_monitor("outbox", "list", "--json", folder=tmp_path)).rows
        assert (row["state"], row["attempts"]) == ("accepted", 2)


async def test_run_once_ends_at_ctrl_c(tmp_path: Path) -> None:
    """One that waits for a slow feed need not be waited for, and what it had is not lost."""
    site = Site()
    stalled = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        stalled.set()
        return await silent(request)

    async with serving(site):
        site.pages = {"/good": document(rss((LAUNCH, "/launch", now()))), "/slow": slow}
        sources = {name: site.url(f"/{name}") for name in ("good", "slow")}
        write_config(tmp_path, sources, more="limits: {total: 10 min, idle: 10 min}\n")
        async with Daemon(tmp_path, None, "--once", in_interpreter=True) as daemon:
            await stalled.wait()
            await until(lambda: site.asked["/good"])
            assert await daemon.end(signal.SIGINT) == 0
        assert "Traceback" not in daemon.log.read_text()
        site.pages["/slow"] = document(rss(("Ferries", "/ferries", now())))
        again = await news_monitor("run", "--once", folder=tmp_path)
        assert again.code == 0
        assert [row["articles"] for row in (await news_monitor("sources", "list", "--json", folder=tmp_path)).rows] == [
            1,
            1,
        ]
