"""Every log event, named in one place, and how logs are written."""

from monitor.telemetry.events import Event
from monitor.telemetry.logs import configure, debugging, hide, log

__all__ = ["Event", "configure", "debugging", "hide", "log"]
