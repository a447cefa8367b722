"""The one door to Apprise, what a message looks like, and what a server's answer means."""

from monitor.notify.notifier import Notifier, Send, channel_fault, channel_faults, faults_apart
from monitor.notify.render import render

__all__ = ["Notifier", "Send", "channel_fault", "channel_faults", "faults_apart", "render"]
