"""Where sources stand, where a new one goes, and how it is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.config.editing.source_files import NewSource, check_file, new_source, source_files
from monitor.errors import InvalidFiles, InvalidRequest

Write = Callable[[dict[str, str]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the files, given by path and text; the monitor.yaml among them."""

    def written(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / "monitor.yaml"

    return written


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("[a.yaml, b.yaml]", "a.yaml"),
        ("[folder, b.yaml]", "b.yaml"),  # a file that is named itself is the user's own
        ("[none.yaml]", "none.yaml"),  # it is made
        ("[folder, none.yaml]", "none.yaml"),
        ("[folder]", "folder/sources.yaml"),
        ("[none]", "none/sources.yaml"),
    ],
)
def test_where_a_new_source_goes(write: Write, named: str, expected: str) -> None:
    """To the first file that is named itself, else to one of its own in the first folder."""
    config = write({"monitor.yaml": f"sources: {named}", "a.yaml": "", "b.yaml": "", "folder/c.yaml": ""})
    assert source_files(config).file_for(None) == config.parent / expected


@pytest.mark.parametrize("name", ["a" * 300, "a" * 300 + ".yaml"])
def test_a_name_that_the_system_refuses_is_told(write: Write, name: str) -> None:
    """Whether a file or a folder was meant; and nothing is written there."""
    files = source_files(write({"monitor.yaml": f"sources: [{name}, b.yaml]", "b.yaml": ""}))
    assert [fault.problem for fault in files.faults] == [
        f"'{files.config.parent / name}' cannot be read: File name too long"
    ]
    with pytest.raises(InvalidFiles, match="cannot be read: File name too long"):
        check_file(files.config.parent / name / "sources.yaml")
    assert files.file_for(None).name == (name if name.endswith(".yaml") else "b.yaml")


@pytest.mark.parametrize("text", ["", "sources:", "sources: []"])
def test_where_no_sources_are_named_it_says_how(write: Write, text: str) -> None:
    """It does not edit monitor.yaml by itself."""
    with pytest.raises(InvalidRequest, match=r"names no sources: write 'sources: \[sources.yaml\]' in it"):
        source_files(write({"monitor.yaml": text})).file_for(None)


def test_a_file_that_is_read_may_be_chosen(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """By whatever name, and before it is there; one that nothing would read is refused with what to do."""
    config = write(
        {"monitor.yaml": "sources: [a.yaml, folder, none.yaml]", "a.yaml": "", "folder/b.yaml": "", "c.yaml": ""}
    )
    (config.parent / "link.yaml").symlink_to("a.yaml")
    monkeypatch.chdir(config.parent)
    files = source_files(Path("monitor.yaml"))
    for fine in ("a.yaml", "folder/../a.yaml", "link.yaml", "folder/b.yaml", "folder/deep/new.yml", "none.yaml"):
        assert files.file_for(Path(fine)) == Path(fine)
    for name in ("c.yaml", "folder/.d.yaml", "folder/.git/d.yaml", "folder/d.txt", "folder", "a.yaml/b.yaml"):
        with pytest.raises(InvalidRequest, match=r"is not read: name it under sources: in monitor.yaml, .*a.yaml"):
            files.file_for(Path(name))


def test_all_that_stands_in_the_files_is_known(write: Write) -> None:
    """Also in files with a fault in their shape, and whatever else is wrong elsewhere."""
    config = write(
        {
            "monitor.yaml": "sources: [s]\nchannels: {desk: {url: 'mailto://${env:NONE}'}}",
            "s/a.yaml": "sources: [{id: a, url: u}]\n---\nsources: [{id: b, url: v, xyz: 1}]\n",
            "s/b.yaml": "sources: [",
        }
    )
    files = source_files(config)
    assert [(each.id, each.url, each.place.line, each.file.name) for each in files.sources] == [
        ("a", "u", 1, "a.yaml"),
        ("b", "v", 3, "a.yaml"),
    ]
    assert [fault.place.file for fault in files.faults] == [str(config.parent / "s" / "b.yaml")]


def test_nothing_is_added_to_a_file_with_a_fault(write: Write) -> None:
    """A daemon that runs would not take up what is added to it."""
    folder = write({"monitor.yaml": "", "a.yaml": "sources: [{id: a}]\n---\nsources: 1\n"}).parent
    with pytest.raises(InvalidFiles) as refused:
        check_file(folder / "a.yaml")
    assert [fault.place.line for fault in refused.value.faults] == [1, 3]
    check_file(folder / "none.yaml")


@pytest.mark.parametrize(
    ("url", "taken", "made"),
    [
        ("https://www.News.example.com/feed", (), "news-example-com"),
        ("https://news.example.com:8443/feed", ("news-example-com",), "news-example-com-8443-feed"),
        ("https://news.example.com/World/Asia.v2.xml", ("news-example-com",), "news-example-com-world-asia-v2"),
        ("https://news.example.com/a.xml", ("news-example-com", "news-example-com-a"), "news-example-com-a-2"),
        ("https://news.example.com", ("news-example-com", "news-example-com-2"), "news-example-com-3"),
        ("https://news.example.com/?s=asia", ("news-example-com",), "news-example-com-2"),
        ("https://news.example.com/정치/", ("news-example-com",), "news-example-com-2"),
        ("https://e.com/f/${file:/t}/0f3a9c7be215d84e6a90/all.xml", ("e-com",), "e-com-f-all"),  # no secrets
        ("https://e.com/alerts/feeds/01234567890123456789/98765432109876543210", ("e-com",), "e-com-alerts-feeds"),
        ("https://e.com/rss/private/QwertzuiopAsdfghjklYx", ("e-com",), "e-com-rss-private"),
        ("https://e.com/QwertzuiopAsdfghjklYx.xml", ("e-com",), "e-com-2"),
        ("https://e.com/550e8400-e29b-41d4-a716-446655440000/all", ("e-com",), "e-com-all"),
        ("https://e.com/rss/southeast-asia/2026-11-29/", ("e-com",), "e-com-rss-southeast-asia-2026-11-29"),
        ("https://e.com:8443/", ("e-com",), "e-com-8443"),
        ("https://e.com:8443", ("e-com", "e-com-8443"), "e-com-8443-2"),
        ("https://e.com/..", ("e-com",), "e-com-2"),
        (f"https://e.com/{'long/' * 20}", ("e-com",), "e-com-long-long-long"),
        (f"https://e.com/{'long-' * 20}", ("e-com",), f"e-com-{'long-' * 10}"[:56].strip("-")),
        ("https://нов.рф/feed", (), "xn-b1avd-xn-p1ai"),
        ("http://[2001:db8::1]/feed", (), "2001-db8-1"),
        (f"https://{'a' * 60}.example/", (), "a" * 56),
    ],
)
def test_an_id_is_made_from_the_address(url: str, taken: tuple[str, ...], made: str) -> None:
    """One that nobody else has."""
    assert new_source(url, {}, taken, may_name_secrets=True) == {"id": made, "url": url}


def test_what_is_given_is_checked_and_tidied() -> None:
    """All that is wrong is told at once, by the name of the key."""
    given = {"id": "a", "name": "  A  name ", "tags": (" x ",), "every": "2 m", "language": ""}
    assert new_source("https://a.example", given, ()) == {
        "id": "a",
        "url": "https://a.example",
        "name": "A name",
        "tags": ["x"],
        "every": "2 m",
    }
    with pytest.raises(InvalidRequest) as refused:
        new_source("ftp://a", {"id": "A", "language": "kr", "every": "1 s"}, ())
    assert [line.partition(":")[0] for line in str(refused.value).splitlines()] == ["id", "url", "language", "every"]
    with pytest.raises(InvalidRequest, match="UTF-8"):
        new_source("https://a.example", {"name": "\udcff"}, ())


def test_what_is_wrong_in_a_switch_or_a_selector_is_told_by_its_key() -> None:
    """Also where several keys hold more than a word; what is right is written as it is."""
    good: NewSource = {"kind": "page", "select": {"entry": "article", "date": "time"}, "full_text": True}
    assert new_source("https://n.example/", good, ()) == {"id": "n-example", "url": "https://n.example/", **good}
    bad: NewSource = {"tags": ["a", " "], "kind": "page", "select": {"entry": "a[", "link": "b["}, "every": "1 s"}
    with pytest.raises(InvalidRequest) as wrong:
        new_source("https://n.example/", bad, ())
    assert [line.partition(":")[0] for line in str(wrong.value).splitlines()] == ["tags", "select", "select", "every"]


@pytest.mark.parametrize(
    ("taken", "id_"),
    [
        ((), "n-example"),
        (("n-example",), "n-example-f"),
        (("n-example", "n-example-f"), "n-example-f-2"),
        (("n-example", "n-example-f", "n-example-f-2", "n-example-f-3", "n-example-f-4"), "n-example-f-5"),
        (("n-example", "n-example-f", *(f"n-example-f-{number}" for number in range(2, 1000))), "n-example-f-1000"),
        (("n-example", "n-example-f", "n-example-f-3"), "n-example-f-2"),  # a gap is filled
    ],
)
def test_an_id_that_is_taken_gets_the_next_number(taken: tuple[str, ...], id_: str) -> None:
    """Also where one host has hundreds of feeds."""
    assert new_source("https://www.n.example/f", {}, taken)["id"] == id_
