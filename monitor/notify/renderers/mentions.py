"""Takes from quoted text what chats would take for a call to people, such as `@everyone` in a headline, and for a link
that hides where it leads, such as `[your bank](http://evil.test)`.

A sign of no width is put after the @ or the bracket. A person reads the same text, and no service finds a name or a
link in it. This goes for all kinds alike: which markup a service reads depends on its version and on its settings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit, urlunsplit

ZERO_WIDTH = "\u200b"
_AT = "[@＠]"
_GROUPS = r"(?:everyone|here|channel|all|room|online|group|team|stream|topic|wildcard)\b"
# `@name`, but not the @ of a mail address; `@**all**` of Zulip; `<!here>`, `<@U123>`, `<#C1>`, `<at ...>`, `</users>`
# of Slack, Discord, WeCom, Feishu and Teams; commands and emoji of Discord (`</name:1>`, `<:name:1>`, `<t:1>`);
# `(met)all(met)` of Kook. In Markdown, a backslash may be before the signs.
_MENTION = re.compile(
    rf"{_AT}(?=(?:\\?[*_`]|<\w[^>]*>)*{_GROUPS})|(?<![\w.+-]){_AT}(?=\\?[\w*_]|<\w)"
    rf"|(?<=[.+-]){_AT}(?=\w)(?![\w-]+\.\w)|<(?=\\?[@#!&:]|/?at\b|users/|/?\w+:)|\((?=(?:met|rol)\))",
    re.IGNORECASE,
)
# `[text](address)`, `![text](address)`, `[text][name]`, `[name]: address` of Markdown; `<address|text>`; `<a href>`;
# `[text|address]` of Jira; and what fences off code, in which our own link would be none.
_MARKUP = re.compile(r"\](?=[(\[:])|<(?=[^\s<])|\|(?=\s*\w+:)|[`~](?=[`~]{2})")


def neutralise_mentions(text: str, links: Iterable[str] = ()) -> str:
    """The text with a sign of no width in everything that may call people. `links`: addresses of our own in it, which
    stay as they are."""
    kept = [re.escape(link) for link in sorted(links, key=len, reverse=True)]
    # a longer address that begins with ours is not ours
    pieces = re.split(rf"({'|'.join(kept)})(?![\w@:/?#%&=+-]|\.\w)", text) if kept else [text]
    return "".join(
        piece if place % 2 else _MENTION.sub(rf"\g<0>{ZERO_WIDTH}", piece) for place, piece in enumerate(pieces)
    )


def neutralise_markup(text: str) -> str:
    """Plain text with a sign of no width in everything that may become a link, a picture or code."""
    return _MARKUP.sub(rf"\g<0>{ZERO_WIDTH}", text)


def escape_mentions_in_link(link: str) -> str:
    """The same address, without a call to people in its path or query: there, an @ may be written %40."""
    try:
        parts = urlsplit(link)
    except ValueError:  # no address; it is shown as text
        return link
    if "@" not in parts.path + parts.query + parts.fragment:
        return link
    rest = (re.sub(f"@(?={_GROUPS})", quote("@"), part, flags=re.IGNORECASE) for part in parts[2:])
    return urlunsplit((parts.scheme, parts.netloc, *rest))
