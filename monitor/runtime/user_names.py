"""The names of the system's users, for messages."""

from __future__ import annotations

import pwd


def find_user_name(user: int) -> str:
    """The name of a user, or the number as sudo takes it."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"#{user}"
