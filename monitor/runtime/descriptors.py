"""The file descriptors of this process: how many it may open, and how many are left.

Each connection, worker and open file takes some. When there are none left, everything fails at once: the database, the
name service and the workers too. So the daemon begins no poll that would take the last ones (`daemon.admission`), and
blames no source for what failed while there were none.
"""

from __future__ import annotations

import errno
import os
import resource
from pathlib import Path

WANTED = 4_096  # as in the unit
FEW = 8  # a poll needs a socket or two, and the name service as many
_FOLDER = Path("/dev/fd")


def raise_limit() -> None:
    """Allow this process as many as it needs, if the system lets it: shells give 1,024, macOS 256. Its children inherit
    this."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def count_free() -> int:
    """How many more can be opened."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = WANTED if soft == resource.RLIM_INFINITY else soft
    try:
        taken = sum(1 for _ in _FOLDER.iterdir()) - 1  # reading the folder takes one
    except FileNotFoundError:  # a system without it
        return limit
    except OSError:  # not even that one
        return 0
    return max(limit - taken, 0)


def raise_if_short(problem: str | None) -> None:
    """To call when something has failed, with its `problem`. Raises OSError (EMFILE) if so few are left that this may
    be the only reason: the errors of name services and libraries do not always say so."""
    if count_free() <= FEW:
        raise OSError(errno.EMFILE, f"{os.strerror(errno.EMFILE)} ({problem})")
