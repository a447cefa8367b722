"""Commands of tests run in forks: what a fork has of its own, and when a new interpreter is needed."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.support import whole
from tests.support.whole import news_monitor, run_in_interpreter


async def test_a_fork_ends_as_a_new_interpreter_does(tmp_path: Path) -> None:
    """The same output, errors and exit code, in its own folder, with its own input."""
    (tmp_path / "one.yaml").write_text("rule: one\ntitle: One\nlevel: low\nmatch: {words: [missiles]}\n", "utf-8")
    for args, stdin in (
        (("match", "--rules", "one.yaml", "--json", "-"), b"Missiles\nFerries\n"),
        (("match", "--rules", "nosuch", "-"), b""),
        (("check", "-c", "nosuch.yaml"), b""),
    ):
        forked = await news_monitor(*args, folder=tmp_path, stdin=stdin)
        assert forked == await run_in_interpreter(*args, folder=tmp_path, stdin=stdin)
        assert forked.out + forked.err != ""


async def test_forks_run_at_once_and_need_not_read_their_input(tmp_path: Path) -> None:
    """More input than a pipe holds, for commands that ask for none."""
    asked = (news_monitor("--version", folder=tmp_path, stdin=b"x" * 2**20) for _ in range(4))
    assert {(ended.code, ended.out.split()[0]) for ended in await asyncio.gather(*asked)} == {(0, "news-monitor,")}


def test_what_python_reads_at_its_start_needs_an_interpreter() -> None:
    """Other variables reach a fork."""
    server, surroundings = whole._program_server(), whole._surroundings(None)
    assert not server.needs_interpreter({**surroundings, "PASSWORD": "x"})
    assert server.needs_interpreter({**surroundings, "LC_ALL": "ja_JP"})
    assert server.needs_interpreter({**surroundings, "PYTHONPATH": "elsewhere"})
