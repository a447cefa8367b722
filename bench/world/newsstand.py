"""The feeds of a cost table, in a process of their own: `python -m bench.world.newsstand FEEDS ENTRIES`.

It prints its port. GET /N is feed N at any address of 127/8, answered gzipped and with an ETag; POST /mode/NAME sets
how all feeds answer from then on, POST /publish adds an entry to each feed; any other POST is taken for a message.
What is served is made beforehand, and below HTTP, so that the server is never what is waited for.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from subprocess import PIPE, Popen
from urllib.request import Request, urlopen

from bench.world.articles import Text, articles
from bench.world.feeds import WORD
from tests.support.whole import ROOT

HONEST = "honest"  # 304 where the asker has the latest
FORGETFUL = "forgetful"  # always the whole document, whatever the asker has
GENERATIONS = 10  # entries that can be published in each feed
TOLD = 100  # one in so many of those is to be told
_WORDS = 70


def address(number: int, port: int) -> str:
    """The address of a feed, which it shares with no other."""
    return f"http://127.{1 + number // 62500}.{number // 250 % 250}.{number % 250 + 1}:{port}/{number}"


class Stand:
    """The documents of so many feeds, each of which lists its latest `entries`."""

    def __init__(self, feeds: int, entries: int) -> None:
        self._entries = entries
        self._began = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
        each = entries + GENERATIONS
        made = sorted(articles(feeds * each, 1, _WORDS), key=lambda text: text.language)
        self._texts = [made[number * each : (number + 1) * each] for number in range(feeds)]
        self.mode, self._generation = HONEST, 0
        self._answers = [self._answer(number) for number in range(feeds)]

    def publish(self) -> None:
        """One more entry in each feed."""
        self._generation += 1
        self._answers = [self._answer(number) for number in range(len(self._answers))]

    def answer(self, number: int, head: bytes) -> bytes:
        """What is sent to whoever asks with these headers."""
        etag = b'"%d"' % self._generation
        if self.mode == HONEST and etag in head:
            return b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\nConnection: close\r\n\r\n" % etag
        return self._answers[number]

    def _answer(self, number: int) -> bytes:
        first = self._generation
        texts = self._texts[number][first : first + self._entries]
        items = [self._item(number, first + place, text) for place, text in enumerate(texts)]
        document = (
            "<?xml version='1.0' encoding='utf-8'?>\n<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'>"
            f"<channel><title>Feed {number}</title><link>http://news{number}.example/</link>"
            f"<description>All that is new</description>{''.join(reversed(items))}</channel></rss>"
        )
        body = gzip.compress(document.encode())
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml; charset=utf-8\r\nContent-Encoding: gzip\r\n"
            f'ETag: "{first}"\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n'
        )
        return head.encode() + body

    def _item(self, number: int, place: int, text: Text) -> str:
        new = place >= self._entries
        title = f"{WORD} {text.title}" if new and number % TOLD == 0 else text.title
        link = f"http://news{number}.example/2026/{place}/{escape(text.title[:20].replace(' ', '-'))}"
        return (
            f"<item><title>{escape(title)}</title><link>{link}</link><guid isPermaLink='false'>{number}-{place}</guid>"
            f"<pubDate>{format_datetime(self._began + timedelta(minutes=place))}</pubDate><dc:creator>A. Name"
            f"</dc:creator><category>World</category><description>{escape(f'<p>{text.text}</p>')}</description></item>\n"
        )


class _Talk(asyncio.Protocol):
    """One request and its answer."""

    def __init__(self, stand: Stand) -> None:
        self._stand, self._got = stand, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, end, body = self._got.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return
        method, path = head.split(b" ", 2)[:2]
        if method == b"GET":
            answer = self._stand.answer(int(path[1:]), head)
        else:
            self._told(path.decode())
            answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        self._transport.write(answer)
        self._transport.close()

    def _told(self, path: str) -> None:
        if path == "/publish":
            self._stand.publish()
        elif path.startswith("/mode/"):
            self._stand.mode = path.removeprefix("/mode/")


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def _serve(stand: Stand) -> None:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
    sock.bind(("0.0.0.0", 0))
    server = await asyncio.get_running_loop().create_server(lambda: _Talk(stand), sock=sock, backlog=1024)
    print(sock.getsockname()[1], flush=True)
    await server.serve_forever()


class Serving:
    """The stand from outside."""

    def __init__(self, port: int) -> None:
        self.port = port

    def tell(self, what: str) -> None:
        """`mode/NAME` or `publish`, and wait until it is so."""
        with urlopen(Request(f"http://127.0.0.1:{self.port}/{what}", method="POST"), timeout=300):
            pass


@contextmanager
def serving(feeds: int, entries: int) -> Iterator[Serving]:
    """The stand in its process, on a free port."""
    command = (sys.executable, "-m", "bench.world.newsstand", str(feeds), str(entries))
    with Popen(command, stdout=PIPE, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            yield Serving(int(process.stdout.readline()))
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(_serve(Stand(int(sys.argv[1]), int(sys.argv[2]))))
