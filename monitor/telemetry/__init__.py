"""Every log event, named in one place, and how logs are written."""

from monitor.telemetry.events import Event
from monitor.telemetry.logs import close, configure, debugging, hide, lines_lost, log

__all__ = ["Event", "close", "configure", "debugging", "hide", "lines_lost", "log"]
