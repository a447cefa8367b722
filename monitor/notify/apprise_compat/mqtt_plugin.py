"""Apprise's plug-in for MQTT, which waits until the broker has accepted the message.

Apprise's own sends with QoS 0 unless the URL says otherwise: such a message has no answer, and is lost without a word.
It also counts a login that the broker has refused as a connection, and cannot use MQTT 5. Here QoS is 1, so the broker
answers with PUBACK, and the version is 5 where the broker knows it: before it, a broker accepts what the user may not
publish, and drops it. With `qos=0` in the URL the receipt is unverified. paho-mqtt is the
extra `mqtt`, which requirements/lock.txt includes.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from typing import Any

from apprise import NotifyType
from apprise.plugins import mqtt as apprise_mqtt
from apprise.plugins.mqtt import NotifyMQTT

from monitor import clock
from monitor.model import Receipt, ReceiptKind
from monitor.notify.apprise_compat.log_receipts import UNCLEAR
from monitor.notify.apprise_compat.own_receipts import OwnReceipts
from monitor.notify.apprise_compat.tls_context import make_tls_context

_TURN = 0.2  # s; the network is looked at so often
# Reason codes of MQTT 5, into which paho also translates those of older versions.
_TRY_LATER = frozenset({0x88, 0x89, 0x97, 0x9F})  # server unavailable, busy, quota exceeded, too many connections
_UNSUPPORTED_VERSION = 0x84
_OLD_BROKER = Receipt(ReceiptKind.REFUSED, "the broker does not know this version of MQTT")
_NOT_REACHED = Receipt(ReceiptKind.TRY_LATER, "the broker could not be reached")
_NO_ANSWER = Receipt(ReceiptKind.TRY_LATER, "the broker did not answer the connection")
_NO_TRUST = Receipt(ReceiptKind.TRY_LATER, "the broker's certificate is not trusted")
_NO_NAME = Receipt(ReceiptKind.TRY_LATER, "the broker's name was not found")


class MqttPlugin(OwnReceipts, NotifyMQTT):  # type: ignore[no-untyped-call]
    """Publishes a message on one topic, as the module says."""

    template_args = {  # noqa: RUF012 - as Apprise has it
        **NotifyMQTT.template_args,
        "qos": {**NotifyMQTT.template_args["qos"], "default": 1},
    }

    # As the URL says; Apprise does not declare them.
    client: Any
    qos: Any
    port: Any
    retain: Any

    def __init__(self, version: str | None = None, **options: Any) -> None:  # noqa: ANN401
        is_old = version is not None and not version.lstrip("v").startswith("5")
        super().__init__(version=version if is_old else "v3.1.1", **options)  # type: ignore[no-untyped-call]
        self._versions = [self.mqtt_protocol]
        if not is_old:
            self._versions = [apprise_mqtt.MQTT_PROTOCOL_MAP[number] for number in ("5", "311")]

    def send(
        self,
        body: str,
        title: str = "",
        notify_type: NotifyType = NotifyType.INFO,
        **options: Any,  # noqa: ANN401 - the signature of `NotifyMQTT.send`
    ) -> bool:
        """Publish one message; True if the broker has accepted it, or with QoS 0 if it was sent."""
        del title, notify_type, options
        self.is_verified = self.qos > 0
        self.throttle()  # type: ignore[no-untyped-call]
        for version in self._versions:
            self.failure = self._connect(version)
            if self.failure not in (_OLD_BROKER, _NO_ANSWER):  # some old brokers only hang up
                break
        self.failure = self.failure or self._publish(body)
        with suppress(OSError):
            self.client.disconnect()
        return self.failure is None

    def _connect(self, version: int) -> Receipt | None:
        """Open a session with this version of MQTT; returns why that failed."""
        codes: list[Any] = []
        paho: Any = vars(apprise_mqtt)["mqtt"]
        clean = None if version == paho.MQTTv5 else not self.session
        self.client = paho.Client(
            paho.CallbackAPIVersion.VERSION2, client_id=self.client_id, clean_session=clean, protocol=version
        )
        self.client.on_connect = lambda *event: codes.append(event[3])
        self.client.connect_timeout = self.socket_connect_timeout
        try:
            if self.user:
                self.client.username_pw_set(self.user, password=self.password)
            if self.secure:
                self.client.tls_set_context(make_tls_context(verify=self.verify_certificate))
            self.client.connect(self.host, port=self.port, keepalive=self.mqtt_keepalive)
        except ssl.SSLCertVerificationError:
            return _NO_TRUST
        except socket.gaierror:
            return _NO_NAME
        except (OSError, ValueError):
            return _NOT_REACHED
        self._wait_for(codes, self.socket_connect_timeout)
        if not codes:
            return _NO_ANSWER
        if codes[0].value == _UNSUPPORTED_VERSION:
            return _OLD_BROKER
        return _receipt_of_code(codes[0], "the broker refused the connection")

    def _publish(self, body: str) -> Receipt | None:
        codes: list[Any] = []
        self.client.on_publish = lambda *event: codes.append(event[3])
        try:
            self.client.publish(self.topics[0], payload=body, qos=self.qos, retain=self.retain)
        except ValueError:  # a topic with wildcards
            return Receipt(ReceiptKind.REFUSED, "messages cannot be published on such a topic")
        self._wait_for(codes, self.socket_read_timeout)
        return _receipt_of_code(codes[0], "the broker refused the message") if codes else UNCLEAR

    def _wait_for(self, codes: list[Any], seconds: float) -> None:
        """Exchange packets until the broker has answered, the connection ends or the time is over."""
        end = clock.monotonic() + seconds
        is_open = True
        while is_open and not codes and clock.monotonic() < end:
            is_open = self.client.loop(timeout=_TURN) == 0


def _receipt_of_code(code: Any, refusal: str) -> Receipt | None:  # noqa: ANN401 - paho's ReasonCode: paho is an extra
    if not code.is_failure:
        return None
    kind = ReceiptKind.TRY_LATER if code.value in _TRY_LATER else ReceiptKind.REFUSED
    return Receipt(kind, f"{refusal} (0x{code.value:02X})")
