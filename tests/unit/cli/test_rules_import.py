"""`rules import`: what is written, what is refused, and that the result passes `check`."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli import cli
from monitor.errors import FeedUnreadable, InvalidRequest
from tests.support.whole import write_config

KEYWORDS = """\
# ports
Busan
"port strike"
- 부산항

# what happens
strike*
Busan
# the end
"""
QUERIES = """\
# the port desk
Busan AND (strike OR walkout) NOT baseball
"port strike" site:yna.co.kr
lang:ko Busan
Busan AND
  (strike
   OR wal*out)
파업
"""
FEED = "https://www.google.com/alerts/feeds/01234567890123456789/9876543210987654321"
OTHER_FEED = "https://www.google.co.kr/alerts/feeds/1/2"
ALERT = f"""\
<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<id>tag:google.com,2013:googlealerts/feed:9876543210987654321</id>
<title>Google Alert - Busan strike OR walkout -baseball</title>
<link href="{FEED}" rel="self"></link>
<updated>2026-01-05T09:00:00Z</updated>
</feed>
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the test runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args: str, given: str | bytes = "") -> Result:
    Path("list.txt").write_bytes(given if isinstance(given, bytes) else given.encode())
    return CliRunner().invoke(cli, ["rules", "import", *args, "list.txt"], catch_exceptions=False)


def check(*paths: str) -> Result:
    return CliRunner().invoke(cli, ["check", *paths], catch_exceptions=False)


def test_a_test_that_does_not_hold_is_not_written(folder: Path) -> None:
    """The query can never be met: its rule has no tests, and `check` advises on that."""
    assert run("--output", "never.yaml", given="strike AND NOT strike*").exit_code == 0
    assert "tests" not in (folder / "never.yaml").read_text(encoding="utf-8")
    assert "untested" in check("never.yaml").stdout


@pytest.mark.parametrize("given", [ALERT, f"{FEED} Busan strike OR walkout -baseball\n"])
def test_an_alert_of_google_becomes_a_source_and_a_rule(folder: Path, given: str) -> None:
    """By its saved feed, or by its address and query. Nothing is fetched: tests allow no connection."""
    write_config(folder, {})
    done = run("-o", "alerts.yaml", "--sources", "feeds.yaml", given=given)
    assert done.exit_code == 0
    assert done.stderr.splitlines() == [
        "list.txt: read as google-alerts: 1 rule with 3 tests, written to alerts.yaml",
        "list.txt: 1 feed, written to feeds.yaml",
    ]
    assert "match: {all: [{words: [Busan]}, {words: [strike, walkout]}]}\nunless: {words: [baseball]}\n" in (
        folder / "alerts.yaml"
    ).read_text(encoding="utf-8")
    config = (folder / "monitor.yaml").read_text(encoding="utf-8").replace("sources.yaml", "feeds.yaml")
    (folder / "monitor.yaml").write_text(config, encoding="utf-8")
    listed = CliRunner().invoke(cli, ["sources", "list", "--json"]).stdout
    assert f'"url": "{FEED}"' in listed
    assert '"id": "alert-busan-strike-walkout-baseball"' in listed


@pytest.mark.usefixtures("folder")
def test_feeds_without_a_query_are_sources_only() -> None:
    """Without --sources, what to do is said; a feed twice is one source."""
    done = run(given=f"{FEED}\n# Korea\n{OTHER_FEED}\n{FEED}\n")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "2 feeds: give --sources FILE to write them as sources" in done.stderr


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("given", "format_", "rules"),
    [
        ("Busan\nport strike\n", "keywords", 1),
        ("# a comment AND more\nBusan\n", "keywords", 1),
        ('"port strike"\n', "keywords", 1),
        ("Busan\nBusan AND strike\n", "boolean", 2),
        ("Busan\n-film strike\n", "boolean", 2),
        (f"{FEED} Busan\nstrike\n", "google-alerts", 2),
    ],
)
def test_the_format_is_detected_and_printed(given: str, format_: str, rules: int) -> None:
    """So that a wrong guess is seen."""
    assert f"read as {format_}: {rules} rule" in run(given=given).stderr


@pytest.mark.parametrize(
    ("args", "given", "said"),
    [
        (["--format", "keywords"], "Busan AND strike", "list.txt:1:1: this line is a query: it has AND; give --format"),
        (["--format", "keywords"], "Busan, strike", "list.txt:1:1: this line has several words; write each word"),
        (["--format", "keywords"], "str*ke", "list.txt:1:1: in 'str*ke' the '*' is not at an end of a word"),
        (["--format", "keywords"], "...", "list.txt:1:1: '...' has no letter and no digit"),
        ([], "", "list.txt: read as keywords: no rule was made"),
        ([], "# only a comment\n", "list.txt: read as keywords: no rule was made"),
        (["--format", "boolean"], "NOT film", "list.txt:1:1: an article that has none of these words would meet this"),
    ],
)
def test_what_makes_no_rule_is_said_and_writes_no_file(folder: Path, args: list[str], given: str, said: str) -> None:
    """Exit code 1."""
    done = run(*args, "-o", "new.yaml", given=given)
    assert done.exit_code == 1
    assert said in done.stderr
    assert not (folder / "new.yaml").exists()


@pytest.mark.parametrize("option", ["--output", "--sources"])
def test_a_file_that_is_there_is_never_overwritten(folder: Path, option: str) -> None:
    """Whatever it holds, and even if the list has nothing for it."""
    (folder / "mine.yaml").write_text("mine\n", encoding="utf-8")
    with pytest.raises(InvalidRequest, match="there is such a file already; nothing was written"):
        run(option, "mine.yaml", given="Busan")
    assert (folder / "mine.yaml").read_text(encoding="utf-8") == "mine\n"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("args", [["-o", "a.yaml", "--sources", "a.yaml"], ["--sources", "-"]])
def test_rules_and_sources_do_not_share_a_file(args: list[str]) -> None:
    """A file holds either."""
    with pytest.raises(InvalidRequest, match="rules and sources need a file each"):
        run(*args, given=f"{FEED} Busan")


def test_ids_of_rules_that_exist_are_not_used_again(folder: Path) -> None:
    """So that the new file can be put beside them."""
    write_config(folder, {})
    (folder / "monitor.yaml").write_text(
        "rules: [rules]\nsources: []\nchannels: {}\nroutes: {default: []}\n", encoding="utf-8"
    )
    (folder / "rules").mkdir()
    (folder / "rules/one.yaml").write_text("rule: list\ntitle: a\nmatch: {words: [a word]}\n", encoding="utf-8")
    assert "rule: list-2\n" in run(given="Busan").stdout


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "euc-kr"])
def test_other_encodings_are_read(codec: str) -> None:
    """As spreadsheets and old editors write them."""
    given = "부산항 파업\r\n해운노조 총파업\r\n항만 노동자들이 무기한 파업에 들어갔다\r\n".encode(codec)
    assert "    - 부산항 파업\n    - 해운노조 총파업\n" in run(given=given).stdout


@pytest.mark.usefixtures("folder")
def test_what_is_no_list_is_refused() -> None:
    """A web page, another feed, and a file that nobody wrote by hand."""
    for given in ("<html><title>Google Alert - a</title></html>", ALERT.replace("Google Alert - ", "News "), "<feed"):
        with pytest.raises(FeedUnreadable, match=r"list\.txt: "):
            run(given=given)
    with pytest.raises(InvalidRequest, match="larger than 1024 KiB"):
        run(given="a\n" * 600_000)
