"""The canary's settings: how often it runs, and where its messages go."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config.language.settings import settings_from_document
from monitor.config.yaml.yaml12 import parse_yaml_text
from monitor.errors import InvalidFiles
from monitor.model import CanarySchedule, Settings

CHANNELS = "channels: {desk: {url: 'json://x.test', test_url: 'json://${env:TOKEN}'}}\nroutes: {default: [desk]}\n"
UNTESTED = "channels: {desk: {url: 'json://x.test'}}\nroutes: {default: [desk]}\n"


def read(text: str) -> Settings:
    """The settings of a monitor.yaml."""
    (document,) = parse_yaml_text(text, "monitor.yaml")
    settings, _ = settings_from_document(document, {"TOKEN": "s3cr3t"}, Path("/srv"))
    return settings


def test_a_test_address_belongs_to_its_channel() -> None:
    """Its secrets are filled in, and it is checked and hidden as every address."""
    settings = read(f"{CHANNELS}canary: {{every: 6 hours}}\n")
    assert settings.canary == CanarySchedule(timedelta(hours=6), timedelta(minutes=5))
    test = settings.channels["desk"].test
    assert test is not None
    assert (test.name, test.url, test.place.line) == ("desk", "json://s3cr3t", 1)
    assert [channel.url for channel in settings.list_addresses()] == ["json://x.test", "json://s3cr3t"]
    assert "s3cr3t" not in repr(settings.channels)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"{CHANNELS}canary: {{every: 10 minutes}}\n", "this is too often"),
        (
            CHANNELS.replace(", test_url: 'json://${env:TOKEN}'", "") + "canary: {every: 1 day}\n",
            "no channel has a test",
        ),
        (CHANNELS.replace("json://$", "$"), "this is not a channel's url"),
    ],
)
def test_a_canary_that_finds_nothing_is_refused(text: str, fault: str) -> None:
    """Each fault says what to write."""
    with pytest.raises(InvalidFiles, match=fault):
        read(text)
