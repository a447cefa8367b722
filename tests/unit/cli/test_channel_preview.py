"""What a channel gets can be looked at before it gets anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.commands import run
from tests.support.whole import write_config

CHANNELS = {
    "phone": "twilio://AC735c307c62944b5a:5AFDB7E7D1E54A3C9A2BE6D8CAB7E5E5@15551234567",
    "chat": "discord://1234567890/s3cr3t",
    "mail": "mailto://me:s3cr3t@x.test",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_config(tmp_path, {}, channels=CHANNELS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_samples_are_shown_in_the_form_and_length_of_the_channel(folder: Path) -> None:
    """Of every kind of message; without a database, and without a secret."""
    shown = run("channels", "preview", "phone")
    assert shown.exit_code == 0
    assert shown.output.startswith(
        "--- new: plain, 123 of 160 characters of an SMS\n"
        "HIGH: China starts live-fire drills around Taiwan https://example.org/news/asia/"
    )
    for name in ("new", "update", "possibly", "digest", "notice"):
        assert f"--- {name}: plain, " in shown.output
    chat = run("channels", "preview", "chat", "--sample", "digest")
    assert chat.output.startswith("--- digest: markdown, ")
    assert " of 2000 characters (emoji count twice)\n**DIGEST, INFO: " in chat.output
    assert "and 5 more: `news-monitor matches list` shows them all" in chat.output
    assert "s3cr3t" not in shown.output + chat.output
    assert not (folder / "monitor.db").exists()


@pytest.mark.parametrize(
    ("zone", "published", "sent"),
    [("Asia/Seoul", "Mon 5 Jan 2026, 09:12 KST", "09:14"), ("UTC", "Mon 5 Jan 2026, 00:12 UTC", "00:14")],
)
def test_all_times_of_the_samples_are_in_the_zone_of_the_config(
    folder: Path, zone: str, published: str, sent: str
) -> None:
    """The time of the article, which names the zone, and those in reasons and notices."""
    config = folder / "monitor.yaml"
    text = config.read_text(encoding="utf-8")
    assert "Asia/Seoul" in text
    config.write_text(text.replace("Asia/Seoul", zone), encoding="utf-8")
    update = run("channels", "preview", "mail", "--sample", "update").output
    assert f"update: new fact: 71 aircraft; first sent at {sent}." in update
    assert published in run("channels", "preview", "mail", "--sample", "new").output
    notice = run("channels", "preview", "mail", "--sample", "notice").output
    assert f"{published[:-9]}{sent} {published[-3:]}\n" in notice


def test_a_page_of_a_mail_is_written_for_a_browser(folder: Path) -> None:
    """Only where the channel shows HTML."""
    assert run("channels", "preview", "mail", "--html", "page.html").exit_code == 0
    assert "China starts live-fire drills" in (folder / "page.html").read_text(encoding="utf-8")
    refused = run("channels", "preview", "chat", "--html", "other.html")
    assert refused.exit_code != 0
    assert not (folder / "other.html").exists()


@pytest.mark.usefixtures("folder")
def test_a_mail_is_shown_as_text_in_a_terminal() -> None:
    """Its page would fill many screens with markup. JSON has both."""
    shown = run("channels", "preview", "mail")
    assert "\nHIGH: Chinese military drills around Taiwan\n" in shown.output
    assert "--- notice: html, " in shown.output
    assert "<" not in shown.output
    row = json.loads(run("channels", "preview", "mail", "--sample", "new", "--json").stdout)
    assert row["body"].startswith("<!DOCTYPE html>")
    assert row["text"] in shown.output


def test_a_template_is_shown_at_work(folder: Path) -> None:
    """And what is wrong with it."""
    config = folder / "monitor.yaml"
    text = config.read_text(encoding="utf-8")
    (folder / "chat.txt.j2").write_text("{{ level }}: {{ title }} {{ nobody }}", encoding="utf-8")
    written = text.replace("s3cr3t'}", "s3cr3t', template: chat.txt.j2}")
    config.write_text(written, encoding="utf-8")
    shown = run("channels", "preview", "chat", "--sample", "new").output
    assert (
        "The template chat.txt.j2 failed in line 1 ('nobody' is undefined): this is the default form."
        in shown.replace("\\", "")
    )
    checked = run("check")
    assert "chat.txt.j2:1:1: 'nobody' is undefined; seen with a sample: new" in checked.output
    (folder / "chat.txt.j2").unlink()
    assert "the template chat.txt.j2 cannot be read" in run("check").output
