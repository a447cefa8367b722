"""The sources that come with the program: enough, in the languages of the region, each once, and all of them public."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from monitor.config.language.sources import SourceDefaults, sources_from_document
from monitor.config.loading.shipped import find_shipped_folder
from monitor.config.yaml.yaml12 import read_yaml_file
from monitor.ingest.canonical_url import canonicalize_url
from monitor.model import Source
from monitor.sources.http.host_queue import registered_domain
from monitor.sources.kinds import recognize_address
from monitor.sources.kinds.page import TELEGRAM_SELECTORS

FILES = sorted((find_shipped_folder() / "seeds" / "sources").iterdir())
USUAL = SourceDefaults(timedelta(minutes=5))
SOURCES = [
    source
    for file in FILES
    for document in read_yaml_file(file)
    for _, source in sources_from_document(document, USUAL)
]
WITHOUT_HTTPS = {"kremlin.ru"}


def host(source: Source) -> str:
    return urlsplit(source.url).hostname or ""


def repeated(names: list[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def test_there_are_many_in_the_languages_of_the_region() -> None:
    """Several of each: one newsroom that is down leaves no language unheard."""
    assert len(SOURCES) >= 60
    spoken = Counter(source.language for source in SOURCES)
    assert {language for language in ("en", "ko", "zh-Hans", "zh-Hant", "ja", "ru") if spoken[language] < 8} == set()


def test_each_is_there_once() -> None:
    """By its id, and by its address however that is written."""
    assert repeated([source.id for source in SOURCES]) == []
    assert repeated([canonicalize_url(source.url) or source.url for source in SOURCES]) == []


def test_those_that_scripts_rely_on_are_there() -> None:
    """Their ids stay, whatever file or address they move to."""
    assert {"yonhap-en", "yonhap-ko", "nhk-world-affairs"} <= {source.id for source in SOURCES}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_each_says_what_it_is(source: Source) -> None:
    """A name, a language, a publisher and tags."""
    assert source.name != source.id
    assert source.language
    assert source.publisher
    assert source.tags


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_each_is_a_public_address(source: Source) -> None:
    """Over https where the host has it, on its usual port, by a name that the public DNS can hold."""
    parts = urlsplit(source.url)
    assert parts.scheme == ("http" if host(source) in WITHOUT_HTTPS else "https")
    assert parts.port is None
    assert "." in host(source)
    assert not host(source).endswith((".local", ".test", ".example", ".invalid", ".localhost", ".internal"))
    with pytest.raises(ValueError, match="does not appear to be"):
        ip_address(host(source))


def test_no_domain_is_asked_more_than_politeness_allows() -> None:
    """A second between two requests to one domain: all of its sources fit well within the shortest interval."""
    busy = Counter(registered_domain(host(source)) for source in SOURCES)
    assert {domain: count for domain, count in busy.items() if count > 10} == {}
    assert min(source.every for source in SOURCES) >= USUAL.every


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_file_says_that_nobody_has_tried_them(file: Path) -> None:
    """Whoever opens it learns what `unverified` means and which command tells."""
    head = file.read_text(encoding="utf-8").partition("sources:\n")[0]
    assert "`unverified` until its first good poll" in head
    assert "`news-monitor sources health`" in head


def test_a_shipped_channel_is_as_one_that_is_added() -> None:
    """Telegram's page is described once by the program and once by the files; both find the same messages."""
    channels = [source for source in SOURCES if (found := recognize_address(source.url)) and found.url == source.url]
    assert channels
    assert {source.settings for source in channels} == {TELEGRAM_SELECTORS}
