"""Pieces of text that programs trip over: what grows when it is normalised, steers terminals, opens markup and never
closes it, or begins what a pattern looks for. Fuzzing, the search for slow inputs and the escape corpus use them."""

from __future__ import annotations

from typing import Final

STEERING: Final = (
    "\x1b[2J",  # clears a terminal
    "\x1b]52;c;ZXZpbA==\x07",  # OSC 52: puts something into the clipboard
    "\x1b]8;;https://evil.test/\x1b\\here\x1b]8;;\x1b\\",  # a hyperlink of a terminal
    "\x1b]0;title\x07",
    "\x1b[35;9mred\x1b[0m",  # a colour, as ours are written
    "\x1b[1A\x1b[K",  # one line up, and that line away
    "\x1bP+q544e\x1b\\",  # DCS: asks the terminal for something
    "\x9b31m",  # CSI and OSC as one character of C1
    "\x9d52;c;ZXZpbA==\x9c",
    "\x85",
    "\x07",
    "\x08\x08\x08",
    "\x00",
    "\x7f",
    "\x0e",
    "\r",
    "\r\n",
    "\n",
    "\u2028",
    "\u202e",  # right to left from here on
    "\u2066",
    "\u200f",
    "\u061c",
    "\u200b",
    "\u2060",
    "\ufeff",
    "\ufff9",
    "\U000e0041\U000e007f",  # tags
    "\ud800",  # half of a pair
    "\udc9b",  # what surrogateescape makes of the byte 9b
    "\ufffe",
)

GROWING: Final = (
    "\ufdfa",  # NFKC makes 18 characters of it
    "\u337f",
    "\u3300",
    "\uff76\uff9e",  # half-width kana, joined with the next
    "\u1100\u1161\u11a8",  # jamo
    "ﬃ",
    "½",
    "İ",
    "ß",
    "a\u0301\u0316",
    "\u0301",
    "\u0345",
    "\u0f73",
    "ᾳ",
)

MARKUP: Final = (
    "<",
    "<a ",
    "<a href='",
    '<div class="',
    "<!--",
    "<![CDATA[",
    "\n<!ENTITY ",
    "</",
    "<svg>",
    "<math>",
    "<ul><li>",
    "<script>",
    "<plaintext>",
    "&",
    "&#",
    "&#x",
    "&#0;",
    "&#x9b;",
    "&#xD800;",
    "&#x1b;[2J",
    "&amp;lt;",
    "&nbsp;",
    "]]>",
    "<b onclick='x'>",
    "<img src=x onerror=x>",
    "<a href='javascript:x'>a</a>",
    "<a href='http://bank.test@evil.test/'>a</a>",
)

SPEECH: Final = (
    ". ",
    "... ",
    "!? ",
    "。",
    "。」",
    "\n\n",
    "U.S. ",
    "a.b.",
    "“",
    '"',
    "'",
    "(",
    "((((",
    "[",
    "»",
    "「",
    "@everyone ",
    "@**all** ",
    "<!here> ",
    "[text](https://evil.test) ",
    "**",
    "__",
    "`",
    "\\",
    "#",
    "- ",
    "1. ",
    "=",
)

NUMBERS: Final = (
    "1",
    "1234567890",
    "1,000,",
    "1.000.",
    "0.",
    "-1",
    "12 dead ",
    "twelve ",
    "hundred thousand ",
    "一百",
    "億万",
    "십만",
    "1월 ",
    "2026-01-05",
    "Monday ",
    "5 May ",
    "$1bn ",
    "%",
    "km/h",
    "³",
    "\u0660\u0661",
    "１２",
    "VII ",
)

WORDS: Final = (
    "missile ",
    "North Korea fired a missile near Taiwan; ",
    "導彈",
    "导弹",
    "미사일이 ",
    "ミサイル",
    "ракета ",
    "צה״ל ",
    "صاروخ ",
    "क\u200dष",
    "می\u200cخواهم ",
    "Kim Jong-un ",
    "Mr. ",
    "according to ",
    "said ",
    "A",
    "a",
    "a-",
    "-",
    "aA",
    "É",
    "\u00ad",
    "\u200d",
    "👩\u200d💻",
    "\U0001f3f4\U000e0067\U000e007f",
    "🇰🇷",
    " ",
    "\t",
    "\u3000",
    "_",
    "/",
    "//",
    "?a=",
    "%41",
    "%",
    "http://a.test/",
    ":",
    ";",
)

ALL: Final = (*STEERING, *GROWING, *MARKUP, *SPEECH, *NUMBERS, *WORDS)
