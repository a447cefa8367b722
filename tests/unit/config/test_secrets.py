"""Secrets are filled in, and shown to nobody."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from monitor.config.language import secrets
from monitor.config.language.secrets import fill_secrets, password_of
from monitor.errors import InvalidFiles
from monitor.model import Place
from monitor.url_secrets import find_sensitive_parts

_HERE = Place("monitor.yaml", 3, 7)
_NOWHERE = Path("/nowhere")


def said_of(text: str, environment: Mapping[str, str], folder: Path) -> str:
    """The one fault, without its place."""
    with pytest.raises(InvalidFiles) as refused:
        fill_secrets(text, environment, _HERE, folder)
    [fault] = refused.value.faults
    return str(fault).removeprefix("monitor.yaml:3:7: ")


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("mailtos://me:${env:PW}@mail.example", "mailtos://me:s3cret@mail.example"),
        ("${env:PW}${env:PW}", "s3crets3cret"),  # anywhere, and more than once
        ("a$${env:PW}b", "a${env:PW}b"),  # $${ stands for the two characters
        ("cost: 5$ {x}", "cost: 5$ {x}"),  # a dollar alone is a dollar
        ("${env:NESTED}", "${env:PW}"),  # a value is never read again
    ],
)
def test_references_become_values(text: str, whole: str) -> None:
    """A value stands exactly where it was named."""
    assert fill_secrets(text, {"PW": "s3cret", "NESTED": "${env:PW}"}, _HERE, _NOWHERE).text == whole


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("s3cret", "s3cret"),
        ("s3cret\n", "s3cret"),  # as editors and `echo` end a file
        ("s3cret\r\n", "s3cret"),
        (" pa ss ", " pa ss "),  # blanks may belong to it
        ("${env:PW}", "${env:PW}"),  # never read again
        ("비밀번호", "비밀번호"),
    ],
)
def test_a_secret_from_a_file(content: str, value: str, tmp_path: Path) -> None:
    """The file's one line, without its end, whether the path is absolute or counts from the folder of monitor.yaml."""
    (tmp_path / "pw").write_bytes(content.encode())
    for path in ("pw", "./pw", tmp_path / "pw"):
        assert fill_secrets(f"x://${{file:{path}}}@h", {}, _HERE, tmp_path).text == f"x://{value}@h"


def test_a_secret_from_systemds_credentials(tmp_path: Path) -> None:
    """LoadCredential=NAME:PATH gives a file NAME in $CREDENTIALS_DIRECTORY."""
    (tmp_path / "mail.password").write_text("s3cret\n", encoding="utf-8")
    environment = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert fill_secrets("x://${credential:mail.password}@h", environment, _HERE, _NOWHERE).text == "x://s3cret@h"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x://${env:NONE}", "the environment variable NONE is not set"),
        ("x://${env:EMPTY}", "the environment variable EMPTY is empty"),
        ("x://${file:/nowhere/pw}", "the file /nowhere/pw does not exist; write the secret into it"),
        ("x://${file:}", "this '${' names no secret"),
        ("x://${credential:}", "this '${' names no secret"),
        ("x://${credential:../pw}", "this '${' names no secret"),  # a name, never a path
        ("x://${credential:..}", "this '${' names no secret"),
        ("x://${PW}", "this '${' names no secret; write ${env:NAME}, ${file:/PATH} or ${credential:NAME}; or"),
        ("x://${env:}", "this '${' names no secret"),
        ("x://${env:PW", "this '${' names no secret"),  # not closed
        ("x://${}", "this '${' names no secret"),
    ],
)
def test_what_cannot_be_had_is_a_fault_without_secrets(text: str, said: str) -> None:
    """The fault stands at the place of the text, and quotes neither it nor a value."""
    fault = said_of(text + "hunter2${env:PW}", {"PW": "s3cret", "EMPTY": ""}, _NOWHERE)
    assert fault.startswith(said)
    assert "hunter2" not in fault
    assert "s3cret" not in fault


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "the file {path} does not exist; write the secret into it"),
        (b"", "the file {path} is empty; write the secret into it"),
        (b"\n", "the file {path} is empty"),
        (b"s3cret\nmore\n", "the file {path} holds several lines, or an invisible character"),
        (b"s3cret\0", "the file {path} holds several lines, or an invisible character"),
        (b"\xff\xfes3cret", "the file {path} holds no text; save the secret in it as UTF-8 text"),
        (b"s3cret" * 10_000, "the file {path} is too big; it may hold 16 KiB"),
    ],
)
def test_a_file_that_holds_no_secret_is_told(content: bytes | None, said: str, tmp_path: Path) -> None:
    """By its path, and by nothing that stands in it; a credential by its name."""
    path = tmp_path / "pw"
    if content is not None:
        path.write_bytes(content)
    fault = said_of("x://${file:pw}", {}, tmp_path)
    assert fault.startswith(said.format(path=path))
    credential = said_of("x://${credential:pw}", {"CREDENTIALS_DIRECTORY": str(tmp_path)}, _NOWHERE)
    assert credential.startswith(said.format(path=path).partition(";")[0].replace(f"file {path}", "credential pw"))
    assert "s3cret" not in fault + credential


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    """A folder, or a pipe into which nobody writes, stops no start."""
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "."):
        assert said_of(f"x://${{file:{name}}}", {}, tmp_path).startswith(f"the file {tmp_path / name} is not a file")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """With the system's reason; a path that no system takes is told too."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    fault = said_of("x://${file:loop/pw}", {}, tmp_path)
    assert fault.startswith(f"the file {tmp_path}/loop/pw cannot be read: Too many levels of symbolic links; the user")
    assert "cannot be read: that is not a path" in said_of("x://${file:a\0b}", {}, tmp_path)


def test_a_command_beside_the_service_has_its_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody names another folder; what is not in it is told with both ways."""
    monkeypatch.setattr(secrets, "_SERVICE_CREDENTIALS", tmp_path / "service")
    for folder in ("service", "named"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mail").write_text(folder)
    assert fill_secrets("${credential:mail}", {}, _HERE, _NOWHERE).text == "service"
    named = {"CREDENTIALS_DIRECTORY": str(tmp_path / "named")}
    assert fill_secrets("${credential:mail}", named, _HERE, _NOWHERE).text == "named"
    assert said_of("${credential:chat}", {}, _NOWHERE) == (
        f"the credential chat of the running service ({tmp_path}/service/chat) does not exist; "
        "see LoadCredential=chat:/PATH in the unit, or set CREDENTIALS_DIRECTORY"
    )


def test_without_systemd_a_credential_says_how_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who starts by hand learns of the unit's line, and of the way without systemd."""
    monkeypatch.setattr(secrets, "_SERVICE_CREDENTIALS", tmp_path / "none")
    assert said_of("x://${credential:mail}", {}, _NOWHERE) == (
        f"there is no credential mail: systemd gave none, and there is no {tmp_path}/none; "
        "write LoadCredential=mail:/PATH into the [Service] part of the unit; "
        "elsewhere set CREDENTIALS_DIRECTORY to a folder with the file mail"
    )


def test_every_missing_secret_of_a_text_is_told() -> None:
    """Three that are missing are three faults."""
    with pytest.raises(InvalidFiles) as refused:
        fill_secrets("${env:A}:${file:b}:${credential:c}", {}, _HERE, _NOWHERE)
    assert len(refused.value.faults) == 3


@pytest.mark.parametrize(
    ("url", "secret", "innocent"),
    [
        ("console://", "", "console"),
        # a password with any character, encoded or not
        (
            "mailtos://monitor:pa[ss%2Fw0rd@mail.example.org?mode=starttls&to=desk@x.org",
            "pa[ss/w0rd pa[ss%2Fw0rd",
            "mailtos starttls mode monitor mail.example.org",
        ),
        ("mailto://us[er:p@ssw0rd@h.test?from=newsroom%40x.test", "ssw0rd us[er newsroom newsroom@x.test", "from"),
        # tokens in the host's place and behind it
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlaz/#newsdesk", "T1JJ3T3L2 A1BRTD4JD TIiajkdnlaz newsdesk", "slack"),
        ("tgram://123456789:AAbbCCdd/-1001234/?format=markdown", "123456789 AAbbCCdd -1001234", "tgram markdown"),
        ("ntfy://t0pic-of-ours", "t0pic-of-ours", "ntfy"),
        ("ntfys://tk_abcdef@ntfy.example.org/newsdesk?priority=urgent", "tk_abcdef newsdesk", "urgent priority"),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5?image=default", "4174216298 JHMHI8qBe7bk2ZwO5", "discord default"),
        ("pover://userkeyuserkey@tokentokentoken/myphone", "userkeyuserkey tokentokentoken myphone", "pover"),
        ("gotifys://gotify.test/AbCdEf123", "AbCdEf123", "gotifys"),
        ("matrixs://user:pass%3Aword1@matrix.test/#r00m-abc?mode=slack", "pass:word1 r00m-abc", "matrixs slack"),
        ("msteams://h.test/p?id=#fragm3nt", "fragm3nt", "msteams"),
        # options of the user's own, in all their words
        ("json://localhost:8080/hook?+Authorization=Bearer%20T0KEN99", "T0KEN99", "localhost json +Authorization"),
        ("jsons://h.test/p?key=s3cr3t+w0rds", "s3cr3t+w0rds s3cr3t w0rds", "jsons key"),
    ],
)  # fmt: skip
def test_what_of_a_channel_no_log_may_show(url: str, secret: str, innocent: str) -> None:
    """Whatever part of the address holds the secret, and no word that stands in innocent texts."""
    parts = find_sensitive_parts(url)
    assert set(secret.split()) - parts == set()
    assert set(innocent.split()) & parts == set()
    assert (url in parts) is (url != "console://")


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("json://127.0.0.1:8124/alert", "127.0.0.1 127.0.0.1:8124"),
        ("mailtos://me:s3cret@mail.example.org:587?to=desk@news.example", "mail.example.org"),
        ("json://me:pass@[2001:db8::1]:80/x", "2001:db8::1"),
    ],
)
def test_the_name_of_a_machine_may_be_read(url: str, seen: str) -> None:
    """Who looks for the cause at three in the morning must see which server does not answer."""
    assert set(seen.split()) & find_sensitive_parts(url) == set()


@pytest.mark.parametrize(
    ("url", "hidden"),
    [
        ("postgresql://monitor:tr0ub%40dor@db.example.org/news", {"tr0ub%40dor", "tr0ub@dor"}),
        ("postgresql://monitor@db.example.org/news", set()),
        ("sqlite:////var/lib/news-monitor/monitor.db", set()),
        ("postgresql://monitor:pa]ss[@db/news", {"postgresql://monitor:pa]ss[@db/news"}),
    ],
)
def test_of_a_database_only_the_password_is_hidden(url: str, hidden: set[str]) -> None:
    """The program's own name, the user and the server are in every second line of the log."""
    assert password_of(url) == hidden
