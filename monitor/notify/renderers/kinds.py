"""The table of what every kind of channel takes and shows: a line for a kind or a family of kinds, by the schemes of
their URLs. A kind that is not here gets `Capabilities()`, which fits it.

The lengths are those that Apprise's plug-ins state, unless a server was seen to take less; where it may count in
another unit, the unit here is the narrower one. A message that is refused for its size would be a lost alert.
`tests/unit/notify/test_kinds.py` compares the table with all plug-ins of Apprise.

ntfy     a real one, whose plug-in says 7,800 characters, accepts 4,096 bytes of UTF-8, and 8 KiB of JSON in which
         every unit of UTF-16 beyond ASCII takes six bytes; its other keys need some of these
WeCom    2,048 bytes of UTF-8
SMS      160 characters of the alphabet of mobile networks, or 134 of another one: two parts, because one part of 70
         leaves no room for a headline and a link
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from monitor.model import scheme_of_channel
from monitor.notify.renderers.capabilities import Capabilities, Form
from monitor.notify.renderers.text_length import LengthUnit

_DEFAULT = Capabilities()


def _plain(size: int, title: int = 0, unit: LengthUnit = LengthUnit.UTF16, **other: object) -> Capabilities:
    return _kind(Form.PLAIN, size, title, unit, **other)


def _short(size: int, title: int = 0, unit: LengthUnit = LengthUnit.UTF16, **other: object) -> Capabilities:
    return _kind(Form.SHORT, size, title, unit, **other)


def _markdown(size: int, title: int = 0, unit: LengthUnit = LengthUnit.UTF16) -> Capabilities:
    return _kind(Form.MARKDOWN, size, title, unit)


def _kind(form: Form, size: int, title: int, unit: LengthUnit, **other: object) -> Capabilities:
    """`title`: the longest title; 0: the kind has no titles, and Apprise makes it the first line of the text."""
    limit = min(title, _DEFAULT.max_title) if title else _DEFAULT.max_title
    return Capabilities(form, size, unit, None, limit, joins_title=not title, **other)  # type: ignore[arg-type]


_SMS = _short(160, unit=LengthUnit.SMS, mentions=False)
_MAIL = Capabilities(Form.MAIL, 30_000, max_json=None, joins_title=False, max_items=40, mentions=False, headers=True)
_MAIL_SERVICE = Capabilities(Form.MAIL, 30_000, max_json=None, joins_title=False, max_items=40, mentions=False)
_FOR_PROGRAMS = Capabilities(joins_title=False, whole_text=True, mentions=False, combines=False)
_NOT_COMBINED = Capabilities(combines=False)

# The schemes of a kind or family, and what it takes and shows.
_TABLE: tuple[tuple[str, Capabilities], ...] = (
    # mail
    ("mailto mailtos", _MAIL),
    ("mailgun sendgrid ses smtp2go sparkpost postmark resend brevo mailersend acs azure o365 sendpulse", _MAIL_SERVICE),
    # SMS and voice
    ("46elks elks atalk bulksms bulkvs burstsms kudosity clickatell clicksend d7sms freemobile httpsms infobip", _SMS),
    ("kavenegar mobilemessage mobilemsg msg91 msgbird nexmo vonage notifyre pushed ringc serwersms seven sfr", _SMS),
    ("sinch smsc smsmanager smsmgr sns telnyx twilio voipms smpp smpps", _SMS),
    ("cm octopush smseagle smseagles smstunnel telesign kaleyra klr exotel eight00com", _SMS),
    ("plivo", _short(140, unit=LengthUnit.SMS, mentions=False)),
    ("dapnet", _short(80, unit=LengthUnit.SMS, mentions=False)),
    ("aprs", _short(67, unit=LengthUnit.SMS, mentions=False)),
    # little room
    ("kakao kakaotalk", _short(200)),
    ("kumulos", _short(240, 64)),
    ("strmlabs", _short(255, 250)),
    ("bluesky bsky", _short(280)),
    ("tweet twitter x", _short(280)),
    ("irc ircs", _short(380, unit=LengthUnit.BYTES)),
    ("growl windows kodi kodis xbmc xbmcs", _short(1000, 250, max_lines=2)),
    ("lametric lametrics blink1", _short(200)),
    ("splunk victorops", _plain(400, 60, combines=False)),
    ("mastodon mastodons toot toots", _plain(450)),
    ("misskey misskeys notifico notificos", _plain(512)),
    ("enigma2 enigma2s groupme instagram", _plain(1000)),
    ("join push ryver trigv trigvs twist", _plain(1000, 250)),
    ("awswhatsapp whatsapp", _plain(1024)),
    ("pagerduty", _plain(1024, combines=False)),
    ("fcm", _plain(1024, 250, LengthUnit.BYTES)),
    ("pover", _plain(1024, 250)),
    ("session sessions sogs zalo", _plain(2000)),
    ("lauther", _plain(2000, 250)),
    ("youlmk", _plain(2000, 120)),
    ("wechat wecombot", _plain(2048, unit=LengthUnit.BYTES)),
    ("pinglet pinglets pushward", _plain(3000, 250)),
    ("threema", _plain(3500, unit=LengthUnit.BYTES)),
    ("gchat humhub humhubs stackfield", _plain(4000)),
    ("vapid", _plain(3000, unit=LengthUnit.BYTES)),
    ("gorush gorushs zoom ncloud nclouds", _plain(4000, 250)),
    ("bale gupshup whapi onebot onebots", _plain(4000)),
    ("zulip", _plain(10_000, 60)),
    ("wecom pushplus", _plain(4096, 100, LengthUnit.BYTES)),
    # desktops
    ("dbus kde qt gio glib macosx", _plain(4096, 250, max_lines=10)),
    ("gnome", _plain(4096, max_lines=10)),
    # chats that show Markdown or HTML
    ("discord", _markdown(2000)),
    ("guilded fluxer fluxers", _markdown(2000)),
    ("mmost mmosts", _markdown(4000)),
    ("webex wxteams", _markdown(1000)),
    ("rocket rockets", _markdown(1000)),
    ("revolt", _markdown(2000, 100)),
    ("kook github", _markdown(4000)),
    ("reddit", _markdown(4000, 250)),
    ("workflow workflows", _markdown(1000, 250)),
    # Apprise's plug-in for Slack leaves `<b>` of a headline as it is in Markdown, and Slack takes it for a link
    ("slack", _plain(4096, 250)),
    ("tgram", _kind(Form.HTML, 4096, 0, LengthUnit.UTF16)),
    # pushes and programs
    ("ntfy ntfys", Capabilities(joins_title=False)),
    ("webhook webhooks", Capabilities(whole_text=True, combines=False)),
    ("json jsons xml xmls form forms", _FOR_PROGRAMS),
    ("console", Capabilities(joins_title=False, mentions=False)),
    ("apprise apprises", Capabilities(joins_title=False, mentions=False, combines=False)),
    ("mqtt mqtts amqp amqps syslog rsyslog", _NOT_COMBINED),
    # incidents
    ("opsgenie jira", Capabilities(max_title=130, joins_title=False, whole_text=True, combines=False)),
    ("pagertree opsimate opsimates goalert goalerts signl4 spike betterstack firehydrant", _NOT_COMBINED),
    ("flowtriq flowtriqs ilert incidentio squadcast xmatters", _NOT_COMBINED),
)
KINDS: dict[str, Capabilities] = {scheme: can for schemes, can in _TABLE for scheme in schemes.split()}

# Addresses that a service gives out itself (https://hooks.slack.com/...): Apprise knows them by their hosts.
_HOSTS = {
    "discord.com": "discord",
    "discordapp.com": "discord",
    "guilded.gg": "guilded",
    "media.guilded.gg": "guilded",
    "fluxer.app": "fluxer",
    "api.fluxer.app": "fluxer",
    "hooks.slack.com": "slack",
    "hooks.slack-gov.com": "slack",
    "chat.googleapis.com": "gchat",
    "api.ciscospark.com": "webex",
    "webexapis.com": "webex",
    "ntfy.sh": "ntfy",
    "qyapi.weixin.qq.com": "wecombot",
    "api.46elks.com": "46elks",
    "alert.victorops.com": "splunk",
    "inbots.zoom.us": "zoom",
    "n.tkte.ch": "notifico",
    "developer.lametric.com": "lametric",
    "stackfield.com": "stackfield",
    "www.stackfield.com": "stackfield",
    "youlmk.com": "youlmk",
    "www.youlmk.com": "youlmk",
    "pushplus.plus": "pushplus",
    "www.pushplus.plus": "pushplus",
}
_HOST_PATTERNS = {r"\.ryver\.com$": "ryver", r"\.(logic\.azure|(power|apps)platform)\.": "workflow"}


def kind_of_channel(url: str) -> str:
    """The kind of a channel's URL: its scheme, or for the address of a service the scheme of its kind."""
    scheme = scheme_of_channel(url)
    if scheme not in {"http", "https"}:
        return scheme
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # no address: `check` reports it
        return scheme
    known = (kind for pattern, kind in _HOST_PATTERNS.items() if re.search(pattern, host))
    return _HOSTS.get(host) or next(known, scheme)


def capabilities_of(kind: str) -> Capabilities:
    """What channels of this kind (`kind_of_channel`) accept and show."""
    return KINDS.get(kind, _DEFAULT)
