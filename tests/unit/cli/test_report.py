"""`report`: a page that is complete, needs nothing and gives nothing away; and its figures on any terminal and none."""

from __future__ import annotations

import io
import os
import stat
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lxml import html
from rich.cells import cell_len
from sqlalchemy import delete

from monitor import clock
from monitor.cli import cli
from monitor.cli.config_files import load_config
from monitor.cli.options import write_page
from monitor.errors import InvalidRequest
from monitor.services.queries.activity import load_activity
from monitor.store.engine.opening import open_database
from monitor.store.engine.tables import metadata
from monitor.web.report_page import SHADES, render_report, round_up, shade
from tests.support.busy_desk import CAME, fill
from tests.support.terminal import on_terminal
from tests.unit.cli.conftest import NOW

pytestmark = pytest.mark.usefixtures("busy_folder")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["report", *arguments])


def read(*arguments: str) -> html.HtmlElement:
    ended = run("--html", "-", *arguments)
    assert ended.exit_code == 0, (ended.output, ended.exception)
    return html.document_fromstring(ended.stdout)


def table_of(page: html.HtmlElement, caption: str) -> list[list[str]]:
    """The cells of a table, with single blanks."""
    (table,) = page.xpath(f"//table[caption='{caption}']")
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("th|td")] for row in table.xpath(".//tr")]


@pytest.mark.parametrize(("good", "noise", "said"), [(6, 3, None), (6, 4, "4 of 10"), (0, 2, None)])
def test_noise_is_a_count_and_not_said_of_few_marks(good: int, noise: int, said: str | None, busy_folder: Path) -> None:
    """Neither at the top nor as the share of a rule, before ten marks."""
    database = open_database(f"sqlite:///{busy_folder / 'monitor.db'}")
    found = load_activity(load_config(busy_folder / "monitor.yaml").config, database, NOW, days=7)
    database.close()
    for rule in found.rules:
        rule.health.good, rule.health.noise = (good, noise) if rule.id == "launch" else (0, 0)
    page = html.document_fromstring(render_report(found))
    figures = {each.findtext("dt"): each.findtext("dd") for each in page.xpath("//dl[@class='figures']/div")}
    assert figures.get("Noise") == said
    rows = table_of(page, "Rules with their matches, alerts and marks")
    assert {row[0].split()[0]: row[-3:] for row in rows[1:]}["launchMissile"] == [
        str(good),
        str(noise),
        "40%" if said else "–",
    ]


def test_strangers_text_is_text() -> None:
    """A title with tags, a rule's title with signs of HTML: they are read, and nothing else."""
    page = read("--days", "7")
    titles = [each.text_content() for each in page.xpath("//ol[@class='alerts']//p[@class='title']")]
    assert [title for title in titles if "<script>" in title] == [title for _, _, title, *_ in CAME if "<" in title]
    assert "Floods & <rivers>" in page.text_content()
    assert page.xpath("//script") == []


def test_the_page_needs_nothing_and_runs_nothing() -> None:
    """No script, no style of its own on any element, and no address but those of articles; the policy forbids all."""
    page = read()
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert page.xpath("//@style | //@*[starts-with(name(), 'on')] | //@src | //link | //iframe | //object") == []
    assert {address.partition("/")[0] for address in page.xpath("//@href")} == {"https:"}
    assert "url(" not in page.xpath("string(//style)")


def test_a_file_is_whole_and_private(tmp_path: Path) -> None:
    """Only its owner reads it, even if the old one could be read by all."""
    page = tmp_path / "report.html"
    page.write_text("old", encoding="ascii")
    page.chmod(0o644)
    ended = run("--html", str(page))
    assert (ended.exit_code, ended.output) == (0, f"the page is in {page}: open it in a browser\n")
    assert page.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A folder, a device (which would be replaced by a file), and a folder that is not there."""
    for name in (tmp_path, Path(os.devnull), tmp_path / "nosuch" / "report.html"):
        with pytest.raises(InvalidRequest, match=name.name):
            CliRunner().invoke(cli, ["report", "--html", str(name)], catch_exceptions=False)
    assert Path(os.devnull).is_char_device()


def test_stdout_in_another_encoding_gets_the_same_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page says that it is UTF-8: in Latin 1, what is beyond ASCII is written as a reference."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="latin-1"))
    write_page(Path("-"), "é 台风")
    sys.stdout.flush()
    assert written.getvalue() == "&#233; &#21488;&#39118;".encode("ascii")


@pytest.mark.usefixtures("emptied_folder")
def test_an_empty_archive_has_a_page() -> None:
    """It says what to do, and shows no chart of nothing."""
    page = read()
    assert "No article came in within these days" in page.text_content()
    assert page.xpath("//svg") == []


def test_many_sources_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page for thousands of sources stays one that opens at once."""
    monkeypatch.setattr("monitor.web.report_page.MAX_SOURCES", 2)
    page = read()
    assert len(table_of(page, "Sources with their articles, matches and failed fetches")) == 3
    assert "And 4 sources with fewer matches." in page.text_content()


@pytest.mark.parametrize(
    ("count", "top"),
    [(0, 2), (1, 2), (2, 2), (3, 4), (9, 10), (10, 10), (11, 20), (95, 100), (101, 200), (9_999, 10_000)],
)  # fmt: skip
def test_the_axis_ends_at_a_number_that_is_easy_to_read(count: int, top: int) -> None:
    """With a whole number in the middle, and never below the count."""
    assert (round_up(count), top % 2) == (top, 0)


def test_bars_are_as_high_as_their_counts() -> None:
    """They stand on the base line, each in the place of its day."""
    page = read("--days", "7")
    counts = [int(count) for _, count in table_of(page, "Alerts by day")[1:]]
    bars = [{key: float(bar.get(key)) for key in ("x", "y", "height")} for bar in page.xpath("//svg[@role='img']/rect")]
    expected = [(day, 100 * count / round_up(max(counts))) for day, count in enumerate(counts) if count]
    assert [(int(bar["x"]), bar["height"]) for bar in bars] == expected
    assert {bar["y"] + bar["height"] for bar in bars} == {100}


def test_more_is_darker() -> None:
    """None is not the same as a few, and the largest is the darkest."""
    assert [shade(count, 10) for count in (0, 1, 2, 3, 9, 10)] == [0, 1, 1, 2, SHADES, SHADES]
    assert (shade(0, 0), shade(1, 10_000)) == (0, 1)


def read_text(*arguments: str) -> str:
    ended = run(*arguments)
    assert ended.exit_code == 0, (ended.output, ended.exception)
    return ended.stdout


@pytest.mark.parametrize("columns", [60, 80, 100, 160])
def test_nothing_is_lost_or_too_wide_on_a_terminal(columns: int, busy_folder: Path) -> None:
    """Titles in Chinese and Japanese, whose signs take two cells, are broken and not cut."""
    lines = on_terminal(columns, "-m", "monitor", "report", "--timeline", "--days", "30", folder=busy_folder)
    assert max(map(cell_len, lines)) <= columns
    shown = "".join("".join(line.split()) for line in lines)
    for title in (
        "台风过后广东多地洪水泛滥，数万人连夜转移，铁路停运",
        "北朝鮮がミサイル発射日本のＥＥＺ外に落下か防衛省",
    ):
        assert title in shown
    assert any(line.startswith("  ") and " high " in line and "launch" in line for line in lines)


def test_one_rule_and_few_titles() -> None:
    """What is left out is counted."""
    out = read_text("--timeline", "--rule", "floods", "--most", "1")
    assert out.splitlines()[0].startswith("3 alerts in 7 days")
    assert "launch" not in out
    assert "台风" in out
    assert "and 2 older alerts: --limit shows more" in out


def test_many_days_share_bars() -> None:
    """A year has no more bars than a month."""
    row = next(line for line in read_text("--timeline", "--days", "365").splitlines() if line.startswith("launch "))
    assert len(row.split()[2]) <= 30


@pytest.mark.usefixtures("emptied_folder")
def test_the_text_of_an_empty_archive_says_what_to_do() -> None:
    """Nothing matched yet."""
    out = read_text("--timeline")
    assert out.splitlines()[0].startswith("no alerts in 7 days")
    assert "`news-monitor status`" in out
    assert "rule " not in out.splitlines()[-1]


def test_matches_without_alerts_are_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules do match: the question is why nothing was sent."""
    quiet = tmp_path / "quiet"
    database = fill(quiet, clock.now())
    with database.writing() as connection:
        for name in ("attempt", "delivery", "waiting", "account"):
            connection.execute(delete(metadata.tables[name]))
        connection.execute(metadata.tables["match"].update().values(alert_id=None, outcome="suppressed"))
        connection.execute(delete(metadata.tables["alert"]))
    database.close()
    monkeypatch.chdir(quiet)
    assert "nothing was sent: `news-monitor matches list`" in read_text("--timeline")


def test_the_text_has_what_sources_brought() -> None:
    """The first of them; the others are counted."""
    lines = read_text("--days", "7").splitlines()
    assert lines[0].startswith("7 alerts in 7 days, ")
    assert ["tass", "1", "1", "2", "stale"] in [line.split() for line in lines]
    assert "fires two missiles" not in "".join(lines)
    assert read_text("--limit", "1").splitlines()[-1] == "and 5 sources with fewer matches: --limit shows more"
    assert read_text().startswith("7 alerts in 30 days, ")


@pytest.mark.parametrize("option", ["--json", "--timeline", "--rule=launch"])
def test_a_page_is_always_whole(option: str, tmp_path: Path) -> None:
    """What would be left out of it is refused."""
    assert run("--html", str(tmp_path / "page.html"), option).exit_code == 2
    assert list(tmp_path.iterdir()) == []
