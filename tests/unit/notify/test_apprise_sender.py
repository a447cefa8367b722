"""What Apprise is told, and what its answers mean."""

from __future__ import annotations

import pytest
from apprise import Apprise

from monitor.model import Message, Receipt, ReceiptKind
from monitor.notify import channel_fault
from monitor.notify.apprise_compat.mqtt_plugin import MqttPlugin
from monitor.notify.apprise_compat.xmpp_plugin import XmppPlugin
from monitor.notify.apprise_sender import send_message
from monitor.notify.url_options import FORCED, SEVERAL, with_forced_options
from monitor.wording.commands import INSTALL_LOCKED

FORCED_QUERY = "redirect=no&optional=no&retry=0&cto=10&rto=90"


@pytest.mark.parametrize(
    ("url", "plugin", "extra"),
    [("mqtt://broker.test/x", MqttPlugin, "mqtt"), ("xmpp://u:p@chat.test/reader", XmppPlugin, "xmpp")],
)
def test_a_kind_without_its_package_says_what_to_install(
    url: str, plugin: type, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are extras."""
    monkeypatch.setattr(plugin, "enabled", False)
    kind = url.partition(":")[0]
    needed = f"a channel of the kind '{kind}' needs the package of `{extra}`: {INSTALL_LOCKED}"
    assert channel_fault(url) == needed
    monkeypatch.undo()
    assert channel_fault(url) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("json://h/p", f"json://h/p?{FORCED_QUERY}"),
        ("json://h/p?a=1", f"json://h/p?a=1&{FORCED_QUERY}"),
        # what the user said of the same options does not count, in whatever case
        ("json://h/p?redirect=yes&Optional=yes&RTO=1&a=1&retry=9", f"json://h/p?a=1&{FORCED_QUERY}"),
        # values stay what they are
        ("mailto://h?from=News%20Monitor&to=a%2Bb@x.test", f"mailto://h?from=News%20Monitor&to=a%2Bb@x.test&{FORCED_QUERY}"),
        ("json://h?a=", f"json://h?a=&{FORCED_QUERY}"),
        # headers
        ("json://h?+X-Key=v", f"json://h?+X-Key=v&{FORCED_QUERY}"),
    ],
)  # fmt: skip
def test_forced_options(url: str, expected: str) -> None:
    """Redirects, time-outs and retries are ours; all else is the user's."""
    assert with_forced_options(url) == expected


@pytest.mark.parametrize(
    ("query", "attribute", "expected"),
    [
        ("+X-Key=a b", "headers", {"X-Key": "a b"}),
        ("+Authorization=Bearer%20T0KEN", "headers", {"Authorization": "Bearer T0KEN"}),
        ("%2BX-Key=a%2Bb", "headers", {"X-Key": "a+b"}),
        ("-page=1%262", "params", {"page": "1&2"}),
        (":kind=x", "payload_extras", {"kind": "x"}),
    ],
)
def test_a_users_own_options_arrive_unchanged(query: str, attribute: str, expected: dict[str, str]) -> None:
    """Apprise understands the URL with forced options as it does the user's own."""
    for url in (f"json://h/p?{query}", with_forced_options(f"json://h/p?{query}")):
        made = Apprise.instantiate(url)
        assert made is not None
        assert getattr(made, attribute) == expected, url


def test_forced_options_hold_in_apprise() -> None:
    """A redirect is not followed, an option that hides failures is off."""
    made = Apprise.instantiate(with_forced_options("json://h/p?redirect=yes&optional=yes&retry=3&cto=1&rto=1"))
    assert made is not None
    assert (made.socket_connect_timeout, made.socket_read_timeout) == (10.0, 90.0)
    assert FORCED["optional"] == "no"


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("console://", None),
        ("json://127.0.0.1:1/x", None),
        ("mailto://user:s3cr3t@mail.test", None),
        ("jsons://h/p?+X-Key=s3cr3t", None),
        ("carrierpigeon://s3cr3t", "Apprise does not know a channel of the kind 'carrierpigeon'"),
        ("s3cr3t", "Apprise does not know such a channel"),
        ("", "Apprise does not know such a channel"),
        ("tgram://s3cr3t", "Apprise cannot use this address of the kind 'tgram'"),
        # one recipient a channel: when one of several refuses, the others would get the message at every attempt
        ("mailto://u:s3cr3t@mail.test?to=a@x.test", None),
        ("mailto://u:s3cr3t@mail.test?to=a@x.test,s3cr3t@x.test", "it has several recipients"),
        ("mailto://u:s3cr3t@mail.test/a@x.test/s3cr3t@x.test", "it has several recipients"),
        ("mailto://u:s3cr3t@mail.test?to=a@x.test&cc=s3cr3t@x.test", "it has several recipients"),
        ("mailto://u:s3cr3t@mail.test?to=a@x.test&bcc=s3cr3t@x.test", "it has several recipients"),
        ("mailto://u:s3cr3t@mail.test?to=a@x.test&reply=b@x.test", None),
        # Apprise leaves out what is not a mail address, and an attempt to send is the first that fails
        ("mailto://h.test?from=a@x.test&to=s3cr3t.x.test", "Apprise finds no mail address in `to`"),
        ("mailto://u:p@h.test?to=b@x.test&cc=s3cr3t", "Apprise finds no mail address in `cc`"),
        ("mailto://u:p@h.test?to=b@x.test&bcc=s3cr3t", "Apprise finds no mail address in `bcc`"),
        ("mailtos://u:p@h.test/s3cr3t?to=b@x.test", "Apprise finds no mail address in its path"),
        ("mailto://h.test?from=s3cr3t.x.test&to=b@x.test", "Apprise finds no mail address in `from`"),
        ("mailto://h.test?from=a@x.test&to=b@x.test&mode=s3cr3t", "Apprise cannot use this address"),
        ("mailto://u:p@h.test?from=Desk&to=b@x.test", None),
        ('mailto://h.test?from=Desk <a@x.test>&to="Desk, Seoul" <b%2Bnews@x.test>', None),
        ("mailto://h.test/b%40x.test/?from=a@x.test", None),
        ("mailto://h.test?from=a@x.test&to=desk@mailhost", None),
        ("ntfy://h/s3cr3t", None),
        ("ntfy://h/a/s3cr3t", "it has several recipients"),
        ("json://h/p?optional=yes&k=s3cr3t", "`optional=yes` would report a lost message as sent"),
        # the sandbox of what sends keeps files closed
        ("mailto://u:s3cr3t@mail.test?pgp=sign&pgpprv=/s3cr3t.asc", "`pgpprv` names a file of this machine"),
        (
            "slack://s3cr3t@T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ?template=/s3cr3t.json",
            "`template` names a file",
        ),
        ("vapid://s3cr3t@mail.test?subfile=/s3cr3t.json&keyfile=/s3cr3t.pem", "`keyfile` names a file of this machine"),
        ("json://h/p?template=s3cr3t&keyfile=s3cr3t", None),
        ("json://h/p?k=s3cr3t&Optional=TRUE", "`optional=yes` would report a lost message as sent"),
    ],
)
def test_faults_of_channels(url: str, fault: str | None) -> None:
    """A channel that could never work is told before the first alert, and never by its URL."""
    found = channel_fault(url)
    assert (found is None) is (fault is None)
    if found is not None and fault is not None:
        assert found.startswith(fault)
        assert "s3cr3t" not in found


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mailto://joe:p@s3cr3t@mail.test?to=a@x.test", "the @ as %40"),
        ("mailto://joe@s3cr3t.test:pass@mail.test?to=a@x.test", "the @ as %40"),
        ("ntfys://joe:p@s3cr3t@ntfy.test/topic", "the @ as %40"),
        ("MAILTO://joe:p@s3cr3t@mail.test", "the @ as %40"),
        ("mailtos://joe:p/s3cr3t@mail.test?to=a@x.test", "the / as %2F"),
        ("matrix://joe:p/s3cr3t@matrix.test/#room", "the / as %2F"),
        ("mailto://joe:p#s3cr3t@mail.test?to=a@x.test", "the # as %23"),
        ("mailto://joe:p?s3cr3t@mail.test?to=a@x.test", "the ? as %3F"),
        # none of these has such a sign in a login
        ("tgram://123456789:AAs3cr3t_abcdefghijklmnopqrstuvwxyz/@channel", None),
        ("mailto://joe:p%40s3cr3t@mail.test?to=a@x.test", None),
        ("mailto://joe%40x.test:s3cr3t@mail.test:25?to=a@x.test", None),
        ("json://user:s3cr3t@127.0.0.1:8080/a@b?c=d@e", None),
        ("ntfy://joe:s3cr3t@127.0.0.1:8080/topic?email=a@x.test", None),
        ("matrix://joe:s3cr3t@matrix.test/@someone", None),
    ],
)
def test_a_sign_that_ends_the_login_is_named_with_its_code(url: str, code: str | None) -> None:
    """Apprise takes what is behind it for the host, or knows no host."""
    found = channel_fault(url)
    assert (found or "").rpartition("percent-encode ")[2] == (code or "")
    assert "s3cr3t" not in (found or "")


@pytest.mark.parametrize(
    ("url", "help_"),
    [
        ("mial://s3cr3t", "did you mean mailto://?"),
        ("email://s3cr3t", "did you mean mailto://?"),
        ("smtp://s3cr3t", "did you mean mailto://?"),
        ("smtps://s3cr3t", "did you mean mailtos://?"),
        ("SMTP://s3cr3t", "did you mean mailto://?"),
        ("slak://s3cr3t", "did you mean slack://?"),
        ("telegram://s3cr3t", "did you mean tgram://?"),
        ("carrierpigeon://s3cr3t", "all kinds: https://appriseit.com/services/"),
        ("https://s3cr3t.test/hook", "for a webhook of your own write webhooks://; all kinds: https://appriseit.com/services/"),
        ("slack://s3cr3t", "its guide: https://appriseit.com/services/slack/"),
        ("mailto://s3cr3t:2525?to=a@x.test", "mailto://SERVER?from=monitor@example.org&to=..."),
        ("mailtos://s3cr3t", "`from` is missing, the address that mails come from: mailtos://SERVER?from=monitor@example.org&to=..."),
        ("mailto://", "its guide: https://appriseit.com/services/email/"),
    ],
)  # fmt: skip
def test_a_fault_says_what_was_meant_or_where_the_guide_is(url: str, help_: str) -> None:
    """Whoever wrote it sees what to write, or where that stands."""
    found = channel_fault(url)
    assert found is not None
    assert found.endswith(help_)
    assert "s3cr3t" not in found


def test_a_channel_with_several_recipients_is_not_sent_on() -> None:
    """Whoever starts in spite of the fault that was told floods nobody: the delivery is refused, and says why."""
    url = "mailto://127.0.0.1:9?from=a@x.test&to=b@x.test,c@x.test"
    assert send_message(url, Message("t", "b", "<p>b</p>")) == Receipt(ReceiptKind.REFUSED, SEVERAL)
