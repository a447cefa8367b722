"""A person puts right what was taken for one happening, or for two, while the daemon runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.support.patience import PATIENCE
from tests.support.whole import Daemon, Site, document, news_monitor, now, rss, serving, until, write_config

RULE = "rule: outbreaks\ntitle: Outbreaks\nlevel: high\nmatch: {words: [mpox]}\n"
FIRST, HIDDEN = "Vietnam confirms first mpox case", "First mpox case confirmed in Vietnam, ministry says"
LATER = "Vietnam confirms its first mpox case, officials say"


async def matches(folder: Path) -> dict[str, Any]:
    """All that are stored, by their sources."""
    rows = (await news_monitor("matches", "list", "--json", folder=folder)).rows
    return {row["article"]["source"]: row for row in rows}


async def of_source(folder: Path, source: str) -> Any:
    """The match of a source's article, once the daemon has decided on it."""
    for _ in range(round(PATIENCE)):
        if (found := (await matches(folder)).get(source)) is not None:
            return found
    raise AssertionError(f"nothing came of {source}")


@asynccontextmanager
async def watching(folder: Path, rule: str) -> AsyncIterator[Site]:
    """A daemon with this rule that polls three empty feeds of the site, and sends to it."""
    (folder / "outbreaks.yaml").write_text(rule, encoding="utf-8")
    async with serving(site := Site()):
        names = ("wire", "post", "globe")
        site.pages = {f"/{name}": document(rss()) for name in names}
        write_config(
            folder,
            {name: site.url(f"/{name}") for name in names},
            channels={"desk": site.url("/desk", "json")},
            rules="outbreaks.yaml",
        )
        async with Daemon(folder):
            yield site


async def test_after_a_split_and_a_merge_articles_go_where_a_person_said(tmp_path: Path) -> None:
    """Neither of them sends anything; nothing is started again."""
    async with watching(tmp_path, RULE) as site:
        site.pages["/wire"] = document(rss((FIRST, "/1", now())))
        await until(lambda: len(site.received) == 1)
        site.pages["/post"] = document(rss((HIDDEN, "/2", now())))
        hidden = await of_source(tmp_path, "post")
        assert hidden["outcome"] == "suppressed"

        whole = hidden["story"]
        assert (await news_monitor("stories", "split", whole, folder=tmp_path)).code == 0
        split_off = (await matches(tmp_path))["post"]["story"]
        assert split_off != whole

        assert (await news_monitor("stories", "merge", whole, split_off, folder=tmp_path)).code == 0
        site.pages["/globe"] = document(rss((LATER, "/3", now())))
        later = await of_source(tmp_path, "globe")
        assert (later["story"], later["outcome"]) == (whole, "suppressed")
    assert [message["title"] for message in site.received] == [f"HIGH: {FIRST}"]


async def test_what_is_muted_is_not_sent_until_that_is_over(tmp_path: Path) -> None:
    """The next report after it leads to one update; nothing is started again."""
    async with watching(tmp_path, f"{RULE}alert: {{again_if: [new fact], cooldown: 1 s}}\n") as site:
        site.pages["/wire"] = document(rss((f"{FIRST}, 2 dead", "/1", now())))
        await until(lambda: len(site.received) == 1)
        story = (await matches(tmp_path))["wire"]["story"]
        assert (await news_monitor("stories", "mute", story, folder=tmp_path)).code == 0
        site.pages["/post"] = document(rss((f"{FIRST}, 9 dead", "/2", now())))
        muted = await of_source(tmp_path, "post")
        assert (muted["story"], muted["outcome"], muted["reason_code"]) == (story, "suppressed", "muted")
        assert muted["reason"].startswith(f"{story} is muted until ")

        assert (await news_monitor("stories", "unmute", story, folder=tmp_path)).code == 0
        site.pages["/globe"] = document(rss((f"{FIRST}, 16 dead", "/3", now())))
        await until(lambda: len(site.received) == 2)
    titles = [message["title"] for message in site.received]
    assert titles == [f"HIGH: {FIRST}, 2 dead", f"UPDATE, HIGH: {FIRST}, 16 dead"]
