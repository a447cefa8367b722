"""Canned answers in place of the network, for services whose address nobody can choose."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse


@dataclass
class CannedService:
    """Answers every HTTP request with `status` and the next of `bodies` (the last one for ever), and keeps it."""

    bodies: list[str] = field(default_factory=lambda: ['{"id": "1"}'])
    status: int = 200
    requests: list[PreparedRequest] = field(default_factory=list)

    def answer(self, adapter: HTTPAdapter, request: PreparedRequest) -> Response:
        self.requests.append(request)
        body = self.bodies.pop(0) if len(self.bodies) > 1 else self.bodies[0]
        raw = HTTPResponse(BytesIO(body.encode()), status=self.status, preload_content=False)
        return adapter.build_response(request, raw)

    def sent(self) -> str:
        """All that was asked, addresses and bodies, as text."""
        return "\n".join(f"{each.method} {each.url}\n{_text(each.body)}" for each in self.requests)


def install(monkeypatch: pytest.MonkeyPatch) -> CannedService:
    """Have it answer in place of every HTTP server."""
    service = CannedService()
    monkeypatch.setattr(HTTPAdapter, "send", lambda adapter, request, **_: service.answer(adapter, request))
    return service


def _text(body: Any) -> str:
    return body.decode() if isinstance(body, bytes) else str(body or "")
