"""The TLS of our plug-ins that speak no HTTP."""

from __future__ import annotations

import ssl


def make_tls_context(*, verify: bool) -> ssl.SSLContext:
    """A context that trusts what the system trusts; without `verify` (`verify=no` in a channel's URL), everything."""
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
