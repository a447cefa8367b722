"""Makes text from others safe to show: this one place says which characters reach no terminal, log or message.

We call it where text comes in: when an entry becomes an article, when a header or an error becomes a line for a person,
when a list of feeds becomes sources. Three checks run on output, for text that does not come in there (what older
versions have stored, errors of libraries): `model.Message`, the log, and the streams of the command line.

Identities are computed from what the feed gave (`sources.formats.html`), never from the result of this. Otherwise, one
more character in the list would make every article that contains it a new one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import quote

_INVISIBLE: Final = (
    "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"  # controls of C0 and C1, which control terminals
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # these change the direction of all that follows
    "\xad\u034f\u200b\u2060-\u2065\ufeff\ufff9-\ufffb"  # no width, and no meaning in any script
    "\u115f\u1160\u17b4\u17b5\u3164\uffa0"  # letters that nobody sees: Hangul fillers, inherent vowels of Khmer
    "\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # formats of shorthand and of music, unassigned ones
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"  # tags: text that nobody sees
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # halves of pairs, and code points that are no characters
)
_SEPARATING: Final = "\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
# Each pattern begins with one character of a class: finding such a place costs a tenth of what others cost, and
# articles are long. So there is no `[...]+`, and nothing before the class.
_REMOVED: Final = re.compile(f"[{_INVISIBLE}][{_INVISIBLE}]*")
_LINE_ENDS: Final = re.compile(f"[\r{_SEPARATING}](?:(?<=\r)\n)?")
_VARIATIONS: Final = "\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_EMOJI: Final = "\xa9\xae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_HAN: Final = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# A variation selector changes the form of the character before it, if that has one: an emoji, a Chinese character (in
# Japanese names), a letter of Mongolian or Burmese, the digit of a keycap. Elsewhere, and from the second on, it hides.
_USELESS_VARIATIONS: Final = re.compile(
    f"[{_VARIATIONS}](?<![{_EMOJI}][\ufe0e\ufe0f])(?<![{_HAN}][\ufe00-\ufe02\U000e0100-\U000e01ef])"
    "(?<![\u1810-\u18af][\u180b-\u180f])(?<![\u1000-\u109f]\ufe00)(?!(?<=[0-9#*]\ufe0f)\u20e3)"
    f"[{_VARIATIONS}]*"
)
# The blocks of scripts whose letters join: those of Arabic, Syriac and Mongolian, and those with a virama, from
# Devanagari to Sinhala, Burmese, Khmer and Javanese.
_JOINING: Final = (
    "\u0600-\u077f\u07c0-\u07ff\u0840-\u0dff\u1000-\u109f\u1780-\u18af\u1a20-\u1aaf\u1b00-\u1c4f\u1cd0-\u1cff"
    "\ua800-\ua8ff\ua930-\ua95f\ua980-\ua9ff\uaa60-\uaa7f\uaae0-\uaaff\uabc0-\uabff\ufb50-\ufdff\ufe70-\ufefe"
    "\U00010a00-\U00010a5f\U00010ac0-\U00010aff\U00010b80-\U00010baf\U00010d00-\U00010d3f\U00010ec0-\U00010fdf"
    "\U00011000-\U00011fff\U0001e900-\U0001e95f\U0001ee00-\U0001eeff"
)
# A joiner shapes the letter before it, in such a script: ZWNJ keeps it apart from the next one, ZWJ gives it the form
# that it has before another letter, also at the end of a word. ZWJ makes one emoji of two. Elsewhere, and from the
# second one on, they change nothing that a reader could see.
_USELESS_JOINERS: Final = re.compile(
    f"[\u200c\u200d](?:(?<=[\u200c\u200d][\u200c\u200d])|(?!(?<=[{_JOINING}]\u200d)"
    f"|(?<=[{_JOINING}]\u200c)(?=[\u200c\u200d]*[{_JOINING}])|(?<=[{_EMOJI}\ufe0f]\u200d)(?=[\u200c\u200d]*[{_EMOJI}])))"
)
# All that is removed and that `str.isprintable` takes for letters or marks.
_PRINTABLE: Final = re.compile(f"[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0{_VARIATIONS}]")
# A flag that is spelt in tags after a black flag (Unicode TR 51, ED-14a): without the tags, Scotland's flag is black.
_FLAG: Final = re.compile("(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f)")
_ESCAPED: Final = re.compile(f"[{_INVISIBLE}{_SEPARATING}][{_INVISIBLE}{_SEPARATING}]*")
# Signs of no width that the renderers put in: in what chats take for a call to people, for a link, for code, or for a
# number of a list.
_GUARD: Final = re.compile("(?<=[@＠<(\\]|`~])\u200b|(?<=[0-9])\u200b(?=[.)])")
_BLANKS: Final = dict.fromkeys(map(ord, "\t\n\r"))


def sanitize_text(text: str) -> str:
    """A text of several lines without the characters that nobody should see. Each of its lines ends with a line
    feed."""
    if _is_clean(text.replace("\n", " ")):
        return text
    if "\U000e007f" in text:
        parts = _FLAG.split(text)  # every second one is a flag
        parts[::2] = map(_strip_invisible, parts[::2])
        return "".join(parts)
    return _strip_invisible(text)


def _is_clean(text: str) -> bool:
    """Whether nothing can be removed, as in nearly all texts: no controls, formats and separators, and no selectors."""
    return text.isprintable() and (text.isascii() or _PRINTABLE.search(text) is None)


def _strip_invisible(text: str) -> str:
    text = _LINE_ENDS.sub("\n", _REMOVED.sub("", text))
    return _USELESS_JOINERS.sub("", _USELESS_VARIATIONS.sub("", text))


def sanitize_line(text: str) -> str:
    """The text as one line, with single blanks, and without the characters that nobody should see."""
    blanked = " ".join(text.split())  # before the joiners: after a blank they do nothing
    return " ".join(sanitize_text(blanked).split())


def sanitize_highlighted(text: str, highlights: Sequence[tuple[int, int]]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """`sanitize_text` for a text with the (start, end) offsets of highlights in it, which move along."""
    clean = sanitize_text(text)
    if clean == text:
        return text, tuple(highlights)
    moved, length = [0], 0  # all of the clean text is in the text, in its order, but for the ends of lines
    for sign in text:
        kept = clean[length : length + 1]
        length += kept == sign or (kept == "\n" and _LINE_ENDS.match(sign) is not None)
        moved.append(length)
    return clean, tuple((moved[min(start, len(text))], moved[min(end, len(text))]) for start, end in highlights)


def sanitize_message(text: str) -> str:
    """`sanitize_text` for a message that is ready to be sent: it keeps the signs of no width that guard it."""
    return "\u200b".join(map(sanitize_text, _GUARD.split(text)))


def sanitize_url(url: str) -> str:
    """The address, with what `sanitize_text` removes percent-encoded, so that it still leads to the same page. Tabs and
    line ends are removed, as in browsers."""
    if _is_clean(url):
        return url
    return _escape_invisible(url.translate(_BLANKS), lambda signs: quote(signs, errors="replace"))


def escape_json(line: str) -> str:
    """A line of JSON, with what `sanitize_text` removes escaped: its texts and their offsets stay the same."""
    if _is_clean(line):
        return line
    return _escape_invisible(line, lambda signs: json.dumps(signs)[1:-1])


def _escape_invisible(text: str, escape: Callable[[str], str]) -> str:
    for pattern in (
        _ESCAPED,
        _USELESS_VARIATIONS,
        _USELESS_JOINERS,
    ):  # by then, the character before a joiner is the one that is shown
        text = pattern.sub(lambda found: escape(found[0]), text)
    return text
