"""What becomes of a message on every kind of channel: with no network, and with canned answers over HTTP.

As a program, it prints them as JSON, {kind: what was tried}, in a process that can connect to nothing (see
`offline/sitecustomize.py`). `measure_kinds` runs it; docs/channels.md has the table (`docs/tools/channels_doc.py`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from apprise.manager_plugins import NotificationManager
from apprise.url import URLBase
from requests.adapters import HTTPAdapter

from monitor.model import Message, ReceiptKind
from monitor.notify.apprise_sender import send_message
from tests.integration.test_answers import OWN_SERVERS, SERVICES
from tests.support import channel_kinds
from tests.support.canned import CannedService

ROOT = Path(__file__).parents[2]
# With this no Python process can connect to anything.
OFFLINE = {"PYTHONPATH": os.pathsep.join((str(ROOT / "tests" / "support" / "offline"), str(ROOT)))}
SENT = (ReceiptKind.ACCEPTED.value, ReceiptKind.UNVERIFIED.value)
PAGE = "<html>Please log in</html>"
ANY_TEXT = "Please log in"
ERROR = json.dumps({"ok": False, "success": False, "status": "error", "code": 400, "errcode": 400, "error": "no"})
# What services answer that took a message, for plug-ins that read it: the usual keys together, then others.
_TAKEN = {
    "ok": True,
    "success": True,
    "status": 1,
    "code": 200,
    "errcode": 0,
    "error": 0,
    "id": "1",
    "requestId": "1",
    "event_id": "1",
    "room_id": "!a:b",
    "user_id": "@u:b",
    "access_token": "t",
    "token": "t",
    "expires_in": 9999,
    "message": "ok",
    "result": {"message_id": 1},
    "data": {"ids": ["1"], "id": "1", "data": {"isSuccess": True}},
    "messages": [{"status": 0, "id": "1"}],
}
TAKEN = (
    json.dumps(_TAKEN),
    "ok",
    '{"status":0,"status_message":"ok"}',
    '{"status":"success","data":{"userId":"u","authToken":"t"}}',
    '{"sent":true,"message":{"id":"1"}}',
    '{"code":0}',
    '{"code":1000,"success":true}',
    '{"result":{"message_id":1,"status":"ok"}}',
    '{"status":"complete","results":[{"status":"success"}]}',
    '{"data":{"id":"1"}}',
)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What was tried on a kind. `kinds`: its names; `needs`: what this machine lacks, and nothing was tried.

    The receipts are those with no network, for a 403, for a page of HTML, some text and an error with 200, and for what
    the service answers if it takes a message (None: none is known). `over_http`: whether it asked a server over HTTP.
    """

    service: str
    kinds: tuple[str, ...]
    needs: str = ""
    offline: str = ""
    forbidden: str = ""
    page: str = ""
    text: str = ""
    error: str = ""
    taken: str | None = None
    over_http: bool = False


def measure_kinds() -> tuple[dict[str, str | None], list[Outcomes]]:
    """The URL of every kind, None if it cannot be used here; and what was tried on each."""
    program = (sys.executable, "-W", "ignore", __file__)
    made = subprocess.run(program, env={**os.environ, **OFFLINE}, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    measured: dict[str, Any] = json.loads(made.stdout)
    outcomes = [Outcomes(**{**each, "kinds": tuple(each["kinds"])}) for each in measured["outcomes"]]
    return measured["urls"], outcomes


def _measure(urls: Mapping[str, str | None]) -> list[Outcomes]:
    manager: Any = NotificationManager()  # type: ignore[no-untyped-call]
    by_plugin: dict[Any, list[str]] = {}
    for kind in urls:
        by_plugin.setdefault(manager[kind], []).append(kind)
    plugins = [_Plugin(plugin, tuple(kinds), _choose_url(kinds, urls)) for plugin, kinds in by_plugin.items()]
    offline = [_send(plugin.url) if plugin.url else "" for plugin in plugins]
    service = CannedService()
    HTTPAdapter.send = lambda adapter, request, **_: service.answer(adapter, request)  # type: ignore[method-assign]
    return [plugin.measure(receipt, service) for plugin, receipt in zip(plugins, offline, strict=True)]


def _choose_url(kinds: Iterable[str], urls: Mapping[str, str | None]) -> str:
    """One whose answers are known, if there is one."""
    known = [SERVICES[kind][0] for kind in kinds if kind in SERVICES]
    return next(iter(known), None) or next((url for kind in kinds if (url := urls[kind])), "")


@dataclass(frozen=True, slots=True)
class _Plugin:
    """A plug-in of Apprise, the names of its kind, and a URL; "" if it cannot be used here."""

    plugin: Any
    kinds: tuple[str, ...]
    url: str

    def measure(self, offline: str, service: CannedService) -> Outcomes:
        """What becomes of a message for what the service answers."""
        name = str(self.plugin.service_name)
        if not self.url:
            needs = " or ".join(filter(None, map(self._list_packages, ("packages_required", "packages_recommended"))))
            return Outcomes(name, self.kinds, needs=needs or "another system or a desktop")
        service.requests.clear()
        forbidden = self._answer(service, 403, PAGE)
        over_http = bool(service.requests)
        page, text, error = (self._answer(service, 200, body) for body in (PAGE, ANY_TEXT, self._find_error()))
        taken = self._find_taken(service)
        return Outcomes(name, self.kinds, "", offline, forbidden, page, text, error, taken, over_http)

    def _find_error(self) -> str:
        """What the service answers with 200 if it does not take a message, or what services usually answer."""
        known = [SERVICES[kind][2] for kind in self.kinds if kind in SERVICES]
        known += [OWN_SERVERS[kind][3] for kind in self.kinds if kind in OWN_SERVERS]
        return next((body for answers in known for body in answers), ERROR)

    def _list_packages(self, key: str) -> str:
        packages = self.plugin.requirements.get(key) or []
        return ", ".join([packages] if isinstance(packages, str) else packages)

    def _answer(self, service: CannedService, status: int, body: str) -> str:
        service.status, service.bodies = status, [body]
        return _send(self.url)

    def _find_taken(self, service: CannedService) -> str | None:
        documented = [SERVICES[kind][1] for kind in self.kinds if kind in SERVICES]
        documented += [OWN_SERVERS[kind][2] for kind in self.kinds if kind in OWN_SERVERS]
        answers = [(200, body) for body in (*documented, ANY_TEXT, *TAKEN)] + [(201, TAKEN[0]), (204, "")]
        receipts = (self._answer(service, status, body) for status, body in answers)
        return next((receipt for receipt in receipts if receipt in SENT), None)


def _send(url: str) -> str:
    return send_message(url, Message("title", "text", "<p>text</p>")).kind.value


def _main() -> None:
    # Nobody is asked, so nobody need be spared.
    URLBase.throttle = lambda *_, **__: None  # type: ignore[method-assign]
    time.sleep = lambda _: None
    urls = channel_kinds.made()
    json.dump({"urls": urls, "outcomes": [asdict(each) for each in _measure(urls)]}, sys.stdout, indent=1)


if __name__ == "__main__":
    _main()
