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
from tests.support.building import HEADLINE, alert, article, delivery
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


@pytest.mark.parametrize("kind", ["json", "discord"])
def test_a_template_gets_the_sentence_even_if_it_repeats_the_headline(kind: str) -> None:
    """It may show the one without the other."""
    assert made("{{ sentence }}", kind).text == HEADLINE


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
    for each in make_samples(UTC, "desk").values():
        text = render_for(channel(source), each, source="Wire", zone=UTC).text
        assert [line.partition("=")[0] for line in text.splitlines() if "=" in line[:16]] == names


def test_html_is_escaped_and_markdown_can_be() -> None:
    """By the name of the file; the plain text beside HTML is the default one."""
    html = made("<b>{{ title }}</b>", "mailto", "a.html.j2", "<u> & *x*")
    assert html.html == "<b>&lt;u&gt; &amp; *x*</b>"
    assert html.text.startswith("HIGH: About launch\n")
    assert made("{{ title|md }}", "discord", "a.md.j2", "*x*").markdown == "\\*x\\*"
    assert "@everyone" not in made("{{ title }}", "discord", title="@everyone").text


@pytest.mark.parametrize(
    ("source", "line", "problem"),
    [
        ("a\n{{ nobody }}", 2, "'nobody' is undefined"),
        ("a\n\n{{ title.__class__.__mro__ }}", 3, "access to attribute '__class__' of 'str' object is unsafe."),
        ("{{ items[99].title }}", 1, "list object has no element 99"),
        ("{% if %}", 1, "Expected an expression, got 'end of statement block'"),
        ("{{ title|nothing }}", 1, "No filter named 'nothing'."),
        (
            "{% for a in items %}{% for b in items %}{% for c in items %}{% endfor %}{% endfor %}{% endfor %}",
            1,
            "loops",
        ),
        ("{{ 'a' * 1000000000 }}", 1, "'mul' cannot be used here"),
        ("{{ title.ljust(1000000000) }}", 1, "'call' cannot be used here"),
        ("{% set x = 1 %}", 1, "'assign' cannot be used here"),
        ("{% include 'x' %}", 1, "'include' cannot be used here"),
        ("{{ '%1000000000d' % 1 }}", 1, "'mod' cannot be used here"),
        ("{% for a in items recursive %}{% endfor %}", 1, "'for' cannot be used here"),
    ],
)
def test_what_fails_is_named_with_its_line_and_the_default_is_sent(source: str, line: int, problem: str) -> None:
    """By `check` before, and in the message: nobody is without the alert."""
    [fault] = faults(source)
    assert fault.startswith(f"templates/a.txt.j2:{line}:1: ")
    assert problem in fault
    text = made(source).text
    assert f"The template templates/a.txt.j2 failed in line {line} (" in text
    assert HEADLINE in text
    assert "https://x.test/1" in text


def test_a_text_that_is_too_long_is_not_sent() -> None:
    """The message then has the default form, which fits."""
    message = made("x" * 300, "sms")
    assert message.text.startswith(f"HIGH: {HEADLINE}")
    assert faults("x" * 300, "sms") == [
        "templates/a.txt.j2:1:1: its text is too long for a channel of the kind 'twilio'; seen with: new"
    ]
    assert "makes a text that is too long for this channel" in made("x" * 5000).text


def test_of_a_digest_as_many_lines_are_shown_as_fit() -> None:
    """A template gets shorter and shorter versions, as the default form does."""
    of = delivery(digest(*items(30, "a" * 70)))
    line = "{{ item.number }}. {{ item.title }} {{ item.note }} " + "x" * 600
    source = f"{{% for item in items %}}\n{line}\n{{% endfor %}}\n{{{{ lines|join }}}}"
    message = render_for(channel(source), of, source="", zone=UTC)
    assert 1 <= message.text.count("(launch, ") < 7
    assert f"and {30 - message.text.count('(launch, ')} more" in message.text
    assert len(json.dumps([message.title, message.text])) <= 7700


@pytest.mark.parametrize(("file", "what"), [("a.html.j2", "HTML"), ("a.md.j2", "Markdown")])
def test_a_form_that_the_channel_does_not_show_is_a_fault(file: str, what: str) -> None:
    """Nobody gets tags to read."""
    [fault] = faults("a", "json", file)
    assert f"a channel of the kind 'json' shows no {what}" in fault


@pytest.mark.parametrize(
    "source",
    [
        "{{ title|md|md }}", "{{ (title ~ title|md)|md }}", "{{ sentence|join(sentence) }}", "{{ items|join('x'|md) }}",
        "{{ highlights|join('" + "x" * 21 + "') }}", "{{ " + "(" * 3000 + "title" + ")" * 3000 + " }}",
        "{% if title %}" * 200 + "{% endif %}" * 200,
    ],
)  # fmt: skip
def test_what_could_grow_without_bound_is_refused(source: str) -> None:
    """At once, by `check` and when it is sent."""
    assert len(faults(source)) == 1
    assert "this is the default form" in made(source).text


def test_what_people_see_of_html_is_measured() -> None:
    """And a title is cut to what its channel takes: neither is refused by the server."""
    page = "<p style='color: red'>{% for word in ['a', 'b', 'c'] %}" + "y" * 11_000 + "{% endfor %}"
    assert "too long" in faults(page, "mailto", "templates/a.html.j2")[0]
    long = made("Subject: " + "{{ title }} " * 40 + "\n\nbody", "mailto")
    assert 100 < len(long.title) <= 200
