"""A list of feeds that we write is read back to the very sources, whatever their keys hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from monitor.config.editing.feed_lists import ImportOutcome, import_outlines, outline_of
from monitor.config.editing.source_files import NewSource, SourceValue, new_source, with_sources
from monitor.config.language.sources import SourceSchema
from monitor.config.yaml.yaml12 import PlainData, parse_yaml_text, read_yaml_file
from monitor.sanitize import sanitize_text
from monitor.sources.formats.opml import read_opml, write_opml

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SEEDS = Path(__file__).parents[3] / "seeds" / "sources"

texts = (  # as the schema keeps them
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=20)
    .map(sanitize_text)
    .filter(str.strip)
)
css = st.sampled_from(("article", ".a > .b", 'a[href="x,y"]', "div:not(.c) a", "ul,ol"))
urls = st.sampled_from(
    (
        "https://s.example/{}.xml",
        "http://s.example:8080/?id={}&b=<c>&d=%20'\"",
        "https://s.example/{}#한국",
        "https://s{}.example",
    )
)
proxies = st.sampled_from(("http://proxy.example:3128", "https://proxy.example/"))
KEYS: Mapping[str, st.SearchStrategy[SourceValue]] = {
    "name": texts,
    "language": st.sampled_from(("en", "ko", "zh-Hant", "pt-BR")),
    "publisher": texts,
    "wire": texts,
    "tags": st.lists(texts, min_size=1, max_size=4, unique_by=lambda tag: " ".join(tag.split())),
    "fastest": st.sampled_from(("5 s", "2 minutes")),
    "every": st.sampled_from(("2 minutes", "1.5 hours")),
    "slowest": st.sampled_from(("1.5 hours", "3 days")),
    "cron": st.just("*/2 6-22 * * mon-fri"),
    "kind": st.just("page"),
    "select": st.fixed_dictionaries({"entry": css}, optional=dict.fromkeys(("title", "link", "text", "date"), css)),
    "proxy": proxies,
    "full_text": st.booleans(),
    "sitemap": st.just("https://s.example/news.xml?a=1&b=2"),
}


@st.composite
def sources(draw: st.DrawFn) -> list[NewSource]:
    """Sources of distinct ids and addresses, as a file would hold them."""
    made: list[NewSource] = []
    for number in range(draw(st.integers(0, 4))):
        given_keys: dict[str, SourceValue] = {"id": f"s{number}"}
        given_keys |= {key: draw(kind) for key, kind in KEYS.items() if draw(st.booleans())}
        if "select" in given_keys or "kind" in given_keys:
            given_keys |= {"kind": "page", "select": given_keys.get("select", {"entry": "article"})}
        if given_keys.keys() & {"fastest", "every", "slowest"}:
            given_keys.pop("cron", None)
        made.append(new_source(draw(urls).format(number), given_keys, ()))
    return made


def brought_back(items: list[PlainData]) -> list[NewSource]:
    """The sources of an export, by their ids."""
    outlines = [outline_of(item)[0] for item in items if isinstance(item, dict)]
    listed = read_opml(write_opml(outlines, "Sources", NOW))
    assert (listed.unusable, listed.problem) == ((), None)
    taken = import_outlines(listed.outlines, (), ())
    assert {each.outcome for each in taken} <= {ImportOutcome.ADDED}, taken
    assert [each.why for each in taken] == [None] * len(taken)
    return [each.source for each in taken if each.source]


@given(sources())
def test_every_key_comes_back(given_sources: list[NewSource]) -> None:
    """Through a sources file, an export and an import."""
    text = with_sources("", "f.yaml", given_sources)
    data = parse_yaml_text(text, "f.yaml")[0].data if text else {"sources": []}
    assert isinstance(data, dict)
    items = data["sources"]
    assert isinstance(items, list)
    back = {str(source["id"]): source for source in brought_back(items)}
    assert back == {str(source["id"]): source for source in given_sources}


def test_no_key_is_forgotten() -> None:
    """What a source may have is tried here."""
    assert {"id", "url", *KEYS} == set(SourceSchema.keys())


def test_every_shipped_source_comes_back() -> None:
    """As it stands in its file."""
    for file in sorted(SEEDS.glob("*.yaml")):
        for document in read_yaml_file(file):
            assert isinstance(document.data, dict)
            items = document.data["sources"]
            assert isinstance(items, list)
            assert items
            back = {source["id"]: source for source in brought_back(items)}
            assert back == {item["id"]: item for item in items if isinstance(item, dict)}
