"""Hides the secrets of a source's address in what its feed says: servers like to repeat a token in their links."""

from __future__ import annotations

from dataclasses import replace

from monitor.model import Entry, Feed, RedactedEntry
from monitor.url_secrets import drop_secrets_from_link, hide_secrets_in


def hide_secrets_in_feed(feed: Feed, secrets: frozenset[str]) -> Feed:
    """The feed without the secrets of its source's address. A link loses the query option with the secret. The address
    of the next page stays: it is only fetched."""
    if not secrets:
        return feed
    return replace(
        feed,
        title=None if feed.title is None else hide_secrets_in(feed.title, secrets),
        entries=tuple(_hide_in_entry(entry, secrets) for entry in feed.entries),
        problem=None if feed.problem is None else hide_secrets_in(feed.problem, secrets),
    )


def _hide_in_entry(entry: Entry, secrets: frozenset[str]) -> Entry:
    hidden = replace(
        entry,
        guid=None if entry.guid is None else hide_secrets_in(entry.guid, secrets),
        link=None if entry.link is None else drop_secrets_from_link(entry.link, secrets),
        title=hide_secrets_in(entry.title, secrets),
        summary=hide_secrets_in(entry.summary, secrets),
        content=hide_secrets_in(entry.content, secrets),
        authors=tuple(hide_secrets_in(author, secrets) for author in entry.authors),
        tags=tuple(hide_secrets_in(tag, secrets) for tag in entry.tags),
    )
    return entry if hidden == entry else RedactedEntry.from_entries(hidden, entry)
