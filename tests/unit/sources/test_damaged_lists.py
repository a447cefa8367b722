"""However a list of feeds or a page is damaged: it is read or refused in good order, and far outlines stay."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FeedUnreadable
from monitor.sources.formats.opml import read_opml
from monitor.sources.polling.discovery import links_of

DATA = Path(__file__).parents[2] / "data"
LISTS = [file.read_bytes() for file in sorted((DATA / "opml").iterdir())]
PAGES = [file.read_bytes() for file in sorted((DATA / "pages").iterdir())]
PIECES = (
    *(b"<", b">", b'"', b"'", b"&", b"&#0;", b"&#xd800;", b"\0", b"\xff", b"\xef\xbf\xbf", b"<!--", b"-->"),
    *(b"<![CDATA[", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<?xml encoding='x'?>", b"xmlns:nm='x'"),
    *(b"<outline", b"/>", b"</outline>"),
)


@st.composite
def damaged(draw: st.DrawFn, documents: list[bytes]) -> bytes:
    """A document with some bytes taken out and some put in."""
    body = draw(st.sampled_from(documents))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body)))
        new = draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=4)))
        body = body[:at] + new + body[at + draw(st.sampled_from((0, 1, 5, 300))) :]
    return body


@given(damaged(LISTS))
def test_a_damaged_list_is_read_or_refused(body: bytes) -> None:
    """Lines are lines of the file, whatever was mended."""
    try:
        read = read_opml(body)
    except FeedUnreadable:
        return
    lines = body.count(b"\n") + 1
    told = [*(each.line for each in read.outlines), *(each.line for each in read.unusable)]
    assert all(1 <= line <= lines for line in told)
    assert all(each.url for each in read.outlines)


@given(damaged(PAGES))
def test_a_damaged_page_names_addresses_of_the_web_or_none(body: bytes) -> None:
    """Never an error."""
    links = links_of(body, {"content-type": "text/html"}, "https://n.example/")
    assert all(each.url.startswith(("http://", "https://")) for each in (*links.declared, *links.likely))


@given(st.integers(0, 39), st.sampled_from(PIECES), st.integers(0, 40))
def test_a_fault_costs_few_outlines(number: int, piece: bytes, at: int) -> None:
    """What stands two outlines away, before and behind, is read as it was."""
    whole = [f'<outline text="{n}" type="rss" xmlUrl="http://{n}.example/"/>\n'.encode() for n in range(40)]
    written = list(whole)
    written[number] = written[number][:at] + piece + written[number][at:]
    read = read_opml(b"<opml version='2.0'><body>\n" + b"".join(written) + b"</body></opml>")
    urls = {each.url for each in read.outlines}
    far = {f"http://{n}.example/" for n in range(40) if abs(n - number) > 1}
    assert far - urls == set()
