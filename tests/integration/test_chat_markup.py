"""What strangers write reaches a chat as text: it calls nobody, and no link in it hides where it leads.

Judged by readers that are not ours: a reader of CommonMark for what may be Markdown, and the forms that services
document for the rest. One half asks the renderers for every kind of channel, the other half reads what plug-ins send.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest
from markdown_it import MarkdownIt

from monitor.model import Alert, Message, MessageTemplate
from monitor.notify.apprise_sender import send_message
from monitor.notify.renderers import Capabilities, kind_of_channel, render_message
from monitor.notify.renderers.capabilities import Form
from monitor.notify.renderers.kinds import KINDS
from monitor.notify.renderers.templates import compose_from_template
from tests.conftest import FaultServer
from tests.support import canned
from tests.support.building import alert, article, delivery
from tests.support.channel_outcomes import TAKEN

EVIL = "http://evil.test/a"
ATTACKS = [
    *(
        "@everyone",
        "@here",
        "@channel",
        "@all",
        "@room",
        "＠all",
        "x@everyone",
        ".@ada",
        "@**all**",
        "@_**Ada**",
        "@*team*",
    ),
    *("<!channel>", "<!here|here>", "<!everyone>", "<!subteam^S1>", "<@U123>", "<@!123>", "<@&123>", "<#C1>"),
    *('<at user_id="all">all</at>', "<at>Ada</at>", "<users/all>", "</ban:123>", "<:a:1>", "<t:1:R>", "(met)all(met)"),
    *(f"[text]({EVIL})", f"![text]({EVIL})", f"[text][x] [x]: {EVIL}", f"[a](b)[c]({EVIL})", f"[*a*]({EVIL} 'x')"),
    *(
        f"<{EVIL}|text>",
        "<mailto:a@evil.test|text>",
        f"[text|{EVIL}]",
        f"<a href='{EVIL}'>text</a>",
        f"<img src='{EVIL}'>",
    ),
    *("```", "~~~ x", "`code` <b>x</b>", f"]({EVIL})", f"[[text]]({EVIL})", f"<{EVIL}>"),
]
# Several in one text, as they are short: for what takes longer.
TOGETHER = [" ".join(ATTACKS[first : first + 4]) for first in range(0, len(ATTACKS), 4)]
LINK = "https://x.test/%5Ba%5D(b)"
_CALLS = re.compile(
    r"[@＠](?:[*_]|everyone|here|channel|all|room|ada)|<[!@#:]|</?at\b|<users/|</\w+:|<t:|\(met\)", re.IGNORECASE
)
# Of Slack and of Jira; a backslash before the line means that it is text.
_MASKED = re.compile(r"<[a-z]+:[^>\s\\]*(?:\||%7C)|\[[^\]\n\\]*\|\s*[a-z]+:", re.IGNORECASE)
_READER = MarkdownIt("commonmark")


def written(attack: str) -> Alert:
    """An alert with an attack in everything that comes from elsewhere."""
    of = article(title=f"{attack} a", url="https://x.test/[a](b)")
    texts = {"sentence": f"b {attack}", "rule_title": f"{attack} c", "also_reported_by": (attack,)}
    return replace(alert(), article=replace(of, url=LINK), highlights=((0, 1),), **texts)  # type: ignore[arg-type]


class _Links(HTMLParser):
    """The addresses of the links and pictures in HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in {"href", "src"}]


def faults_of(text: str, *, html: bool = False) -> list[str]:
    """The calls to people in a text, and links in it that lead elsewhere than they say."""
    shown = text if html else _READER.render(text)
    links = [link for link in _Links(shown).found if not link.startswith("https://x.test/")]
    plain = re.sub(r"\\([^\w\s])", r"\1", text)  # as a service that knows the backslash reads it
    masked = [] if html else [found[0] for found in _MASKED.finditer(text)]
    return [*(found[0] for each in (text, plain) for found in _CALLS.finditer(each)), *links, *masked]


CHATS: dict[Capabilities, str] = {can: kind for kind, can in KINDS.items() if can.mentions} | {Capabilities(): "gotify"}


def check_message(kind: str, attack: str) -> None:
    message = render_message(delivery(written(attack)), kind=kind, source=attack, zone=ZoneInfo("UTC"))
    for part in (message.title, message.markdown or message.text):
        assert faults_of(part) == [], (attack, part)
    assert faults_of(message.html, html=True) == [], (attack, message.html)
    assert "```" not in message.title + message.text


@pytest.mark.parametrize("kind", ["gotify", "irc", "discord", "tgram"])
def test_each_form_is_free_of_each_attack(kind: str) -> None:
    """Plain text, one line, Markdown and HTML: in the title and in the text."""
    for attack in ATTACKS:
        check_message(kind, attack)


@pytest.mark.parametrize("kind", CHATS.values())
def test_no_kind_of_chat_gets_calls_or_links_of_strangers(kind: str) -> None:
    """All kinds of the table, and those that are not in it."""
    for attacks in TOGETHER:
        check_message(kind, attacks)


@pytest.mark.parametrize("kind", ["zulip", "discord"])
def test_a_template_may_write_markup_and_what_it_quotes_may_not(kind: str) -> None:
    """The links of the template itself are links."""
    template = MessageTemplate("a.txt.j2", "{{ title }} [open]({{ url }}) [desk](https://x.test/desk)")
    for attack in ATTACKS:
        message = compose_from_template(template, delivery(written(attack)), kind, source="", zone=ZoneInfo("UTC"))
        assert faults_of(message.text) == [], attack
        assert f"[open]({LINK}) [desk](https://x.test/desk)" in message.text


PHONE_KEY = "TIiajkdnlazkcOXrIdevi7FQ"
HOSTED = {
    "discord": "discord://1234567890/s3cr3t",
    "guilded": "guilded://1234567890/s3cr3t",
    "slack": f"slack://T1JJ3T3L2/A1BRTD4JD/{PHONE_KEY}/desk",
    "tgram": "tgram://123456789:abcdefg_hijklmnop/12315544",
    "workflow": "workflow://host.invalid/abcd1234/efgh",
    "webex": f"webex://{'a' * 80}",
    "zulip": f"zulip://bot@org/{'a' * 32}/general",
    "gchat": "gchat://workspace/key/token",
    "lark": "lark://s3cr3t",
    "feishu": "feishu://s3cr3t",
    "wecombot": "wecombot://s3cr3t",
    "dingtalk": "dingtalk://s3cr3t",
    "dingtalk as Markdown": "dingtalk://s3cr3t?format=markdown",
    "revolt": f"revolt://{'a' * 20}/{'1' * 20}",
    "ryver": f"ryver://org/{'a' * 15}",
    "cliq": "cliq://1000.a/b",
    "zoom": "zoom://a/b",
    "flock": f"flock://{'a' * 24}",
    "kook": "kook://t/1",
    "groupme": f"groupme://{'a' * 26}",
}
OWN_SERVERS = {
    "mmost": "mmost://127.0.0.1:{port}/abcd1234",
    "rocket": "rocket://abc/def@127.0.0.1:{port}/?mode=webhook",
    "nctalk": "nctalk://user:pass@127.0.0.1:{port}/room",
    "synology": "synology://127.0.0.1:{port}/token",
    "gotify": "gotify://127.0.0.1:{port}/token",
    "misskey": "misskey://token@127.0.0.1:{port}",
    "ntfy": "ntfy://127.0.0.1:{port}/desk",
    "matrix": "matrix://token@127.0.0.1:{port}/?mode=slack",
}


def all_texts(value: object) -> Iterator[str]:
    """The texts of a request: the leaves of its JSON or of its form."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from all_texts(each)
    elif isinstance(value, str):
        try:
            inner = json.loads(value)
        except ValueError:
            inner = dict(parse_qsl(value)) if re.match(r"\w+=", value) else value
        yield from (value,) if isinstance(inner, str | int | float | bool | None) else all_texts(inner)


def message_of(attack: str, url: str) -> Message:
    of = written(attack)
    return render_message(delivery(of), kind=kind_of_channel(url), source=attack, zone=ZoneInfo("UTC"))


def faults_of_request(body: str, kind: str) -> list[str]:
    """The faults of all texts in a request that are not the plug-in's own."""
    html = {"tgram", "flock"}  # the kinds whose plug-ins send HTML
    theirs = (text for text in all_texts(body) if "://github.com/caronc" not in text)
    return [fault for text in theirs for fault in faults_of(text, html=kind in html)]


@pytest.mark.parametrize("kind", HOSTED)
def test_what_a_plug_in_sends_has_none(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plug-ins write texts anew: what they make of ours counts."""
    service = canned.install(monkeypatch)
    for attack in TOGETHER:
        service.bodies = [TAKEN[0]]
        service.requests.clear()
        send_message(HOSTED[kind], message_of(attack, HOSTED[kind]))
        bodies = [
            body.decode() if isinstance(body := each.body, bytes) else str(body or "") for each in service.requests
        ]
        assert any(bodies), kind
        assert [fault for body in bodies for fault in faults_of_request(body, kind)] == [], (attack, bodies)


@pytest.mark.parametrize("kind", OWN_SERVERS)
def test_what_a_plug_in_sends_over_http_has_none(kind: str, faults: FaultServer) -> None:
    """To a real server."""
    url = OWN_SERVERS[kind].format(port=faults.port)
    for attack in TOGETHER:
        faults.received.clear()
        send_message(url, message_of(attack, url))
        assert any(body for *_, body in faults.received), kind
        for *_, body in faults.received:
            assert faults_of_request(body, kind) == [], (attack, body)


PLAIN_ADDRESS = "https://x.test/a-b_c/1.2.html"


def texts_with_address(bodies: list[str]) -> list[str]:
    return [text for body in bodies for text in all_texts(body) if PLAIN_ADDRESS in text.replace("\\", "")]


@pytest.mark.parametrize("kind", sorted(HOSTED.keys() - {"dingtalk as Markdown"}))  # there the user has asked for it
def test_an_address_reaches_a_service_as_it_is(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Apprise turns plain text into Markdown for some kinds, with a backslash before each dot: such a link is dead."""
    service = canned.install(monkeypatch)
    service.bodies = [TAKEN[0]]
    of = replace(alert(), article=replace(article(), url=PLAIN_ADDRESS))
    url = HOSTED[kind]
    send_message(url, render_message(delivery(of), kind=kind_of_channel(url), source="Wire", zone=ZoneInfo("UTC")))
    bodies = [body.decode() if isinstance(body := each.body, bytes) else str(body or "") for each in service.requests]
    texts = texts_with_address(bodies)
    assert texts, bodies
    assert all(PLAIN_ADDRESS in text for text in texts)


@pytest.mark.parametrize("kind", OWN_SERVERS)
def test_an_address_reaches_a_server_as_it_is(kind: str, faults: FaultServer) -> None:
    """As above, over HTTP."""
    url = OWN_SERVERS[kind].format(port=faults.port)
    of = replace(alert(), article=replace(article(), url=PLAIN_ADDRESS))
    send_message(url, render_message(delivery(of), kind=kind_of_channel(url), source="Wire", zone=ZoneInfo("UTC")))
    bodies = [body for *_, body in faults.received]
    texts = texts_with_address(bodies)
    assert texts, faults.received
    assert all(PLAIN_ADDRESS in text for text in texts)


def test_the_table_has_a_kind_of_every_form() -> None:
    """So what is tried here is all that we write."""
    assert {can.form for can in CHATS} == set(Form) - {Form.MAIL}
