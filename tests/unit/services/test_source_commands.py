"""The commands on sources files, called as a console would call them: a preview first, then what was chosen of it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from monitor.config.editing.source_files import SourceFiles, new_source, source_files
from monitor.errors import InvalidRequest
from monitor.services.commands.sources import (
    SourceRequest,
    propose_sources,
)
from tests.support.whole import write_config

MARKS = "\u0316\u0301" * 60_000


@pytest.fixture
def files(tmp_path: Path) -> SourceFiles:
    """The sources file of a config, with one source."""
    write_config(tmp_path, {"wire": "https://wire.test/feed"})
    return source_files(tmp_path / "monitor.yaml")


async def test_an_address_that_a_kind_knows_is_checked_like_others(files: SourceFiles) -> None:
    """What is proposed can be added."""
    request = SourceRequest(files, files.file_for(None), "https://t.me/harbour", {"language": "not a language!!"})
    with pytest.raises(InvalidRequest):
        await propose_sources(request)


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
