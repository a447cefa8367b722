"""Limits on what a worker process may use. The processor has none here: the daemon kills a worker at its deadline."""

from __future__ import annotations

import resource

from monitor.runtime.sandbox.profiles import SandboxProfile


def limit_resources(profile: SandboxProfile) -> None:
    """Set the limits, which cannot be raised again. A limit that is already lower stays. Raises OSError."""
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_NOFILE, profile.open_files)
    _lower(resource.RLIMIT_AS, profile.memory)
    if not profile.threads:  # this counts all threads of the user: a small number other than 0 would depend on others
        _lower(resource.RLIMIT_NPROC, 0)
    for name in ("RLIMIT_MSGQUEUE", "RLIMIT_MEMLOCK", "RLIMIT_SIGPENDING", "RLIMIT_RTPRIO"):
        if (kind := getattr(resource, name, None)) is not None:  # some are of Linux only
            _lower(kind, 0)


def _lower(kind: int, limit: int) -> None:
    current = resource.getrlimit(kind)[1]
    new = limit if current == resource.RLIM_INFINITY else min(limit, current)
    resource.setrlimit(kind, (new, new))
