"""Sources that put signs which steer a terminal, or turn what is read, into all that they send: none of them comes out
again, on no screen, in no JSON, no log and no message."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import unicodedata
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.whole import Ended, Mail, MailServer, news_monitor, now

TAGS = "".join(chr(0xE0000 + ord(letter)) for letter in "evil")
C1 = "\x9b31m\x9d52;c;ZXZpbA==\x9c"
UNSEEN = f"\u202e\u2066\u200b\u200e\u200f\u061c\u2060\ufeff\u200d{TAGS}"
SIGNS = f"{C1}{UNSEEN}\u2028\x85"
"""What XML and UTF-8 can carry as it is."""
ALL = f"\x1b]52;c;ZXZpbA==\x07\x1b[2J{SIGNS}\r\x00\x08\x7f"
IN_HEADER = f"\x1b]52;c;ZXZpbA==\x07\x1b[2J{C1}{UNSEEN}".encode()
"""What a parser of HTTP lets pass."""
USER, PASSWORD = "desk", "kimchi-and-noodles-42"
HTML, XML = b"text/html; charset=utf-8", b"application/xml"


def steering(text: str) -> set[str]:
    """The signs of a text that nobody should see: controls, formats, halves of pairs, separators of lines. (Of formats,
    nothing that is sent here has a good one.)"""
    return {
        sign for sign in text if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and sign not in "\t\n"
    }


# --- what the sources say ---------------------------------------------------------------------------------------


def evil(word: str) -> str:
    """A word with what nobody sees in it, and the others behind it."""
    return f"{word[:2]}{UNSEEN}{word[2:]} {SIGNS} "


def rss(origin: str) -> str:
    date = now().strftime("%a, %d %b %Y %H:%M:%S +0000")
    return (
        f"<?xml version='1.0'?><rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel>"
        f"<title>{evil('Feed')}</title><link>{origin}/{evil('home')}</link><language>en{UNSEEN}</language>"
        f"<item><title>{evil('Typhoon')} closes{SIGNS} port &#27;]52;c;eA==&#7;&#x9b;31m&#x202e;&#xE0041;</title>"
        f"<link>{origin}/a{SIGNS}?b={SIGNS}</link><guid isPermaLink='false'>{evil('one')}</guid>"
        f"<description>&lt;p&gt;The {evil('typhoon')} came.{SIGNS}&amp;#27;&amp;#x9b;\r\rMore.&lt;/p&gt;</description>"
        f"<dc:creator>{evil('Author')}</dc:creator><category>{evil('Tag')}</category><pubDate>{date}</pubDate></item>"
        f"</channel></rss>"
    )


def atom(origin: str) -> str:
    return (
        f"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>{evil('Feed')}</title><id>{SIGNS}</id>"
        f"<link rel='next' href='{origin}/older{SIGNS}'/><entry><id>{evil('two')}</id><title>{evil('Flood')}{SIGNS}"
        f" typhoon</title><link href='{origin}/b{SIGNS}'/><updated>{now().isoformat()}</updated>"
        f"<content type='html'>{evil('typhoon')}</content><author><name>{evil('Author')}</name></author>"
        f"<category term='{evil('Tag')}'/></entry>"
    )  # cut off, so that it is told as ill-formed


def json_feed(origin: str) -> str:
    item = {
        "id": f"three{ALL}",
        "url": f"{origin}/c{ALL}",
        "title": f"Typhoon {ALL} alarm",
        "content_text": f"The typhoon {ALL}\r\ncame",
        "date_published": now().isoformat(),
        "authors": [{"name": f"Author{ALL}"}],
        "tags": [f"Tag{ALL}"],
        "language": f"en{ALL}",
    }
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": f"Feed{ALL}", "items": [item]}
    return json.dumps(feed | {"next_url": f"{origin}/older{ALL}"})


def sitemap(origin: str) -> str:
    return (
        f"<urlset xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>{origin}/d{SIGNS}</loc>"
        f"<news:news><news:title>{evil('Typhoon')} near</news:title><news:keywords>{evil('Tag')}</news:keywords>"
        f"<news:publication_date>{now().isoformat()}</news:publication_date><news:publication><news:name>{evil('Map')}"
        f"</news:name><news:language>en{SIGNS}</news:language></news:publication></news:news></url></urlset>"
    )


def page(origin: str) -> str:
    return (
        f"<html><head><title>{evil('Page')}&#27;</title><link rel='alternate' type='application/rss+xml' "
        f"href='{origin}/rss{SIGNS}' hreflang='en{SIGNS}'><link rel='alternate' type='application/rss+xml' "
        f"href='{origin}/rss?linked={SIGNS}'></head><body><article><h2>{evil('Typhoon')} on a page</h2>"
        f"<a href='{origin}/e{SIGNS}'>{evil('more')}</a><p>The {evil('typhoon')} &#27; came.</p></article>"
        "</body></html>"
    )


def opml(origin: str) -> str:
    own = f"nm:publisher='{evil('Publisher')}' nm:tags='[\"{UNSEEN}desk\"]'"
    odd = f"nm:nonsense='{evil('x')}' nm:every='{evil('5 s')}'"
    return (
        f"<?xml version='1.0'?><opml version='2.0' xmlns:nm='urn:news-monitor:source'><head><title>{SIGNS}</title>"
        f"</head><body><outline text='{evil('Group')}'><outline type='rss' text='{evil('Name')}' language='xx{SIGNS}' "
        f"xmlUrl='{origin}/{SIGNS}' category='{evil('Cat')}'/><outline text='{evil('Own')}' xmlUrl='{origin}/g' {own}/>"
        f"<outline text='{evil('Odd')}' xmlUrl='{origin}/h' {odd}/>"
        f"<outline type='rss' text='{SIGNS}' htmlUrl='{origin}/{SIGNS}'/><outline xmlUrl='nonsense{SIGNS}'/>"
        f"</outline></body></opml>"
    )


# --- their server -----------------------------------------------------------------------------------------------


@dataclass
class Hostile:
    """Answers as bytes, by path, and a webhook that takes every POST."""

    answers: dict[str, bytes] = field(default_factory=dict)
    received: list[dict[str, str]] = field(default_factory=list)
    origin: str = ""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, path = head.decode("latin-1").split(" ")[:2]
        if method == "POST":
            length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
            assert length is not None
            self.received.append(json.loads(await reader.readexactly(int(length[1]))))
        writer.write(
            self.answers.get(path.partition("?")[0], answer(b"", status=b"404 " + IN_HEADER))
            if method == "GET"
            else answer(b"")
        )
        await writer.drain()
        writer.close()


def answer(body: str | bytes, kind: bytes = XML, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """With the signs in each header."""
    content = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    usual = [b"Content-Type: " + kind, b"ETag: " + IN_HEADER, b"Last-Modified: " + IN_HEADER]
    lines = [*usual, b"Server: " + IN_HEADER, b"Retry-After: " + IN_HEADER, b"Cache-Control: " + IN_HEADER, *headers]
    lines += [b"Content-Length: %d" % len(content), b"Connection: close"]
    return b"HTTP/1.1 " + b"\r\n".join([status, *lines]) + b"\r\n\r\n" + content


def answers(origin: str) -> dict[str, bytes]:
    """What stands at each path."""
    to = f"{origin}/there".encode() + IN_HEADER
    nowhere, index = (
        f"<h1>{SIGNS}</h1>",
        f"<sitemapindex><sitemap><loc>{origin}/news{SIGNS}</loc></sitemap></sitemapindex>",
    )
    return {
        "/rss": answer(rss(origin)),
        "/atom": answer(atom(origin)),
        "/json": answer(json_feed(origin), b"application/feed+json; x=" + IN_HEADER),
        "/sitemap": answer(sitemap(origin)),
        "/page": answer(page(origin), HTML),
        "/changed": answer(page(origin).replace("article", "section"), HTML),
        "/robots.txt": answer(f"User-agent: *\nDisallow: /forbidden{SIGNS}\nSitemap: {SIGNS}\n{SIGNS}", b"text/plain"),
        "/coding": answer(b"x", XML, b"Content-Encoding: " + IN_HEADER),
        "/broken": answer(b"x", XML, b"X-Broken: a\0" + IN_HEADER + b"\rb"),
        "/no-http": b"HTTP/1.1 200 " + IN_HEADER + b"\r\n\x1b[2J\x9b: x\r\n\r\n",
        "/there": answer(b"x", XML, b"Location: " + to, status=b"301 " + IN_HEADER),
        "/script": answer(b"x", XML, b"Location: javascript:" + IN_HEADER, status=b"302 " + IN_HEADER),
        "/host": answer(b"x", XML, b"Location: http://evil" + IN_HEADER + b".example/", status=b"302 Found"),
        "/gone": answer(nowhere, HTML, status=b"410 " + IN_HEADER),
        "/trouble": answer(nowhere, HTML, status=b"503 " + IN_HEADER),
        "/odd": answer(nowhere, HTML, status=b"799 " + IN_HEADER),
        "/html": answer(f"<html><title>{ALL}</title>{ALL}", HTML),
        "/nonsense": answer(f"{ALL} nonsense", b"text/plain; charset=" + IN_HEADER),
        "/index": answer(index),
        "/no-json": answer(f'{{"{ALL}'),
    }


FEEDS = ("rss", "atom", "json", "sitemap")
WRONG = (
    "coding",
    "broken",
    "no-http",
    "there",
    "script",
    "host",
    "gone",
    "trouble",
    "odd",
    "html",
    "nonsense",
    "index",
)
SOURCES = (*FEEDS, *WRONG, "no-json")


@asynccontextmanager
async def serving() -> AsyncIterator[Hostile]:
    hostile = Hostile()
    async with await asyncio.start_server(hostile.talk, "127.0.0.1", 0) as server:
        hostile.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        hostile.answers = answers(hostile.origin)
        yield hostile


# --- what comes out ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """All that came out: of each command by its words, and of the messages."""

    commands: dict[str, Ended]
    hooks: list[dict[str, str]]
    mails: list[Mail]
    added: str  # to the sources file


def write(folder: Path, origin: str, mail: str) -> None:
    rows = [f"{{id: {name}, url: '{origin}/{name}', name: {name}, full_text: true}}" for name in SOURCES]
    for name in ("page", "changed", "forbidden"):
        select = "select: {entry: article, title: h2, text: p}"
        rows.append(f"{{id: {name}, url: '{origin}/{name}', name: {name}, kind: page, {select}}}")
    (folder / "sources.yaml").write_text("sources:\n" + "".join(f"  - {row}\n" for row in rows), encoding="utf-8")
    (folder / "faulty.yaml").write_text(
        f'sources:\n  - {{id: named, url: "{origin}/rss?named", name: "Na\\u202e\\U000E0041\\u200bmed"}}\n'
        f'  - {{id: key, url: "{origin}/rss?key", "\\e]52\\u202e": 1}}\n'
        f'  - {{id: value, url: "{origin}/rss?value", name: "\\e]52;c;\\a\\x9b", kind: "\\e\\u202e\\x9b"}}\n',
        encoding="utf-8",
    )
    (folder / "rule.yaml").write_text(
        'rule: typhoon\ntitle: "Typh\\u202e\\u200boon"\nlevel: high\n'
        "match: {words: [typhoon]}\nalert: {once_per: article}\n",
        encoding="utf-8",
    )
    (folder / "monitor.yaml").write_text(
        "database: sqlite:///monitor.db\nsources: [sources.yaml, faulty.yaml]\nrules: [rule.yaml]\n"
        "network: {allow: [127.0.0.0/8]}\n"
        f"limits: {{total: 20 s, idle: 10 s}}\nchannels:\n  hook: {{url: 'json{origin.removeprefix('http')}/take'}}\n"
        f"  mail: {{url: '{mail}'}}\n  screen: {{url: 'console://'}}\nroutes: {{default: [hook, mail, screen]}}\n"
        "operator: [hook, mail, screen]\n",
        encoding="utf-8",
    )
    given = [
        {
            "id": f"x{number}",
            "title": f"a{sign}b typhoon",
            "text": f"A{sign} typhoon {ALL} came.",
            "source": ALL,
            "url": ALL,
        }
        for number, sign in enumerate(ALL)
    ]
    lines = "".join(json.dumps(each) + "\n" for each in given) + f'{{"{ALL}\n{SIGNS} typhoon \x1b[2J\n'
    (folder / "given.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (folder / "list.opml").write_text(opml(origin), encoding="utf-8")
    (folder / "feed.xml").write_text(rss(origin), encoding="utf-8")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """The daemon run once, then each command that shows something."""
    return asyncio.run(_life(tmp_path_factory.mktemp("life")))


ASKED = (
    *("status", "status --json", "check", "check --json", "channels list", "rules try rule.yaml"),
    *("sources list", "sources list --json", "sources health", "sources health --json"),
    *("matches list", "matches export", "stories list", "stories list --json", "outbox list", "outbox list --json"),
    *("parse --source page", "parse --json --source page", "parse --source changed", "parse feed.xml"),
    *("match --rules rule.yaml given.jsonl.gz", "match --rules rule.yaml --json given.jsonl.gz"),
    *("replay --rules rule.yaml given.jsonl.gz", "replay --rules rule.yaml --json given.jsonl.gz"),
)


async def _life(folder: Path) -> Shown:
    commands: dict[str, Ended] = {}
    at_once = asyncio.Semaphore(2)

    async def run(*words: str | Path) -> Ended:
        async with at_once:
            ended = await news_monitor(*words, folder=folder, env={"PASSWORD": PASSWORD})
        return commands.setdefault(" ".join(map(str, words)), ended)

    mail = MailServer(USER, PASSWORD)
    async with serving() as hostile, mail as port:
        login = f"{USER}:${{env:PASSWORD}}@127.0.0.1:{port}"
        write(
            folder, hostile.origin, f"mailto://{login}?from=monitor@n.example&to=desk@n.example&mode=starttls&verify=no"
        )
        await run("run", "--once")
        found = (await run("matches", "list", "--json")).rows
        asked = list(map(str.split, ASKED))
        for match in found[:2]:
            number, story = str(match["id"]), match["story"]
            asked += [["matches", "show", number], ["matches", "show", "--json", number], ["stories", "show", story]]
            asked += [["why", number], ["why", "--json", number], ["why", match["article"]["url"]]]
        asked += [
            ["parse", f"{hostile.origin}/{name}"] for name in ("rss", "coding", "broken", "host", "html", "nonsense")
        ]
        asked += [["parse", "--json", f"{hostile.origin}/{name}"] for name in FEEDS]
        await asyncio.gather(*(run(*words) for words in asked))
        for name in ("page", "json", "html", "coding"):  # all of them write to one file
            await run("sources", "add", f"{hostile.origin}/{name}?again=1", "--id", f"again-{name}", "--first")
        await run("sources", "import", "--dry-run", "--json", "list.opml")
        await run("sources", "import", "list.opml")
        await run("sources", "export")
        added = (folder / "sources.yaml").read_text(encoding="utf-8").partition("forbidden")[2]
        return Shown(commands, hostile.received, mail.received, added)


def test_no_command_writes_them(shown: Shown) -> None:
    """Neither to standard output nor to standard error, which is where the log goes."""
    found = {words: (steering(ended.out), steering(ended.err)) for words, ended in shown.commands.items()}
    assert {words: signs for words, signs in found.items() if any(signs)} == {}


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inside in value.items():
            yield from (key, *texts(inside))
    elif isinstance(value, list):
        for inside in value:
            yield from texts(inside)
    elif isinstance(value, str):
        yield value


def test_no_message_has_them(shown: Shown) -> None:
    """As a webhook and a mail server got it."""
    assert len(shown.hooks) >= 5
    assert len(shown.mails) >= 5
    assert set().union(*(steering(text) for hook in shown.hooks for text in texts(hook))) == set()
    mails = [(mail.subject, mail.text.replace("\r\n", "\n"), mail.html.replace("\r\n", "\n")) for mail in shown.mails]
    assert [(mail, signs) for mail in mails if (signs := steering("".join(mail)))] == []


def test_all_that_was_attacked_was_reached(shown: Shown) -> None:
    """Each document was read, or refused with a reason that names what was wrong."""
    sources = {row["id"]: row for row in shown.commands["sources list --json"].rows}
    assert {name for name in (*FEEDS, "page") if not sources[name]["articles"]} == set()
    problems = {name: sources[name]["problem"] or "" for name in sources}
    assert {name for name in (*WRONG, "no-json", "changed") if len(problems[name]) < 20} == set()
    assert "Content-Encoding" in problems["coding"]
    assert "redirects to javascript:" in problems["script"]
    assert "ill-formed" in problems["atom"]
    matched = [row["article"]["source"] for row in shown.commands["matches list --json"].rows]
    assert sorted(matched) == sorted([*FEEDS, "page", "named"])
    assert len(shown.commands["sources export"].out) > 1000


def test_words_stay_whole(shown: Shown) -> None:
    """What nobody sees parts no word; a link leads where it led."""
    rows = shown.commands["matches list --json"].rows
    assert {row["rule"] for row in rows} == {"typhoon"}
    (rss,) = [row["article"] for row in rows if row["article"]["source"] == "rss"]
    assert rss["title"].startswith("Typhoon")
    (page,) = [row["article"] for row in rows if row["article"]["source"] == "page"]
    assert page["url"].startswith("http://127.0.0.1")
    assert "%E2%80%AE" in page["url"]


def test_json_keeps_the_offsets_of_what_was_given(shown: Shown) -> None:
    """Escaped, not taken out: scripts cut the words out of the field that they gave."""
    rows = {row["id"]: row for row in shown.commands["match --rules rule.yaml --json given.jsonl.gz"].rows}
    for number, sign in enumerate(ALL):
        title, text = f"a{sign}b typhoon", f"A{sign} typhoon {ALL} came."
        for span in rows[f"x{number}"]["why"]["typhoon"]:
            given = {"title": title, "text": text}[span["field"]]
            assert given[span["start"] : span["end"]] == span["text"]
            assert span["text"].startswith("typhoon")


def test_what_is_written_to_a_sources_file_has_none_of_them(shown: Shown) -> None:
    """Names of feeds that were found or imported."""
    assert "again-json" in shown.added
    assert "Publisher" in shown.added
    assert steering(shown.added) == set()
