"""The command-line contract: help, exit codes, where things are printed, and how commands end when nobody listens."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from monitor.cli import cli
from monitor.errors import InvalidRequest
from tests.support.newest import make_newest
from tests.support.patience import PATIENCE
from tests.support.whole import DESK, ROOT, news_monitor, run_in_interpreter, started, write_config

COMMANDS = (
    "demo", "init", "run", "check", "schema", "parse", "match", "status", "sources list",
    "sources health", "sources retry", "sources add", "sources remove", "sources import", "sources export",
    "outbox list", "outbox retry", "outbox discard", "outbox move", "routes show",
    "channels list", "channels add", "channels preview", "channels test", "channels drill", "channels canary",
    "matches list", "matches show", "matches export", "mark",
    "alerts list", "alerts show", "marks list", "marks export", "marks import",
    "stories list", "stories show", "stories merge", "stories split", "stories mute", "stories unmute",
    "articles forget",
    "db upgrade", "db backup", "db restore", "db check", "db prune", "why", "replay", "entities list",
    "rules list", "rules show", "rules misses", "rules coverage", "rules packs", "rules test",
    "rules try", "score", "report", "alerts feed", "completion", "rules import",
    "search", "articles list", "articles search", "articles show", "articles export", "db index",
    "sources show", "entities show", "lists list", "lists show",
)  # fmt: skip
HEAVY = ("apprise", "sqlalchemy", "aiohttp", "feedparser", "pydantic", "alembic", "rich", "yaml", "apscheduler")
IMPORTED = """\
import sys, monitor.cli
sys.argv = ["news-monitor", *{arguments}]
try:
    monitor.cli.main()
finally:
    print([name for name in {heavy} if name in sys.modules], file=sys.stderr)
"""
RULES = ("--rules", DESK["rules"], "--rules", DESK["entities"])


def ask_for_help(command: str) -> str:
    ended = CliRunner().invoke(cli, [*command.split(), "--help"], prog_name="news-monitor")
    assert (ended.exit_code, ended.stderr) == (0, "")
    return ended.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    """Somebody who knows only the command's name can use it."""
    out = ask_for_help(command)
    assert f"Usage: news-monitor {command}" in out
    assert "Example" in out
    assert f"  news-monitor {command}" in out.split("Example", 1)[1]


async def test_help_imports_nothing_heavy() -> None:
    """`--help` is there at once, whatever the program can do."""
    asking = IMPORTED.format(arguments=["--help"], heavy=HEAVY)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", asking), cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert b"Usage: news-monitor" in out
    assert err.decode().strip() == "[]"


HIT = '{"id": "a", "title": "North Korea fires missiles"}\n'
LABELLED = '{"id": 1, "title": "Missiles", "labels": ["one"]}\n'
FILES: dict[str, str | bytes] = {
    "hit.jsonl": HIT,
    "none.jsonl": '{"id": "a", "title": "Ferries run on time"}\n',
    "bad.jsonl": "{\n",
    "one.yaml": "rule: one\ntitle: One\nlevel: low\nmatch: {words: [missiles]}\n",
    "held.yaml": "one: {fires: [Missiles]}\n",
    "failed.jsonl": '{"title": "Missiles", "silent": ["any"]}\n',
    "labelled.jsonl": f'{LABELLED}{{"id": 2, "title": "Ferries", "labels": ["one"]}}\n',
    "unlabelled.jsonl": f'{LABELLED}{{"id": 2, "title": "Missiles", "labels": "one"}}\n',
    "bad.yaml": "rule: a\nwhat: b\n",
    "feed.xml": "<rss version='2.0'><channel><title>t</title><item><title>a</title></item></channel></rss>",
    "page.html": "<!doctype html><html><head><title>Home</title></head></html>",
    "list.opml": "<opml version='2.0'><body><outline xmlUrl='https://a.example/feed'/></body></opml>",
    "lost.opml": "<opml version='2.0'><body><outline type='rss'/></body></opml>",
    "latin.yaml": b"timezone: \xff\n",
    "list.yaml": "- a\n",
    "words.txt": "strike\nwalkout\n",
    "queries.txt": "Busan AND strike\n",
    "bad-query.txt": "Busan AND\n",
}


def write_files(folder: Path) -> None:
    write_config(folder, {})
    for name, content in FILES.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


EXIT_CODES = [
    (0, "match --rules {desk}/rules --rules {desk}/entities hit.jsonl"),  # hits or no hits: fine
    (0, "match --rules {desk}/rules --rules {desk}/entities none.jsonl"),
    (0, "match hit.jsonl"),  # the config of the folder
    (1, "match --rules {desk}/rules --rules {desk}/entities bad.jsonl"),  # an unusable line
    (1, "match --rules bad.yaml hit.jsonl"),  # a faulty rule
    (2, "match -c monitor.yaml --rules {desk}/rules hit.jsonl"),  # both
    (2, "match"),
    (0, "replay --rules {desk}/rules --rules {desk}/entities hit.jsonl none.jsonl"),
    (0, "replay -c monitor.yaml --zone Asia/Seoul --stories all --json hit.jsonl"),
    (1, "replay --rules {desk}/rules --rules {desk}/entities bad.jsonl"),
    (1, "replay --rules bad.yaml hit.jsonl"),
    (1, "replay --against bad.yaml hit.jsonl"),
    (2, "replay -c monitor.yaml --rules {desk}/rules hit.jsonl"),
    (2, "replay --stories some hit.jsonl"),
    (2, "replay --against one.yaml --against-config monitor.yaml hit.jsonl"),
    (2, "replay --zone nowhere hit.jsonl"),
    (1, "rules try bad.yaml"),
    (2, "rules try one.yaml --days 0"),
    (1, "rules try {desk}/rules/east-asia.yaml"),  # nothing has run yet
    (0, "rules list"),
    (0, "rules list --rules one.yaml --json"),
    (1, "rules list --rules bad.yaml"),
    (2, "rules list -c monitor.yaml --rules one.yaml"),
    (0, "rules packs"),
    (0, "rules test --rules one.yaml held.yaml"),
    (1, "rules test --rules one.yaml failed.jsonl"),
    (1, "rules test --rules one.yaml hit.jsonl"),  # nothing is expected
    (1, "rules test --rules one.yaml one.yaml"),  # rules, and no headlines
    (1, "rules test --rules bad.yaml held.yaml"),
    (0, "score --rules one.yaml labelled.jsonl"),  # right or wrong: fine
    (0, "score --rules one.yaml --list --json labelled.jsonl"),
    (1, "score --rules one.yaml hit.jsonl"),  # nothing is labelled
    (1, "score --rules one.yaml unlabelled.jsonl"),  # an unusable line
    (1, "score --rules bad.yaml labelled.jsonl"),
    (2, "score -c monitor.yaml --rules one.yaml labelled.jsonl"),
    (2, "score"),
    (0, "why -c monitor.yaml -"),  # an article from standard input, whether or not a rule meets it
    (2, "why - nosuch"),
    (1, "why https://x.test/1"),  # nothing has run yet
    (0, "parse feed.xml"),
    (1, "parse page.html"),  # a document that is no feed
    (2, "parse --header nocolon feed.xml"),
    (2, "parse"),
    (0, "check"),
    (0, "check -c monitor.yaml"),
    (0, "check {desk}/rules {desk}/entities"),
    (1, "check bad.yaml"),
    (1, "check -c bad.yaml"),
    (2, "check -c nosuch.yaml"),
    (1, "check -c latin.yaml"),
    (1, "check -c list.yaml"),
    (1, "check -c ."),
    (0, "schema"),
    (0, "schema config"),
    (0, "schema webhook"),
    (2, "schema nosuch"),
    (1, "run --once -c nosuch.yaml"),  # a supervisor tries again
    (1, "run -c latin.yaml"),
    (2, "run --twice"),
    (0, "sources list"),
    (2, "sources nosuch"),
    (0, "entities list"),
    (2, "entities list --group nosuch"),
    (2, "entities list --kind nosuch"),
    (0, "sources import list.opml"),
    (0, "sources import --dry-run --json list.opml"),
    (1, "sources import page.html"),  # a document that is no list of feeds
    (1, "sources import lost.opml"),  # an unusable line
    (0, "sources export"),
    (2, "sources export -o out.opml --tag none"),
    (1, "status"),  # nothing has run yet
    (1, "outbox list"),
    (1, "outbox retry 1"),
    (2, "outbox retry"),
    (2, "outbox discard"),
    (2, "outbox retry 1 --dead"),
    (2, "outbox discard 1 --channel desk"),
    (2, "outbox move 1"),
    (1, "matches list"),
    (1, "matches export"),
    (0, "entities show -c monitor.yaml north-korea"),
    (2, "entities show -c monitor.yaml nort-korea"),
    (0, "lists list"),
    (0, "lists list --rules {desk}/entities --json"),
    (2, "lists show -c monitor.yaml nosuch"),
    (2, "sources show nope"),
    (2, "matches show one"),
    (1, "stories mute S1"),  # nothing has run yet
    (2, "stories mute S1 --for soon"),
    (2, "stories mute S1 --for 1h --until 09:00"),
    (0, "channels list"),
    (0, "channels test"),
    (2, "channels test nosuch"),
    (2, "channels preview nosuch"),
    (0, "channels add desk json://127.0.0.1:9 --route default"),
    (1, "channels add desk nosuch://x"),
    (2, "channels add screen console://"),
    (2, "channels add desk"),
    (1, "channels drill"),
    (2, "channels canary"),
    (0, "db upgrade"),
    (1, "db backup copy.db"),  # nothing has run yet
    (1, "db restore feed.xml"),
    (1, "db check"),
    (1, "search port"),
    (2, "search"),
    (2, "search foo:bar"),
    (2, "search port --json --csv"),
    (2, "articles list *strike"),
    (2, "articles export since:nosuch"),
    (2, "matches list foo:bar"),
    (1, "articles forget https://x.test/1"),
    (0, "init new"),
    (0, "init --pack east-asia new"),
    (0, "init --empty new"),
    (2, "init --pack nosuch new"),
    (2, "init --pack east-asia --empty new"),
    (2, "init feed.xml"),  # a file, not a folder
    (2, "init feed.xml/below"),
    (1, "report --timeline"),  # nothing has run yet
    (2, "report --days 0"),
    (1, "report --html -"),
    (2, "report --html - --json"),
    (1, "alerts feed"),  # there is none: it says what to write
    (0, "completion bash"),
    (2, "completion tcsh"),
    (0, "--version"),
    (2, "nosuch"),
    (0, "rules import words.txt"),
    (0, "rules import -o new.yaml --format boolean queries.txt"),
    (1, "rules import --format boolean bad-query.txt"),  # what a rule cannot say
    (1, "rules import --format google-alerts page.html"),
    (2, "rules import -o one.yaml words.txt"),  # it is there
    (2, "rules import --format nosuch words.txt"),
]


@pytest.mark.parametrize(("code", "command"), EXIT_CODES)
async def test_exit_codes(code: int, command: str, tmp_path: Path) -> None:
    """0 fine, 1 problems found, 2 wrong usage; and what is wrong is told."""
    write_files(tmp_path)
    ended = await news_monitor(*fill_in(command), folder=tmp_path, stdin=HIT.encode())
    assert ended.code == code, ended.err
    if code:
        assert (ended.err + ended.out).strip()


def fill_in(command: str) -> list[str]:
    return command.format(desk=DESK["rules"].parent).split()


def choose_one_use_of_every_command() -> list[str]:
    """A command line without a fault of every command in the table of exit codes; of other groups their help."""
    lines = {}
    for name in COMMANDS:
        uses = [line for code, line in EXIT_CODES if not code and line.split()[: len(name.split())] == name.split()]
        lines[name] = uses[0] if uses else f"{name} --help"
    groups = {name.split()[0] for name, line in lines.items() if line.endswith("--help")}
    used = {name.split()[0] for name, line in lines.items() if not line.endswith("--help")}
    helps = {group: f"{group} --help" for group in groups - used}
    return [line for line in lines.values() if not line.endswith("--help")] + sorted(helps.values())


@pytest.mark.parametrize("command", choose_one_use_of_every_command())
async def test_every_command_works_in_a_new_interpreter(command: str, tmp_path: Path) -> None:
    """It imports what it needs itself: the forks of other tests have everything imported before."""
    write_files(tmp_path)
    ended = await run_in_interpreter(*fill_in(command), folder=tmp_path, stdin=HIT.encode())
    assert ended.code == 0, ended.err


MISSING = {
    "{}: there is no such file; `news-monitor init` writes one": (
        "check -c {}", "match -c {} -", "replay -c {} -", "replay --against-config {} hit.jsonl", "rules list -c {}",
        "rules test -c {} -", "rules try -c {} one.yaml", "score -c {} -", "why -c {} -", "entities list -c {}",
        "parse -c {} feed.xml", "status -c {}", "sources list -c {}", "sources health -c {}", "sources retry -c {} a",
        "sources add -c {} https://x.test/", "sources remove -c {} a", "sources import -c {} list.opml",
        "sources export -c {}", "outbox list -c {}", "outbox retry -c {} 1", "outbox discard -c {} 1",
        "channels preview -c {} a", "outbox move -c {} 1 --to a",
        "channels list -c {}", "channels add -c {} a console://", "channels test -c {}",
        "channels drill -c {}", "channels canary -c {}",
        "matches list -c {}", "matches show -c {} 1",
        "matches export -c {}", "stories list -c {}", "stories show -c {} a", "stories merge -c {} a b",
        "stories split -c {} a b", "stories mute -c {} a", "stories unmute -c {} a",
        "articles forget -c {} a", "db upgrade -c {}", "db backup -c {} copy.db",
        "db restore -c {} hit.jsonl",
        "db check -c {}", "db prune -c {}", "alerts list -c {}", "alerts show -c {} a",
        "mark -c {} a missed --rule b", "marks export -c {}", "marks import -c {} hit.jsonl", "marks list -c {}",
        "mark -c {} 1 good", "rules misses -c {}", "rules show -c {} a", "rules coverage -c {} a",
        "routes show -c {}", "report -c {} --html -", "alerts feed -c {}",
        "rules import -c {} words.txt",
        "search -c {} a", "articles list -c {}", "articles search -c {} a",
        "articles show -c {} a", "articles export -c {}", "db index -c {}",
        "sources show -c {} a", "entities show -c {} a", "lists list -c {}", "lists show -c {} a",
    ),
    "{}: there is no such file or folder": (
        "check {}", "match {}", "match --rules {} -", "replay {}", "replay --rules {} -", "replay --against {} -",
        "rules list --rules {}", "rules show --rules {} a", "rules test {}", "rules test --rules {} -", "rules try {}",
        "score {}", "score --rules {} -", "why --rules {} -", "entities list --rules {}", "parse {}",
        "lists list --rules {}", "sources import {}",
        "marks import {}", "rules coverage --rules {} --data hit.jsonl a", "rules coverage --data {} a",
        "rules import {}",
    ),
    "{}/new: there is no folder {}; make it first": (
        "sources export -o {}/new", "matches export {}/new", "db backup {}/new", "marks export {}/new",
        "report --html {}/new", "rules import -o {}/new words.txt", "rules import --sources {}/new words.txt",
        "articles export -o {}/new", "matches export -o {}/new",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "command"), [(sentence, command) for sentence, commands in MISSING.items() for command in commands]
)
def test_a_file_that_is_not_there_is_wrong_usage(
    sentence: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one sentence, whichever command, option or argument names it; nothing is written."""
    write_files(tmp_path)
    before = sorted(tmp_path.iterdir())
    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(cli, command.format("nosuch", "nosuch").split(), input="")
    assert isinstance(ended.exception, InvalidRequest), (ended.output, ended.exception)  # `main` ends with 2
    assert str(ended.exception) == sentence.format("nosuch", "nosuch")
    assert sorted(tmp_path.iterdir()) == before


def test_the_table_of_missing_files_has_every_command_that_takes_one() -> None:
    """Each argument and option that is a path stands in the table, or below with its reason."""
    others = {
        ("run", "config"),  # 1, so that a supervisor tries again
        ("init", "folder"),  # it is made
        ("sources add", "file"), ("sources import", "file"),  # must be one that monitor.yaml names
    }  # fmt: skip
    found = {(name, parameter.name) for name in COMMANDS for parameter in _find_path_parameters(name)}
    assert others <= found
    for name, parameter in sorted(found - others):
        table = [command for commands in MISSING.values() for command in commands if command.startswith(f"{name} ")]
        option = {
            "config": " -c {}",
            "rules": "--rules {}",
            "output": "-o {}",
            "against": "--against {}",
            "data": "--data {}",
        }
        mark = option.get(str(parameter), "--against-config {}" if parameter == "against_config" else " {}")
        assert any(mark in command for command in table), (name, parameter)


def _find_path_parameters(name: str) -> list[click.Parameter]:
    command: click.Command = cli
    for part in name.split():
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), part)
        assert found is not None
        command = found
    return [parameter for parameter in command.params if isinstance(parameter.type, click.Path)]


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("match --json two.jsonl", "two.jsonl: line 2: not JSON"),
        ("replay --json two.jsonl", "two.jsonl: line 2: not JSON"),
        ("rules try --json rule.yaml", "0 gained, 0 lost"),
        ("rules list --json", "sources.yaml:3:"),
        ("rules packs --json", None),
        ("rules test --rules rule.yaml --json expected.jsonl", "expected.jsonl: line 2: not JSON"),
        ("score --rules rule.yaml --list --json labelled.jsonl", "labelled.jsonl: line 2: not JSON"),
        ("why --json https://x.test/1", "no article is stored for 'https://x.test/1'"),
        ("sources list --json", "sources.yaml:3:"),
        ("status --json", "sources.yaml:3:"),
        ("outbox list --json", None),
        ("channels list --json", "sources.yaml:3:"),
        ("matches list --json", None),
        ("matches export", None),
        ("sources import --json two.opml", "sources.yaml:3:"),
        ("parse --json broken.xml", "broken.xml: the document is ill-formed"),
    ],
)
async def test_json_goes_to_stdout_and_words_to_stderr(command: str, complaint: str | None, tmp_path: Path) -> None:
    """Every line of stdout is JSON, also when there is something to complain of."""
    write_config(tmp_path, {"agency": "http://127.0.0.1:9/feed"})
    make_newest(tmp_path / "monitor.db").close()
    with (tmp_path / "sources.yaml").open("a", encoding="utf-8") as file:
        file.write("  - {id: other}\n")
    (tmp_path / "two.jsonl").write_text(f"{HIT}{{\n", encoding="utf-8")
    (tmp_path / "rule.yaml").write_text("rule: a\ntitle: A\nlevel: low\nmatch: {words: [a]}\n", encoding="utf-8")
    (tmp_path / "expected.jsonl").write_text('{"title": "x", "fires": ["a"]}\n{\n', encoding="utf-8")
    labelled = '{"id": 1, "title": "x", "labels": ["a"]}\n{\n'
    (tmp_path / "labelled.jsonl").write_text(labelled, encoding="utf-8")
    (tmp_path / "two.opml").write_text("<opml>\n<outline type='rss'/></opml>", encoding="utf-8")
    (tmp_path / "broken.xml").write_text("<rss version='2.0'><channel><item><title>a</title>", encoding="utf-8")
    ended = await news_monitor(*command.split(), folder=tmp_path)
    assert all(isinstance(row, dict) for row in ended.rows)
    assert (complaint in ended.err) if complaint else (ended.err == "")


@pytest.mark.parametrize(
    "command", ["match --json -", "replay --json -", "parse --json -", "check", "sources list", "schema"]
)
async def test_a_closed_pipe_is_no_traceback(command: str, tmp_path: Path) -> None:
    """`news-monitor ... | head -1` ends quietly."""
    write_config(tmp_path, {"agency": "http://127.0.0.1:9/feed"})
    articles = HIT.encode() * 2_000
    items = b"<item><title>a</title></item>" * 5_000
    given = {
        "match": articles,
        "replay": articles,
        "parse": b"<rss version='2.0'><channel>" + items + b"</channel></rss>",
    }
    process = await started(*command.split(), folder=tmp_path)
    assert process.stdout is not None
    process.stdout._transport.close()  # type: ignore[attr-defined]
    _, err = await process.communicate(given.get(command.split(maxsplit=1)[0], b""))
    assert b"Traceback" not in err
    assert b"BrokenPipe" not in err
    assert b"Exception ignored" not in err


async def test_ctrl_c_is_no_traceback(tmp_path: Path) -> None:
    """A command that waits for its input is left as one leaves any program."""
    process = await started("match", *RULES, "--json", "-", folder=tmp_path)
    assert process.stdin is not None
    assert process.stderr is not None
    process.stdin.write(b"{\n" + b" " * 2**20 + b"\n")  # more than its buffer holds: the first line is complained of
    assert await process.stderr.readline()
    process.send_signal(signal.SIGINT)
    assert b"Traceback" not in await asyncio.wait_for(process.stderr.read(), PATIENCE)
    assert await process.wait() == 1
    process.stdin.close()
