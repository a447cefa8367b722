"""Secrets are filled in, and shown to nobody."""

from __future__ import annotations

import pytest

from monitor.config.secrets import filled, telling_parts
from monitor.errors import Faulty
from monitor.model import Place

_HERE = Place("monitor.yaml", 3, 7)


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
    assert filled(text, {"PW": "s3cret", "NESTED": "${env:PW}"}, _HERE) == whole


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x://${env:NONE}", "the environment variable NONE is not set"),
        ("x://${env:EMPTY}", "the environment variable EMPTY is empty"),
        ("x://${file:/run/pw}", "'${file:...}' is not built yet"),
        ("x://${credential:pw}", "'${credential:...}' is not built yet"),
        ("x://${PW}", "this '${' names no secret; write ${env:NAME}"),
        ("x://${env:}", "this '${' names no secret"),
        ("x://${env:PW", "this '${' names no secret"),  # not closed
        ("x://${}", "this '${' names no secret"),
    ],
)
def test_what_cannot_be_had_is_a_fault_without_secrets(text: str, said: str) -> None:
    """The fault stands at the place of the text, and quotes neither it nor a value."""
    with pytest.raises(Faulty) as refused:
        filled(text + "hunter2${env:PW}", {"PW": "s3cret", "EMPTY": ""}, _HERE)
    [fault] = refused.value.faults
    assert str(fault).startswith(f"monitor.yaml:3:7: {said}")
    assert "hunter2" not in str(fault)
    assert "s3cret" not in str(fault)


def test_every_missing_secret_of_a_text_is_told() -> None:
    """Two unset variables are two faults."""
    with pytest.raises(Faulty) as refused:
        filled("${env:A}:${env:B}", {}, _HERE)
    assert len(refused.value.faults) == 2


@pytest.mark.parametrize(
    ("url", "secret", "innocent"),
    [
        ("console://", "", "console"),
        # a password with any character, encoded or not
        (
            "mailtos://monitor:pa[ss%2Fw0rd@mail.example.org?mode=starttls&to=desk@x.org",
            "pa[ss/w0rd pa[ss%2Fw0rd monitor",
            "mailtos starttls mode",
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
    parts = telling_parts(url)
    assert set(secret.split()) - parts == set()
    assert set(innocent.split()) & parts == set()
    assert (url in parts) is (url != "console://")
