"""What Apprise's plug-ins know of a channel and do not say, and plug-ins of our own in their place."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from apprise import LOGGER_NAME, Apprise, NotificationManager, NotifyBase, NotifyFormat

from monitor.notify.apprise_compat.mail_plugin import DeltaChatPlugin, MailPlugin
from monitor.notify.apprise_compat.message_plugins import NtfyPlugin, WebhookPlugin
from monitor.notify.apprise_compat.mqtt_plugin import MqttPlugin
from monitor.notify.apprise_compat.xmpp_plugin import XmppPlugin

_BY_TYPE = "map"  # the action of plug-ins for incidents that take a message's type for what to do
_OURS = (MailPlugin, DeltaChatPlugin, MqttPlugin, NtfyPlugin, WebhookPlugin, XmppPlugin)
_EXTRAS: dict[type[NotifyBase], str] = {MqttPlugin: "mqtt", XmppPlugin: "xmpp"}
_OF_FILE = re.compile(r"(File|(Key|Template) Path)$")  # as the plug-ins describe such options
_LOGGER = logging.getLogger(LOGGER_NAME)


@cache
def register_plugins() -> None:
    """Load Apprise's plug-ins, and have it use ours; once for each process. Raises RuntimeError if Apprise refuses one:
    its own would send without our headers and without clear receipts."""
    manager: Any = NotificationManager()  # type: ignore[no-untyped-call]
    for plugin in _OURS:
        if not manager.add(plugin, force=True):
            raise RuntimeError(f"Apprise does not accept {plugin.__name__} as a plug-in")


def make_plugin(url: str) -> NotifyBase | None:
    """Apprise's channel for a URL; None: it cannot use it. Its log would quote the URL."""
    with override_log_level(logging.CRITICAL):
        plugin = Apprise.instantiate(url, suppress_exceptions=True)
    return plugin if isinstance(plugin, NotifyBase) else None


def hides_secret(plugin: NotifyBase) -> bool:
    """Whether the plug-in hides a part of its URL when it shows it."""
    shown, whole = (plugin.url(privacy=hidden) for hidden in (True, False))  # type: ignore[no-untyped-call]
    return bool(shown != whole)


def missing_extra_of(scheme: str) -> str | None:
    """Which extra of News Monitor a kind of channel needs, if it is not installed."""
    manager: Any = NotificationManager()  # type: ignore[no-untyped-call]
    plugins = [manager[scheme]] if scheme in manager else []
    return next((_EXTRAS.get(plugin) for plugin in plugins if not plugin.enabled), None)


def scheme_by_name() -> dict[str, str]:
    """The schemes of all kinds of channels, by what people call the kind: the scheme itself, and the name of its guide
    (email for mailto, telegram for tgram)."""
    manager: Any = NotificationManager()  # type: ignore[no-untyped-call]
    schemes = sorted(manager.schemas(), reverse=True)
    by_guide = {manager[scheme].setup_url.rstrip("/").rpartition("/")[2].lower(): scheme for scheme in schemes}
    return by_guide | {scheme: scheme for scheme in schemes}


def guide_of(scheme: str) -> str | None:
    """The address of Apprise's guide to a kind of channel; None: there is no such kind."""
    manager: Any = NotificationManager()  # type: ignore[no-untyped-call]
    return manager[scheme].setup_url if scheme in manager else None


def has_login(scheme: str) -> bool:
    """Whether the URLs of a kind of channel may begin with a user and a password."""
    manager: Any = NotificationManager()  # type: ignore[no-untyped-call]
    templates = manager[scheme].templates if scheme in manager else ()
    return any("{user}:{password}@" in template for template in templates)


def makes_markdown(plugin: NotifyBase) -> bool:
    """Whether Apprise turns plain text for this channel into Markdown, with a backslash before every dot, in addresses
    too."""
    return bool(plugin.notify_format == NotifyFormat.MARKDOWN)


def kinds_of(plugin: NotifyBase) -> Collection[str]:
    """The names of a channel's kind, from its class: Kodi's objects overwrite theirs."""
    plugin_class: Any = type(plugin)
    kinds: Collection[str] = plugin_class.schemas(plugin_class)
    return kinds


def has_several_recipients(plugin: NotifyBase) -> bool:
    """Whether a message goes to more than one; a plug-in does not count those in copy."""
    return len(plugin) > 1 or bool(getattr(plugin, "cc", None) or getattr(plugin, "bcc", None))


def file_options_of(plugin: NotifyBase) -> frozenset[str]:
    """The options by which a channel's URL names a file of this machine: keys, and templates."""
    options: Any = plugin.template_args
    return frozenset(option for option, about in options.items() if _OF_FILE.search(str(about.get("name", ""))))


def acts_by_type(plugin: NotifyBase) -> bool:
    """Whether a message's type says what to do: to open an incident, to add a note or to close it."""
    return getattr(plugin, "action", None) == _BY_TYPE


def set_link(plugin: Any, link: str) -> None:  # noqa: ANN401 - the attributes are those of some plug-ins
    """Have an incident show this link in a field of its own, unless the channel's URL has one. As an option of the URL
    it would not arrive as it is: Apprise decodes those twice."""
    if hasattr(plugin, "click"):
        plugin.click = plugin.click or link
    elif hasattr(plugin, "details"):
        plugin.details.setdefault("link", link)


@contextmanager
def override_log_level(level: int) -> Iterator[None]:
    """Set the level of Apprise's logger within the block."""
    before = _LOGGER.level
    _LOGGER.setLevel(level)
    try:
        yield
    finally:
        _LOGGER.setLevel(before)
