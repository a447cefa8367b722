"""What a kind of channel accepts and shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.notify.renderers.text_length import LengthUnit, measure_json, measure_text, room_for


class Form(StrEnum):
    """How a message is written.

    PLAIN     lines of plain text
    SHORT     one line: the level and the headline, and the link
    MARKDOWN  CommonMark, as Discord, Mattermost, Webex and Teams show it
    HTML      the few tags that chats know
    MAIL      a page of HTML, beside plain text
    """

    PLAIN = "plain"
    SHORT = "short"
    MARKDOWN = "markdown"
    HTML = "html"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a kind of channel accepts and shows. The defaults fit every kind that `kinds` does not list.

    form         how its messages are written
    max_size     the longest text, in this `unit`
    max_json     the longest title and text together, in characters of JSON in ASCII (None: no such limit)
    max_title    the longest title, in units of UTF-16
    joins_title  it has no titles: a title becomes the first line of the text, and counts
    whole_text   its text may be shown without its title, so it never leaves out what the title says
    max_lines    how many lines it shows (None: all)
    max_items    how many lines of a digest it gets at most
    mentions     it may take `@everyone` and the like in a text for a call to people
    combines     people read it: alerts of several rules about one article are one message. Programs get a message for
                 each alert, with the fields, the level and the id of that alert
    headers      it has headers like those of mail: `Message.id` and `Message.in_reply_to` put messages into threads
    """

    form: Form = Form.PLAIN
    max_size: int = 4096
    unit: LengthUnit = LengthUnit.BYTES
    max_json: int | None = 7700
    max_title: int = 190
    joins_title: bool = True
    whole_text: bool = False
    max_lines: int | None = None
    max_items: int = 7
    mentions: bool = True
    combines: bool = True
    headers: bool = False

    @property
    def html(self) -> bool:
        """It shows `Message.html`."""
        return self.form in {Form.HTML, Form.MAIL}

    @property
    def markdown(self) -> bool:
        """It shows `Message.markdown`."""
        return self.form is Form.MARKDOWN

    def size_of(self, title: str, text: str) -> int:
        """The length of a message in the unit of this kind."""
        return measure_text(f"{title}\r\n{text}" if self.joins_title and title else text, self.unit)

    def room_for(self, title: str, text: str) -> int:
        """The longest message of this kind, in its unit. For SMS it depends on the alphabet of the message."""
        return room_for(title + text, self.unit, self.max_size)

    def accepts(self, title: str, text: str) -> bool:
        """Whether a message of this title and text is short enough."""
        return (
            self.size_of(title, text) <= self.room_for(title, text)
            and (self.max_json is None or measure_json(title, text) <= self.max_json)
            and (self.max_lines is None or text.count("\n") < self.max_lines)
        )
