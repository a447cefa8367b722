"""An alert -> the message that people read: as plain text and as HTML.

It decides nothing. Lengths are capped by hand, far below what channels take (a real ntfy refuses 1,326 Chinese
characters although its plug-in says 7,800): a message that is refused for its size would be a lost alert.
"""

from __future__ import annotations

from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from monitor.model import Alert, Delivery, Message

TITLE = 160  # characters
SENTENCE = 400
_MARKS = ("**", "**")
_HTML_MARKS = ("<mark>**", "**</mark>")  # the stars are what is left of it in a mail's plain text


def render(delivery: Delivery, *, source: str, zone: ZoneInfo) -> Message:
    """The message of a delivery; `source` is what people call the article's source."""
    alert = delivery.alert
    sentence, marks = _window(alert.sentence, alert.marks)
    facts = [
        f"{source}, {_when(alert, zone)}",
        *([alert.article.url] if alert.article.url else []),
        f"Why: {_cut(alert.reason, SENTENCE)}.",
        f"Rule {alert.rule}, story {alert.story}, alert {alert.id}",
        *(["An earlier attempt got no clear answer: you may have this message already."] if delivery.repeat else []),
    ]
    heading = f"{alert.level.upper()}: {alert.rule_title}"
    text = "\n".join([heading, "", f"“{_marked(sentence, marks, _MARKS)}”", "", *facts])
    quoted = _marked(sentence, marks, _HTML_MARKS, escaped=True)
    lines = "<br>".join(_linked(fact) for fact in facts)
    html = f"<p><b>{escape(heading)}</b></p>\n<p>“{quoted}”</p>\n<p>{lines}</p>"
    return Message(f"{alert.level.upper()}: {_cut(alert.article.title or alert.rule_title, TITLE)}", text, html)


def _when(alert: Alert, zone: ZoneInfo) -> str:
    article = alert.article
    return f"{_local(article.published, zone)}" if article.dated else f"undated, seen {_local(article.seen, zone)}"


def _local(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _window(sentence: str, marks: tuple[tuple[int, int], ...]) -> tuple[str, list[tuple[int, int]]]:
    """A long sentence cut round its first mark, and the marks that are left in the piece."""
    if len(sentence) <= SENTENCE:
        return sentence, list(marks)
    start = max(0, (marks[0][0] if marks else 0) - SENTENCE // 4)
    end = min(len(sentence), start + SENTENCE)
    before, after = "…" if start else "", "…" if end < len(sentence) else ""
    shift = len(before) - start
    inside = [(a + shift, b + shift) for a, b in marks if start <= a and b <= end]
    return before + sentence[start:end] + after, inside


def _marked(sentence: str, marks: list[tuple[int, int]], around: tuple[str, str], *, escaped: bool = False) -> str:
    """The sentence with its marks; of marks that overlap the first is kept."""
    show = escape if escaped else str
    parts, done = [], 0
    for start, end in marks:
        if start >= done:
            parts += [show(sentence[done:start]), around[0], show(sentence[start:end]), around[1]]
            done = end
    return "".join([*parts, show(sentence[done:])])


def _linked(fact: str) -> str:
    if fact.startswith(("http://", "https://")):
        return f'<a href="{escape(fact)}">{escape(fact)}</a>'
    return escape(fact)
