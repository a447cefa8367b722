"""The pages that the daemon serves beside its health and figures: the status at `/`, and the alerts as feeds at an
address that nobody can guess."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from hmac import compare_digest
from http import HTTPStatus

import monitor
from monitor import clock
from monitor.config.loading.summary import ConfigSummary
from monitor.errors import MonitorError
from monitor.model import PageMaker, PageRequest, PageResponse, Source
from monitor.model.web_pages import list_feed_paths
from monitor.services.queries.alert_feed import FeedItem, load_alert_feed
from monitor.services.queries.status import load_status
from monitor.services.queries.status_text import StatusText
from monitor.store.engine.database import Database
from monitor.web.alert_feeds import (
    ATOM_TYPE,
    JSON_FEED_TYPE,
    identify_feed,
    write_atom,
    write_json_feed,
)
from monitor.web.page_templates import content_policy, render_page
from monitor.wording.local_time import format_local_time

FEED_LENGTH = 50  # alerts
_HTML_TYPE = "text/html; charset=utf-8"
_COMMON_HEADERS = {"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
# Within this time a newer alert may get the same time in seconds: a reader that asks by it would never see it.


class DaemonPages:
    """Finds the page for a path. `read_config` is called in the thread that makes a page, `sources` and `timezone` are
    those that run; `feed`: the secret in the address of the feeds, None: there are none."""

    def __init__(
        self,
        database: Database,
        *,
        read_config: Callable[[], ConfigSummary],
        sources: Callable[[], Mapping[str, Source]],
        timezone: str,
        feed: str | None,
    ) -> None:
        self._database = database
        self._read_config = read_config
        self._sources = sources
        self._timezone = timezone
        self._feed_id = identify_feed(feed or "")
        self._feeds: Mapping[bytes, PageMaker] = {}
        if feed is not None:
            self._feeds = {
                path.encode(): make for path, make in zip(list_feed_paths(feed), self._feed_makers(), strict=True)
            }

    def find_page(self, path: str) -> PageMaker | None:
        """What makes the page; None: there is no such page. How long it takes does not depend on how much of a secret
        was guessed."""
        if path == "/":
            return self._make_status
        asked, found = path.encode("utf-8", "surrogatepass"), None
        for known, make in self._feeds.items():
            if compare_digest(asked, known):
                found = make
        return found

    def _make_status(self, _request: PageRequest) -> PageResponse:
        """The page of `/`: what `status` prints. Where that cannot be known, the page says why."""
        now, problem, text = clock.now(), "", None
        try:
            status = load_status(self._read_config(), self._database, now)
            text = StatusText(status, self._timezone)
        except MonitorError as error:
            problem = str(error)
        page = render_page(
            "status.html.j2",
            made_at=format_local_time(now, self._timezone),
            version=monitor.__version__,
            problem=problem.splitlines(),
            warnings=list(text.warnings()) if text else [],
            summary=_group_lines(text.summary()) if text else [],
        )
        headers = {**_COMMON_HEADERS, "Content-Security-Policy": f"{content_policy()}; frame-ancestors 'none'"}
        code = HTTPStatus.SERVICE_UNAVAILABLE if problem else HTTPStatus.OK
        return PageResponse(page.encode(), _HTML_TYPE, code, {**headers, "Cache-Control": "no-store"})

    def _feed_makers(self) -> tuple[PageMaker, PageMaker]:
        """In the order of `list_feed_paths`."""

        def make_atom(request: PageRequest) -> PageResponse:
            return _answer_conditionally(request, write_atom(self._load_items(), self._feed_id), ATOM_TYPE)

        def make_json(request: PageRequest) -> PageResponse:
            return _answer_conditionally(request, write_json_feed(self._load_items()), JSON_FEED_TYPE)

        return make_atom, make_json

    def _load_items(self) -> list[FeedItem]:
        return load_alert_feed(self._database, self._sources(), self._timezone, FEED_LENGTH)


def _group_lines(summary: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Each name with its lines: a line without a name belongs to the one before."""
    found: list[tuple[str, list[str]]] = []
    for name, line in summary:
        if found and name in {"", found[-1][0]}:
            found[-1][1].append(line)
        else:
            found.append((name, [line]))
    return found


def _answer_conditionally(request: PageRequest, body: bytes, content_type: str) -> PageResponse:
    """The feed, or that its reader has it already, by its tag. No time could say so: an erased article changes the feed
    without a newer alert."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**_COMMON_HEADERS, "ETag": tag, "Cache-Control": "private, no-cache"}
    if request.if_none_match is not None:
        known = [each.strip().removeprefix("W/") for each in request.if_none_match.split(",")]
        if tag in known or known == ["*"]:
            return PageResponse(b"", content_type, HTTPStatus.NOT_MODIFIED, headers)
    return PageResponse(body, content_type, HTTPStatus.OK, headers)
