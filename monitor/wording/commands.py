"""Commands of ours, as messages and lists show them: people copy them."""

from __future__ import annotations

import shlex


def write_why_command(source: str, uid: str, *more: str) -> str:
    """The command that explains an article, which its source and uid name. `more`: further arguments."""
    return shlex.join(("news-monitor", "why", f"{source} {uid}", *more))
