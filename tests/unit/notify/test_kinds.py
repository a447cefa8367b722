"""Every kind of channel gets messages that it takes: the table of kinds against the plug-ins of the installed Apprise,
and messages of every form against the table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from apprise import Apprise, NotificationManager

from monitor.model import Alert, AlertKind, Delivery, Level, Notice, NoticeKind
from monitor.model.outcome import clauses_from_sentence
from monitor.notify.renderers import capabilities_of, kind_of_channel, render_message
from monitor.notify.renderers.capabilities import Capabilities, Form
from monitor.notify.renderers.forms import accepts_message
from monitor.notify.renderers.kinds import KINDS
from tests.support.building import HEADLINE, alert, article, delivery, in_doubt, notice
from tests.unit.notify.test_renderers import digest, items

SEOUL = ZoneInfo("Asia/Seoul")
_MANAGER: Any = NotificationManager()  # type: ignore[no-untyped-call]
PLUGINS: dict[str, Any] = {kind: _MANAGER[kind] for kind in sorted(_MANAGER.schemas())}
# Of kinds whose length depends on the address: one whose length is the narrowest.
NARROWEST = {
    "mastodon": "mastodon://token@host.invalid/@somebody",
    "matrix": "matrix://user:pass@host.invalid/#room",
    "mobilemessage": "mobilemessage://user:pass@15551234567/15551234567",
    "notifyre": "notifyre://abcd1234/15551234567",
    "sns": "sns://AHIAJGNT76XIMXDBIJYA/bu1dHSdO22pfaaVy/wmNsdjElskd/us-east-2/+15551234567",
    "twitter": "twitter://ckey/csecret/akey/asecret?mode=tweet",
    "twilio": "twilio://AC735c307c62944b5a:5AFDB7E7D1E54A3C9A2BE6D8CAB7E5E5@15551234567",
    "webex": f"webex://{'a' * 80}",
}


def limits_of(kind: str) -> tuple[int, int] | None:
    """The longest body and title that the plug-in states. None if no address of the kind can be made here."""
    plugin = PLUGINS[kind]
    if isinstance(plugin.body_maxlen, property) or isinstance(plugin.title_maxlen, property):
        schemas = set(plugin.schemas(plugin))
        known = next((url for name, url in NARROWEST.items() if name in schemas), None)
        plugin = Apprise.instantiate(known) if known else None
        if not plugin:
            return None
    return plugin.body_maxlen, plugin.title_maxlen


@pytest.mark.parametrize("kind", PLUGINS)
def test_no_cap_is_above_what_the_plug_in_says(kind: str) -> None:
    """Whatever the unit: characters are at most as many as units of UTF-16 or bytes. Where a plug-in makes the title a
    part of the body, it counts."""
    limits, can = limits_of(kind), capabilities_of(kind)
    if limits is None:
        assert can.joins_title
        assert PLUGINS[kind].title_maxlen == 0 or can.max_size <= PLUGINS[kind].body_maxlen
        return
    body, title = limits
    assert can.max_size <= body
    if title <= 0:
        assert can.joins_title
    elif not can.joins_title:
        assert can.max_title <= title
    lines = getattr(PLUGINS[kind], "body_max_line_count", 0)
    assert not lines or (can.max_lines is not None and can.max_lines <= lines)


def test_the_table_names_kinds_that_apprise_has() -> None:
    """A scheme with a typing error would be a kind without its cap."""
    assert set(KINDS) - set(PLUGINS) == {"console", "webhook", "webhooks"}  # ours


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://discord.com/api/webhooks/1/x", "discord"),
        ("https://hooks.slack.com/services/A/B/C", "slack"),
        ("https://x.ryver.com/application/webhook/a", "ryver"),
        ("https://default1.a2.environment.api.powerplatform.com:443/workflows/x", "workflow"),
        ("https://user:pw@api.46elks.com/a1/sms?to=+15551234567", "46elks"),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x", "wecombot"),
        ("https://unknown.test/x", "https"),
        ("https://[/x", "https"),
        ("MAILTO://x@y.test", "mailto"),
    ],
)
def test_a_service_address_has_the_caps_of_its_kind(url: str, kind: str) -> None:
    """Apprise takes addresses that services give out, and knows them by their hosts."""
    assert kind_of_channel(url) == kind


def long_alert(sign: str) -> Alert:
    """A critical alert whose every part is long; its link has 90 characters."""
    many = tuple(f"{sign * 60}{number}" for number in range(9))
    return replace(
        alert(),
        article=article(title=sign * 400, url="https://x.test/".ljust(90, "a")),
        level=Level.CRITICAL,
        rule_title=sign * 300,
        sentence=sign * 900,
        highlights=((400, 408),),
        why=clauses_from_sentence(sign * 500),
        also_reported_by=many,
        publisher_count=9,
    )


def long_deliveries(sign: str) -> list[Delivery]:
    long = long_alert(sign)
    digested = digest(*items(30, sign * 90, "https://x.test/".ljust(90, "a")), title=sign * 200)
    report = replace(notice(title=sign * 200, text=f"{sign * 90}\n" * 20), kind=NoticeKind.REPORT)
    texts: list[Alert | Notice] = [
        long,
        replace(long, kind=AlertKind.UPDATE),
        replace(in_doubt(sign), article=long.article),
        digested,
        report,
    ]
    return [delivery(each, repeat=True) for each in texts]


DISTINCT = {can: kind for kind, can in KINDS.items()} | {Capabilities(): "gotify"}


@pytest.mark.parametrize("sign", ["弹", "|"])
@pytest.mark.parametrize("kind", DISTINCT.values())
def test_no_message_is_longer_than_its_kind_takes(kind: str, sign: str) -> None:
    """Of any kind and alphabet, whether it is an alert, a digest or a notice; and its head is there."""
    can = capabilities_of(kind)
    for each in long_deliveries(sign):
        message = render_message(each, kind=kind, source=sign * 100, zone=SEOUL)
        assert accepts_message(can, message)
        assert len(message.title.encode("utf-16-le")) // 2 <= can.max_title
        shown = f"{message.title}\n{message.html or message.markdown or message.text}"
        alert_ = each.alert
        if isinstance(alert_, Alert):
            label = "POSSIBLY THE SAME" if alert_.is_in_doubt else alert_.level.upper()
            assert f"{label}: " in shown or can.form is Form.MAIL
            if alert_.kind is not AlertKind.DIGEST and can.max_size > 200:
                assert str(alert_.article.url) in shown
            if alert_.kind is not AlertKind.DIGEST and can.form is not Form.SHORT and can.max_size > 600:
                assert f"Rule {alert_.rule}" in shown


@pytest.mark.parametrize("kind", sorted(set(DISTINCT.values())))
def test_a_text_does_not_repeat_the_title_above_it(kind: str) -> None:
    """A notice, a digest and a test message have no other headline than their subject: what shows the title, shows it
    once. Only a program that may show the text alone gets it twice."""
    can, page = capabilities_of(kind), article(title="About launch")
    for each in (notice(), digest(*items(2)), replace(alert(), article=page, rule_title=page.title)):
        message = render_message(delivery(each), kind=kind, source="Wire", zone=SEOUL)
        body = (message.markdown if can.markdown else "") or message.text
        assert body
        assert body.startswith(message.title) is (can.whole_text or not message.title)


@pytest.mark.parametrize(
    ("title", "url", "line"),
    [
        (HEADLINE, "https://x.test/1", f"HIGH: {HEADLINE} https://x.test/1"),
        ("Seoul says “no” – again…", None, 'HIGH: Seoul says "no" - again...'),
        # the headline gives way to the link
        ("a" * 200, "https://x.test/1", f"HIGH: {'a' * 134}... https://x.test/1"),
        ("弹" * 200, "https://x.test/1", f"HIGH: {'弹' * 108}... https://x.test/1"),
        # and the link is left out where it leaves no room for a headline
        ("a" * 200, "https://x.test/".ljust(140, "a"), f"HIGH: {'a' * 151}..."),
        (HEADLINE, "https://x.test/".ljust(140, "a"), f"HIGH: {HEADLINE}"),
    ],
)
def test_an_sms_is_one_line_and_the_link(title: str, url: str | None, line: str) -> None:
    """160 characters of the alphabet of mobile networks, or two parts of another one."""
    of = replace(alert(), article=article(title=title, url=url))
    message = render_message(delivery(of), kind="twilio", source="Wire", zone=SEOUL)
    assert (message.title, message.text) == ("", line)


def test_a_possible_repeat_says_so_in_an_sms_too() -> None:
    """In one word."""
    message = render_message(delivery(alert(), repeat=True), kind="twilio", source="Wire", zone=SEOUL)
    assert message.text.startswith("AGAIN? HIGH: ")
