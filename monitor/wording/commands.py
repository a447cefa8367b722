"""Commands of ours, as messages and lists show them: people copy them."""

from __future__ import annotations

import shlex
from typing import Final

INSTALL_LOCKED: Final = "pip install --require-hashes --no-deps -r requirements/lock.txt"
"""What installs every package that may be needed, in the source folder. No message names a package alone: pip would
take it from whoever has registered the name, without a hash."""


def write_why_command(source: str, uid: str, *more: str) -> str:
    """The command that explains an article, which its source and uid name. `more`: further arguments."""
    return shlex.join(("news-monitor", "why", f"{source} {uid}", *more))
