"""The daemon: a few fixed APScheduler jobs, and an orderly shutdown."""

from monitor.daemon.scheduler import Daemon, Job

__all__ = ["Daemon", "Job"]
