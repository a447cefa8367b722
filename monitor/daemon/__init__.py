"""APScheduler with a few fixed jobs, and an end in good order."""

from monitor.daemon.scheduler import Daemon, Job

__all__ = ["Daemon", "Job"]
