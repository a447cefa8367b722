"""The log events, and how logs are written."""

from monitor.telemetry.log_events import LogEvent
from monitor.telemetry.logs import close_log, configure_logging, hide_secrets, is_debug_enabled, lines_lost, log

__all__ = ["LogEvent", "close_log", "configure_logging", "hide_secrets", "is_debug_enabled", "lines_lost", "log"]
