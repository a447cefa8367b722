"""Renders a delivery as the message that people read, in the form that its kind of channel can show.

`content` says what a message says, `forms` writes it as text or HTML, and a renderer for each kind of channel
(`plain_text`, `mail`) combines them. `registry` knows which renderer serves which kind.
"""

from monitor.notify.renderers.channel_facts import add_channel_facts
from monitor.notify.renderers.registry import capabilities_of, render_message
from monitor.notify.renderers.renderer import Capabilities

__all__ = ["Capabilities", "add_channel_facts", "capabilities_of", "render_message"]
