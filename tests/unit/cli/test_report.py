"""`report --html`: a page that is complete, needs nothing and gives nothing away."""

from __future__ import annotations

import io
import os
import stat
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lxml import html

from monitor.cli import cli
from monitor.cli.config_files import load_config
from monitor.cli.options import write_page
from monitor.errors import InvalidRequest
from monitor.services.queries.activity import load_activity
from monitor.store.engine.opening import open_database
from monitor.web.report_page import render_report
from tests.busy_desk import CAME
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


def test_the_page_has_the_figures() -> None:
    """Each chart has a table beside it with the same numbers."""
    page = read("--days", "7")
    figures = [" ".join(each.text_content().split()) for each in page.xpath("//dl[@class='figures']/div")]
    assert figures[0] == "Alerts77 new"
    assert "10 min" in figures[1]
    days = table_of(page, "Alerts by day")
    assert sum(int(count) for _, count in days[1:]) == 7
    assert len(page.xpath("//svg[@role='img']/rect")) == sum(count != "0" for _, count in days[1:])
    hours = table_of(page, "Alerts of each rule by hour of the day")
    assert len(hours[0]) == 26
    assert {row[0]: sum(map(int, row[1:25])) for row in hours[1:]} == {"launch": 3, "floods": 3, "strikes": 1}
    lengths = table_of(page, "Alerts by time from publication to sending")
    assert [count for _, _, count in lengths[1:]] == ["0", "1", "2", "1", "2", "1", "0", "0"]
    assert table_of(page, "Time to sending by rule")[-1] == ["All rules", "10 min", "31 min", "5 s", "40 s"]
    sources = table_of(page, "Sources with their articles, matches and failed fetches")
    assert ["Tass", "1", "1", "2", "stale"] in sources


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
