"""Secrets are filled in, and shown to nobody."""

from __future__ import annotations

import pytest

from monitor.config.secrets import filled
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
