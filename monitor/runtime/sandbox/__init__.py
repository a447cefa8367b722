"""Locks a worker process in, before it reads what strangers wrote.

A parser reads hostile documents with native libraries. Whoever takes one over runs any code in that process. So the
process gives up beforehand, for ever, what its work does not need: the Linux kernel then refuses it to any code.

`enter` puts it together; `profiles` says what each kind of worker may do; `landlock` guards files and TCP, `seccomp`
system calls (`allowed_syscalls` lists them), `privileges` capabilities and memory, `limits` resources.
"""

from monitor.runtime.sandbox.enter import enter_sandbox, missing_protections, needs_renewal
from monitor.runtime.sandbox.privileges import make_undumpable
from monitor.runtime.sandbox.profiles import PARSER, SENDER, SandboxProfile
from monitor.runtime.sandbox.readable_paths import prepare_paths

__all__ = [
    "PARSER",
    "SENDER",
    "SandboxProfile",
    "enter_sandbox",
    "make_undumpable",
    "missing_protections",
    "needs_renewal",
    "prepare_paths",
]
