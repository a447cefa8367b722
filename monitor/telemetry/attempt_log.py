"""Logs how an attempt to deliver ended."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.model import Delivery, DeliveryState, Notice, Receipt
from monitor.telemetry.log_events import LogEvent
from monitor.telemetry.logs import log


def log_attempt(delivery: Delivery, receipt: Receipt, state: DeliveryState, *, settled: bool) -> None:
    """Log how an attempt ended. `settled`: whether its receipt could be recorded."""
    message = delivery.alert
    facts: Mapping[str, object] = {
        "channel": delivery.channel,
        "alert": message.id,
        **({"notice": message.subject} if isinstance(message, Notice) else {"rule": message.rule}),
        "attempt": delivery.attempt,
        "receipt": receipt.kind.value,
        "detail": receipt.detail,
    }
    if not settled:
        log.warning(LogEvent.DELIVERY_LATE, **facts)
    elif state is DeliveryState.ACCEPTED:
        log.info(LogEvent.ACCEPTED, **facts)
    elif state is DeliveryState.DEAD:
        log.error(LogEvent.DEAD, **facts, todo="repair the channel; `news-monitor status` says what is sent after that")
    else:
        log.warning(LogEvent.RETRY, **facts)
