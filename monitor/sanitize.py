"""What others wrote, made safe to show: one place says which characters reach no terminal, log or message.

It is called where a thing comes in: where an entry becomes an article, a header or an error a line for a person, a list
of feeds sources. Three checks run on output, for what does not pass there (what older versions have stored,
errors of libraries): `model.Message`, the log, and the streams of the command line.

Identities are computed from what the feed gave (`sources.html`), never from what is made here: a character more in the
list would make each article that holds it a new one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import quote

_UNSEEN: Final = (
    "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"  # controls of C0 and C1, which steer terminals
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # what turns the direction of all that follows
    "\u200b\u2060-\u2065\ufeff\ufff9-\ufffb"  # no width, and no meaning in any script
    "\U000e0000-\U000e007f"  # tags: text that nobody sees
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # halves of pairs, and what is no character
)
_SEPARATING: Final = "\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
# Each begins with one character of a class: such a place is found at a tenth of the cost of others, and articles are
# long. So no `[...]+`, and nothing before the class.
_REMOVED: Final = re.compile(f"[{_UNSEEN}][{_UNSEEN}]*")
_LINE_ENDS: Final = re.compile(f"[\r{_SEPARATING}](?:(?<=\r)\n)?")
# Joiners shape the letters of Arabic, Persian and Indian scripts, and emoji. Behind Latin, Greek and Cyrillic letters,
# digits and blanks they change nothing that a reader could see.
_IDLE_JOINERS: Final = re.compile("[\u200c\u200d](?<![\u0590-\U0010ffff].)[\u200c\u200d]*", re.DOTALL)
# A flag that is spelt in tags behind a black one (Unicode TR 51, ED-14a): without them, Scotland's is black.
_FLAG: Final = re.compile("(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f)")
_ESCAPED: Final = re.compile(f"[{_UNSEEN}{_SEPARATING}][{_UNSEEN}{_SEPARATING}]*")
_BLANKS: Final = dict.fromkeys(map(ord, "\t\n\r"))


def sanitize_text(text: str) -> str:
    """A text of several lines without what nobody should see in it; each of its lines ends with a line feed."""
    # As nearly all are that came through `sources.html`. It knows no controls, no formats and no separators.
    if text.replace("\n", " ").isprintable():
        return text
    if "\U000e007f" in text:
        parts = _FLAG.split(text)  # every second one is a flag
        parts[::2] = map(_strip_invisible, parts[::2])
        return "".join(parts)
    return _strip_invisible(text)


def _strip_invisible(text: str) -> str:
    return _IDLE_JOINERS.sub("", _LINE_ENDS.sub("\n", _REMOVED.sub("", text)))


def sanitize_line(text: str) -> str:
    """The same on one line, with single blanks."""
    blanked = " ".join(text.split())  # before joiners are looked at, which do nothing behind a blank
    return " ".join(sanitize_text(blanked).split())


def sanitize_url(url: str) -> str:
    """An address in which what `sanitize` takes out is percent-encoded: it leads where it led. Tabs and ends of lines
    go, as browsers have it."""
    if url.isprintable():
        return url
    return _escape_invisible(url.translate(_BLANKS), lambda signs: quote(signs, errors="replace"))


def escape_json(line: str) -> str:
    """A line of JSON in which what `sanitize` takes out is escaped: its texts stay what they are, offsets too."""
    if line.isprintable():
        return line
    return _escape_invisible(line, lambda signs: json.dumps(signs)[1:-1])


def _escape_invisible(text: str, escape: Callable[[str], str]) -> str:
    for pattern in (_ESCAPED, _IDLE_JOINERS):  # the character before a joiner is by then the one shown
        text = pattern.sub(lambda found: escape(found[0]), text)
    return text
