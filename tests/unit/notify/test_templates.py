"""Users write their own messages, and no template loses an alert."""

from __future__ import annotations

import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from monitor.model import Channel, Message, MessageTemplate, MessageType
from monitor.notify import render_for
from monitor.notify.notifier import template_faults
from monitor.notify.renderers.samples import make_samples
from tests.building import HEADLINE, alert, article, delivery
from tests.unit.notify.test_renderers import digest, items

UTC = ZoneInfo("UTC")
URLS = {"json": "json://x.test", "discord": "discord://1/x", "mailto": "mailto://a:b@x.test", "sms": "twilio://a:b@1/2"}


def channel(source: str, kind: str = "json", file: str = "templates/a.txt.j2") -> Channel:
    return Channel("desk", URLS[kind], template=MessageTemplate(file, source))


def made(source: str, kind: str = "json", file: str = "templates/a.txt.j2", title: str = HEADLINE) -> Message:
    of = replace(alert(), article=article(title=title, url="https://x.test/1"))
    return render_for(channel(source, kind, file), delivery(of), source="Wire", zone=UTC)


def faults(source: str, kind: str = "json", file: str = "templates/a.txt.j2") -> list[str]:
    return list(map(str, template_faults([channel(source, kind, file)])))


def test_a_template_writes_the_message() -> None:
    """Its values are those of the alert; what threads and sorts it stays."""
    message = made("{{ level|upper }} {{ title }}\n{% for word in highlights %}[{{ word }}]{% endfor %} {{ url }}")
    assert message.text == f"HIGH {HEADLINE}\n[missiles] https://x.test/1"
    assert message.title == f"HIGH: {HEADLINE}"
    assert (message.id, message.rule, message.type) == (alert().id, "launch", MessageType.FAILURE)


def test_the_first_line_may_be_the_title() -> None:
    """A channel without titles has none unless the template makes one."""
    assert made("Subject: {{ level }} now\n\nbody").title == "high now"
    assert made("Subject: {{ level }} now\n\nbody").text == "body"
    assert made("body", "discord").title == ""


def test_a_template_of_every_variable_renders_for_every_kind_of_message() -> None:
    """Those that docs/alerts.md lists, for alerts, digests and notices alike."""
    names = [
        "kind",
        "label",
        "level",
        "title",
        "url",
        "rule",
        "rule_title",
        "sentence",
        "highlights",
        "pieces",
        "source",
        "publishers",
        "publisher_count",
        "reason",
        "story",
        "event",
        "id",
        "thread",
        "items",
        "lines",
        "facts",
        "remarks",
    ]
    source = "\n".join(f"{name}={{{{ {name} }}}}" for name in names)
    assert faults(source) == []
    for each in make_samples("desk").values():
        text = render_for(channel(source), each, source="Wire", zone=UTC).text
        assert [line.partition("=")[0] for line in text.splitlines() if "=" in line[:16]] == names


def test_html_is_escaped_and_markdown_can_be() -> None:
    """By the name of the file; the plain text beside HTML is the default one."""
    html = "<p style='color: red'>{% for word in ['a', 'b', 'c'] %}" + "y" * 11_000 + "{% endfor %}"
    assert "too long" in faults(html, "mailto", "templates/a.html.j2")[0]
    long = made("Subject: " + "{{ title }} " * 40 + "\n\nbody", "mailto")
    assert 100 < len(long.title) <= 200
