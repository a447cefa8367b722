"""Services that answer 200 and say in the body that they did not take the message: each with what its API answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from apprise.manager_plugins import NotificationManager
from apprise.plugins.wecombot import NotifyWeComBot

from monitor.model import Message, Receipt, ReceiptKind
from monitor.notify.apprise_sender import send_message
from monitor.notify.response_checks import CHECKS
from tests.conftest import FaultServer
from tests.support import canned
from tests.support.captured import Internet

HELLO = Message("HIGH: 북한 미사일", "“북한이 **미사일**을 쐈다”", "")
TAKEN = Receipt(ReceiptKind.ACCEPTED, "accepted")
UNREADABLE = Receipt(ReceiptKind.UNKNOWN, "the service answered 200 with an unreadable body")


def refused(said: str, status: int = 200) -> Receipt:
    return Receipt(ReceiptKind.REFUSED, f"the service answered {status} with {said}")


def later(said: str) -> Receipt:
    return Receipt(ReceiptKind.TRY_LATER, f"the service answered 200 with {said}")


PHONE = "15551234567"
# URL, what it answers when it takes a message, and what it answers when it does not.
SERVICES: dict[str, tuple[str, str, dict[str, Receipt]]] = {
    "dingtalk": (
        "dingtalk://s3cr3t",
        '{"errcode":0,"errmsg":"ok"}',
        {
            '{"errcode":310000,"errmsg":"keywords not in content, more: s3cr3t"}': refused("errcode 310000"),
            '{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}': later("errcode 130101"),
            '{"errcode":-1,"errmsg":"系统繁忙"}': later("errcode -1"),
        },
    ),
    "wecombot": (
        "wecombot://s3cr3t",
        '{"errcode":0,"errmsg":"ok"}',
        {
            '{"errcode":40058,"errmsg":"markdown.content exceed max length 4096"}': refused("errcode 40058"),
            '{"errcode":45009,"errmsg":"api freq out of limit"}': later("errcode 45009"),
            '{"errcode":"s3cr3t"}': refused("an error in errcode"),  # no words of a server, in whatever place
        },
    ),
    "feishu": (
        "feishu://s3cr3t",
        '{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}',
        {
            '{"code":19001,"data":{},"msg":"param invalid: incoming webhook access token invalid"}': refused(
                "code 19001"
            ),
            '{"code":11232,"data":{},"msg":"frequency limited psm"}': later("code 11232"),
        },
    ),
    "lark": (
        "lark://s3cr3t",
        '{"StatusCode":0,"StatusMessage":"success"}',  # as older ones answer
        {'{"code":19024,"msg":"Key Words Not Found"}': refused("code 19024")},
    ),
    "schan": (
        "schan://s3cr3t",
        '{"code":0,"message":"","data":{"pushid":"1","readkey":"x","error":"SUCCESS","errno":0}}',
        {'{"message":"[AUTH]错误的Key","code":40001,"info":"错误的Key","args":[null]}': refused("code 40001")},
    ),
    "vonage": (
        f"vonage://abcd1234:s3cr3t12@{PHONE}",
        '{"message-count":"1","messages":[{"to":"1","message-id":"0A","status":"0","remaining-balance":"3.14"}]}',
        {
            '{"message-count":"1","messages":[{"status":"4","error-text":"Bad Credentials"}]}': refused(
                "messages.*.status 4"
            ),
            '{"message-count":"1","messages":[{"status":"1","error-text":"Throttled"}]}': later("messages.*.status 1"),
            '{"message-count":"2","messages":[{"status":"0"},{"status":"9"}]}': refused("messages.*.status 9"),
            '{"message-count":"0","messages":[]}': UNREADABLE,
        },
    ),
    "qq": (
        f"qq://{'a' * 32}",
        '{"success":true,"reason":"操作成功","code":0,"info":{}}',
        {'{"success":false,"reason":"该KEY不存在","code":500,"info":null}': refused("success false")},
    ),
    "pushme": ("pushme://s3cr3t", "success", {"push_key s3cr3t 无效": refused("an error in its text")}),
    "smsmanager": (
        f"smsmanager://s3cr3t@{PHONE}",
        f"OK|1234|{PHONE}|",
        {"ERROR|103|no credit": refused("an error in its text")},
    ),
    "clickatell": (
        f"clickatell://1234567890@s3cr3t/{PHONE}",
        '{"messages":[{"apiMessageId":"x","accepted":true,"to":"1","error":null}],"error":null}',
        {'{"messages":[{"accepted":false,"to":"1","error":"no"}],"error":null}': refused("messages.*.accepted false")},
    ),
    "clicksend": (
        f"clicksend://user:s3cr3t@{PHONE}",
        '{"http_code":200,"response_code":"SUCCESS","data":{"messages":[{"to":"+1","status":"SUCCESS"}]}}',
        {
            '{"response_code":"SUCCESS","data":{"messages":[{"status":"INSUFFICIENT_CREDIT"}]}}': refused(
                "an error in data.messages.*.status"
            )
        },
    ),
    "burstsms": (
        f"burstsms://abcd1234:s3cr3t@{PHONE}/{PHONE}",
        '{"message_id":1,"recipients":1,"cost":0.077,"error":{"code":"SUCCESS","description":"OK"}}',
        {'{"error":{"code":"LEDGER_ERROR","description":"no"}}': refused("an error in error.code")},
    ),
    "bulkvs": (
        f"bulkvs://user:s3cr3t@{PHONE}/{PHONE}",
        '{"RefId":"5a66","From":"1","MessageType":"SMS","Results":[{"To":"1","Status":"SUCCESS"}]}',
        {'{"RefId":"5a66","Results":[{"To":"1","Status":"FAILED"}]}': refused("an error in Results.*.Status")},
    ),
    "join": (
        f"join://{'a' * 32}/abcd1234",
        '{"success":true,"kind":"messaging#pushResult"}',
        {'{"success":false,"userAuthError":true,"errorMessage":"no"}': refused("success false")},
    ),
    "kavenegar": (
        f"kavenegar://{PHONE}@s3cr3t/1234567890",
        '{"return":{"status":200,"message":"تایید شد"},"entries":[{"messageid":1,"status":1}]}',
        {'{"return":{"status":418,"message":"اعتبار شما کافی نیست"},"entries":null}': refused("return.status 418")},
    ),
    "msg91": (
        f"msg91://{'A' * 24}@12345/{PHONE}",
        '{"message":"3763646c3058373530393938","type":"success"}',
        {'{"message":"template id missing","type":"error"}': refused("an error in type")},
    ),
    "onesignal": (
        "onesignal://abcd1234@s3cr3t/abcd1234",
        '{"id":"b98881cc-1e94-4366-bbd9-db8f3429292b","recipients":1,"external_id":null}',
        {'{"id":"","errors":["All included players are not subscribed"]}': refused("an error in id")},
    ),
    "seven": (
        f"seven://s3cr3t/{PHONE}",
        '{"success":"100","total_price":0.075,"balance":46.748,"messages":[{"id":"1","success":true}]}',
        {'{"success":"500","total_price":0}': refused("success 500"), "900": UNREADABLE},
    ),
    "smtp2go": (
        "smtp2go://user@x.test/s3cr3t/a@x.test",
        '{"request_id":"1","data":{"succeeded":1,"failed":0,"failures":[],"email_id":"1"}}',
        {'{"request_id":"1","data":{"succeeded":0,"failed":1,"failures":["no"]}}': refused("data.failed 1")},
    ),
    "sparkpost": (
        "sparkpost://user@x.test/s3cr3t/a@x.test",
        '{"results":{"total_rejected_recipients":0,"total_accepted_recipients":1,"id":"1"}}',
        {
            '{"results":{"total_rejected_recipients":1,"total_accepted_recipients":0}}': refused(
                "results.total_rejected_recipients 1"
            )
        },
    ),
    "splunk": (
        "splunk://route@s3cr3t",
        '{"result":"success","entity_id":"x"}',
        {'{"result":"failure","message":"no such key"}': refused("an error in result")},
    ),
    "atalk": (
        f"atalk://user@s3cr3t/{PHONE}",
        '{"SMSMessageData":{"Message":"Sent to 1/1","Recipients":[{"statusCode":101,"number":"+15551234567"}]}}',
        {
            '{"SMSMessageData":{"Recipients":[{"statusCode":405,"number":"+15551234567"}]}}': refused(
                "SMSMessageData.Recipients.*.statusCode 405"
            ),
            '{"SMSMessageData":{"Message":"InvalidSenderId","Recipients":[]}}': UNREADABLE,
        },
    ),
    "bale": (
        "bale://1%3A0/abcd1234",
        '{"ok":true,"result":{"message_id":1}}',
        {
            '{"ok":false,"error_code":400,"description":"Bad Request"}': refused("error_code 400"),
            '{"ok":false,"error_code":429,"description":"Too Many Requests"}': later("error_code 429"),
            '{"ok":false}': refused("ok false"),
        },
    ),
    "zalo": (
        "zalo://1%3A0/abcd1234",
        '{"ok":true,"result":{"message_id":"1"}}',
        {'{"ok":false,"error_code":401,"description":"Unauthorized"}': refused("error_code 401")},
    ),
    "infobip": (
        f"infobip://s3cr3t@abcd1234/{PHONE}",
        '{"bulkId":"1","messages":[{"messageId":"1","status":{"groupId":1,"groupName":"PENDING","id":26}}]}',
        {
            '{"messages":[{"status":{"groupId":5,"groupName":"REJECTED","id":12}}]}': refused(
                "an error in messages.*.status.groupName"
            )
        },
    ),
    "cm": (
        f"cm://sender@d2a1c5de-5b5e-4c2a-8b5e-1234567890ab/{PHONE}",
        '{"details":"Created 1 message(s)","errorCode":0,"messages":[{"to":"1","status":"Accepted"}]}',
        {'{"details":"no","errorCode":201,"messages":[{"status":"Rejected"}]}': refused("errorCode 201")},
    ),
    "gupshup": (
        f"gupshup://s3cr3t:app@{PHONE}/{PHONE}",
        '{"status":"submitted","messageId":"ee4a68a0"}',
        {'{"status":"error","message":"Authentication Failed"}': refused("an error in status")},
    ),
    "kook": (
        "kook://1%2FMTAx%2Fs3cr3t==/1234567890",
        '{"code":0,"message":"操作成功","data":{"msg_id":"1"}}',
        {'{"code":40100,"message":"no","data":{}}': refused("code 40100")},
    ),
    "smsc": (
        f"smsc://user:s3cr3t@{PHONE}",
        '{"id":1234,"cnt":1}',
        {'{"error":"authorise error","error_code":2}': refused("error_code 2")},
    ),
    "smstunnel": (
        f"smstunnel://s3cr3t/{PHONE}",
        '{"success":true,"messageId":"1","data":{}}',
        {'{"success":false,"message":"device is offline"}': refused("success false")},
    ),
    "notifyre": (
        f"notifyre://s3cr3t/{PHONE}",
        '{"payload":{"smsMessageID":"1"},"success":true,"statusCode":200,"message":"OK","errors":[]}',
        {
            '{"payload":null,"success":false,"statusCode":200,"message":"no credit","errors":[]}': refused(
                "success false"
            )
        },
    ),
    "nctalk": (
        "nctalk://user:s3cr3t@h.test/token",
        '{"ocs":{"meta":{"status":"ok","statuscode":201,"message":"OK"},"data":{"id":1}}}',
        {'{"ocs":{"meta":{"status":"failure","statuscode":997},"data":[]}}': refused("an error in ocs.meta.status")},
    ),
}
# Those whose server one may run, by what follows the address of that server, and the path that is asked there.
OWN_SERVERS: dict[str, tuple[str, str, str, dict[str, Receipt]]] = {
    "synology": (
        "s3cr3t",
        "webapi/entry.cgi",
        '{"success":true}',
        {
            '{"error":{"code":404,"errors":"token s3cr3t is invalid"},"success":false}': refused("error.code 404"),
            '{"error":{"code":411,"errors":"create post too fast"},"success":false}': later("error.code 411"),
            '{"success":false}': refused("success false"),
        },
    ),
    "bark": (
        "s3cr3t",
        "push",
        '{"code":200,"message":"success","timestamp":1700000000}',
        {'{"code":400,"message":"failed to get device token","timestamp":1}': refused("code 400")},
    ),
    "gotify": ("s3cr3t", "message", '{"id":25,"appid":5,"message":"m","date":"2018-02-27T19:36:10Z"}', {}),
    "ntfy": ("topic", "", '{"id":"sPs71M8A2T","time":1643935928,"event":"message","topic":"topic"}', {}),
    "signal": (f"{PHONE}/{PHONE}", "v2/send", '{"timestamp":"1700000000000"}', {}),
    "kodi": (
        "",
        "jsonrpc",
        '{"id":1,"jsonrpc":"2.0","result":"OK"}',
        {'{"error":{"code":-32602,"message":"Invalid params."},"id":1,"jsonrpc":"2.0"}': refused("error.code -32602")},
    ),
    "pushdeer": (
        "s3cr3t",
        "message/push",
        '{"code":0,"content":{"result":["{\\"counts\\":1,\\"success\\":\\"ok\\"}"]}}',
        {'{"code":80501,"error":"推送的key不存在"}': refused("code 80501")},
    ),
    "onebot": (
        "1234567890",
        "send_private_msg",
        '{"status":"ok","retcode":0,"data":{"message_id":1}}',
        {'{"status":"failed","retcode":100,"data":null}': refused("retcode 100")},
    ),
}
UNREADABLES = ("", "<html>Please log in</html>", "{}", "[]", "null", '{"error":{}}', "{" * 5000)


def test_every_kind_of_the_table_is_tried_here() -> None:
    """And is one that Apprise has: a name that it gives up would never be looked up again."""
    tried = SERVICES.keys() | OWN_SERVERS.keys()
    assert tried | {f"{kind}s" for kind in ("gotify", "ntfy", "nctalk", "signal")} == CHECKS.keys()
    assert CHECKS.keys() <= set(NotificationManager().schemas())  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("kind", SERVICES)
def test_the_body_decides(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taken, refused or later, as the body says; unknown if it cannot be read."""
    service = canned.install(monkeypatch)
    url, good, bad = SERVICES[kind]

    def answer(body: str) -> Receipt:
        service.bodies = [body]
        return send_message(url, HELLO)

    _decides(answer, good, bad)
    assert service.requests


@pytest.mark.parametrize("kind", OWN_SERVERS)
def test_the_body_of_an_own_server_decides(kind: str, faults: FaultServer) -> None:
    """The same over real HTTP."""
    rest, path, good, bad = OWN_SERVERS[kind]

    def answer(body: str) -> Receipt:
        faults.documents[path] = body
        return send_message(faults.url(rest, scheme=kind), HELLO)

    _decides(answer, good, bad)
    assert faults.bodies(path)


def _decides(answer: Callable[[str], Receipt], good: str, bad: dict[str, Receipt]) -> None:
    assert answer(good) == TAKEN
    for body, receipt in bad.items():
        answered = answer(body)
        assert answered.kind == receipt.kind
        assert answered.detail.startswith(receipt.detail)
        assert "s3cr3t" not in answered.detail
    for body in UNREADABLES:
        assert answer(body).kind is not ReceiptKind.ACCEPTED, body
    assert answer("") == UNREADABLE


def test_a_status_says_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no success by its status needs no body."""
    service = canned.install(monkeypatch)
    service.status = 503
    assert send_message("dingtalk://s3cr3t", HELLO) == Receipt(ReceiptKind.TRY_LATER, "the server answered 503")


def test_a_body_that_says_accepted_counts_with_any_status_of_success(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ntfy behind a queue answers 202, say. One that cannot be read leaves it open, and another status refuses."""
    service = canned.install(monkeypatch)
    for url in ("ntfy://h.test/topic", "gotify://h.test/t0ken"):
        service.status, service.bodies = 202, ['{"id": "1"}']
        assert send_message(url, HELLO) == TAKEN
        service.bodies = ["accepted"]
        assert send_message(url, HELLO).kind is ReceiptKind.UNKNOWN
        service.status, service.bodies = 401, ['{"id": "1"}']
        assert send_message(url, HELLO).kind is ReceiptKind.REFUSED


def test_a_message_of_which_a_part_was_taken_is_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its reader may have that part: whoever gets it again is told so."""
    service = canned.install(monkeypatch)
    monkeypatch.setattr(NotifyWeComBot, "request_rate_per_sec", 0)  # else Apprise waits for 5.5 s before each part
    service.bodies = ['{"errcode":0}', '{"errcode":130101}']
    receipt = send_message("wecombot://s3cr3t?overflow=split", Message("t", "a word " * 500, ""))
    assert receipt == Receipt(ReceiptKind.UNKNOWN, "the service answered 200 with errcode 130101")
    assert len(service.requests) > 1


def test_a_services_own_address_is_known_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Apprise takes the address that the service gives out, without a name of the kind in it."""
    service = canned.install(monkeypatch)
    service.bodies = ['{"errcode":40058}']
    url = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={'a' * 32}"
    assert send_message(url, HELLO) == refused("errcode 40058")


def test_other_kinds_have_bodies_of_their_own(faults: FaultServer) -> None:
    """A webhook may answer what it likes."""
    faults.documents["hook"] = '{"errcode":40058,"success":false,"code":1}'
    assert send_message(faults.url("hook"), HELLO) == TAKEN


MANY_COMMENTS = "<!-- -->" * 400
PAGES = (
    f"{MANY_COMMENTS}<html>Please log in</html>",
    "<!DOCTYPE html><html><head><title>Log in</title></head></html>",
    "\n<!-- proxy -->\n<HTML>Please log in</HTML>",
    '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"><html/>',
    "<script>location = '/login'</script>",
)


@pytest.mark.parametrize("page", PAGES, ids=["comments", "page", "proxy", "XHTML", "script"])
def test_a_login_page_is_never_an_acceptance(page: str, internet: Internet) -> None:
    """Of any kind over HTTP: it may come from a proxy that has not passed the message on."""
    internet.kind, internet.bodies = "text/html", [page]
    urls = [SERVICES[kind][0] for kind in SERVICES] + [
        "ntfy://h.test/topic",
        "gotify://h.test/t0ken",
        f"mmost://h.test/{'a' * 24}",
        f"signal://h.test/{PHONE}/{PHONE}",
        "nctalk://u:p@h.test/token",
        "apprise://h.test/t0ken",
        "webhook://h.test/hook",
        "json://h.test/hook",
        f"discord://{'1' * 18}/{'a' * 64}",
        "opsgenie://k3y",
    ]
    for url in urls:
        receipt = send_message(url, HELLO)
        assert receipt.kind is not ReceiptKind.ACCEPTED, url
        assert internet.requests, url
        internet.requests.clear()
    assert send_message("webhook://h.test/hook", HELLO).detail.endswith("a page of HTML, as a login or a proxy does")


def test_the_short_answer_of_a_webhook_is_an_acceptance(internet: Internet) -> None:
    """Many servers call it HTML unless they are told otherwise."""
    internet.kind = "text/html"
    for internet.bodies in (["ok"], [""], [f"{MANY_COMMENTS}ok"], ["<ul class=log><li>sent</li></ul>"]):
        assert send_message("webhook://h.test/hook", HELLO) == TAKEN


SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


@pytest.mark.parametrize(
    ("url", "status", "body", "detail"),
    [
        (SLACK, 404, "no_service", "the server answered 404: no_service"),
        ("gotify://h.test/t0ken", 401, '{"error":"Unauthorized"}', "the server answered 401: Unauthorized"),
        (
            "ntfy://h.test/topic",
            507,
            '{"code":50701,"http":507,"error":{"message":"disk \\u001b[31m is\\nfull"}}',
            "the server answered 507: disk [31m is full",
        ),
        (SLACK, 500, "<html><title>Bad gateway</title></html>", "the server answered 500"),
        (SLACK, 500, '{"access_token": "s3cr3t"}', "the server answered 500"),  # says nothing that is for people
        (SLACK, 500, "[" * 5000, f"the server answered 500: {'[' * 119}…"),
        (SLACK, 400, "a word " * 100, f"the server answered 400: {('a word ' * 17).strip()}…"),
        (SLACK, 403, "no hook tiiajkdnlazkcoxridevi7fq T1JJ3T3L2!", "the server answered 403: no hook *** ***"),
        (
            "json://user:p%40ss@h.test/hook?%2BAuthorization=Bearer%20abcde",
            403,
            "login user:p@ss of Bearer abcde (p%40ss), session 0a1b2c3d4e5f6a7b8c9d",
            "the server answered 403: login *** of *** *** *** session ***",
        ),
        ("json://user:pass@h.test/hook", 401, "bad: Basic dXNlcjpwYXNz", "the server answered 401: bad: *** ***"),
    ],
)  # fmt: skip
def test_a_receipt_says_the_servers_own_reason_without_secrets(
    url: str, status: int, body: str, detail: str, internet: Internet
) -> None:
    """Its first words, in one line, without control characters, and without what the channel's address has."""
    internet.status, internet.bodies, internet.kind = status, [body], "text/plain"
    assert send_message(url, HELLO).detail == detail
