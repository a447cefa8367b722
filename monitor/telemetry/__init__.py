"""Every log event, named in one place, and how logs are written."""

from monitor.telemetry.log_events import LogEvent
from monitor.telemetry.logs import close_log, configure_logging, is_debug_enabled, hide_secrets, lines_lost, log

__all__ = ["LogEvent", "close_log", "configure_logging", "is_debug_enabled", "hide_secrets", "lines_lost", "log"]
