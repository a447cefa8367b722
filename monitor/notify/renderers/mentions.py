"""Takes from quoted text what chats would take for a call to people, such as `@everyone` in a headline.

A sign of no width is put after the @ or the bracket. A person reads the same text, and no service finds a name in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit, urlunsplit

ZERO_WIDTH = "\u200b"
_GROUPS = r"(?:everyone|here|channel|all|room|online|group|team|stream|topic|wildcard)\b"
# `@name`, but not the @ of a mail address; `@**all**` of Zulip; `<!here>`, `<@U123>`, `<#C1>`, `<at ...>`, `</users>`
# of Slack, Discord, WeCom, Feishu and Teams; `(met)all(met)` of Kook.
_MENTION = re.compile(
    rf"@(?=(?:[*_`]|<\w[^>]*>)*{_GROUPS})|(?<![\w.+-])@(?=[\w*_]|<\w)|<(?=[@#!&]|/?at\b|users/)|\((?=(?:met|rol)\))",
    re.IGNORECASE,
)


def neutralise_mentions(text: str, links: Iterable[str] = ()) -> str:
    """The text with a sign of no width in everything that may call people. `links`: addresses of our own in it, which
    stay as they are."""
    kept = [re.escape(link) for link in sorted(links, key=len, reverse=True)]
    pieces = re.split(f"({'|'.join(kept)})", text) if kept else [text]
    return "".join(
        piece if place % 2 else _MENTION.sub(rf"\g<0>{ZERO_WIDTH}", piece) for place, piece in enumerate(pieces)
    )


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
