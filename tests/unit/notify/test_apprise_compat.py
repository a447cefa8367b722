"""What we rely on inside Apprise is still there. Each failure says what to look at in the new version."""

from __future__ import annotations

import hashlib
import inspect
import logging
import threading
from collections.abc import Callable
from email import message_from_string
from email.message import Message as Mail
from typing import Any

import pytest
from apprise import Apprise, AppriseAsset, NotificationManager, NotifyBase, NotifyFormat
from apprise.plugins.email import NotifyEmail
from apprise.plugins.email.smtp import AppriseSMTPController
from requests.adapters import HTTPAdapter

from monitor.model import Message, Receipt, ReceiptKind
from monitor.notify.apprise_compat.log_receipts import AppriseLogLine, receipt_for
from monitor.notify.apprise_compat.mail_plugin import MailPlugin
from monitor.notify.apprise_compat.plugins import (
    acts_by_type,
    has_several_recipients,
    kinds_of,
    override_log_level,
    register_plugins,
)
from monitor.notify.timeouts import SendTimeouts
from monitor.notify.url_options import with_forced_options
from tests.support import canned

MAIL = "mailto://user:pass@mail.test?from=News <news@x.test>&to=reader@x.test"
MESSAGE = Message("t", "a **bold** word", "<p>a <b>bold</b> word</p>", id="a2", in_reply_to="a1")


def plugin_of(url: str) -> NotifyBase:
    register_plugins()
    made = Apprise.instantiate(with_forced_options(url))
    assert isinstance(made, NotifyBase)
    return made


def prepared(message: Message | None, url: str = MAIL) -> Mail:
    """The mail that would be handed to its server."""
    plugin = plugin_of(url)
    assert isinstance(plugin, MailPlugin)
    plugin.begin_attempt(message, SendTimeouts())
    [mail] = plugin._prepare_mails(MESSAGE.html, MESSAGE.title, None, NotifyFormat.HTML)
    return message_from_string(plugin._complete_mail(mail.body, MESSAGE.title))


def test_every_kind_over_smtp_is_sent_by_a_plug_in_of_ours() -> None:
    """With the timeouts of each stage."""
    register_plugins()
    manager: Any = NotificationManager()  # type: ignore[no-untyped-call]
    theirs = {
        kind
        for kind in manager.schemas()
        if issubclass(manager[kind], NotifyEmail) and not issubclass(manager[kind], MailPlugin)
    }
    assert theirs == set(), "a kind that Apprise sends over SMTP has no plug-in in apprise_compat/mail_plugin.py"
    assert {"mailto", "mailtos"} <= {kind for kind in manager.schemas() if issubclass(manager[kind], MailPlugin)}


@pytest.mark.parametrize(
    ("code", "digest"),
    [(NotifyEmail.send, "397f6aff4df3"), (AppriseSMTPController, "d929c915eccc")],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_we_do_in_place_of_apprise_is_what_it_does(code: Callable[..., object], digest: str) -> None:
    """`MailPlugin.send` repeats what these do."""
    found = hashlib.sha256(inspect.getsource(code).encode()).hexdigest()[: len(digest)]
    assert found == digest, (
        f"{code.__qualname__} is another than in Apprise 2.3.0: look whether apprise_compat/mail_plugin.py still does "
        f"all that it does, then write {found} here"
    )


def test_a_plug_in_that_apprise_refuses_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own would send mail without our headers."""
    monkeypatch.setattr(NotificationManager, "add", lambda *_, **__: False)
    with pytest.raises(RuntimeError, match="Apprise does not accept MailPlugin"):
        register_plugins.__wrapped__()


def test_an_attempt_knows_nothing_of_the_one_before() -> None:
    """A part that was accepted then says nothing about this attempt."""
    plugin = plugin_of("mailto://user:pass@127.0.0.1:9?from=news@x.test&to=reader@x.test")
    assert isinstance(plugin, MailPlugin)
    plugin.begin_attempt(MESSAGE, SendTimeouts())
    plugin._part_accepted = True
    plugin.begin_attempt(MESSAGE, SendTimeouts())
    assert not plugin.send("body", "title")
    assert plugin.receipt_of_failure().kind is ReceiptKind.TRY_LATER


def test_a_mail_has_our_headers_and_our_text() -> None:
    """One Message-ID, and the thread of the first mail; the text keeps its highlights."""
    mail = prepared(MESSAGE)
    assert mail.get_all("Message-ID") == ["<a2@x.test>"], "the mail that Apprise prepares has other headers"
    assert mail.get_all("References") == mail.get_all("In-Reply-To") == ["<a1@x.test>"]
    assert mail.get_content_type() == "multipart/alternative", "the mail that Apprise prepares has other parts"
    _, text, html = mail.walk()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_payload(decode=True) == b"a **bold** word"


def test_without_a_message_a_mail_is_apprises() -> None:
    """Delta Chat's; with a message that names no alert, the Message-ID is Apprise's, too."""
    for message in (None, Message("t", "b", "<p>b</p>")):
        [by_chance] = prepared(message).get_all("Message-ID", [])
        assert by_chance.endswith("@mail.test>")
        assert prepared(message).get_all("References") is None


def test_headers_of_the_channel_win() -> None:
    """As they did in the URL."""
    assert prepared(MESSAGE, f"{MAIL}&+References=<x@y.test>").get_all("References") == ["<x@y.test>"]


def test_recipients_are_counted() -> None:
    """Also those in copy, which Apprise does not count."""
    assert not has_several_recipients(plugin_of(MAIL))
    for recipients in ("to=a@x.test,b@x.test", "to=a@x.test&cc=b@x.test", "to=a@x.test&bcc=b@x.test"):
        plugin = plugin_of(f"mailto://user:pass@mail.test?{recipients}")
        assert has_several_recipients(plugin), "a plug-in has other names for those in copy than `cc` and `bcc`"


def test_plug_ins_for_incidents_name_their_action() -> None:
    """`action` is what the plug-in does with a message's type."""
    for url in ("opsgenie://a1b2c3d4", "opsgenie://a1b2c3d4?action=map"):
        assert acts_by_type(plugin_of(url)), "plug-ins for incidents no longer have an `action` called `map`"
    assert not acts_by_type(plugin_of("opsgenie://a1b2c3d4?action=new"))
    assert not acts_by_type(plugin_of(MAIL))


@pytest.mark.parametrize(("url", "kind"), [("kodi://h", "kodi"), (MAIL, "mailto"), ("ntfy://h/t", "ntfy")])
def test_a_plug_in_knows_its_kinds(url: str, kind: str) -> None:
    """By the schemes of its class."""
    assert kind in kinds_of(plugin_of(url)), "the schemes of a plug-in's class are no longer in `schemas`"


def attempt(url: str) -> list[AppriseLogLine]:
    """The log of an attempt to send."""
    register_plugins()
    client = Apprise(asset=AppriseAsset(service_timeout=0))
    assert client.add(with_forced_options(url))
    with override_log_level(logging.DEBUG):
        result = client.notify("body", log_level=logging.DEBUG)
    return [AppriseLogLine(line.level, line.message) for each in result.results for line in each.logs()]


def test_the_log_says_what_a_server_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Apprise's result does not."""
    canned.install(monkeypatch).status = 404
    lines = attempt("json://h/x")
    refused = Receipt(ReceiptKind.REFUSED, "the server answered 404")
    assert receipt_for(lines) == refused, f"Apprise words it differently: see log_receipts.py, and {lines}"


def test_the_log_says_why_there_was_no_connection() -> None:
    """In the words of urllib3."""
    lines = attempt("json://127.0.0.1:1")
    unreachable = Receipt(ReceiptKind.TRY_LATER, "the server could not be reached")
    assert receipt_for(lines) == unreachable, f"Apprise words it differently: see log_receipts.py, and {lines}"


def test_a_message_is_sent_in_the_thread_that_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """With `service_timeout=0`; otherwise in a pool of threads that hung servers fill."""
    threads: list[threading.Thread] = []
    monkeypatch.setattr(HTTPAdapter, "send", lambda *_, **__: threads.append(threading.current_thread()))
    attempt("json://h/x")
    assert threads == [threading.current_thread()], "Apprise sends in a thread of its own: see apprise_sender.py"
