"""The canary: a made-up article on a feed of this machine, the rule that it is for, and a config for a daemon of its
own that sends it to the test addresses of the user's channels. Nothing of it reaches the user's database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from monitor.config.loading.load import load_config_files
from monitor.demo.newsroom import DemoItem, Outlet
from monitor.model import DEFAULT_ROUTE, Config, RouteStep, Settings

CANARY = "canary"
_WORD = "canarycheck"
_OLD = DemoItem("Nothing yet", "This feed is only there so that the canary can be seen.", timedelta(days=1), "/old")


def make_outlet() -> Outlet:
    """The feed: first an old entry, then the article."""
    title = f"CANARY: this is not news ({_WORD})"
    text = "A made-up article, to see whether alerts arrive. Nobody needs to act."
    return Outlet(CANARY, "Canary", "en", "rss", ((_OLD,), (DemoItem(title, text, timedelta(0), "/canary"),)))


def write_canary_config(folder: Path, origin: str, settings: Settings) -> Config:
    """The config of the canary's daemon, with its files in an empty folder. `origin`: where the feed is; `settings`:
    those of the user, whose channels with a `test_url` and whose limits it has."""
    (folder / "rule.yaml").write_text(
        f"rule: {CANARY}\ntitle: The canary\nlevel: critical\nmatch: {{words: [{_WORD}]}}\n", encoding="utf-8"
    )
    (folder / "sources.yaml").write_text(
        f"sources:\n  - {{id: {CANARY}, url: '{origin}/{CANARY}/feed', every: 5 s}}\n", encoding="utf-8"
    )
    path = folder / "monitor.yaml"
    path.write_text(
        "database: sqlite:///monitor.db\nrules: [rule.yaml]\nsources: [sources.yaml]\n"
        "network: {allow: [127.0.0.0/8]}\nchannels: {none: {url: 'console://'}}\nroutes: {default: [none]}\n",
        encoding="utf-8",
    )
    loaded = load_config_files(path, {})
    assert not loaded.faults  # they are ours
    config = loaded.config
    channels = {name: channel.test for name, channel in settings.channels.items() if channel.test is not None}
    routes = {DEFAULT_ROUTE: tuple(map(RouteStep, channels))}
    sending = replace(config.settings, channels=channels, routes=routes)
    return replace(config, settings=replace(sending, timezone=settings.timezone, limits=settings.limits))
