"""APScheduler with a few fixed jobs, and an end in good order."""

from monitor.daemon.schedule import Daemon

__all__ = ["Daemon"]
