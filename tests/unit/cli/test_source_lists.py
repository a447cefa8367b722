"""`sources import` and `sources export`: what is added, told and written, and that nothing is half-written."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli import cli
from monitor.errors import MonitorError
from tests.support.whole import write_config

OPML = """\
<opml version="2.0"><body>
<outline text="Asia"><outline text="New" xmlUrl="https://new.example/feed"/></outline>
<outline text="One" xmlUrl="http://one.example/feed"/>
<outline text="Bad" xmlUrl="nowhere"/>
<outline text="Lost" type="rss"/>
</body></opml>
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config with two sources and a list of feeds, in which the test stands."""
    write_config(tmp_path, {"one": "https://one.example/feed", "two": "https://two.example/feed"})
    (tmp_path / "list.opml").write_text(OPML, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["sources", *args], catch_exceptions=False)


def test_a_list_is_imported_and_what_is_not_is_told_line_by_line(folder: Path) -> None:
    """Good feeds are added, whatever stands beside them; the exit code says that something could not be used."""
    ended = run("import", "--tag", "desk", "list.opml")
    assert ended.exit_code == 1
    assert ended.stdout == (
        "new-example  https://new.example/feed\n1 added to sources.yaml; 1 already there; 2 could not be used\n"
    )
    assert ended.stderr.splitlines() == [
        "list.opml:3: http://one.example/feed is there already: one, sources.yaml:2:5",
        "list.opml:4: nowhere url: this is not a web address; write one that begins with https:// or http://",
        "list.opml:5: this feed has no address (xmlUrl)",
    ]
    added = "  - id: new-example\n    url: https://new.example/feed\n    name: New\n    tags: [asia, desk]\n"
    assert (folder / "sources.yaml").read_text(encoding="utf-8").endswith(added)
    assert run("import", "list.opml").stdout == "0 added to sources.yaml; 2 already there; 2 could not be used\n"


def test_a_list_that_gives_a_source_more_trust_is_named(folder: Path) -> None:
    """A proxy reads and may change what it fetches, and rules trust an official source."""
    proxy = 'xmlns:nm="urn:news-monitor:source" nm:proxy="http://proxy.example:8080"'
    outlines = f'<outline {proxy} xmlUrl="http://a.example/"/><outline category="official" xmlUrl="http://b.example/"/>'
    (folder / "list.opml").write_text(f'<opml version="2.0"><body>{outlines}</body></opml>', encoding="utf-8")
    assert run("import", "list.opml").stdout.splitlines()[:2] == [
        "a-example  http://a.example/  (fetched through http://proxy.example:8080)",
        "b-example  http://b.example/  (tagged official)",
    ]


def test_an_address_with_an_open_token_is_added_with_a_warning(folder: Path) -> None:
    """As `check` gives it; the token is not shown, and nothing was wrong with the list."""
    outline = '<outline xmlUrl="https://a.example/?token=0penly"/>'
    (folder / "list.opml").write_text(f'<opml version="2.0"><body>{outline}</body></opml>', encoding="utf-8")
    ended = run("import", "list.opml")
    assert ended.exit_code == 0
    assert ended.stderr == (
        "list.opml:1: https://a.example/?token=*** has a token or a password in plain text: write "
        "${env:NAME}, ${file:/PATH} or ${credential:NAME} in its place\n"
    )
    assert "0penly" not in ended.output


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    """And says what would be."""
    before = (folder / "sources.yaml").read_bytes()
    assert "1 would be added to sources.yaml" in run("import", "--dry-run", "list.opml").stdout
    assert (folder / "sources.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["import", "nosuch.opml"], "nosuch.opml: there is no such file or folder"),
        (["import", "sources.yaml"], "sources.yaml: this is not a list of feeds"),
        (["import", "list.opml", "--file", "other.yaml"], "other.yaml is not read"),
        (["import", "list.opml", "--tag", " "], "tags: this text is empty"),
        (["export", "-o", "nosuch/list.opml"], "nosuch/list.opml: there is no folder nosuch; make it first"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_changed(folder: Path, args: list[str], said: str) -> None:
    """In one line."""
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(MonitorError, match=said):
        run(*args)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_list_that_names_nothing_is_told(folder: Path) -> None:
    """It may be the wrong file."""
    (folder / "empty.opml").write_text("<opml version='2.0'><body/></opml>", encoding="utf-8")
    ended = run("import", "empty.opml")
    assert (ended.exit_code, ended.stdout, ended.stderr) == (1, "", "empty.opml: it names no feed\n")


def test_what_is_exported_is_imported_elsewhere(folder: Path) -> None:
    """With every key, into a file that is not there yet; a tag picks."""
    (folder / "sources.yaml").write_text(
        "sources:\n"
        "  - id: one\n    url: https://one.example/feed\n    tags: [x, y]\n    every: 2 minutes\n"
        "  - id: two\n    url: https://two.example/\n    kind: page\n    select: {entry: a}\n    full_text: true\n",
        encoding="utf-8",
    )
    before = (folder / "sources.yaml").read_text(encoding="utf-8")
    assert run("export", "-o", "out.opml").output == "2 sources written to out.opml\n"
    assert run("export", "--tag", "y").output.count("xmlUrl") == 1
    assert run("export", "-o", "-").stdout.count("xmlUrl") == 2
    assert not Path("-").exists()
    (folder / "sources.yaml").unlink()
    assert run("import", "out.opml").exit_code == 0
    assert (folder / "sources.yaml").read_text(encoding="utf-8") == before


def test_a_source_with_a_fault_is_not_exported(folder: Path) -> None:
    """It is left out, as the daemon does it, and told; those beside it are not."""
    with (folder / "sources.yaml").open("a", encoding="utf-8") as file:
        file.write("  - {id: bad, url: nowhere}\n")
    ended = run("export", "-o", "out.opml")
    assert (ended.exit_code, ended.stdout) == (1, "2 sources written to out.opml\n")
    assert "sources.yaml:4:20: this is not a web address" in ended.stderr


def test_no_attribute_of_an_outline_costs_the_others(folder: Path) -> None:
    """Line ends in its settings, also in JSON, are blanks; the command that is printed for a page runs nothing."""
    rows = (
        "xmlUrl='https://a.example/' nm:wire='a&#10;- id: evil'",
        """xmlUrl='https://b.example/' nm:kind='page' nm:select='{"entry": "a\\nb"}'""",
        """xmlUrl='https://c.example/' nm:tags='["x\\ny"]'""",
        "type='rss' htmlUrl='https://d.example/;touch${IFS}evil?t=${env:HOME}'",
    )
    outlines = "".join(f"<outline {row}/>" for row in rows)
    opml = f"<opml version='2.0' xmlns:nm='urn:news-monitor:source'><body>{outlines}</body></opml>"
    (folder / "list.opml").write_text(opml, encoding="utf-8")
    ended = run("import", "list.opml")
    assert "3 added to sources.yaml; 1 could not be used" in ended.stdout
    assert "`news-monitor sources add 'https://d.example/;touch***evil?t=***'` looks for its feed" in ended.stderr
    written = (folder / "sources.yaml").read_text(encoding="utf-8")
    assert "wire: 'a - id: evil'" in written
    assert "select: {entry: a b}" in written
    assert "tags: [x y]" in written
