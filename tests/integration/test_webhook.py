"""What a webhook gets: documented, signed, and the same at every attempt."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from monitor.model import (
    Alert,
    AlertKind,
    Channel,
    Delivery,
    Item,
    Level,
    Message,
    Notice,
    NoticeKind,
    Receipt,
    ReceiptKind,
)
from monitor.model.outcome import ClauseCode, ReasonClause
from monitor.notify import Notifier
from monitor.notify.apprise_compat.message_plugins import IDEMPOTENCY_KEY, SIGNATURE, TIMESTAMP
from monitor.notify.apprise_sender import send_message
from monitor.notify.renderers.webhook import WebhookDocument, build_webhook_schema
from monitor.notify.url_faults import find_url_fault
from tests.support import canned
from tests.support.building import NOON, alert, article, delivery
from tests.support.patience import LONG
from tests.support.whole import ROOT

URL = "webhooks://user:pa%2Fss@hooks.test/in?secret=s3cr3t%26&-key=k1&%2BX-Team=desk"
PAGE = article(title="朝鲜发射导弹 & “missiles” 🚀", text="Seoul says so.", url="https://x.test/1?a=1&b=%20")
WHY = (
    ReasonClause(ClauseCode.EVIDENCE, words="“missiles” in the title"),
    ReasonClause(ClauseCode.NEW_FACTS, facts=(("aircraft", 71),)),
)


def render(subject: Alert | Notice, *, repeat: bool = False) -> Message:
    return render_for("webhooks", replace(delivery(), alert=subject, may_be_duplicate=repeat))


def render_for(kind: str, whole: Delivery) -> Message:
    """As the daemon does it."""
    notifier = Notifier(lambda: {whole.channel: Channel(whole.channel, f"{kind}://x.test")}, LONG)
    try:
        return notifier.render(whole, source="연합뉴스", zone=ZoneInfo("Asia/Seoul"))
    finally:
        notifier.close()


def document(subject: Alert | Notice, *, repeat: bool = False) -> dict[str, Any]:
    """The document, which the model reads back."""
    message = render(subject, repeat=repeat)
    assert WebhookDocument.model_validate_json(message.document)
    read: dict[str, Any] = json.loads(message.document)
    assert (read["title"], read["text"]) == (message.title, message.text)
    return read


def test_the_schema_is_up_to_date() -> None:
    """Written by `news-monitor schema webhook > schema/webhook.schema.json`."""
    assert json.loads((ROOT / "schema" / "webhook.schema.json").read_text(encoding="utf-8")) == build_webhook_schema()


def test_an_alert_says_all_that_is_known() -> None:
    """Which rule and event, what met it, why, and who else reports it."""
    sent = replace(
        alert(PAGE), why=WHY, event="E1", sentence="发射 missiles now", highlights=((3, 11),), thread="f1rst",
        kind=AlertKind.UPDATE, also_reported_by=("The Harbour Times",), publisher_count=2,
    )  # fmt: skip
    read = document(sent, repeat=True)
    assert (read["version"], read["kind"], read["level"]) == (1, "update", sent.level)
    assert (read["id"], read["first"], read["event"], read["story"]) == (sent.id, "f1rst", "E1", sent.story)
    assert read["rule"] == {"id": sent.rule, "title": sent.rule_title}
    assert read["spans"] == [{"start": 3, "end": 11, "text": "missiles"}]
    assert read["why"]["code"] == "update"
    assert read["why"]["clauses"][1] == {"code": "new-facts", "parameters": {"facts": [["aircraft", 71]]}}
    assert "71 aircraft" in read["why"]["words"]
    assert (read["publishers"], read["publisher_count"]) == (["The Harbour Times"], 2)
    assert (read["url"], read["article"]["source_name"]) == ("https://x.test/1?a=1&b=%20", "연합뉴스")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", read["decided"])
    assert read["may_be_repeat"]


def test_a_digest_lists_its_items_and_a_notice_says_what_it_is_about() -> None:
    """Neither has an article of its own."""
    item = Item("launch", "Launches", Level.LOW, "S1", "E1", "wire", "u1", "A title", None, "A sentence.", WHY[:1])
    digest = document(replace(alert(PAGE), kind=AlertKind.DIGEST, items=(item, replace(item, number=7))))
    assert [(each["number"], each["title"], each["event"]) for each in digest["items"]] == [
        (1, "A title", "E1"), (7, "A title", "E1"),
    ]  # fmt: skip
    assert (digest["article"], digest["url"], digest["sentence"]) == (None, None, "")
    notice = Notice("n1", "k", "channel desk", NoticeKind.PROBLEM, Level.HIGH, NOON, "Desk", "It fails.", "it waits")
    read = document(notice)
    assert (read["kind"], read["rule"], read["notice"]) == (
        "problem", None, {"subject": "channel desk", "text": "It fails."},
    )  # fmt: skip


def test_no_field_is_undocumented() -> None:
    """Whoever reads it may rely on the schema."""
    with pytest.raises(ValidationError):
        WebhookDocument.model_validate({**json.loads(render(alert(PAGE)).document), "more": 1})


def post(service: canned.CannedService, message: Message, url: str = URL) -> tuple[Receipt, Any]:
    receipt = send_message(url, message)
    return receipt, service.requests[-1]


def verify(request: Any, secret: str) -> bool:
    """By the program of docs/channels.md."""
    page = (Path(ROOT) / "docs" / "channels.md").read_text(encoding="utf-8")
    program = page.partition("<!-- verify -->\n```python\n")[2].partition("```")[0]
    namespace: dict[str, Any] = {}
    exec(compile(program, "docs/channels.md", "exec"), namespace)
    is_genuine: bool = namespace["is_genuine"](request.body, request.headers, secret)
    return is_genuine


def test_the_documented_program_verifies_what_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing else: not another body, another time or another secret."""
    receipt, request = post(canned.install(monkeypatch), render(alert(PAGE)))
    assert receipt == Receipt(ReceiptKind.ACCEPTED, "accepted")
    assert verify(request, "s3cr3t&")
    assert not verify(request, "other")
    request.headers[TIMESTAMP] = str(int(request.headers[TIMESTAMP]) - 1)
    assert not verify(request, "s3cr3t&")
    _, again = post(canned.install(monkeypatch), render(alert(PAGE)))
    again.body = again.body.replace(b"missiles", b"nothing")
    assert not verify(again, "s3cr3t&")


def test_it_is_posted_to_the_address_and_the_secret_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Options of the receiver go along; ours do not. A second attempt has the same key."""
    service = canned.install(monkeypatch)
    _, first = post(service, render(alert(PAGE)))
    _, second = post(service, render(alert(PAGE), repeat=True))
    assert first.url == "https://hooks.test/in?key=k1"
    assert (first.method, first.headers["Content-Type"], first.headers["X-Team"]) == (
        "POST",
        "application/json",
        "desk",
    )
    assert first.headers[IDEMPOTENCY_KEY] == second.headers[IDEMPOTENCY_KEY] == alert(PAGE).id
    assert "s3cr3t" not in f"{service.sent()}{dict(first.headers)}"
    _, unsigned = post(service, render(alert(PAGE)), "webhook://hooks.test")
    assert unsigned.url == "http://hooks.test/"
    assert SIGNATURE not in unsigned.headers


@pytest.mark.parametrize(
    ("status", "kind"),
    [(204, ReceiptKind.ACCEPTED), (302, ReceiptKind.REFUSED), (410, ReceiptKind.REFUSED), (503, ReceiptKind.TRY_LATER)],
)
def test_only_a_success_is_accepted(status: int, kind: ReceiptKind, monkeypatch: pytest.MonkeyPatch) -> None:
    """A redirect is followed by nobody."""
    service = canned.install(monkeypatch)
    service.status, service.bodies = status, [""]
    assert post(service, render(alert(PAGE)))[0].kind is kind
    assert len(service.requests) == 1


def test_a_test_message_has_a_document_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is sent is JSON; and nobody listens at port 1."""
    _, request = post(canned.install(monkeypatch), Message("A title", "A text"))
    assert json.loads(request.body) == {"title": "A title", "text": "A text"}
    assert find_url_fault(URL) is None
    monkeypatch.undo()
    assert send_message("webhook://127.0.0.1:1/in", Message("t", "b")).detail == "the server could not be reached"


def test_the_addresses_of_the_guide_are_right() -> None:
    """Each can be used as it is written in docs/channels.md."""
    page = (Path(ROOT) / "docs" / "channels.md").read_text(encoding="utf-8")
    urls = re.findall(r'^  (\w+): {url: "([^"]+)"}$', page, re.MULTILINE)
    assert len(urls) == 15
    assert {name: find_url_fault(url) for name, url in urls if find_url_fault(url)} == {}


def test_other_channels_carry_no_document() -> None:
    """It costs time that only a webhook needs."""
    assert render_for("json", delivery(alert(PAGE))).document == ""
