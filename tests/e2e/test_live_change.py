"""Files that are edited while the daemon runs."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.e2e.whole import Daemon, Site, document, now, rss, serving, until, write_config

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
