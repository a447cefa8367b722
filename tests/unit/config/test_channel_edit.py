"""A channel is added to a monitor.yaml, and all else in the file stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.yaml.yaml12 import read_yaml_file
from monitor.errors import InvalidRequest, MonitorError
from monitor.services.commands.channels import with_channel


def add(folder: Path, text: str, *routes: str, for_operator: bool = False) -> str:
    """The text of a monitor.yaml with a channel `phone` more."""
    url = "ntfys://${env:TOPIC}"
    return with_channel(text, str(folder / "monitor.yaml"), "phone", url, routes, for_operator=for_operator)


def test_it_is_added_below_the_others(tmp_path: Path) -> None:
    """With comments, and lists in both styles."""
    text = (
        "timezone: UTC\nchannels:\n  screen: {url: 'console://'}  # here\n  # mail: later\n\n"
        "routes:\n  default: [screen]\n  night:\n    - screen  # quiet\nweb: {}\n"
    )
    assert add(tmp_path, text, "default", "night", "desk") == (
        "timezone: UTC\nchannels:\n  screen: {url: 'console://'}  # here\n  # mail: later\n"
        "  phone: {url: 'ntfys://${env:TOPIC}'}\n\n"
        "routes:\n  default: [screen, phone]\n  night:\n    - screen  # quiet\n    - phone\n  desk: [phone]\nweb: {}\n"
    )


@pytest.mark.parametrize("text", ["timezone: UTC\n", "timezone: UTC\nchannels:\nroutes: {}\n"])
def test_the_first_channel_makes_its_mapping(tmp_path: Path, text: str) -> None:
    """Whether the keys are there, empty, or not at all."""
    edited = add(tmp_path, text, "default")
    assert yaml_of(tmp_path, edited) == {
        "timezone": "UTC",
        "channels": {"phone": {"url": "ntfys://${env:TOPIC}"}},
        "routes": {"default": ["phone"]},
    }


@pytest.mark.parametrize(
    ("operator", "after"),
    [
        ("", ["phone"]),
        ("operator:\n", ["phone"]),
        ("operator: [screen]\n", ["screen", "phone"]),
        ("operator: []\n", ["phone"]),
    ],
)
def test_messages_about_the_service_can_go_there_too(tmp_path: Path, operator: str, after: list[str]) -> None:
    """Whatever the list of the operator's channels has before; else it stays as it is."""
    text = f"channels: {{screen: {{url: 'console://'}}}}\n{operator}"
    edited, other = yaml_of(tmp_path, add(tmp_path, text, for_operator=True)), yaml_of(tmp_path, add(tmp_path, text))
    assert isinstance(edited, dict)
    assert isinstance(other, dict)
    assert edited["operator"] == after
    assert other.get("operator") == yaml_of(tmp_path, text).get("operator")  # type: ignore[attr-defined]


def test_a_channel_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    """Nor is a file edited that has no keys."""
    with pytest.raises(InvalidRequest, match=r"/monitor.yaml:2:12: there is a channel 'phone' already"):
        add(tmp_path, "timezone: UTC\nchannels: {phone: {url: 'console://'}}\n")
    with pytest.raises(MonitorError, match="has no keys"):
        add(tmp_path, "# nothing yet\n")


def yaml_of(folder: Path, text: str) -> object:
    """The data of a text, as our parser reads it."""
    file = folder / "edited.yaml"
    file.write_text(text, encoding="utf-8")
    return read_yaml_file(file)[0].data
