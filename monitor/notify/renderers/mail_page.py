"""Writes the HTML of mails: one column without tables, with all styles inline, in light and dark.

Mail programs differ in what they keep of a page. Most keep inline styles; those that keep the style sheet too get the
colours of the dark. A program that keeps neither shows a plain page in reading order.
"""

from __future__ import annotations

from html import escape

from monitor.alerting.quotes import highlight_sentence
from monitor.model import Level
from monitor.notify.renderers.chat_html import link_html
from monitor.notify.renderers.content import DigestLine, MessageContent

_COLOURS = {
    Level.CRITICAL: "#b3122a",
    Level.HIGH: "#c2410c",
    Level.MEDIUM: "#8a6100",
    Level.LOW: "#1d5fa8",
    Level.INFO: "#4b5563",
}
_NOTICE_COLOUR = "#4b5563"
_FONT = (
    "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Noto Sans','Noto Sans CJK SC','PingFang SC',"
    "'Hiragino Sans','Malgun Gothic','Microsoft YaHei',Arial,sans-serif"
)
_SHEET = (
    ":root{color-scheme:light dark;supported-color-schemes:light dark}"
    "@media(prefers-color-scheme:dark){"
    ".nm-page{background:#15171a!important;color:#e6e7e9!important}"
    ".nm-card{background:#1e2125!important;border-color:#34383e!important}"
    ".nm-quiet{color:#a7adb5!important}"
    ".nm-head a{color:#e6e7e9!important}"
    ".nm-quote{border-color:#4b525b!important}"
    ".nm-quote mark{background:#6b5300!important;color:#fff3c4!important}}"
)
_PAGE = f"margin:0;padding:16px 8px;background:#f3f4f6;color:#1b1f24;{_FONT};font-size:16px;line-height:1.5"
_CARD = (
    "max-width:600px;margin:0 auto;padding:20px;background:#ffffff;border:1px solid #dfe3e8;border-radius:8px;"
    "overflow-wrap:anywhere"
)
_LABEL = (
    "display:inline-block;padding:1px 7px;border-radius:4px;color:#ffffff;font-size:12px;font-weight:700;"
    "letter-spacing:.04em"
)
_HEAD = "margin:12px 0 4px;font-size:20px;line-height:1.35;font-weight:700"
_KOREAN = ";word-break:keep-all"  # its words have blanks between them; those of Chinese and Japanese have none
_QUIET = "margin:0 0 2px;font-size:14px;color:#59616b"
_QUOTE = "margin:16px 0;padding:2px 14px;border-inline-start:4px solid #c9ced6"
_MARK = ('<mark style="background:#ffe58a;color:#1b1f24;border-radius:2px"><b>', "</b></mark>")
_LINK = ' style="color:inherit;text-decoration:underline;text-decoration-color:#9aa3ae;text-underline-offset:3px"'
_BLUE = ' style="color:inherit"'
_HIDDEN = "display:none;max-height:0;overflow:hidden"


def write_mail_page(content: MessageContent) -> str:
    """The whole page. Everything that is quoted from elsewhere is escaped; only addresses of the web become links."""
    body = [
        f'<span style="{_LABEL};background:{_colour(content.level)}">{escape(content.label)}</span>',
        *_write_head(content),
        *map(_write_item, content.items),
        *_write_lines(content),
        *_write_facts(content),
    ]
    card = "\n".join(body)
    return (
        '<!DOCTYPE html>\n<html dir="auto">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
        f"<title>{escape(content.headline)}</title><style>{_SHEET}</style></head>\n"
        f'<body class="nm-page" style="{_PAGE}">\n{_write_preview(content)}'
        f'<div class="nm-card" style="{_CARD}">\n{card}\n</div>\n</body>\n</html>'
    )


def _write_preview(content: MessageContent) -> str:
    """What programs show beside the subject in their list of mails."""
    subject = content.subject if content.subject != content.headline else ""
    text = content.quote[0] if content.quote else " ".join(content.lines) or subject
    return f'<div style="{_HIDDEN}">{escape(text)}</div>\n' if text else ""


def _write_head(content: MessageContent) -> list[str]:
    headline = link_html(content.headline, content.link, _LINK)
    breaks = _KOREAN if (content.language or "").startswith("ko") else ""
    head = f'<h1 class="nm-head" dir="auto"{_language(content)} style="{_HEAD}{breaks}">{headline}</h1>'
    source = [_write_quiet(content.source)] if content.source else []
    if content.quote is None:
        return [head, *source]
    sentence = highlight_sentence(*content.quote, _MARK, escape)
    style = f"{_QUOTE}{breaks}"
    return [
        head,
        *source,
        f'<blockquote class="nm-quote" dir="auto"{_language(content)} style="{style}">“{sentence}”</blockquote>',
    ]


def _write_item(item: DigestLine) -> str:
    label = f'<span style="{_LABEL};background:{_colour(item.level)}">{escape(item.level.upper())}</span>'
    headline = link_html(item.headline, item.link, _LINK)
    return (
        '<div style="margin:14px 0">'
        f'<div class="nm-head" dir="auto">{item.number}. {label} <b>{headline}</b></div>'
        f"{_write_quiet(item.note)}</div>"
    )


def _write_lines(content: MessageContent) -> list[str]:
    """The text of a notice, line by line."""
    if not content.lines:
        return []
    text = "<br>".join(map(escape, content.lines))
    return [f'<p dir="auto" style="margin:12px 0">{text}</p>']


def _write_facts(content: MessageContent) -> list[str]:
    facts = [_write_quiet(fact) for fact in content.facts]
    if content.subject != content.headline:
        facts.insert(0, f'<p dir="auto" style="margin:0 0 6px"><b>{escape(content.subject)}</b></p>')
    if content.link:
        facts.insert(-1, _write_address(content.link))
    return [*facts, *map(_write_quiet, (*content.others, *content.remarks))]


def _write_address(link: str) -> str:
    return f'<p class="nm-quiet" dir="ltr" style="{_QUIET}">{link_html(link, link, _BLUE)}</p>'


def _write_quiet(text: str) -> str:
    return f'<p class="nm-quiet" dir="auto" style="{_QUIET}">{escape(text)}</p>'


def _language(content: MessageContent) -> str:
    return f' lang="{escape(content.language)}"' if content.language else ""


def _colour(level: Level | None) -> str:
    return _NOTICE_COLOUR if level is None else _COLOURS[level]
