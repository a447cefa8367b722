"""`rules try --send`: a rule was widened, and what it would have sent of stored articles is sent."""

from __future__ import annotations

from pathlib import Path

from tests.support.whole import Daemon, Ended, Site, document, news_monitor, now, rss, serving, until, write_config

RULE = "rule: port\ntitle: Port strikes\nlevel: high\nmatch: {{words: [{0}]}}\n"
STRIKE, WALKOUT, TALKS = "Dockers strike in Busan", "Crane drivers walk out in Mokpo", "Ferries run on time"


async def sent_late(folder: Path, *options: str, answer: bytes = b"") -> Ended:
    return await news_monitor("rules", "try", "port.yaml", "--send", *options, folder=folder, stdin=answer)


async def test_what_a_widened_rule_missed_is_sent_once(tmp_path: Path) -> None:
    """Asked first; by the daemon that runs; what the rule has sent already, and what was sent so, is left out."""
    async with serving(site := Site()):
        write_config(
            tmp_path,
            {"wire": site.url("/feed")},
            channels={"desk": site.url("/desk", "json")},
            rules="port.yaml",
        )
        (tmp_path / "port.yaml").write_text(RULE.format("strike"), encoding="utf-8")
        site.pages["/feed"] = document(rss(*((title, f"/{title[:3]}", now()) for title in (STRIKE, WALKOUT, TALKS))))
        async with Daemon(tmp_path):
            await until(lambda: site.received)
            (tmp_path / "port.yaml").write_text(RULE.format("strike, walk out"), encoding="utf-8")

            refused = await sent_late(tmp_path, answer=b"")
            assert (refused.code, refused.told[-1]) == (
                2,
                "nothing was sent: the question was not answered; --yes skips it",
            )
            declined = await sent_late(tmp_path, answer=b"n\n")
            assert (declined.code, declined.out.endswith("Send them? [y/N]: nothing was sent\n")) == (0, True)
            assert WALKOUT in declined.out
            assert STRIKE not in declined.out

            sent = await sent_late(tmp_path, answer=b"y\n")
            assert (sent.code, "1 sent, 0 suppressed, 0 deferred; the daemon sends them" in sent.out) == (0, True)
            await until(lambda: len(site.received) > 1)
            again = await sent_late(tmp_path, "--yes", "--json")
            assert (again.code, again.out, again.err) == (0, "", "there is nothing to send\n")
        assert (await news_monitor("run", "--once", folder=tmp_path)).code == 0
        assert [message["title"] for message in site.received] == [f"HIGH: {STRIKE}", f"HIGH: {WALKOUT}"]
        assert "sent late, because a person ran `rules try --send`" in site.received[1]["message"]
        why = await news_monitor("why", "wire /Cra", "port", folder=tmp_path)
        assert "sent late" in why.out


async def test_only_live_rules_of_the_config_send(tmp_path: Path) -> None:
    """A rule in shadow is refused, and a file that the daemon does not run: of a new rule, or a new version of a rule
    that another file has."""
    write_config(tmp_path, {}, rules="port.yaml")
    (tmp_path / "port.yaml").write_text(RULE.format("strike"), encoding="utf-8")
    (tmp_path / "copy.yaml").write_text(RULE.format("walk out"), encoding="utf-8")
    assert (await news_monitor("db", "upgrade", folder=tmp_path)).code == 0
    copy = await news_monitor("rules", "try", "copy.yaml", "--send", "--yes", folder=tmp_path)
    assert copy.code == 2
    assert "no rule of copy.yaml is among the rules of monitor.yaml" in copy.err
    assert copy.err.endswith("put the new version of port into port.yaml, which has that rule\n")
    (tmp_path / "copy.yaml").write_text(RULE.format("walk out").replace("port", "mine"), encoding="utf-8")
    new = await news_monitor("rules", "try", "copy.yaml", "--send", "--yes", folder=tmp_path)
    assert new.code == 2
    assert new.err.endswith("move the file to a folder that `rules` names\n")
    (tmp_path / "port.yaml").write_text("status: shadow\n" + RULE.format("strike"), encoding="utf-8")
    shadow = await sent_late(tmp_path, "--yes")
    assert shadow.code == 2
    assert "only live rules send: port is in shadow" in shadow.err
    alone = await news_monitor("rules", "try", "port.yaml", "--yes", folder=tmp_path)
    assert (alone.code, alone.out) == (2, "")
