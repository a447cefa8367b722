"""A URL that no database can have is one line for a person, without the password."""

from __future__ import annotations

import pytest

from monitor.errors import StoreFailed
from monitor.store.engine.opening import open_database
from monitor.store.engine.ownership import act_as_owner


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:geheim@h:abc/n",
        "postgresql://u:geheim@h:54 32/n",
        "postgresql://u:geheim@h:99999/n",
        "postgresql://u:geheim@h:0/n",
        "postgresql://u:geheim@[::1/n",
        "postgresql://u:geheim@h1:1,h2:2/n",
        "postgresql://u:geheim@" + "h" * 70 + "/n",
        "postgresql://u:geheim@h..example/n",
        "postgresql://u:geheim%00@h/n",
        "postgresql://u:geheim@h/n\0",
        "sqlite:///a\0b",
        "geheim",
        "",
    ],
)
def test_both_who_ask_first_refuse_it(url: str) -> None:
    """`run` asks who owns the database, other commands open it."""
    for use in (open_database, act_as_owner):
        with pytest.raises(
            StoreFailed, match=r"`database`.*: write sqlite:///PATH, or postgresql://USER@HOST/NAME$"
        ) as e:
            use(url)
        assert "geheim" not in str(e.value)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://root:geheim@h/x?password=geheim",
        "nosuch+geheimer://u:geheim@h/x",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///a.db?timeout=geheim",
        "sqlite:///a.db?uri=geheim",
    ],
)
def test_what_no_driver_takes_is_refused_when_it_is_opened(url: str) -> None:
    """Another kind of database, or options that ours does not take."""
    with pytest.raises(
        StoreFailed, match=r"`database`.*: write sqlite:///PATH, or postgresql://USER@HOST/NAME$"
    ) as caught:
        open_database(url)
    assert "geheim@" not in str(caught.value)
    assert "=geheim" not in str(caught.value)


def test_a_password_that_is_not_percent_encoded_is_not_taken_for_a_part_of_the_host() -> None:
    """It would be shown, and asked for in DNS."""
    for use in (open_database, act_as_owner):
        with pytest.raises(StoreFailed, match=r"in a password: @ as %40$") as caught:
            use("postgresql://u:ge@heim@h/n")
        assert "heim" not in str(caught.value)
