"""What worker processes do with channels; this module is cheap to import (as `sources.polling.in_worker` for
documents).

Apprise and its plug-ins, 30 MiB, are loaded only in the process in which a function is called.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from monitor.errors import Fault
from monitor.model import Delivery, Message, MessageTemplate, Receipt
from monitor.notify.timeouts import SendTimeouts
from monitor.runtime.sandbox import SENDER
from monitor.runtime.workers.processes import select_network_environment
from monitor.runtime.workers.serve import WorkerSetup


def sender_setup() -> WorkerSetup:
    """How a process that sends is set up."""
    return WorkerSetup(SENDER, select_network_environment())


def send_message(url: str, message: Message, timeouts: SendTimeouts) -> Receipt:
    """See `apprise_sender.send_message`."""
    from monitor.notify import apprise_sender

    return apprise_sender.send_message(url, message, timeouts)


def find_url_fault(url: str) -> str | None:
    """See `url_faults.find_url_fault`."""
    from monitor.notify import url_faults

    return url_faults.find_url_fault(url)


def has_secret(url: str) -> bool:
    """See `url_faults.has_secret`."""
    from monitor.notify import url_faults

    return url_faults.has_secret(url)


def template_faults_of(template: MessageTemplate, kind: str) -> list[Fault]:
    """See `templates.find_template_faults`."""
    from monitor.notify.renderers import templates

    return templates.find_template_faults(template, kind)


def compose_from_template(
    template: MessageTemplate, delivery: Delivery, kind: str, *, source: str, zone: ZoneInfo
) -> Message:
    """See `templates.compose_from_template`."""
    from monitor.notify.renderers import templates

    return templates.compose_from_template(template, delivery, kind, source=source, zone=zone)


def load_plugins() -> None:
    """Load Apprise's plug-ins, so that the first message is quick."""
    from monitor.notify import apprise_sender

    apprise_sender.load_plugins()
