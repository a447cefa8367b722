"""What follows from an edit of a rule's `once_per`, in words, for the log and for `check`."""

from __future__ import annotations

from monitor.model import OncePer

_EACH_ARTICLE = "every further article about a story that was sent is sent too"
_KNOWS_ARTICLES = "it knows only the articles that it sent: another one about the same comes as a first alert"
_KNOWS_STORIES = (
    "stories that were sent are not sent again, but a report in another language or in very different words comes as a "
    "first alert"
)


def explain_once_per_edit(before: OncePer, after: OncePer) -> str:
    """What the rule sends, after the edit, of what it sent before."""
    if after is OncePer.ARTICLE:
        return _EACH_ARTICLE
    return _KNOWS_ARTICLES if before is OncePer.ARTICLE else _KNOWS_STORIES
