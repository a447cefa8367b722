"""A rule from its first try to its first alert, as its author meets it: `match`, `check`, shadow, live."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.whole import Site, document, news_monitor, now, rss, serving, write_config

RULE = """\
rule: launch
title: A launch
level: medium
status: shadow
where: {tags: [wire], unknown: does not count}
match:
  all: [{list: arms, name: what}, {words: {en: [fired]}, name: did}]
raise: [{to: critical, if: {words: {en: [nuclear]}}}]
tests:
  fires: [{title: A missile was fired, source: agency}]
  silent: [{title: A missile was fired, source: blog}]
---
list: arms
words: {en: [missile, missiles]}
"""
FIRST, SECOND = "A nuclear missile was fired over the sea", "Two missiles fired at dawn, the ministry says"


def write_rule(folder: Path, status: str) -> None:
    (folder / "launch.yaml").write_text(RULE.replace("shadow", status), encoding="utf-8")
    sources = (folder / "sources.yaml").read_text("utf-8")
    if "tags" not in sources:
        sources = sources.replace("{id: agency,", "{id: agency, tags: [wire],")
        (folder / "sources.yaml").write_text(sources, encoding="utf-8")


async def test_a_rule_is_tried_in_shadow_and_then_tells(tmp_path: Path) -> None:
    """What `match` says, the daemon does: nobody is told in shadow, `status` and `matches` say of what they would have
    been, and made live it tells the next article of the same story."""
    async with serving(site := Site()):
        write_config(
            tmp_path,
            {name: site.url(f"/{name}") for name in ("agency", "blog")},
            channels={"desk": site.url("/desk", "json")},
            rules="launch.yaml",
        )
        write_rule(tmp_path, "shadow")
        assert (await news_monitor("check", folder=tmp_path)).code == 0
        assert (await news_monitor("check", "launch.yaml", folder=tmp_path)).code == 0

        line = json.dumps({"id": 1, "title": FIRST, "source": "agency"}).encode()
        for files, levels in ((("-c", "monitor.yaml"), {"launch": "critical"}), (("--rules", "launch.yaml"), {})):
            (row,) = (await news_monitor("match", *files, "--json", "-", folder=tmp_path, stdin=line)).rows
            assert row["levels"] == levels  # rules alone know no source, and so not its tags

        page = (FIRST, "/1", now())
        site.pages = dict.fromkeys(("/agency", "/blog"), document(rss(page)))
        assert (await news_monitor("run", "--once", folder=tmp_path)).code == 0
        assert site.received == []
        (would,) = (await news_monitor("matches", "list", "--decision", "shadow", "--json", folder=tmp_path)).rows
        assert (would["rule"], would["level"], would["article"]["source"]) == ("launch", "critical", "agency")
        assert {(span["text"], span["node"]) for span in would["evidence"]} == {("missile", "what"), ("fired", "did")}
        assert would["reason"].startswith("launch is in shadow; it would have sent: ")
        (status,) = (await news_monitor("status", "--json", folder=tmp_path)).rows
        assert (status["alerts"], status["shadow"]["launch"]["alerts"]) == (0, 1)

        write_rule(tmp_path, "live")
        site.pages = dict.fromkeys(
            ("/agency", "/blog"), document(rss(page, (SECOND, "/2", now()), (FIRST, "/3", now())))
        )
        assert (await news_monitor("run", "--once", folder=tmp_path)).code == 0
        assert sorted(message["title"] for message in site.received) == [f"CRITICAL: {FIRST}", f"MEDIUM: {SECOND}"]
