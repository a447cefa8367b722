"""The one door to Apprise, what a message looks like, and what a server's answer means."""

from monitor.notify.notifier import Notifier, Send, channel_fault, channel_faults, channel_faults_in_worker
from monitor.notify.render import render_message

__all__ = ["Notifier", "Send", "channel_fault", "channel_faults", "channel_faults_in_worker", "render_message"]
