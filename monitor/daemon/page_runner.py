"""Makes pages for `http_server` in a thread, one at a time, so that neither the event loop nor the polls wait for them.

A page that takes too long is answered with "try again", and the next one begins only when it has ended: whoever asks
again and again keeps one thread busy, and no more.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

from monitor.errors import MonitorError
from monitor.model import PageMaker, PageRequest, PageResponse

TIME_LIMIT = 10.0  # s, with the wait for others; readers of feeds wait for longer
_TEXT_TYPE = "text/plain; charset=utf-8"
_BUSY_HEADERS = {"Retry-After": "60", "Cache-Control": "no-store"}


class PageRunner:
    """Used within an event loop."""

    def __init__(self, time_limit: float = TIME_LIMIT) -> None:
        self._time_limit = time_limit
        self._executor = ThreadPoolExecutor(1, "pages")
        self._turn = asyncio.Lock()  # released by whatever page ends, and not by who waited for it

    async def make_page(self, make: PageMaker, request: PageRequest) -> PageResponse:
        """The page; or that it could not be made, in words."""
        try:
            async with asyncio.timeout(self._time_limit):
                await self._turn.acquire()
                made = asyncio.get_running_loop().run_in_executor(self._executor, make, request)
                made.add_done_callback(self._end_turn)
                return await asyncio.shield(made)
        except TimeoutError:
            return _say_unavailable("This page takes too long now. Try again in a minute.")
        except MonitorError as error:
            return _say_unavailable(str(error))

    def _end_turn(self, made: asyncio.Future[PageResponse]) -> None:
        self._turn.release()
        if not made.cancelled():
            made.exception()  # nobody may be waiting for it any more

    def close(self) -> None:
        """Begin no more pages. One under way ends by itself."""
        self._executor.shutdown(wait=False, cancel_futures=True)


def _say_unavailable(text: str) -> PageResponse:
    return PageResponse(f"{text}\n".encode(), _TEXT_TYPE, HTTPStatus.SERVICE_UNAVAILABLE, _BUSY_HEADERS)
