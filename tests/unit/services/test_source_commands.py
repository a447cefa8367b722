"""The commands on sources files, called as a console would call them: a preview first, then what was chosen of it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from monitor.config.editing.feed_lists import ImportOutcome
from monitor.config.editing.source_files import SourceFiles, new_source, source_files
from monitor.errors import InvalidFiles, InvalidRequest
from monitor.services.commands.sources import (
    SourceRequest,
    add_sources,
    export_source_list,
    import_source_list,
    propose_sources,
    remove_sources,
)
from tests.conftest import FaultServer
from tests.support.building import NOON
from tests.support.whole import write_config

PAGE = """\
<!doctype html><html><head><link rel='alternate' type='application/rss+xml' href='/one'>
<link rel='alternate' type='application/rss+xml' href='/two' hreflang='ko'></head></html>"""
RSS = "<rss version='2.0'><channel><title>{0}</title><item><title>t</title><link>https://n.test/{0}</link></item></channel></rss>"
MARKS = "\u0316\u0301" * 60_000
OPML = b"<opml version='2.0'><body><outline text='New' xmlUrl='https://new.test/feed'/></body></opml>"


@pytest.fixture
def files(tmp_path: Path) -> SourceFiles:
    """The sources file of a config, with one source."""
    write_config(tmp_path, {"wire": "https://wire.test/feed"})
    return source_files(tmp_path / "monitor.yaml")


def list_ids(files: SourceFiles) -> list[str]:
    """The ids that are in the files now."""
    return [source.id for source in source_files(files.config).sources]


async def test_the_feeds_of_a_page_are_proposed_and_one_is_added(files: SourceFiles, faults: FaultServer) -> None:
    """A proposal writes nothing. The keys of the request go before those that were found."""
    faults.documents |= {"ok/page": PAGE, "one": RSS.format("One"), "two": RSS.format("Two")}
    faults.then |= {"/one": ["200"], "/two": ["200"]}
    fetched: list[str] = []
    request = SourceRequest(files, files.file_for(None), f"http://127.0.0.1:{faults.port}/ok/page", {"name": "Mine"})
    found = await propose_sources(request, on_fetch=lambda: fetched.append("now"))
    assert (fetched, list_ids(files)) == (["now"], ["wire"])
    one, two = found.candidates
    assert (one.keys, two.keys) == ({"name": "One"}, {"name": "Two", "language": "ko"})
    assert add_sources(request, [two]) == ["127-0-0-1"]
    added = source_files(files.config).sources[-1]
    assert (added.url, added.keys["name"], added.keys["language"]) == (two.url, "Mine", "ko")
    with pytest.raises(InvalidRequest, match="--name: 2 feeds cannot share it"):
        add_sources(request, found.candidates)


@pytest.mark.parametrize(
    ("url", "check", "is_unreachable"),
    [
        ("https://t.me/Harbour_News", True, False),
        ("https://new.test/feed", False, False),
        ("http://127.0.0.1:9/feed", True, True),
    ],
)
async def test_an_address_without_an_answer_is_proposed_as_it_is(
    files: SourceFiles, url: str, check: bool, is_unreachable: bool
) -> None:
    """With its problem, if it has one."""
    found = await propose_sources(SourceRequest(files, files.file_for(None), url), check=check)
    assert (len(found.candidates), found.problem is not None) == (1, is_unreachable)


async def test_a_source_that_is_in_a_file_is_not_proposed(files: SourceFiles) -> None:
    """Nobody is asked."""
    with pytest.raises(InvalidFiles, match="a source with this url is here already"):
        await propose_sources(SourceRequest(files, files.file_for(None), "https://wire.test/feed"))


async def test_an_address_that_a_kind_knows_is_checked_like_others(files: SourceFiles) -> None:
    """What is proposed can be added."""
    request = SourceRequest(files, files.file_for(None), "https://t.me/harbour", {"language": "not a language!!"})
    with pytest.raises(InvalidRequest):
        await propose_sources(request)


def test_a_list_is_previewed_imported_and_exported(files: SourceFiles) -> None:
    """A preview has the same results, and writes nothing."""
    target = files.file_for(None)
    for dry_run, ids in ((True, ["wire"]), (False, ["wire", "new-test"])):
        imports, problem = import_source_list(files, target, OPML, ["desk"], dry_run=dry_run)
        assert ([each.outcome for each in imports], problem) == ([ImportOutcome.ADDED], None)
        assert list_ids(files) == ids
    exported = export_source_list(source_files(files.config), NOON, "desk")
    assert (exported.sources, exported.faults, exported.secrets) == (1, (), ())
    assert b"https://new.test/feed" in exported.document


def test_all_sources_are_removed_or_none(files: SourceFiles) -> None:
    """If an id is unknown, the files stay as they are."""
    with pytest.raises(InvalidRequest, match="there is no source 'wiry'"):
        remove_sources(files, ["wire", "wiry"])
    assert list_ids(files) == ["wire"]
    assert [source.id for source in remove_sources(files, ["wire", "wire"])] == ["wire"]
    assert list_ids(files) == []


async def test_a_long_address_is_refused_before_it_is_compared(files: SourceFiles) -> None:
    """Comparing a host of a hundred thousand combining marks takes seconds."""
    began = time.process_time()
    address = f"http://a{MARKS}.test/"
    with pytest.raises(InvalidRequest, match="the address has 120014 characters, of at most 2048"):
        await propose_sources(SourceRequest(files, files.file_for(None), address))
    assert time.process_time() - began < 1


@pytest.mark.parametrize("key", ["proxy", "sitemap"])
def test_a_long_address_in_a_list_is_refused_before_its_host_is_looked_at(key: str) -> None:
    """Whoever wrote the list that somebody imports."""
    began = time.process_time()
    with pytest.raises(InvalidRequest, match=f"{key}: this address has 120014 characters; write one of at most 2048"):
        new_source("https://new.test/feed", {key: f"http://a{MARKS}.test/"}, ())
    assert time.process_time() - began < 1
