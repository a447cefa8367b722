"""Files that are edited while the daemon runs."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.support.whole import Daemon, Site, document, news_monitor, now, rss, serving, until, write_config

RULE = "rule: {id}\ntitle: {title}\nlevel: low\nmatch: {{words: {{en: [{word}]}}}}\n"


async def test_edits_are_taken_up_without_a_restart(tmp_path: Path) -> None:
    """A rule and a source that are added tell news at once; a bad edit takes nothing away; SIGHUP is taken too."""
    rules, site = tmp_path / "rules", Site()
    rules.mkdir()
    (rules / "first.yaml").write_text(RULE.format(id="first", title="First", word="volcano"))
    async with serving(site):
        site.pages["/wire"] = site.pages["/post"] = document(rss(("A quiet day", "/quiet", now())))
        write_config(tmp_path, {"wire": site.url("/wire")}, channels={"hook": site.url("/take", "json")}, rules=rules)
        async with Daemon(tmp_path) as daemon:

            def logged(word: str) -> int:
                return daemon.log.read_text().count(word)

            await until(lambda: site.asked["/wire"])
            (rules / "second.yaml").write_text(RULE.format(id="second", title="Second", word="glacier"))
            with (tmp_path / "sources.yaml").open("a") as sources:
                sources.write(f"  - {{id: post, url: '{site.url('/post')}', every: 5 s}}\n")
            await until(lambda: site.asked["/post"])
            site.pages["/post"] = document(rss(("The glacier moved", "/glacier", now())))
            await until(lambda: site.received)

            (rules / "first.yaml").write_text("rule: first\nlevel: enormous\n")
            daemon.process.send_signal(signal.SIGHUP)
            await until(lambda: logged("your edit of"))
            site.pages["/wire"] = document(rss(("The volcano woke", "/volcano", now())))
            await until(lambda: len(site.received) > 1)
            assert await daemon.end(signal.SIGTERM) == 0
    assert ["Second" in site.received[0]["message"], "First" in site.received[1]["message"]] == [True, True]
    assert "has 3 faults" in daemon.log.read_text()


async def test_a_rule_that_has_a_fault_at_the_start_is_named_until_it_is_right(tmp_path: Path) -> None:
    """`status` says that it does not run, and the edit that corrects it starts it."""
    file, right = tmp_path / "rules" / "barge.yaml", RULE.format(id="barge", title="Barge", word="barge")
    file.parent.mkdir()
    file.write_text(right.replace("level", "levle"))
    write_config(tmp_path, {}, rules="rules")
    async with Daemon(tmp_path) as daemon:

        async def read_rules_line() -> str:
            lines = (await news_monitor("status", folder=tmp_path)).out.splitlines()
            return next(line for line in lines if line.startswith("rules "))

        await until(lambda: daemon.log.exists() and "daemon.started" in daemon.log.read_text())
        assert (await read_rules_line()).endswith("; 1 does not run because of faults: barge")
        file.write_text(right)
        await until(lambda: "config.reloaded" in daemon.log.read_text())
        assert "barge" not in await read_rules_line()
        assert await daemon.end(signal.SIGTERM) == 0


async def test_a_network_that_is_allowed_counts_at_once(tmp_path: Path) -> None:
    """The sources that were refused it need not wait for their next poll, whether a daemon runs or starts later; and
    nobody reads the old refusal as if it were of now."""
    site = Site()
    async with serving(site):
        site.pages["/wire"] = site.pages["/post"] = document(rss(("A quiet day", "/quiet", now())))
        write_config(tmp_path, {name: site.url(f"/{name}") for name in ("wire", "post")})
        for file, old, new in (
            ("sources.yaml", "every: 5 s", "every: 1 day"),
            ("monitor.yaml", "[127.0.0.0/8]", "[]"),
        ):
            edit(tmp_path / file, old, new)
        async with Daemon(tmp_path) as daemon:

            async def list_problems() -> dict[str, str]:
                listed = await news_monitor("sources", "list", "--json", folder=tmp_path)
                return {row["id"]: row["problem"] for row in listed.rows}

            await until(lambda: daemon.log.read_text().count("is a private or special address") == 2)
            assert not any("allows it now" in problem for problem in (await list_problems()).values())
            edit(tmp_path / "monitor.yaml", "allow: []", "allow: [{network: 127.0.0.1/32, sources: [wire]}]")
            await until(lambda: site.asked["/wire"])
            assert await daemon.end(signal.SIGTERM) == 0
        edit(tmp_path / "monitor.yaml", "sources: [wire]", "sources: [wire, post]")
        stale = "127.0.0.1 was refused at its last poll; network.allow allows it now"
        assert await list_problems() == {"wire": None, "post": stale}
        assert f"failing: post: {stale} (since " in (await news_monitor("status", folder=tmp_path)).out
        assert site.asked["/post"] == 0
        async with Daemon(tmp_path) as daemon:
            await until(lambda: site.asked["/post"])
            assert await daemon.end(signal.SIGTERM) == 0


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
