"""Renders a delivery as the message that people read, in the form that its kind of channel can show.

`kinds` is the table of what every kind of channel takes and shows. `content` says what a message says; `plain_text`,
`markdown`, `chat_html` and `mail_page` write it; `forms` chooses the longest version that fits; `mentions` takes calls
to people out of it.
"""

from monitor.notify.renderers.capabilities import Capabilities
from monitor.notify.renderers.document import add_document
from monitor.notify.renderers.kinds import capabilities_of, kind_of_channel
from monitor.notify.renderers.registry import render_message

__all__ = ["Capabilities", "add_document", "capabilities_of", "kind_of_channel", "render_message"]
