"""Services that answer 200 and say in the body whether they accepted the message: for them the body decides. And a page
of HTML is never an acceptance: it comes from a login or a proxy before the service.

Apprise's plug-ins for them look only at the status, or take a body that they cannot read for a success. What the body
of a service says when it accepted the message is listed in `CHECKS`, and nowhere else. The values are from the
plug-ins' own sample answers and the services' documentation (docs/decisions/026).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from requests import Response

from monitor.model import Receipt, ReceiptKind
from monitor.notify.requests_compat import read_body

TEXT = ""  # in place of a field: the body as plain text, up to the first "|"
# How a page begins, after comments and a declaration of XML. What is only sent as HTML may be the "ok" of a receiver.
_PAGE = re.compile(
    r"\ufeff?\s*(?:<\?xml[^>]*>\s*|<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta|script)\b",
    re.IGNORECASE | re.DOTALL,
)
_PAGE_START = 4096  # bytes in which a page begins
_CODE = re.compile(r"-?\d{1,9}|true|false")  # a receipt quotes nothing else: never words or keys of a server


@dataclass(frozen=True, slots=True)
class BodyCheck:
    """What a body says when its service accepted the message.

    `fields`: paths ("a.*.b": b in each item of the list a); the first path that the body has decides. `success`: the
    values that mean accepted, as JSON writes them, without quotes; if it is empty, any value that is not empty.
    `busy`: the values that mean that the service is busy; `too_many`: those that mean that it got too many messages.
    Both are tried again later. `code`: the path of an error's number, in a body that has one only for errors.
    """

    fields: tuple[str, ...]
    success: frozenset[str] = frozenset()
    busy: frozenset[str] = frozenset()
    too_many: frozenset[str] = frozenset()
    code: str = ""


def _make_check(
    *fields: str, is_: Collection[str] = (), busy: Collection[str] = (), too_many: Collection[str] = (), code: str = ""
) -> BodyCheck:
    return BodyCheck(fields, frozenset(is_), frozenset(busy), frozenset(too_many), code)


# By Apprise's name of the kind, with which the URL begins.
CHECKS: Mapping[str, BodyCheck] = {
    # The plug-in looks only at the status.
    "bark": _make_check("code", is_=["200"]),
    "gotify": (_GOTIFY := _make_check("id")),
    "gotifys": _GOTIFY,
    "ntfy": (_NTFY := _make_check("id")),
    "ntfys": _NTFY,
    "nctalk": (_NCTALK := _make_check("ocs.meta.status", is_=["ok"])),
    "nctalks": _NCTALK,
    "signal": (_SIGNAL := _make_check("timestamp", "timestamps", "id")),
    "signals": _SIGNAL,
    "bulkvs": _make_check("Results.*.Status", is_=["SUCCESS"]),
    "burstsms": _make_check("error.code", is_=["SUCCESS"]),
    "clickatell": _make_check("messages.*.accepted", is_=["true"]),
    "clicksend": _make_check("data.messages.*.status", is_=["SUCCESS"]),
    "dingtalk": _make_check("errcode", is_=["0"], busy=["-1"], too_many=["90030", "130101"]),
    "join": _make_check("success", is_=["true"]),
    "kavenegar": _make_check("return.status", is_=["200"]),
    "kodi": _make_check("result", is_=["OK"], code="error.code"),
    "msg91": _make_check("type", is_=["success"]),
    "onesignal": _make_check("id"),  # empty: nobody has subscribed
    "pushdeer": _make_check("code", is_=["0"]),
    "pushme": _make_check(TEXT, is_=["success"]),
    "qq": _make_check("success", is_=["true"]),
    "schan": _make_check("code", "errno", is_=["0"]),
    "seven": _make_check("success", is_=["100"]),
    "smsmanager": _make_check(TEXT, is_=["OK"]),
    "smtp2go": _make_check("data.failed", is_=["0"]),
    "sparkpost": _make_check("results.total_rejected_recipients", is_=["0"]),
    "splunk": _make_check("result", is_=["success"]),
    "synology": _make_check("success", is_=["true"], busy=["117"], too_many=["411"], code="error.code"),
    "vonage": _make_check("messages.*.status", is_=["0"], busy=["5"], too_many=["1"]),
    "wecombot": _make_check("errcode", is_=["0"], busy=["-1"], too_many=["45009"]),
    # The plug-in finds an error in the body, but takes a body that it cannot read for a success.
    "atalk": _make_check("SMSMessageData.Recipients.*.statusCode", is_=["100", "101", "102"]),
    "bale": _make_check("ok", is_=["true"], too_many=["429"], code="error_code"),
    "cm": _make_check("errorCode", is_=["0"]),
    "feishu": _make_check("code", "StatusCode", is_=["0"], too_many=["11232"]),
    "gupshup": _make_check("status", is_=["submitted"]),
    "infobip": _make_check("messages.*.status.groupName", is_=["ACCEPTED", "PENDING", "DELIVERED"]),
    "kook": _make_check("code", is_=["0"]),
    "lark": _make_check("code", "StatusCode", is_=["0"], too_many=["11232"]),
    "notifyre": _make_check("success", is_=["true"]),
    "onebot": _make_check("retcode", is_=["0", "1"]),  # 1: accepted, and on its way
    "smsc": _make_check("id", code="error_code"),
    "smstunnel": _make_check("success", is_=["true"]),
    "zalo": _make_check("ok", is_=["true"], too_many=["429"], code="error_code"),
}


def receipt_of_bodies(kinds: Collection[str], responses: Iterable[Response]) -> Receipt | None:
    """A receipt if a body says that the message was not accepted, or if a body that should say so cannot be read; else
    None. `kinds`: the names of the channel's kind."""
    check = _find_check(kinds)
    part_was_accepted = False  # of a message that is sent in several parts
    for response in responses:
        if not 200 <= response.status_code < 300:
            continue  # the status says enough
        refusal = _check_page(response) or (_check_response(check, response) if check else None)
        if refusal is not None:
            return Receipt(ReceiptKind.UNKNOWN, refusal.detail) if part_was_accepted else refusal
        part_was_accepted = True
    return None


def is_accepted_by_bodies(kinds: Collection[str], responses: Sequence[Response]) -> bool:
    """Whether all these answers are successes whose bodies say that the message was accepted."""
    are_successes = all(200 <= response.status_code < 300 for response in responses)
    has_check = _find_check(kinds) is not None
    return bool(responses) and has_check and are_successes and receipt_of_bodies(kinds, responses) is None


def _find_check(kinds: Collection[str]) -> BodyCheck | None:
    return next((CHECKS[kind] for kind in sorted(kinds) if kind in CHECKS), None)


def is_page(body: bytes) -> bool:
    """Whether the body of an answer is a page of HTML."""
    return _PAGE.match(body[:_PAGE_START].decode(errors="replace")) is not None


def _check_page(response: Response) -> Receipt | None:
    if not is_page(read_body(response)):
        return None
    detail = f"the service answered {response.status_code} with a page of HTML, as a login or a proxy does"
    return Receipt(ReceiptKind.UNKNOWN, detail)


def _check_response(check: BodyCheck, response: Response) -> Receipt | None:
    body = _parse_body(response)
    if codes := _find_values(body, check.code) if check.code else []:
        return _build_refusal(check, check.code, codes[0], response.status_code)
    values_by_field = ((field, _find_values(body, field)) for field in check.fields)
    field, values = next(((field, values) for field, values in values_by_field if values), ("", []))
    if not values:
        return Receipt(ReceiptKind.UNKNOWN, f"the service answered {response.status_code} with an unreadable body")
    refused = [value for value in values if not _is_accepted(check, value)]
    return _build_refusal(check, field, refused[0], response.status_code) if refused else None


def _is_accepted(check: BodyCheck, value: str) -> bool:
    return value in check.success if check.success else bool(value)


def _build_refusal(check: BodyCheck, field: str, value: str, status: int) -> Receipt:
    reason = f"{field} {value}" if _CODE.fullmatch(value) else f"an error in {field or 'its text'}"
    throttled = value in check.too_many
    kind = ReceiptKind.TRY_LATER if throttled or value in check.busy else ReceiptKind.REFUSED
    return Receipt(kind, f"the service answered {status} with {reason}", throttled=throttled)


def _parse_body(response: Response) -> object:
    """The body as JSON, or else as text; None if it is empty."""
    content = read_body(response)
    if not content:
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return content.decode(errors="replace")


def _find_values(body: object, path: str) -> list[str]:
    """The values at a path of the body, as JSON writes them, without quotes."""
    if path == TEXT:
        return [body.partition("|")[0].strip()] if isinstance(body, str) else []
    found = [body]
    for key in path.split("."):
        if key == "*":
            found = [item for value in found if isinstance(value, list) for item in value]
        else:
            found = [value[key] for value in found if isinstance(value, dict) and key in value]
    return [_value_to_text(value) for value in found]


def _value_to_text(value: object) -> str:
    if value is None or value in ("", [], {}):
        return ""
    return value if isinstance(value, str) else json.dumps(value)
