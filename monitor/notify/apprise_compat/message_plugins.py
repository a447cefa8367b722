"""Plug-ins of ours that send more of a message than its text: a signed webhook, and ntfy."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import requests
from apprise import NotifyType
from apprise.plugins import ntfy as apprise_ntfy
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.ntfy import NotifyNtfy

from monitor import clock
from monitor.model import Message

SIGNATURE, TIMESTAMP = "X-News-Monitor-Signature", "X-News-Monitor-Timestamp"
IDEMPOTENCY_KEY = "Idempotency-Key"
SEQUENCE = "X-Sequence-ID"  # of ntfy


class MessagePlugin:
    """A plug-in that knows the message that it sends."""

    message: Message | None = None


class WebhookPlugin(MessagePlugin, NotifyJSON):  # type: ignore[no-untyped-call]
    """Posts the document of a message (`renderers.webhook`), signed if the URL has a `secret`. Options that begin with
    "+" are headers, those with "-" belong to the receiver's address; user and password are those of HTTP."""

    service_name = "Signed webhook of News Monitor"
    protocol = "webhook"
    secure_protocol = "webhooks"

    def __init__(self, secret: str = "", **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self._secret = secret

    @staticmethod
    def parse_url(url: str, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - the signature of `URLBase.parse_url`
        """The parts of a URL."""
        del args, options
        parts: dict[str, Any] | None = NotifyJSON.parse_url(url)  # type: ignore[no-untyped-call]
        if parts and (secret := parts["qsd"].get("secret")):
            parts["secret"] = secret
        return parts

    def send(
        self,
        body: str,
        title: str = "",
        notify_type: NotifyType = NotifyType.INFO,
        attach: Any = None,  # noqa: ANN401 - the signature of `NotifyJSON.send`
        **options: Any,  # noqa: ANN401
    ) -> bool:
        """Post one document; True if the receiver answered 2xx."""
        del notify_type, attach, options
        self.throttle()  # type: ignore[no-untyped-call]
        document = self.message.document if self.message else ""
        content = (document or json.dumps({"title": title, "text": body})).encode()
        port = f":{self.port}" if self.port else ""
        try:
            answer = requests.post(
                f"{'https' if self.secure else 'http'}://{self.host}{port}{self.fullpath}",
                data=content,
                params=self.params,
                headers=self._make_headers(content),
                auth=(self.user, self.password or "") if self.user else None,
                verify=self.verify_certificate,
                timeout=self.request_timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            self.logger.debug("Socket Exception: %s", error)  # from which the receipt is made
            return False
        return 200 <= answer.status_code < 300

    def _make_headers(self, content: bytes) -> dict[str, str]:
        headers = {"User-Agent": str(self.app_id), **self.headers, "Content-Type": "application/json"}
        if self.message and self.message.id:
            headers[IDEMPOTENCY_KEY] = self.message.id
        if self._secret:
            timestamp = f"{clock.now().timestamp():.0f}"
            signed = hmac.new(self._secret.encode(), timestamp.encode() + b"." + content, hashlib.sha256)
            headers |= {TIMESTAMP: timestamp, SIGNATURE: f"sha256={signed.hexdigest()}"}
        return headers


class NtfyPlugin(MessagePlugin, NotifyNtfy):  # type: ignore[no-untyped-call]
    """Has an update take the place of the notification that it updates. A server older than 2.16 shows both."""

    def send(self, *args: Any, **options: Any) -> bool:  # noqa: ANN401 - the signature of `NotifyNtfy.send`
        """Send one message; True if the server has accepted it."""
        headers = {SEQUENCE: self.message.replaces} if self.message and self.message.replaces else {}
        with _add_headers(headers):
            return bool(super().send(*args, **options))  # type: ignore[no-untyped-call]


@contextmanager
def _add_headers(headers: Mapping[str, str]) -> Iterator[None]:
    """Within the block, have Apprise's plug-in for ntfy send these headers too; it has no option for them."""
    plain = vars(apprise_ntfy)["requests"]

    def post(url: str, **options: Any) -> requests.Response:  # noqa: ANN401
        options["headers"] = {**options["headers"], **headers}
        return requests.post(url, **options)  # noqa: S113 - the plug-in gives a timeout

    vars(apprise_ntfy)["requests"] = SimpleNamespace(**{**vars(plain), "post": post})
    try:
        yield
    finally:
        vars(apprise_ntfy)["requests"] = plain
