"""What a source may say of itself, and what cannot be meant."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config.language.sources import SourceDefaults, sources_from_document, with_secrets
from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.errors import InvalidFiles
from monitor.model import Place, Selectors, Source

USUAL = SourceDefaults(timedelta(minutes=5), zone="Asia/Seoul")


def read(keys: str) -> Source:
    text = f"sources: [{{id: a, url: 'https://a.example/feed', {keys}}}]"
    ((_, source),) = sources_from_document(parse_yaml_text(text, "s.yaml")[0], USUAL)
    return source


def test_a_source_says_how_it_is_read_and_when() -> None:
    """All its keys reach the model; a schedule is meant in the zone of monitor.yaml."""
    page = read("kind: page, select: {entry: li}, cron: '*/2 6-22 * * mon-fri', full_text: true")
    assert (page.kind, page.settings, page.full_text) == ("page", Selectors("li"), True)
    assert (page.cron, page.zone) == ("*/2 6-22 * * mon-fri", "Asia/Seoul")
    paced = read("fastest: 1 m, every: 10 m, slowest: 1 h, proxy: 'http://127.0.0.1:3128'")
    assert (paced.fastest, paced.every, paced.slowest) == tuple(timedelta(minutes=n) for n in (1, 10, 60))
    assert (paced.proxy, paced.kind) == ("http://127.0.0.1:3128", "feed")


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ("kind: page", "a page needs selectors for its entries"),
        ("kind: sitemap", "'sitemap' is a format, and formats are recognised from the document"),
        ("kind: JSON-Feed", "'JSON-Feed' is a format, and formats are recognised from the document"),
        ("select: {entry: li}", "select is for sources of the kind 'page'"),
        ("kind: page, select: {entry: 'li['}", "is not a CSS selector"),
        ("proxy: 'http://me:plain@p.example:3128'", "this login is in plain text"),
        ("proxy: 'ftp://me:${env:PW}@p.example'", "this is not a proxy's address"),
        ("cron: '* * *'", "is not a schedule"),
        ("cron: '61 * * * *'", "is not a schedule"),
        ("cron: '0 0 30 2 *'", "is a time that never comes"),
        ("cron: '0 8 * * *', every: 5 m", "every and cron cannot be combined"),
        ("cron: '0 8 * * *', fastest: 1 m", "fastest and cron cannot be combined"),
        ("every: 10 m, slowest: 5 m", "'every' is longer than 'slowest'"),
        ("fastest: 20 m, every: 10 m", "'fastest' is longer than 'every'"),
        ("fastest: 20 m, slowest: 10 m", "'fastest' is longer than 'slowest'"),
        ("every: 1 s", "is too short"),
    ],
)
def test_what_cannot_be_meant_is_refused(keys: str, what: str) -> None:
    """In one line that says what, before anything is polled."""
    with pytest.raises(InvalidFiles) as refused:
        read(keys)
    (fault,) = refused.value.faults
    assert what in fault.problem
    assert fault.hint


PROXY = "proxy: 'http://me:${env:PW}@p.example:3128'"
PLACE = Place("s.yaml", 1, 1)


def test_a_proxy_has_its_password_from_where_secrets_are_kept(tmp_path: Path) -> None:
    """As channels have; a whole address may be one too."""
    assert with_secrets(read(PROXY), {"PW": "s%40cret"}, PLACE, tmp_path).proxy == "http://me:s%40cret@p.example:3128"
    whole = with_secrets(read("proxy: '${env:P}'"), {"P": "http://me:x@p.example:3128"}, PLACE, tmp_path)
    assert whole.proxy == "http://me:x@p.example:3128"
    plain = read("proxy: 'http://p.example:3128'")
    assert with_secrets(plain, {}, PLACE, tmp_path) is plain


@pytest.mark.parametrize("proxy", ["http://[${env:X}]:3128", "http://[${file:x}", "http://${env:X}]"])
def test_a_proxy_in_odd_brackets_stops_no_other_source(proxy: str) -> None:
    """It is checked once its secret is filled in."""
    assert read(f"proxy: '{proxy}'").references[0][1] == "the proxy"


def at(url: str) -> Source:
    """A source at this address."""
    document = parse_yaml_text(f"sources: [{{id: a, url: '{url}'}}]", "s.yaml")[0]
    ((_, source),) = sources_from_document(document, USUAL)
    return source


@pytest.mark.parametrize(
    ("url", "address", "shown"),
    [
        ("https://x.test/f?t=${env:T}&b=1", "https://x.test/f?t=s3cr%2Fet&b=1", "https://x.test/f?t=***&b=1"),
        ("https://x.test/${env:T}/feed", "https://x.test/s3cr%2Fet/feed", "https://x.test/***/feed"),
        ("https://me:${env:T}@x.test/feed", "https://me:s3cr%2Fet@x.test/feed", "https://x.test/feed"),
        ("https://x.test/f?token=0penly", "https://x.test/f?token=0penly", "https://x.test/f?token=***"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, address: str, shown: str, tmp_path: Path) -> None:
    """It is fetched with them, and its repr shows none."""
    found = with_secrets(at(url), {"T": "s3cr%2Fet"}, PLACE, tmp_path)
    assert (found.address, found.url) == (address, shown)
    assert found.has_open_secret is ("0penly" in url)
    assert not any(form in repr(found) for form in ("s3cr", "0penly"))
    assert found.secrets >= ({"token=0penly"} if "0penly" in url else {"s3cr%2Fet", "s3cr/et"})


def test_a_long_address_is_refused_before_its_host_is_looked_at() -> None:
    """To compare a host of a hundred thousand combining marks takes seconds."""
    address = "http://a" + "\u0316\u0301" * 60_000 + ".test/"
    began = time.process_time()
    with pytest.raises(InvalidFiles, match="this address has 120014 characters"):
        at(address)
    assert time.process_time() - began < 1


def test_an_escape_in_an_address_names_no_secret(tmp_path: Path) -> None:
    """`$${a}` is fetched as `${a}`."""
    found = with_secrets(at("https://x.test/f?q=$${a}"), {}, PLACE, tmp_path)
    assert (found.url, found.address, found.secrets) == (
        "https://x.test/f?q=$${a}",
        "https://x.test/f?q=${a}",
        frozenset(),
    )


@pytest.mark.parametrize("value", ["with a blank", "x@evil.test/"])
def test_a_secret_that_makes_an_address_of_another_host_is_refused(value: str, tmp_path: Path) -> None:
    """It is quoted in no fault."""
    with pytest.raises(InvalidFiles) as refused:
        with_secrets(at("https://me:${env:T}@x.test/feed"), {"T": value}, PLACE, tmp_path)
    (fault,) = refused.value.faults
    assert fault.problem == "with its secrets the url of 'a' is not an address"
    assert value not in str(refused.value)


@pytest.mark.parametrize(
    ("keys", "environment", "what"),
    [
        (PROXY, {}, "the environment variable PW is not set"),
        (PROXY, {"PW": "with a blank"}, "with its secrets the proxy of 'a' is not an address"),
        ("proxy: '${env:P}'", {"P": "p.example:secret"}, "with its secrets the proxy of 'a' is not an address"),
    ],
)
def test_a_secret_that_cannot_be_had_or_used_is_told_and_not_shown(
    keys: str, environment: dict[str, str], what: str, tmp_path: Path
) -> None:
    """At the place of its source."""
    with pytest.raises(InvalidFiles) as refused:
        with_secrets(read(keys), environment, PLACE, tmp_path)
    assert refused.value.faults[0].problem == what
    assert not any(value in str(refused.value) for value in environment.values())
